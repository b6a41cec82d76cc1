/** What the page may ask of the two workers, and what they tell it. Both sides import these types and nothing else. */
import type { FramingAnchors } from '../render/framing.js';
import type { AvatarError } from '../shared/errors.js';
import type { LifeSettings } from '../shared/life-settings.js';
import type { MotionFeed } from '../shared/playback-messages.js';
import type { SpeechManner } from '../shared/speech-manner.js';
import type { Expression } from '../shared/speech-style.js';

// ---- motion worker -------------------------------------------------------------------------------------------------

export const ConnectionState = {
  disconnected: 'disconnected',
  connecting: 'connecting',
  connected: 'connected',
  failed: 'failed',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

/** Where motion comes from. */
export type MotionSource =
  | {
      kind: 'direct';
      /** Full ingress URL, `ws(s)://…/v2/driveningress`; `/websocket` and the query are added. */
      serverUrl: string;
      appId: string;
      avatarId: string;
      /** Rate of the PCM sent upstream, one of `PCM_SAMPLE_RATES`. */
      sampleRateHz: number;
      /** After this the round in progress goes on as audio only and the state is `failed`. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over while there is no connection. */
      fallback: 'audio' | 'local';
    }
  | {
      /** The app hands over the answers of a Motion Server, by `receiveMotion`. */
      kind: 'app';
      /** Rate at which the local engine is to take over, one of `PCM_SAMPLE_RATES`. */
      sampleRateHz: number;
      /** A round without motion for this long goes on as audio only. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over in a round whose motion is missing or broken. */
      fallback: 'audio' | 'local';
    }
  | {
      kind: 'relay';
      /** Full URL of the app's relay, `ws(s)://…`. It opens the rounds; see `handleRoundOpened`. */
      url: string;
      /** The first of them has at least this number: the page has had rounds from elsewhere. */
      firstRound: number;
      /** Not connected after this the state is `failed`; a round without motion goes on as audio only. */
      connectTimeoutMs: number;
      /** `local`: the local engine takes over where a round's motion breaks off. */
      fallback: 'audio' | 'local';
    }
  | { kind: 'local' };

/** A room brings sound and motion; the page joins it, since workers have no WebRTC. */
export interface RoomSource {
  kind: 'livekit';
  /** LiveKit server, `ws(s)://…`; empty with a `room` of the app's. */
  url: string;
  /** Identity of the participant that speaks, or on whose behalf it speaks; null takes the first that brings motion. */
  identity: string | null;
  /** A `Room` of livekit-client that the app joins and leaves itself. */
  room: object | null;
  connectTimeoutMs: number;
}

export type FrameStarvation = 'audio-independent' | 'strict-sync';

export interface MotionSessionOptions {
  source: MotionSource;
  frameStarvation: FrameStarvation;
  /** Absolute URL of `models/mouth.bin`; fetched when motion is first computed here. */
  mouthModelUrl: string;
  /** Rate of the playback worklet's context. */
  contextRateHz: number;
  /** `PlaybackFeed` goes out here, to the worklet, and `HeardSpeech` comes in. */
  playbackPort: MessagePort;
  /** `MotionFeed` goes out here, to the stage. */
  stagePort: MessagePort;
}

/** Implemented on the page, called from the motion worker (a comlink proxy). */
export interface MotionSessionListener {
  handleConnectionState(state: ConnectionState, error: AvatarError | null): void;
  /** Something went wrong that changes no state: a bad message, a discarded payload, a fallback. */
  handleError(error: AvatarError): void;
  /** The source of motion has opened a round itself, with speech of its own. All rounds below are over. */
  handleRoundOpened(round: number, conversationId: string): void;
  /** The round is decided: it plays with motion, with the local engine, or as audio only. */
  handleRoundMotion(round: number, motion: 'server' | 'local' | 'none'): void;
  /** A valid Session Token; `isRefresh` when the last one was refused or is about to expire. */
  requestToken(isRefresh: boolean): Promise<string>;
}

export interface MotionSessionStats {
  /** Motion bytes received on the wire, and the media seconds they covered. */
  motionBytes: number;
  motionSeconds: number;
  /** First audio of the newest round → its first motion, ms; NaN before. */
  firstMotionMs: number;
  /** Messages dropped because their round was over. */
  discardedMessages: number;
  reconnects: number;
}

/** One per element. Every method may be called at any time; calls are handled in order. */
export interface MotionSession {
  /** Resolves when connected; rejects with the reason when that fails for good or at `close()`. */
  open(): Promise<void>;
  /**
   * Begins a round that is to be spoken in a manner of its own; interrupts the one before as its first `append` would, which
   * begins those without. Said again before the first `append` it replaces what was said.
   *
   * @throws {AvatarError} `invalidConfiguration`; then nothing has begun.
   */
  begin(round: number, manner: SpeechManner): Promise<void>;
  /**
   * Adds speech to a round. A higher round than before interrupts the earlier one.
   *
   * @param samples Mono; `Int16Array` full scale ±32768 or `Float32Array` ±1, at `sampleRateHz` (any rate). Transferred.
   * @param isEnd Closes the round's input.
   */
  append(round: number, samples: Int16Array | Float32Array, sampleRateHz: number, isEnd: boolean): void;
  /**
   * Begins a round whose speech comes from the worklet, which plays it as well; the local engine makes its motion, whatever
   * the source. Resolves when it can hear.
   */
  listen(round: number): Promise<void>;
  /**
   * Adds motion to the round that `append` has opened, where the source is the app. Later motion of another round is
   * discarded.
   *
   * @param messages Whole `Message`s of a Motion Server, in order, each with a buffer of its own, which is transferred.
   *   None or an empty one: the round has no (more) motion.
   */
  receiveMotion(round: number, messages: Uint8Array[]): void;
  /** Drops all rounds below `beforeRound`, and whatever round the source itself has open. */
  interrupt(beforeRound: number): void;
  /** Another source of motion from the next `open()` on; the connection to the present one is ended. */
  setSource(source: MotionSource): void;
  setFrameStarvation(mode: FrameStarvation): void;
  /** How rounds are spoken that begin from now on and say nothing of it themselves. */
  setExpression(expression: Expression): void;
  stats(): Promise<MotionSessionStats>;
  /** Ends the connection. The session can be opened again. */
  close(): void;
  /** Ends everything; the ports are closed. */
  dispose(): void;
}

/** Motion of rounds that sound without our doing, on its way to a stage. */
export interface MotionSink {
  /** Answers of a Motion Server for a round. Transferred. */
  receive(round: number, messages: Uint8Array<ArrayBuffer>[]): void;
  /** Drops all rounds below `beforeRound`. */
  flush(beforeRound: number): void;
  stats(): Promise<Pick<MotionSessionStats, 'motionBytes' | 'motionSeconds' | 'discardedMessages'>>;
  dispose(): void;
}

export interface MotionSinkListener {
  /** A message that is no motion. */
  handleError(error: AvatarError): void;
}

export interface MotionService {
  createSession(options: MotionSessionOptions, listener: MotionSessionListener): Promise<MotionSession>;
  /** @param stagePort `MotionFeed` goes out here. Transferred. */
  createSink(stagePort: MessagePort, listener: MotionSinkListener): Promise<MotionSink>;
}

// ---- render worker -------------------------------------------------------------------------------------------------

export type View = 'portrait' | 'bust' | 'full';

/** A point of the picture, see `Stage.lookAt`. */
export interface GazePoint {
  x: number;
  y: number;
}

/** Files that the render worker imports when an avatar needs them: `workers/NAME.add-on.js`. */
export type AddOnName = 'materials' | 'vrm' | 'splats' | 'ktx2';

/** What draws. */
export type Renderer = 'webgl' | 'webgpu';

/** Where the camera stands around the head of the avatar. */
export interface CameraOrbit {
  /** To the right around the character, from its front. */
  thetaRadians: number;
  /** From straight above; π/2 is level. */
  phiRadians: number;
  /** Distance: a multiple of the view's own, or metres. > 0. */
  radius: number;
  isRelative: boolean;
}

/** Shifts and scales the picture. x −1 left..1 right and y −1 bottom..1 top, in halves of the picture; scale > 0. */
export interface PictureTransform {
  x: number;
  y: number;
  scale: number;
}

export interface StageOptions {
  /** What is to draw. Where there is no WebGPU, WebGL does. */
  renderer: Renderer;
  canvas: OffscreenCanvas | HTMLCanvasElement;
  /** CSS pixels, and device pixels per CSS pixel. */
  width: number;
  height: number;
  pixelRatio: number;
  view: View;
  life: LifeSettings;
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

export interface AvatarInfo {
  /** File format it was read from. */
  format: 'glb' | 'vrm' | 'splats';
  vertexCount: number;
  triangleCount: number;
  /** Neutral channels that this avatar has no shape or joint of its own for. */
  missingChannels: string[];
  /** Those of the missing ones that the nearest thing it has stands in for. */
  approximatedChannels: string[];
  /** Joints it would move better with. */
  missingJoints: string[];
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

/** What a stage knows of speech, on its way to another one. */
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
  /** Loads an avatar (URL or file) and shows it in place of the one before. `AvatarError` when it cannot; the old one stays. */
  load(source: string | Blob): Promise<ShownAvatar>;
  resize(width: number, height: number, pixelRatio: number): void;
  /** Stops drawing while false. */
  setVisible(isVisible: boolean): void;
  setView(view: View): void;
  setOrbit(orbit: CameraOrbit): void;
  setTransform(transform: PictureTransform): void;
  /** How the character lives beside speech; everything moves over. */
  setLife(life: LifeSettings): void;
  /**
   * A point of the picture to look at until it is given up by null: −1..1 from its left edge to the right and from the bottom to the
   * top; points outside of the picture lie beyond.
   */
  lookAt(point: GazePoint | null): void;
  /** Speech gives way to this pose, `[58]`; null gives the face back to speech. */
  setPose(pose: Float32Array | null): void;
  /** Context time minus audible time, s; re-read while playing. */
  setOutputLatency(seconds: number): void;
  /** One more place where sound and motion come from; rounds are numbered over all of them. Transferred. */
  addSource(playheadPort: MessagePort, motionPort: MessagePort): void;
  /** Gives its sources away, and what it knows of speech. It shows none any more. */
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
