/**
 * The page's audio output: a single AudioContext that all elements share, created with the first player. Without players it is
 * suspended, which releases the audio device, not closed: browsers leak something of every closed context.
 *
 * Owns the life cycle of the context, the autoplay lock and the measurement of the output latency.
 */
import { AvatarError, avatarErrorFrom } from '../shared/contracts/errors.js';
import { Emitter } from '../shared/core/emitter.js';
import { latencySourceOf, OutputLatencyReader } from './output-latency.js';

/** A context that was closed in the meantime rejects; nothing is left to do then. */
const ignoreClosed = (): void => {};

export interface AudioOutputOptions {
  /** URL of `playback.worklet.js`; another origin must allow it by CORS. */
  workletUrl: string | URL;
  /** How long `unlock()` waits for the browser, ms. Default 1000. */
  unlockTimeoutMs?: number;
}

export interface AudioOutputEvents {
  /** The browser's autoplay policy blocks sound, or no longer does. */
  blocked: boolean;
  /** Context time minus audible time, s; measured at start and while a player plays, reported when it changes by a millisecond. */
  latency: number;
  /** The context was closed by other code. All its players are dead and have to be recreated. */
  lost: AvatarError;
}

/** Events that browsers accept as user gestures. iOS needs `pointerup` or `touchend`. */
const GESTURES = ['pointerdown', 'pointerup', 'touchend', 'mousedown', 'keydown', 'click'] as const;
/** A context that is allowed to start does so within this time, ms; otherwise it is locked. */
const START_GRACE_MS = 300;
/** The same if the browser reports that autoplay is allowed: then the device takes that long, in Firefox a second or two. */
const DEVICE_GRACE_MS = 8000;
/** By then the last player's worklet has run once more and reported its end, so that it can be collected. */
const REST_DELAY_MS = 500;
/** Each reading wakes the page: readings are rare once the latency is known, since only another device changes it. */
const LATENCY_INTERVAL_MS = 2000;
/** After the start of the context and on another device readings are more frequent until the reader's window is full. */
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
  /** The context is starting: its state is not meaningful yet. */
  private isStarting = false;
  private playing = 0;
  private latencyReader: OutputLatencyReader | null = null;
  private latencyTimer: ReturnType<typeof setTimeout> | undefined;
  /** Number of frequent readings left. */
  private firstReads = 0;
  private reportedLatency = Number.NaN;
  private _isBlocked = false;

  constructor(options: AudioOutputOptions) {
    this.workletUrl = String(options.workletUrl);
    this.unlockTimeoutMs = options.unlockTimeoutMs ?? 1000;
  }

  /** Whether sound is blocked until a gesture. */
  get isBlocked(): boolean {
    return this._isBlocked;
  }

  /** Rate of the context in Hz; 0 while there is none. */
  get sampleRateHz(): number {
    return this.context?.sampleRate ?? 0;
  }

  /** Latest measurement of context time minus audible time, s. */
  get latencySeconds(): number {
    return this.latencyReader?.latencySeconds ?? 0;
  }

  on<Name extends keyof AudioOutputEvents>(name: Name, listener: (event: AudioOutputEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * Acquires the context with the worklet loaded; pair with `release()`. The context may still be locked: players work, and
   * become audible with `unlock()`.
   *
   * @throws {AvatarError} `playbackInitFailed` without Web Audio, or if the worklet cannot be loaded.
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

  /** Releases one `acquire()`. After the last one the context is suspended. */
  release(): void {
    this.users--;
    if (this.users <= 0) this.rest();
  }

  /** Other sound than a player's uses the context from now on: it is no longer suspended. */
  keepAwake(): void {
    this.isKeptAwake = true;
  }

  /**
   * Unlocks sound. Call it in a gesture: click, key, touch.
   *
   * @throws {AvatarError} `audioBlocked` if the browser refuses; `audioContextNotInitialized` without players.
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

  /** For players: counts those with an audible round. */
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
      if (this.isNeeded && (context.state as ContextState) !== 'running') void context.resume().catch(ignoreClosed);
    };
    for (const gesture of GESTURES) addEventListener(gesture, resume, { capture: true, passive: true, signal });
    // After a call or a locked screen the context has to be resumed explicitly.
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
    else if (state) this.setBlocked(this.isNeeded && !this.isStarting && state !== 'running');
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

  private get isNeeded(): boolean {
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
    if (this.isNeeded) return;
    this.handleContextState();
    this.restTimer = setTimeout(() => {
      if (!this.isNeeded) void this.context?.suspend().catch(ignoreClosed);
    }, REST_DELAY_MS);
  }

  /** Treats a context that is still not running after a while as locked. */
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

  /** Reads the latency while something plays, and a few times at the start. */
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

/** Whether the browser reports that autoplay is allowed; only Firefox has this API. */
function isAllowed(context: AudioContext): boolean {
  const { getAutoplayPolicy } = navigator as { getAutoplayPolicy?(context: AudioContext): string };
  return getAutoplayPolicy?.call(navigator, context) === 'allowed';
}
