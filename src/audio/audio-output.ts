/**
 * The page's one way to the loudspeaker: a single AudioContext that all elements share, made with the first player. After
 * the last one it rests, which lets go of the sound device, until the next: browsers keep something of every closed one.
 *
 * Owns the context's life, the autoplay lock and the measurement of the output latency. Knows nothing of speech.
 */
import { AvatarError, avatarErrorFrom } from '../shared/contracts/errors.js';
import { Emitter } from '../shared/core/emitter.js';
import { latencySourceOf, OutputLatencyReader } from './output-latency.js';

/** A context rejects when it was closed meanwhile; then there is nothing left to do. */
const ignoreClosed = (): void => {};

export interface AudioOutputOptions {
  /** URL of `playback.worklet.js`; another origin must allow it by CORS. */
  workletUrl: string | URL;
  /** How long `unlock()` waits for the browser, ms. Default 1000. */
  unlockTimeoutMs?: number;
}

export interface AudioOutputEvents {
  /** The browser keeps the sound locked, or has let go. */
  blocked: boolean;
  /** Context time minus audible time, s; read at first and while a player plays, reported when it changed by a millisecond. */
  latency: number;
  /** The context was closed from outside. All its players are dead and have to be made anew. */
  lost: AvatarError;
}

/** Events that browsers accept as user gestures. `pointerup` and `touchend` are what unlocks on iOS. */
const GESTURES = ['pointerdown', 'pointerup', 'touchend', 'mousedown', 'keydown', 'click'] as const;
/** A context that may start does so within this time; one that has not is locked. */
const START_GRACE_MS = 300;
/** The same where the browser says that it is not locked: then it is the device that takes so long, in Firefox a second or two. */
const DEVICE_GRACE_MS = 8000;
/** Until then the last player's worklet has run once more and said that it is over: only then is it let go. */
const REST_DELAY_MS = 500;
/** Each reading wakes the page: rare once the latency is known, which then only another device changes. */
const LATENCY_INTERVAL_MS = 2000;
/** When the context starts, and on another device, it is read more often, until the reader's window is filled: before the first speech. */
const FIRST_LATENCY_INTERVAL_MS = 50;
const FIRST_LATENCY_READS = 16;

// Safari's fourth state (a call, Siri) is missing in TypeScript's library.
type ContextState = AudioContextState | 'interrupted';

export class AudioOutput {
  private readonly events = new Emitter<AudioOutputEvents>();
  private readonly workletUrl: string;
  private readonly unlockTimeoutMs: number;
  private context: AudioContext | null = null;
  private ready: Promise<AudioContext> | null = null;
  private listening: AbortController | null = null;
  private users = 0;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private graceTimer: ReturnType<typeof setTimeout> | undefined;
  private isKeptAwake = false;
  /** The context was asked to run a moment ago: that it does not yet says nothing. */
  private isStarting = false;
  private playing = 0;
  private latencyReader: OutputLatencyReader | null = null;
  private latencyTimer: ReturnType<typeof setTimeout> | undefined;
  /** How many more readings come soon after one another. */
  private firstReads = 0;
  private reportedLatency = Number.NaN;
  private _isBlocked = false;

  constructor(options: AudioOutputOptions) {
    this.workletUrl = String(options.workletUrl);
    this.unlockTimeoutMs = options.unlockTimeoutMs ?? 1000;
  }

  /** Whether sound is wanted and the browser waits for a gesture. */
  get isBlocked(): boolean {
    return this._isBlocked;
  }

  /** Rate of the context in Hz; 0 while there is none. */
  get sampleRateHz(): number {
    return this.context?.sampleRate ?? 0;
  }

  /** Context time minus audible time, s, as known by now. */
  get latencySeconds(): number {
    return this.latencyReader?.latencySeconds ?? 0;
  }

  on<Name extends keyof AudioOutputEvents>(name: Name, listener: (event: AudioOutputEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * The context with the worklet loaded, for one more user; `release()` gives it back.
   * The context may still be locked: players work, and start to sound with `unlock()`.
   *
   * @throws {AvatarError} `playbackInitFailed` without Web Audio, or when the worklet cannot be loaded.
   */
  async acquire(): Promise<AudioContext> {
    this.users++;
    if (this.users === 1) this.wake();
    this.ready ??= this.open();
    try {
      return await this.ready;
    } catch (error) {
      this.users--;
      this.close();
      throw error;
    }
  }

  /** Gives back what `acquire()` gave. After the last one the context rests. */
  release(): void {
    this.users--;
    if (this.users <= 0) this.rest();
  }

  /** From now on something sounds through the context that is no player: it does not rest any more. */
  keepAwake(): void {
    this.isKeptAwake = true;
  }

  /**
   * Starts the sound. Call it in a gesture: click, key, touch.
   *
   * @throws {AvatarError} `audioBlocked` when the browser does not let it; `audioContextNotInitialized` without players.
   */
  async unlock(): Promise<void> {
    const context = this.context;
    if (!context) throw new AvatarError('audioContextNotInitialized', 'There is no audio context to unlock yet');
    if (context.state === 'running') return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Outside a gesture `resume()` does not reject: it waits for one.
    const timeout = new Promise<never>((_, reject) => {
      const limitMs = isAllowed(context) ? Math.max(this.unlockTimeoutMs, DEVICE_GRACE_MS) : this.unlockTimeoutMs;
      timer = setTimeout(() => reject(new Error('no gesture yet')), limitMs);
    });
    try {
      await Promise.race([context.resume(), timeout]);
    } catch (reason) {
      this.setBlocked(true);
      throw avatarErrorFrom(reason, 'audioBlocked', 'The browser blocks sound until the visitor touches the page');
    } finally {
      clearTimeout(timer);
      this.handleContextState();
    }
  }

  /** For players: one more, or one fewer, has a round that sounds. */
  countPlaying(change: 1 | -1): void {
    this.playing += change;
    if (this.playing > 0) this.watchLatency();
  }

  private async open(): Promise<AudioContext> {
    let context: AudioContext;
    try {
      context = new AudioContext({ latencyHint: 'interactive' });
    } catch (reason) {
      throw avatarErrorFrom(reason, 'playbackInitFailed', 'This browser has no sound output');
    }
    this.context = context;
    this.latencyReader = new OutputLatencyReader(latencySourceOf(context));
    this.listen(context);
    void context.resume().catch(ignoreClosed);
    try {
      await context.audioWorklet.addModule(this.workletUrl);
    } catch (reason) {
      const message = `The audio worklet could not be loaded from ${this.workletUrl}`;
      throw avatarErrorFrom(reason, 'playbackInitFailed', message);
    }
    return context;
  }

  private listen(context: AudioContext): void {
    this.listening = new AbortController();
    const { signal } = this.listening;
    const resume = (): void => {
      if (this.isWanted && (context.state as ContextState) !== 'running') void context.resume().catch(ignoreClosed);
    };
    for (const gesture of GESTURES) addEventListener(gesture, resume, { capture: true, passive: true, signal });
    // After a call or a locked screen the context comes back only when asked.
    document.addEventListener('visibilitychange', () => document.hidden || resume(), { signal });
    const handleStateChange = (): void => {
      this.firstReads = FIRST_LATENCY_READS;
      clearTimeout(this.latencyTimer);
      this.latencyTimer = undefined;
      this.handleContextState();
    };
    context.addEventListener('statechange', handleStateChange, { signal });
    this.expectRunning();
  }

  private handleContextState(): void {
    const state = this.context?.state as ContextState | undefined;
    if (state === 'running') this.isStarting = false;
    if (state === 'closed') this.lose();
    else if (state) this.setBlocked(this.isWanted && !this.isStarting && state !== 'running');
    if (state === 'running') this.watchLatency();
  }

  private setBlocked(isBlocked: boolean): void {
    if (isBlocked === this._isBlocked) return;
    this._isBlocked = isBlocked;
    this.events.emit('blocked', isBlocked);
  }

  private lose(): void {
    this.forget();
    this.events.emit('lost', new AvatarError('playbackInitFailed', 'The audio context was closed'));
  }

  private get isWanted(): boolean {
    return this.users > 0 || this.isKeptAwake;
  }

  private wake(): void {
    if (!this.context) return;
    void this.context.resume().catch(ignoreClosed);
    this.expectRunning();
  }

  private rest(): void {
    this.users = 0;
    clearTimeout(this.restTimer);
    if (this.isWanted) return;
    this.handleContextState();
    this.restTimer = setTimeout(() => {
      if (!this.isWanted) void this.context?.suspend().catch(ignoreClosed);
    }, REST_DELAY_MS);
  }

  /** A context that is still not running after a while is locked. */
  private expectRunning(): void {
    this.isStarting = true;
    clearTimeout(this.graceTimer);
    this.graceTimer = setTimeout(
      () => {
        this.isStarting = false;
        this.handleContextState();
      },
      this.context && isAllowed(this.context) ? DEVICE_GRACE_MS : START_GRACE_MS,
    );
  }

  private close(): void {
    const { context } = this;
    this.forget();
    if (context && context.state !== 'closed') void context.close().catch(ignoreClosed);
  }

  private forget(): void {
    this.listening?.abort();
    clearTimeout(this.latencyTimer);
    clearTimeout(this.restTimer);
    clearTimeout(this.graceTimer);
    this.latencyTimer = undefined;
    this.listening = null;
    this.context = null;
    this.ready = null;
    this.isKeptAwake = false;
    this.latencyReader = null;
    this.reportedLatency = Number.NaN;
    this.setBlocked(false);
  }

  /** Reads the latency while something plays, and a few times at first. */
  private watchLatency(): void {
    if (this.latencyTimer === undefined) this.readLatency();
  }

  private readLatency(): void {
    this.latencyTimer = undefined;
    if (!this.latencyReader) return;
    const latency = this.latencyReader.read(performance.now());
    if (this.latencyReader.hasJumped) this.firstReads = FIRST_LATENCY_READS;
    if (!(Math.abs(latency - this.reportedLatency) < 0.001)) {
      this.reportedLatency = latency;
      this.events.emit('latency', latency);
    }
    const isFirst = this.firstReads > 0;
    if (isFirst) this.firstReads--;
    else if (this.playing <= 0) return;
    this.latencyTimer = setTimeout(() => this.readLatency(), isFirst ? FIRST_LATENCY_INTERVAL_MS : LATENCY_INTERVAL_MS);
  }
}

/** Whether the browser says that it lets the context sound; only Firefox says anything. */
function isAllowed(context: AudioContext): boolean {
  const { getAutoplayPolicy } = navigator as { getAutoplayPolicy?(context: AudioContext): string };
  return getAutoplayPolicy?.call(navigator, context) === 'allowed';
}
