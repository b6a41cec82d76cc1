/** The player of one element: a playback worklet and a volume, connected to the workers by two ports. */
import { AvatarError } from '../shared/contracts/errors.js';
import type { LiveSilence, PlaybackControl, PlaybackLog, PlaybackState } from '../shared/contracts/playback-messages.js';
import { DEFAULT_SOUND_SETTINGS, type SoundSettings } from '../shared/contracts/sound-settings.js';
import { Emitter } from '../shared/core/emitter.js';
import { log } from '../shared/core/log.js';
import type { AudioOutput } from './audio-output.js';

export interface PlayerEvents {
  /** Called on every change of the worklet's state; a locked context changes nothing. */
  state: PlaybackState;
  /** Context time minus audible time, s, including the user's offset; for the stage. */
  latency: number;
  /** The player is dead: create another one. */
  error: AvatarError;
}

/** How a live source is played. */
export interface LivePlayback {
  /** Delay from input to output, s, in which motion is computed. */
  readonly delaySeconds: number;
  /** False: the player only keeps the time. */
  readonly isAudible: boolean;
  /** Disconnects the source when it is aborted. */
  readonly signal: AbortSignal;
  /**
   * The source has brought nothing but zeros for a while; again and again as long as that lasts, and once when it is over.
   *
   * @param obstacle Why, where that is known. Null: the source may simply be silent.
   */
  handleSilence(isSilent: boolean, obstacle: string | null): void;
}

/** Plays a connected live source as a round; called again after an interruption, the next utterance is played. */
export type LiveFeed = (round: number) => void;

/** Time constant of volume changes, s: complete in about 20 ms, without clicks. */
const VOLUME_TIME_CONSTANT = 0.006;

export class Player {
  private readonly events = new Emitter<PlayerEvents>();
  private readonly output: AudioOutput;
  private readonly context: AudioContext;
  private readonly node: AudioWorkletNode;
  private readonly gain: GainNode;
  private readonly unsubscribe: (() => void)[];
  private last: PlaybackState | null = null;
  private isAdvancing = false;
  private isStalled = false;
  private isCounted = false;
  private isDisposed = false;
  private handleLiveSilence: ((isSilent: boolean) => void) | null = null;
  private settings = DEFAULT_SOUND_SETTINGS;

  /** @throws {AvatarError} `playbackInitFailed`, see `AudioOutput.acquire`. */
  static async create(output: AudioOutput): Promise<Player> {
    const context = await output.acquire();
    try {
      return new Player(output, context);
    } catch (cause) {
      output.release();
      throw new AvatarError('playbackInitFailed', 'The playback worklet could not be started', { cause });
    }
  }

  private constructor(output: AudioOutput, context: AudioContext) {
    this.output = output;
    this.context = context;
    this.node = new AudioWorkletNode(context, 'spatius-playback', {
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    this.gain = new GainNode(context);
    this.node.connect(this.gain).connect(context.destination);
    this.node.port.onmessage = ({ data }) => {
      if ('logRecord' in data) log.forward((data as PlaybackLog).logRecord);
      else if ('isLiveSilent' in data) this.handleLiveSilence?.((data as LiveSilence).isLiveSilent);
      else this.handleState(data as PlaybackState);
    };
    this.node.onprocessorerror = () => this.events.emit('error', new AvatarError('workerFailed', 'The playback worklet died'));
    this.unsubscribe = [
      log.followLevel((level) => this.post({ type: 'log-level', level })),
      output.on('latency', () => this.events.emit('latency', this.outputLatencySeconds)),
      output.on('blocked', (isBlocked) => isBlocked && this.post({ type: 'suspend' })),
      output.on('lost', (error) => this.events.emit('error', error)),
    ];
  }

  /** Required rate of the feed's samples, Hz. */
  get sampleRateHz(): number {
    return this.context.sampleRate;
  }

  configure(settings: SoundSettings): void {
    const isOffsetChanged = settings.latencyOffsetSeconds !== this.settings.latencyOffsetSeconds;
    this.settings = settings;
    const gain = settings.isMuted ? 0 : settings.volume;
    this.gain.gain.setTargetAtTime(gain, this.context.currentTime, VOLUME_TIME_CONSTANT);
    if (isOffsetChanged) this.events.emit('latency', this.outputLatencySeconds);
  }

  /** Context time minus audible time, s, including the user's offset. */
  get outputLatencySeconds(): number {
    return this.output.latencySeconds + this.settings.latencyOffsetSeconds;
  }

  /** The voice before the volume: connect it to a MediaStreamAudioDestinationNode of the same context to record it. */
  get captureNode(): AudioNode {
    return this.node;
  }

  on<Name extends keyof PlayerEvents>(name: Name, listener: (event: PlayerEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  /** Connects the port that delivers `PlaybackFeed`. Transferred. */
  connectFeed(port: MessagePort): void {
    this.post({ type: 'connect', role: 'feed', port }, [port]);
  }

  /** Connects the port that receives `PlayheadReport`. Transferred. */
  connectPlayhead(port: MessagePort): void {
    this.post({ type: 'connect', role: 'playhead', port }, [port]);
  }

  /** Fades out and drops all rounds below `beforeRound`, including data that still arrives. */
  flush(beforeRound: number): void {
    this.post({ type: 'flush', beforeRound });
  }

  /** Connects a live source, until it ends or `signal` is aborted. @throws {AvatarError} see `connectLiveSource`. */
  async listen(source: unknown, { delaySeconds, isAudible, signal, handleSilence }: LivePlayback): Promise<LiveFeed> {
    const { connectLiveSource } = await import('./live-source.js');
    if (signal.aborted || this.isDisposed) return () => undefined;
    let last: number | null = null;
    let hasEnded = false;
    const stop = (round: number) => this.post({ type: 'stop-listening', round });
    const handleEnd = (): void => {
      hasEnded = true;
      if (last !== null) stop(last);
    };
    const { disconnect, obstacle } = connectLiveSource(this.output, this.node, source, { isDelayed: isAudible, handleEnd });
    const handle = (isSilent: boolean): void => handleSilence(isSilent, isSilent ? obstacle() : null);
    this.handleLiveSilence = handle;
    signal.addEventListener('abort', () => {
      disconnect();
      if (this.handleLiveSilence === handle) this.handleLiveSilence = null;
    });
    return (round) => {
      this.post({ type: 'listen', round, delaySeconds, isAudible, isContinued: last !== null });
      last = round;
      if (hasEnded) stop(round);
    };
  }

  /** Pauses until `resume()`; new rounds wait, too. */
  pause(): void {
    this.post({ type: 'pause' });
  }

  resume(): void {
    this.post({ type: 'resume' });
  }

  /** Audible media time of the newest round, s; 0 before the first sample. Sends no message. */
  mediaSeconds(): number {
    if (!this.last) return 0;
    const { contextSeconds, mediaSeconds } = this.last;
    if (!this.isAdvancing) return mediaSeconds;
    const audible = this.context.currentTime - this.outputLatencySeconds;
    return mediaSeconds + Math.max(0, audible - contextSeconds);
  }

  /** Stops playback at once and releases the context. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.setAdvancing(false);
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.events.clear();
    this.post({ type: 'dispose' });
    this.node.port.onmessage = null;
    this.node.disconnect();
    this.gain.disconnect();
    this.output.release();
  }

  private handleState(state: PlaybackState): void {
    this.last = state;
    if (state.state === 'stalled') this.isStalled = true;
    else if (state.state === 'started' || state.state === 'recovered') this.isStalled = false;
    const isOutput = state.state === 'started' || state.state === 'recovered' || state.state === 'resumed';
    // The utterances of a live source change nothing of its time.
    const isUtterance = state.state === 'voiced' || state.state === 'silent';
    if (!isUtterance) this.setAdvancing(isOutput && !this.isStalled && (state.state !== 'resumed' || state.mediaSeconds > 0));
    this.events.emit('state', state);
  }

  private setAdvancing(isAdvancing: boolean): void {
    this.isAdvancing = isAdvancing;
    if (isAdvancing === this.isCounted) return;
    this.isCounted = isAdvancing;
    this.output.countPlaying(isAdvancing ? 1 : -1);
  }

  private post(message: PlaybackControl, transfer: Transferable[] = []): void {
    this.node.port.postMessage(message, transfer);
  }
}
