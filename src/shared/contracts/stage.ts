/** The interface between page and render worker: calls of the page, reports of the worker. */
import type { ChannelNames } from './channel-names.js';
import type { AvatarError } from './errors.js';
import type { FramingAnchors } from './framing.js';
import type { MotionFeed } from './playback-messages.js';
import type { StageSettings } from './stage-settings.js';

/** Files that the render worker imports when an avatar needs them: `workers/NAME.add-on.js`. */
export type AddOnName = 'materials' | 'vrm' | 'splats' | 'ktx2' | 'names';

/** The renderer in use. */
export type Renderer = 'webgl' | 'webgpu';

export interface StageOptions {
  /** The wanted renderer. Without WebGPU, WebGL draws. */
  renderer: Renderer;
  canvas: OffscreenCanvas | HTMLCanvasElement;
  /** CSS pixels, and device pixels per CSS pixel. */
  width: number;
  height: number;
  pixelRatio: number;
  settings: StageSettings;
  /** `PlayheadReport` comes in here, from the worklet. */
  playheadPort: MessagePort;
  /** `MotionFeed` comes in here, from the motion worker. */
  motionPort: MessagePort;
  /** Seed of blinks, gaze and sway, so that a run can be repeated. */
  seed: number;
}

/** Implemented on the page, called from the render worker (a comlink proxy). */
export interface StageListener {
  /** 0..1 while the avatar file is loaded. */
  handleLoadProgress(fraction: number): void;
  handleFirstFrame(): void;
  handleContextLost(): void;
  handleContextRestored(): void;
  /** The GPU was taken away for good: this stage draws nothing any more. */
  handleDeviceLost(reason: string): void;
  handleError(error: AvatarError): void;
  /** @returns A URL that the worker can import the add-on from. */
  locateAddOn(name: AddOnName): Promise<string>;
}

/** How the name of a shape or joint was read. */
export interface ReadName {
  /** As the file spells it. */
  name: string;
  kind: 'shape' | 'joint';
  /** Channels, `viseme aa`, `expression happy` (VRM's), or the role of the joint. Empty: nothing that could be moved. */
  means: string[];
  /** The tool or standard that spells names so; `words`: by its words alone, `page`: by `setChannelNames`; null for names without a meaning. */
  convention: string | null;
}

export interface AvatarInfo {
  /** File format it was read from. */
  format: 'glb' | 'vrm' | 'splats';
  vertexCount: number;
  triangleCount: number;
  /** Neutral channels that this avatar has no shape or joint of its own for. */
  missingChannels: string[];
  /** Missing channels that are approximated by the nearest shapes of the avatar. */
  approximatedChannels: string[];
  /** Shapes with a known name that move no vertex; they count as missing. */
  emptyShapes: string[];
  /** Joints it would move better with. */
  missingJoints: string[];
  /** How its names were read, those with a meaning first, 400 at most. Joints of a VRM have roles and are left out. */
  names: ReadName[];
}

/** An avatar on a stage. */
export interface ShownAvatar extends AvatarInfo {
  readonly anchors: FramingAnchors;
}

export interface StageStats {
  /** Frames drawn per second over the last 2 s. */
  framesPerSecond: number;
  /** CPU time of one frame in the render thread, ms, median of the last 2 s. */
  frameCpuMs: number;
  /** Time the GPU (in software: the CPU in its place) took for one frame, ms; NaN where the browser does not tell. */
  drawMs: number;
  framesDrawn: number;
  /** Fraction of the full width and height that is drawn, 0.5..1: falls where the frame rate would. */
  resolutionScale: number;
  renderer: Renderer;
  /**
   * Media time drawn minus media time audible when the frame was shown, ms, over the last speech of up to 10 s:
   * the playhead's own estimate is corrected by what was learnt of the clock in the following second. NaN before speech.
   */
  skewP50Ms: number;
  skewP95Ms: number;
  /** Frames drawn while the playhead ran and no motion covered it. */
  starvedFrames: number;
  /** Sixtieths of a second that passed without a new picture while pictures were drawn. */
  droppedFrames: number;
}

/** One drawn frame of a trace: when it was drawn (`performance.timeOrigin + now`, ms) and the media time it shows, s. */
export interface TracedFrame {
  epochMs: number;
  round: number;
  mediaSeconds: number;
  /** Weight of jawOpen as drawn, 0..1. */
  jawOpen: number;
}

/** The speech state of a stage, for transfer to another stage. */
export interface StageSpeech {
  /** Playhead and motion of each source, in pairs. */
  ports: MessagePort[];
  /** Motion that is still to be shown. */
  feeds: MotionFeed[];
  /** See `Stage.setPose`. */
  pose: Float32Array | null;
}

/** One per element. */
export interface Stage {
  /**
   * Loads an avatar (URL or file) and shows it in place of the one before. `AvatarError` when it cannot; the old one stays.
   *
   * @param channelNames The page's own names of shapes and joints.
   */
  load(source: string | Blob, channelNames?: ChannelNames): Promise<ShownAvatar>;
  resize(width: number, height: number, pixelRatio: number): void;
  /** Stops drawing while false. */
  setVisible(isVisible: boolean): void;
  /** Applies changed settings. Camera and character ease over to them. */
  configure(changes: Partial<StageSettings>): void;
  /** Speech gives way to this pose, `[58]`; null gives the face back to speech. */
  setPose(pose: Float32Array | null): void;
  /** Context time minus audible time, s; re-read while playing. */
  setOutputLatency(seconds: number): void;
  /** One more place where sound and motion come from; rounds are numbered over all of them. Transferred. */
  addSource(playheadPort: MessagePort, motionPort: MessagePort): void;
  /** Transfers its motion sources and speech state. It shows no speech afterwards. */
  handOver(): Promise<StageSpeech>;
  /** Goes on where another stage has handed over. Transferred. */
  takeOver(speech: StageSpeech): void;
  /** PNG of the next drawn frame. */
  toBlob(): Promise<Blob>;
  stats(): Promise<StageStats>;
  /** Keeps the last 10,000 drawn frames while on; for measuring. */
  setTracing(isOn: boolean): void;
  takeTrace(): Promise<TracedFrame[]>;
  dispose(): void;
}

export interface RenderService {
  createStage(options: StageOptions, listener: StageListener): Promise<Stage>;
}

// A canvas of the page, as threads without a DOM see it: the same stage runs there where workers cannot draw.
interface HTMLCanvasElement {
  width: number;
  height: number;
}
