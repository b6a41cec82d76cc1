/**
 * One living avatar on a page: picks its parts and joins them.
 *
 *     speech ─► session (motion worker) ──feed──► player ──playhead──► stage (render worker) ◄──motion── session
 *
 * Owns what the parts share on a page (workers, audio output) and the ports between them. A part that died cannot be joined
 * again, since ports and canvas belong to it: the whole avatar is disposed of and `AvatarLifecycle` makes another.
 *
 * Loaded with the first avatar of a page: the script that defines the element stays small.
 */

import { type AssetUrls, assetUrls } from '../assets/asset-choice.js';
import { asset } from '../assets/asset-urls.js';
import { AVATAR_LIMIT_BYTES, DOWNLOAD_SHARE, download } from '../assets/download.js';
import type { AudioOutput } from '../audio/audio-output.js';
import type { SoundCapture } from '../audio/sound-capture.js';
import { Voice } from '../audio/voice.js';
import type { ChannelNames } from '../shared/contracts/channel-names.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { SoundSettings } from '../shared/contracts/sound-settings.js';
import type { PageSourceOptions } from '../shared/contracts/source-options.js';
import type { ShownAvatar, Stage, StageListener, StageOptions, StageStats } from '../shared/contracts/stage.js';
import { Lazy } from '../shared/core/lazy.js';
import type { LogLevel } from '../shared/core/logger.js';
import type { PageHost, PageSession, PageSources } from '../speech/page-session.js';
import { silenceLimitMs } from '../workers/heartbeat.js';
import { type AvatarWorkers, acquireWorkers } from '../workers/spawn.js';
import { AvatarManager } from './avatar-manager.js';
import type { AvatarOptions } from './avatar-options.js';
import { AvatarSpeech } from './avatar-speech.js';
import { channelNamesWith } from './channel-names.js';
import type { SpeechInput } from './conversations/speech-input.js';
import { blameForeignFile, checkForeignFile, forgetForeignFile, loadForeignFile } from './foreign-files.js';
import { mouthModel } from './mouth-model.js';
import { setLogLevel } from './page-log.js';
import { isSavingData, whenIdle, workletInCache } from './speech-files.js';
import { logSpeech } from './speech-log.js';
import type { SpeechChunk, SpeechChunkOptions } from './speech-parts.js';
import { StagedRenderer } from './staged-renderer.js';

// One AudioContext for all elements of a page; it is suspended while no avatar has a player.
let sharedOutput: { urls: AssetUrls; output: Lazy<AudioOutput> } | null = null;

function openOutput(): Promise<AudioOutput> {
  const urls = assetUrls();
  if (sharedOutput?.urls !== urls) sharedOutput = { urls, output: new Lazy(makeOutput) };
  return sharedOutput.output.get();
}

async function makeOutput(): Promise<AudioOutput> {
  const [{ AudioOutput }, workletUrl] = await Promise.all([
    import('../audio/audio-output.js'),
    asset('audio/playback.worklet.js').locate(),
  ]);
  return new AudioOutput({ workletUrl });
}

export interface AvatarListener {
  handleLoadProgress(fraction: number): void;
  handleFirstFrame(): void;
  /** The picture is gone until it is restored by the browser. */
  handleContextLost(): void;
  handleContextRestored(): void;
  /** The picture is gone until another stage is made. */
  handleDeviceLost(reason: string): void;
  /** The user is heard to speak, by a microphone or in a room. */
  handleUserSpeech(isSpeaking: boolean): void;
  handleError(error: AvatarError): void;
  /** A worker or the sound output died: dispose this assembly and make another. */
  handleBreakdown(error: AvatarError): void;
}

export type StageSetup = Pick<StageOptions, 'width' | 'height' | 'pixelRatio' | 'settings' | 'renderer'> & {
  canvas: HTMLCanvasElement;
};

export interface AvatarSetup {
  readonly options: Partial<AvatarOptions>;
  readonly sound: SoundSettings;
  /** The app's raw speech; it passes what it has read to `speech`. */
  readonly input: SpeechInput;
  /** The element, with sources that run on the page. Default: none, so that rooms cannot be joined. */
  readonly host?: { readonly pageSources?: PageSources };
  /** Whether what speech needs is loaded before it is needed, when the page is idle after the first picture. */
  readonly isSpeechPreloaded: boolean;
  /** See `setLogLevel`; null leaves the level as it is. */
  readonly logLevel: LogLevel | null;
}

/** Longest wait for the new stage's first frame, ms. */
const FIRST_PICTURE_MS = 3000;

/** The avatar to show. */
export interface AvatarSource {
  /** URL, or the file itself; overrides `avatarId`. */
  readonly src: string | Blob | null;
  readonly avatarId: string | null;
  /** Names of its shapes and joints beside those of `setChannelNames`. */
  readonly channelNames?: ChannelNames | null;
}

export class Avatar {
  readonly speech: AvatarSpeech;
  private readonly listener: AvatarListener;
  private readonly workers: AvatarWorkers;
  private readonly voice: Voice;
  private readonly host: AvatarSetup['host'];
  /** The session of a source that runs on the page, while there is one. */
  private pageSession: PageSession | null = null;
  private isSpeechPreloaded: boolean;
  /** Worklet → stage, and session → stage; the ports wait until both of their ends exist. */
  private readonly playheads = new MessageChannel();
  private readonly motion = new MessageChannel();
  private readonly avatars = new AvatarManager((name) => asset(`avatars/${name}.glb`).locate());
  private readonly captures = new Set<SoundCapture>();
  private stagePromise: Promise<Stage> | null = null;
  private stageChange: Promise<unknown> = Promise.resolve();
  private stage: Stage | null = null;
  private hasSession = false;
  private loadCount = 0;
  private isDisposed = false;

  constructor({ options, sound, input, isSpeechPreloaded, logLevel, host }: AvatarSetup, listener: AvatarListener) {
    setLogLevel(logLevel);
    this.listener = listener;
    this.host = host;
    this.isSpeechPreloaded = isSpeechPreloaded && !isSavingData();
    this.workers = acquireWorkers({
      motion: asset('workers/motion.worker.js'),
      render: asset('workers/render.worker.js'),
      renderGpu: asset('workers/render-webgpu.worker.js'),
    });
    this.voice = new Voice(openOutput, this.playheads.port1, sound, {
      handlePlaybackState: (state) => this.speech.handlePlaybackState(state),
      handleAudioBlocked: (isBlocked) => this.speech.handleAudioBlocked(isBlocked),
      handleOutputLatency: () => this.applyLatency(),
      handleLost: (error) => this.breakDown(error),
    });
    this.speech = new AvatarSpeech(
      {
        output: this.voice,
        openSession: async (source, frameStarvation, sessionListener) => {
          if (this.hasSession) throw new AvatarError(ErrorCode.workerFailed, 'The motion session was lost.');
          this.hasSession = true;
          const player = await this.voice.player();
          const feed = new MessageChannel();
          player.connectFeed(feed.port2);
          return this.workers.motion.createSession(
            {
              source,
              frameStarvation,
              contextRateHz: player.sampleRateHz,
              playbackPort: feed.port1,
              stagePort: this.motion.port1,
            },
            sessionListener,
            () => mouthModel.get(),
          );
        },
        openPageSession: (source) => this.openPageSession(source),
        speechChunks,
        prepare: () => this.prepareSpeech(),
      },
      options,
      input,
    );
    logSpeech(this.speech);
    this.speech.on('error', (error) => {
      if (error.code === ErrorCode.workerFailed) this.breakDown(error);
    });
  }

  /** Changes the level of the page's log; see `AvatarSetup.logLevel`. */
  setLogLevel(level: LogLevel | null): void {
    setLogLevel(level);
  }

  /**
   * Makes the stage, once; the canvas belongs to it from then on.
   *
   * @throws {AvatarError} `renderingFailed` without WebGL 2, `workerFailed`.
   */
  openStage(setup: StageSetup): Promise<Stage> {
    this.stagePromise ??= this.createStage(setup);
    return this.stagePromise;
  }

  private async createStage(setup: StageSetup): Promise<Stage> {
    const stage = await this.workers.render.createStage(
      {
        ...setup,
        playheadPort: this.playheads.port2,
        motionPort: this.motion.port2,
        seed: Math.floor(Math.random() * 0x1_0000_0000),
      },
      this.stageListener(),
    );
    if (this.isDisposed) {
      stage.dispose();
      throw new AvatarError(ErrorCode.aborted, 'The avatar was disposed.');
    }
    if (this.pageSession) stage.addSource(...this.pageSession.stagePorts);
    this.useStage(stage);
    return stage;
  }

  private useStage(stage: Stage): void {
    this.stage = stage;
    this.applyLatency();
  }

  /**
   * Another stage takes the place of the one there is, with the avatar and in the middle of speech, as soon as its first picture
   * is drawn. If it fails, the present stage stays. Recordings of the replaced stage end.
   *
   * @param place Shows the canvas of the new one.
   * @throws {AvatarError} see `openStage` and `Stage.load`.
   */
  changeStage(setup: StageSetup, source: AvatarSource, place: () => void): Promise<ShownAvatar> {
    const loadId = ++this.loadCount;
    const changed = this.stageChange.then(() => this.replaceStage(setup, source, place, loadId));
    // One after the other, since each takes over from the stage before; a failure is reported to its own caller.
    this.stageChange = changed.catch(() => undefined);
    return changed;
  }

  private async replaceStage(setup: StageSetup, source: AvatarSource, place: () => void, loadId: number): Promise<ShownAvatar> {
    const before = await this.stagePromise?.catch(() => null);
    const unseen = new StagedRenderer(this.stageListener());
    // Speech reaches it when it takes over.
    const [playhead, motion] = [new MessageChannel(), new MessageChannel()];
    const stage = await this.workers.render.createStage(
      { ...setup, playheadPort: playhead.port2, motionPort: motion.port2, seed: 1 },
      unseen.listener,
    );
    try {
      const file = await this.avatarFile(source);
      const avatar = await Promise.race([this.loadOn(stage, source, await this.checked(source, Promise.resolve(file))), unseen.lost]);
      // Out of sight nothing is drawn.
      await Promise.race([unseen.drawn, unseen.lost, new Promise((resolve) => setTimeout(resolve, FIRST_PICTURE_MS))]);
      if (this.isDisposed || loadId !== this.loadCount) throw new AvatarError(ErrorCode.aborted, 'Another avatar is wanted by now.');
      // Its last picture stands until the other one is in its place.
      before?.setVisible(false);
      if (before) stage.takeOver(await before.handOver());
      unseen.show();
      this.useStage(stage);
      this.stagePromise = Promise.resolve(stage);
      await stage.stats();
      place();
      for (const { track } of this.captures) track.stop();
      if (before) disposeStage(before);
      return avatar;
    } catch (reason) {
      disposeStage(stage);
      throw reason;
    }
  }

  /** The voice as a track, until that is stopped or the avatar goes. @throws {AvatarError} `playbackInitFailed`. */
  async captureSound(): Promise<SoundCapture> {
    const capture = await this.voice.capture();
    if (this.isDisposed) capture.track.stop();
    this.captures.add(capture);
    void capture.ended.then(() => this.captures.delete(capture));
    return capture;
  }

  /**
   * Hears whether the visitor speaks, beside what the avatar says.
   *
   * @returns Stops hearing.
   * @throws {AvatarError} `noAudio`, `playbackInitFailed`.
   */
  async hearUser(stream: MediaStream, handleVoice: (isSpeaking: boolean) => void): Promise<() => void> {
    const end = await this.voice.hearUser(stream, await asset('audio/capture.worklet.js').locate(), (isSpeaking) => {
      this.listener.handleUserSpeech(isSpeaking);
      handleVoice(isSpeaking);
    });
    return () => {
      end();
      this.listener.handleUserSpeech(false);
    };
  }

  configureSound(settings: SoundSettings): void {
    this.voice.configure(settings);
  }

  /** LiveKit mode: lets the room hear the visitor. @throws {AvatarError} `networkLayerNotAvailable`, or the browser's refusal. */
  async publishMicrophone(isOn: boolean): Promise<void> {
    if (!this.pageSession) throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'No room is joined.');
    await this.pageSession.publishMicrophone(isOn);
  }

  private async openPageSession(source: PageSourceOptions): Promise<PageSession> {
    const load = this.host?.pageSources?.[source.kind];
    if (!load) throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'Rooms are joined by <spatius-avatar> only.');
    const open = await load();
    // Only `<spatius-avatar>` has such sources.
    const host = this.host as unknown as PageHost;
    const session = open(
      source,
      this.speech,
      {
        handleOutputLatency: () => this.applyLatency(),
        handleVisitor: (isSpeaking) => this.listener.handleUserSpeech(isSpeaking),
        handleDisposed: () => this.pageSession === session && this.usePageSession(null),
      },
      host,
    );
    this.usePageSession(session);
    this.stage?.addSource(...session.stagePorts);
    return session;
  }

  private usePageSession(session: PageSession | null): void {
    this.pageSession = session;
    this.voice.useOther(session);
    this.applyLatency();
  }

  private applyLatency(): void {
    this.stage?.setOutputLatency(this.pageSession?.outputLatencySeconds ?? this.voice.outputLatencySeconds);
  }

  /**
   * Shows an avatar; the one before stays when it cannot.
   *
   * @param takeBegun Gives the request for a URL that has begun already, if there is one.
   * @throws {AvatarError} see `Stage.load`.
   */
  async load(source: AvatarSource, takeBegun?: (url: string) => Promise<Response> | null): Promise<ShownAvatar> {
    if (!this.stagePromise) throw new AvatarError(ErrorCode.renderingFailed, 'There is no stage to show the avatar on.');
    const loadId = ++this.loadCount;
    const content = this.avatarFile(source).then((found) => this.readBegun(found, takeBegun));
    const [stage, file] = await Promise.all([this.stagePromise, this.checked(source, content)]);
    // A file that has to be located longer must not come after one that was wanted later.
    if (loadId !== this.loadCount) throw new AvatarError(ErrorCode.aborted, 'Another avatar is wanted by now.');
    return this.loadOn(stage, source, file).catch((reason: unknown) => {
      // Another stage has taken its place meanwhile.
      if (stage !== this.stage && !this.isDisposed) return this.load(source);
      throw reason;
    });
  }

  /** A file that is not built in is checked away from the worker that draws for all avatars. */
  private checked({ src }: AvatarSource, content: Promise<string | Blob>): Promise<string | Blob> {
    if (!src) return content;
    return checkForeignFile(src, content, (fraction) => this.isDisposed || this.listener.handleLoadProgress(fraction * DOWNLOAD_SHARE));
  }

  private loadOn(stage: Stage, { src, channelNames }: AvatarSource, file: string | Blob): Promise<ShownAvatar> {
    const load = () => stage.load(file, channelNamesWith(channelNames));
    if (!src) {
      forgetForeignFile(stage);
      return load();
    }
    return loadForeignFile(src, stage, async () => {
      this.workers.watchRender(silenceLimitMs((file as Blob).size));
      try {
        return await load();
      } finally {
        this.workers.watchRender(silenceLimitMs(0));
      }
    });
  }

  /** The file itself, where its download has begun on the page; otherwise what was given, which the stage downloads. */
  private async readBegun(source: string | Blob, takeBegun?: (url: string) => Promise<Response> | null): Promise<string | Blob> {
    const begun = source instanceof Blob ? null : takeBegun?.(source);
    if (!begun) return source;
    const handleProgress = (fraction: number) => this.listener.handleLoadProgress(fraction * DOWNLOAD_SHARE);
    const { signal } = new AbortController();
    try {
      return new Blob([await download(begun, { signal, limitBytes: AVATAR_LIMIT_BYTES, handleProgress })]);
    } catch {
      // The stage tries again, and reports why it fails.
      return source;
    }
  }

  /** An avatar's file, or where it is. @throws {AvatarError} `invalidConfiguration` for a `src` that is no URL. */
  private async avatarFile({ src, avatarId }: AvatarSource): Promise<string | Blob> {
    return src instanceof Blob ? src : this.avatars.avatarUrl(src, avatarId, document.baseURI);
  }

  async stageStats(): Promise<StageStats | null> {
    return (await this.stage?.stats()) ?? null;
  }

  /** Sample rate of the sound output in Hz, 0 while there is none. */
  get outputRateHz(): number {
    return this.voice.sampleRateHz;
  }

  get isRenderingOnPage(): boolean {
    return this.workers.isRenderingOnPage;
  }

  get isSpeakingOnPage(): boolean {
    return this.workers.isSpeakingOnPage;
  }

  /** Why WebGL draws where WebGPU was asked for; null otherwise. */
  get gpuObstacle(): string | null {
    return this.workers.gpuObstacle;
  }

  /** The live stage, or null before `openStage` has resolved. */
  get openedStage(): Stage | null {
    return this.stage;
  }

  /** Ends everything. Speech in progress rejects with `aborted`. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.speech.dispose();
    this.voice.dispose();
    for (const { track } of this.captures) track.stop();
    if (this.stage) disposeStage(this.stage);
    this.stage = null;
    for (const { port1, port2 } of [this.playheads, this.motion]) {
      port1.close();
      port2.close();
    }
    // The messages above have to leave before the workers may end.
    setTimeout(() => this.workers.release());
  }

  /** Loads what speech needs when the page has nothing else to do, once. */
  private preloadSpeech(): void {
    if (!this.isSpeechPreloaded) return;
    this.isSpeechPreloaded = false;
    whenIdle(() => {
      if (!this.isDisposed) this.prepareSpeech();
    });
  }

  /**
   * Loads the code of speech, the motion worker, the worklet and the mouth model in one wave of requests, instead of each when the one
   * before is here. Failures are reported by the speech that needs them.
   */
  private prepareSpeech(): void {
    const ignore = () => undefined;
    import('../audio/player.js').catch(ignore);
    import('../audio/speech-source.js').catch(ignore);
    if (this.speech.needsMotionWorker) {
      this.workers.startMotion();
      workletInCache.get().catch(ignore);
    }
    if (this.speech.needsMouthModel) mouthModel.get().catch(ignore);
  }

  private breakDown(error: AvatarError): void {
    if (!this.isDisposed) this.listener.handleBreakdown(error);
  }

  private stageListener(): StageListener {
    const { listener } = this;
    return {
      handleLoadProgress: (fraction) => this.isDisposed || listener.handleLoadProgress(fraction),
      handleFirstFrame: () => {
        if (this.isDisposed) return;
        listener.handleFirstFrame();
        this.preloadSpeech();
      },
      handleContextLost: () => this.isDisposed || listener.handleContextLost(),
      handleContextRestored: () => this.isDisposed || listener.handleContextRestored(),
      handleDeviceLost: (reason) => this.isDisposed || listener.handleDeviceLost(reason),
      handleError: (error) => {
        if (this.isDisposed) return;
        if (error.code === ErrorCode.workerFailed && this.stage) blameForeignFile(this.stage, error);
        listener.handleError(error);
        if (error.code === ErrorCode.workerFailed) this.breakDown(error);
      },
      locateAddOn: (name) => asset(`workers/${name}.add-on.js`).locate(),
    };
  }
}

function disposeStage(stage: Stage): void {
  stage.dispose();
  forgetForeignFile(stage);
}

/** Files need decoding, which is loaded with the first; raw PCM does not. */
async function* speechChunks(source: unknown, options: SpeechChunkOptions): AsyncIterable<SpeechChunk> {
  const { speechChunksFrom } = await import('../audio/speech-source.js');
  yield* speechChunksFrom(source, { ...options, locateCaptureWorklet: asset('audio/capture.worklet.js').locate });
}
