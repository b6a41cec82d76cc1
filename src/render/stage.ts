/**
 * One avatar on one canvas: owns its surface, the camera, the frame loop and both ports.
 *
 * Each frame, in this order: life, speech at the playhead of the moment the frame will be seen, the eyes, apply, draw. Nothing is
 * drawn while the canvas is out of view, has no size, or the context is lost.
 *
 * Runs in the render worker, or on the page if no worker can draw. Uses no DOM beyond the canvas.
 */

import { Scene } from 'three';
import { Playhead } from '../audio/playhead.js';
import { LifeMotion } from '../motion/life/life-motion.js';
import type { ChannelNames } from '../shared/contracts/channel-names.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../shared/contracts/channels.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { MotionFeed, PlayheadReport } from '../shared/contracts/playback-messages.js';
import type { ShownAvatar, Stage, StageListener, StageOptions, StageSpeech, StageStats, TracedFrame } from '../shared/contracts/stage.js';
import type { StageSettings } from '../shared/contracts/stage-settings.js';
import { log } from '../shared/core/log.js';
import { AddOnLoader } from './add-ons.js';
import { CameraRig } from './camera-rig.js';
import { FrameLoop } from './frame-loop.js';
import { FrameStats } from './frame-stats.js';
import type { AvatarModel } from './loaders/avatar-model.js';
import { loadAvatar } from './loaders/load-avatar.js';
import { openSurface } from './open-surface.js';
import { type GraphicsFacts, pngOf, probeGraphics } from './renderer.js';
import { ResolutionGovernor } from './resolution-governor.js';
import { SpeechPose } from './speech-pose.js';
import { StageGaze } from './stage-gaze.js';
import type { Surface, SurfaceListener } from './surface.js';

/** Highest device pixel ratio: more costs much and is not visible on a face. */
const MAX_PIXEL_RATIO = 2;
/** The same for software GL. */
const MAX_PIXEL_RATIO_SOFTWARE = 1;
/** Frame budget, ms: software GL draws as often as a face needs, a GPU at the rate of a usual display. */
const BUDGET_SOFTWARE_MS = 1000 / 30;
const BUDGET_MS = 1000 / 55;
/** Longest side of the drawing buffer. */
const MAX_PIXELS = 4096;
/** Expected time from a frame's timestamp to the display; follows the frame rate within these limits. */
const MIN_SHOW_DELAY_MS = 4;
const MAX_SHOW_DELAY_MS = 50;
/** Easing treats longer intervals between frames (hidden, stalled) as this. */
const MAX_ELAPSED_SECONDS = 0.1;

interface BlobWaiter {
  resolve(blob: Blob): void;
  reject(reason: AvatarError): void;
}

export class LiveStage implements Stage, SurfaceListener {
  /** Called once, at the end of `dispose()`. */
  handleDisposed: () => void = () => {};

  private readonly options: StageOptions;
  private settings: StageSettings;
  private readonly listener: StageListener;
  private readonly facts: GraphicsFacts;
  private readonly addOns: AddOnLoader;
  private readonly surface: Surface;
  private readonly scene = new Scene();
  private readonly rig: CameraRig;
  private readonly governor: ResolutionGovernor;
  private seenUnderruns = 0;
  private readonly playhead = new Playhead();
  private readonly life: LifeMotion;
  private readonly gaze = new StageGaze();
  private readonly speech = new SpeechPose(this.playhead);
  private readonly frameStats = new FrameStats(this.playhead);
  private readonly loop = new FrameLoop((timestampMs) => this.drawFrame(timestampMs));
  private readonly pose = new Float32Array(CHANNEL_COUNT);
  private readonly blobWaiters: BlobWaiter[] = [];

  private readonly ports: MessagePort[] = [];
  /** The source of the latest report. */
  private playheadPort: MessagePort | null = null;
  private avatar: AvatarModel | null = null;
  private loading: AbortController | null = null;
  private width = 0;
  private height = 0;
  private pixelRatio = 1;
  /** Current scale of the drawing buffer. */
  private bufferScale = 1;
  private isVisible = true;
  private isContextLost = false;
  private isDisposed = false;
  /** The avatar in the last picture. */
  private drawnAvatar: AvatarModel | null = null;
  private lastTimestampMs = Number.NaN;
  private showDelayMs = 1000 / 60;
  /** Time of idle motion: stops while nothing is drawn. */
  private lifeSeconds = 0;

  /** @throws {AvatarError} `renderingFailed` if the canvas has no WebGL 2. */
  constructor(options: StageOptions, listener: StageListener) {
    this.options = options;
    this.listener = listener;
    this.settings = options.settings;
    this.rig = new CameraRig(this.settings);
    this.life = new LifeMotion(options.seed, this.settings);
    this.gaze.point = this.settings.gazePoint;
    this.facts = probeGraphics(options.canvas);
    this.addOns = new AddOnLoader((name) => listener.locateAddOn(name));
    this.surface = openSurface(options.canvas, this.facts, this);
    const { isSoftware } = this.facts;
    this.governor = new ResolutionGovernor({ isSoftware, budgetMs: isSoftware ? BUDGET_SOFTWARE_MS : BUDGET_MS });
    log.info('stage opened', { isSoftware, width: options.width, height: options.height });
    this.addSource(options.playheadPort, options.motionPort);
    this.resize(options.width, options.height, options.pixelRatio);
  }

  async load(source: string | Blob, channelNames?: ChannelNames): Promise<ShownAvatar> {
    this.requireAlive();
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    const avatar = await loadAvatar(source, {
      signal: loading.signal,
      isSoftware: this.facts.isSoftware,
      addOns: this.addOns,
      channelNames,
      handleProgress: (fraction) => this.listener.handleLoadProgress(fraction),
    });
    // Shaders are compiled and textures uploaded before the old avatar is removed, so that no frame is missed.
    await this.prepare(avatar);
    if (loading.signal.aborted) {
      avatar.dispose();
      throw new AvatarError(ErrorCode.aborted, 'Loading the avatar was aborted');
    }
    this.loading = null;
    this.show(avatar);
    const { format, vertexCount, missingChannels } = avatar.info;
    log.info('avatar shown', { format, vertexCount, missingChannels: missingChannels.length });
    return { ...avatar.info, anchors: avatar.anchors };
  }

  resize(width: number, height: number, pixelRatio: number): void {
    if (this.isDisposed) return;
    this.width = finiteSize(width);
    this.height = finiteSize(height);
    if (this.width > 0 && this.height > 0) {
      const limit = this.facts.isSoftware ? MAX_PIXEL_RATIO_SOFTWARE : MAX_PIXEL_RATIO;
      const fits = MAX_PIXELS / Math.max(this.width, this.height);
      this.pixelRatio = Math.min(pixelRatio > 0 ? pixelRatio : 1, limit, fits);
      this.governor.reset();
      this.resizeBuffer(this.governor.scale);
      this.frameAvatar();
    }
    this.updateLoop();
    // A new size clears the canvas: redraw at once to avoid a flash.
    if (this.isDrawing && this.drawnAvatar) this.render();
  }

  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    this.updateLoop();
  }

  configure(changes: Partial<StageSettings>): void {
    const settings = { ...this.settings, ...changes };
    this.settings = settings;
    this.rig.configure(settings);
    this.life.set(settings);
    this.gaze.point = settings.gazePoint;
    if (this.avatar) this.avatar.motionStyle = settings.motionStyle;
  }

  setPose(pose: Float32Array | null): void {
    if (pose && pose.length !== CHANNEL_COUNT) {
      return this.listener.handleError(
        new AvatarError(ErrorCode.invalidMotionData, `A pose has ${CHANNEL_COUNT} channels, not ${pose.length}`),
      );
    }
    this.speech.heldPose = pose && Float32Array.from(pose, (value) => (Number.isFinite(value) ? value : 0));
  }

  addSource(playheadPort: MessagePort, motionPort: MessagePort): void {
    if (this.isDisposed) return;
    playheadPort.onmessage = (event: MessageEvent<PlayheadReport>) => this.handlePlayhead(event.data, playheadPort);
    motionPort.onmessage = (event: MessageEvent<MotionFeed>) => this.handleMotion(event.data);
    this.ports.push(playheadPort, motionPort);
  }

  handOver(): Promise<StageSpeech> {
    const ports = this.ports.splice(0);
    for (const port of ports) port.onmessage = null;
    return Promise.resolve({ ports, feeds: this.speech.feeds(), pose: this.speech.heldPose });
  }

  takeOver({ ports, feeds, pose }: StageSpeech): void {
    for (const feed of feeds) this.handleMotion(feed);
    for (let at = 0; at < ports.length; at += 2) this.addSource(ports[at], ports[at + 1]);
    this.setPose(pose);
  }

  setOutputLatency(seconds: number): void {
    this.playhead.setOutputLatency(seconds);
  }

  toBlob(): Promise<Blob> {
    this.requireAlive();
    return new Promise((resolve, reject) => this.blobWaiters.push({ resolve, reject }));
  }

  stats(): Promise<StageStats> {
    const { governor, surface } = this;
    return Promise.resolve({
      ...this.frameStats.stats(performance.now()),
      drawMs: surface.drawMs,
      renderer: surface.kind,
      resolutionScale: governor.scale,
    });
  }

  setTracing(isOn: boolean): void {
    this.frameStats.setTracing(isOn);
  }

  takeTrace(): Promise<TracedFrame[]> {
    return Promise.resolve(this.frameStats.takeTrace());
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.loop.stop();
    this.loading?.abort();
    for (const port of this.ports) {
      port.onmessage = null;
      port.close();
    }
    this.speech.dispose();
    this.avatar?.dispose();
    this.avatar = null;
    for (const { reject } of this.blobWaiters.splice(0)) reject(new AvatarError(ErrorCode.aborted, 'The stage was disposed of'));
    this.surface.dispose();
    this.handleDisposed();
  }

  private get isDrawing(): boolean {
    return this.isVisible && this.width > 0 && this.height > 0 && !this.isContextLost && this.avatar !== null && !this.isDisposed;
  }

  private updateLoop(): void {
    if (this.isDrawing) this.loop.start();
    else {
      this.loop.stop();
      this.lastTimestampMs = Number.NaN;
    }
  }

  private async prepare(avatar: AvatarModel): Promise<void> {
    if (this.isContextLost) return;
    try {
      // In a separate scene: shaders depend on the number of lights, and those of the previous avatar are still in the scene.
      await this.surface.prepare(avatar, this.rig.camera, new Scene());
    } catch (reason) {
      avatar.dispose();
      throw avatarErrorFrom(reason, ErrorCode.renderingFailed, 'The avatar cannot be drawn');
    }
  }

  private show(avatar: AvatarModel): void {
    this.avatar?.dispose();
    this.avatar = avatar;
    avatar.motionStyle = this.settings.motionStyle;
    this.governor.reset();
    this.scene.add(avatar.root);
    this.frameAvatar();
    this.updateLoop();
  }

  private frameAvatar(): void {
    if (this.avatar && this.width > 0 && this.height > 0) this.rig.frame(this.avatar.anchors, this.width / this.height);
  }

  private resizeBuffer(scale: number): void {
    this.bufferScale = scale;
    this.surface.resize(this.width, this.height, this.pixelRatio * scale);
  }

  private drawFrame(timestampMs: number): void {
    const { avatar, pose, life, speech } = this;
    if (!avatar || this.surface.isBusy) return;
    const startMs = performance.now();
    const elapsedMs = timestampMs - this.lastTimestampMs;
    this.lastTimestampMs = timestampMs;
    this.frameStats.handleFrameStart(timestampMs);
    this.govern(timestampMs, elapsedMs);
    if (elapsedMs > 0 && elapsedMs < 200) this.followFrameRate(elapsedMs);
    const elapsedSeconds = elapsedMs > 0 ? Math.min(elapsedMs / 1000, MAX_ELAPSED_SECONDS) : 0;
    this.lifeSeconds += elapsedSeconds;

    this.rig.update(elapsedSeconds);
    life.lookAt(this.gaze.target(this.rig.camera, avatar.anchors.eyes));
    life.setSpeaking(speech.isSpeaking);
    if (speech.isBlinking) life.handleSpokenBlink();
    life.sample(this.lifeSeconds, pose);
    speech.update(timestampMs + this.showDelayMs, elapsedSeconds, pose, life.liveliness);
    life.finish(pose);
    avatar.apply(pose, elapsedSeconds, life.breath);
    this.render();

    const nowMs = performance.now();
    this.frameStats.handleFrame(
      nowMs,
      nowMs - startMs,
      speech.round,
      speech.mediaSeconds,
      speech.isAdvancing,
      speech.isStarved,
      pose[CHANNEL_INDEX.jawOpen],
    );
  }

  private render(): void {
    // Saved pictures have the full resolution.
    const scale = this.blobWaiters.length > 0 ? 1 : this.governor.scale;
    if (scale !== this.bufferScale) this.resizeBuffer(scale);
    this.avatar?.lights?.quaternion.copy(this.rig.camera.quaternion);
    this.surface.render(this.scene, this.rig.camera, !this.avatar?.isSoft);
    if (this.drawnAvatar !== this.avatar) {
      this.drawnAvatar = this.avatar;
      this.listener.handleFirstFrame();
    }
    if (this.blobWaiters.length > 0) this.answerBlobs();
  }

  private govern(nowMs: number, elapsedMs: number): void {
    const { underrunCount } = this.playhead;
    if (underrunCount > this.seenUnderruns) this.governor.handleUnderrun(nowMs);
    this.seenUnderruns = underrunCount;
    this.governor.handleFrame(nowMs, elapsedMs, this.surface.drawMs);
  }

  /** A frame is visible when the next one begins: one recent frame interval from now. */
  private followFrameRate(elapsedMs: number): void {
    const delayMs = Math.min(MAX_SHOW_DELAY_MS, Math.max(MIN_SHOW_DELAY_MS, elapsedMs));
    this.showDelayMs += (delayMs - this.showDelayMs) * 0.1;
  }

  /** Must run in the task that drew: afterwards the drawing buffer is cleared. */
  private answerBlobs(): void {
    const waiters = this.blobWaiters.splice(0);
    pngOf(this.options.canvas).then(
      (blob) => waiters.forEach(({ resolve }) => resolve(blob)),
      (reason: unknown) => {
        const error = avatarErrorFrom(reason, ErrorCode.renderingFailed, 'The picture could not be taken');
        waiters.forEach(({ reject }) => reject(error));
      },
    );
  }

  private handlePlayhead(report: PlayheadReport, port: MessagePort): void {
    // Every source has its own clock.
    if (this.playheadPort !== port) this.playhead.forgetClock();
    this.playheadPort = port;
    this.playhead.handleReport(report, performance.now());
    if (report.isInterrupted) this.speech.endRoundsBefore(report.round + 1);
  }

  private handleMotion(message: MotionFeed): void {
    try {
      this.speech.handleFeed(message);
    } catch (reason) {
      this.listener.handleError(avatarErrorFrom(reason, ErrorCode.invalidMotionData));
    }
  }

  handleContextLost(): void {
    this.isContextLost = true;
    log.warn('graphics context lost');
    this.updateLoop();
    this.listener.handleContextLost();
  }

  handleContextRestored(): void {
    this.isContextLost = false;
    this.resize(this.width, this.height, this.pixelRatio);
    this.listener.handleContextRestored();
  }

  handleDeviceLost(reason: string): void {
    this.isContextLost = true;
    this.updateLoop();
    this.listener.handleDeviceLost(reason);
  }

  private requireAlive(): void {
    if (this.isDisposed) throw new AvatarError(ErrorCode.aborted, 'The stage was disposed of');
  }
}

function finiteSize(size: number): number {
  return Number.isFinite(size) && size > 0 ? size : 0;
}
