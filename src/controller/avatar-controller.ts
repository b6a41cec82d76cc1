/**
 * The brain of one avatar, with AvatarKit's documented names: decides which speech is the current one and tells the
 * parts. It decodes, plays and draws nothing; while speech plays it does nothing at all but read the output latency
 * twice a second.
 *
 * Connection and conversation are two state machines. Each changes when its owner reports (the transport, the audio
 * worklet), not when something is asked of it.
 */
import { Emitter } from '../shared/emitter.js';
import { AvatarError, ErrorCode, avatarErrorFrom } from '../shared/errors.js';
import type { PlaybackState } from '../shared/playback-messages.js';
import type { ConnectionState, MotionSessionListener, MotionSessionStats } from '../workers/worker-api.js';
import { connectionChange, type ConnectionChange, type ConnectionEvent, type StateReason } from './connection-state.js';
import {
  DEFAULT_CONTROLLER_OPTIONS,
  checkSampleRate,
  motionSource,
  type AvatarControllerOptions,
} from './controller-options.js';
import type { ControllerParts, SpeakOptions, SpeechOutputListener } from './controller-parts.js';
import {
  IDLE_CONVERSATION,
  conversationChange,
  type Conversation,
  type ConversationChange,
  type ConversationState,
} from './conversation-state.js';
import { PcmInputReader, type PcmInput } from './pcm-input.js';
import { RoundBook, type RoundEntry } from './round-book.js';
import { SessionLink } from './session-link.js';
import type { TokenProvider } from './session-token.js';
import { isSameTokenSource } from './token-source.js';

export interface AvatarControllerEvents {
  'connection-state': ConnectionChange;
  'conversation-state': ConversationChange & { readonly conversationId: string };
  error: AvatarError;
  /** Sound waits for more audio, or in strict sync for motion; and goes on again. */
  'playback-stall': { readonly conversationId: string; readonly isStalled: boolean };
  'audio-blocked': { readonly isBlocked: boolean };
  /** How a conversation is shown: by the server's motion, the local engine's, or as sound alone. */
  'conversation-motion': { readonly conversationId: string; readonly motion: 'server' | 'local' | 'none' };
}

export interface ControllerStats extends MotionSessionStats {
  /** First audio of the newest conversation handed over → its first audible sample reported, ms; NaN before. */
  firstSoundMs: number;
}

/** Output latency changes with the device; see `Stage.setOutputLatency`. */
const LATENCY_POLL_MS = 500;

export class AvatarController implements MotionSessionListener, SpeechOutputListener {
  /** Documented single-assignment callbacks; `on` is the richer way. */
  onConnectionState: ((state: ConnectionState, reason: StateReason) => void) | null = null;
  onConversationState: ((state: ConversationState, reason: StateReason) => void) | null = null;
  onError: ((error: AvatarError) => void) | null = null;
  onPlaybackStall: ((isStalled: boolean) => void) | null = null;

  private readonly parts: ControllerParts;
  private readonly events = new Emitter<AvatarControllerEvents>();
  private readonly rounds = new RoundBook();
  private options = DEFAULT_CONTROLLER_OPTIONS;
  private tokens: Promise<TokenProvider> | null = null;
  private connection: ConnectionState = 'disconnected';
  private conversation: Conversation = IDLE_CONVERSATION;
  private readonly session: SessionLink;
  /** Between `start()` and `close()`. */
  private isStarted = false;
  private starting: Promise<void> | null = null;
  private attempts = 0;
  private lastConnectionError: AvatarError | null = null;
  /** The round that `send` is filling. */
  private input: { entry: RoundEntry; reader: PcmInputReader; hasSamples: boolean } | null = null;
  private isPaused = false;
  private isDisposed = false;
  private latencyTimer: ReturnType<typeof setInterval> | undefined;
  private _volume = 1;
  private _isMuted = false;

  constructor(parts: ControllerParts, options: Partial<AvatarControllerOptions> = {}) {
    this.parts = parts;
    this.options = { ...DEFAULT_CONTROLLER_OPTIONS, ...options };
    this.session = new SessionLink(
      (source) => parts.openSession(source, this.options.frameStarvation, this),
      () => motionSource(this.options, pageUrl()),
      (error) => this.handleError(error),
    );
  }

  // ---- what the app asks -------------------------------------------------------------------------------------------

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof AvatarControllerEvents>(
    name: Name,
    listener: (event: AvatarControllerEvents[Name]) => void,
  ): () => void {
    return this.events.on(name, listener);
  }

  get connectionState(): ConnectionState {
    return this.connection;
  }

  get conversationState(): ConversationState {
    return this.conversation.state;
  }

  /** The newest conversation that got audio, or null before the first. */
  getCurrentConversationId(): string | null {
    return this.rounds.newest?.conversationId ?? null;
  }

  get frameStarvationMode(): 'audioIndependent' | 'strictSync' {
    return this.options.frameStarvation === 'strict-sync' ? 'strictSync' : 'audioIndependent';
  }

  set frameStarvationMode(mode: 'audioIndependent' | 'strictSync') {
    this.configure({ frameStarvation: mode === 'strictSync' ? 'strict-sync' : 'audio-independent' });
  }

  /**
   * Changes options. Those of the connection end a running one and count from the next `start()`; the rest at once.
   * Equal values change nothing.
   */
  configure(changes: Partial<AvatarControllerOptions>): void {
    const before = this.options;
    const after = { ...before, ...changes };
    this.options = after;
    const changed = (Object.keys(changes) as (keyof AvatarControllerOptions)[]).filter(
      (key) => (key === 'token' ? !isSameTokenSource(before.token, after.token) : before[key] !== after[key]),
    );
    if (changed.includes('frameStarvation')) {
      this.session.tellExisting((session) => session.setFrameStarvation(after.frameStarvation));
    }
    if (changed.includes('audioLatencyOffsetSeconds')) this.passOutputLatency();
    if (changed.includes('token') || changed.includes('appId')) this.tokens = null;
    if (changed.some((key) => CONNECTION_OPTIONS.has(key))) {
      this.session.markSourceStale();
      if (this.isStarted) this.close();
    }
  }

  /** To be called in a user gesture: makes sound possible. Rejects with `audioBlocked` when the browser refuses. */
  async initializeAudioContext(): Promise<void> {
    this.requireAlive();
    await this.parts.output.unlock();
  }

  /**
   * Connects (direct mode) or loads the engine (local mode). Called again while connecting it returns the same promise.
   *
   * @throws {AvatarError} Why there is no connection; `aborted` when `close()` came first.
   */
  start(): Promise<void> {
    if (this.starting) return this.starting;
    if (this.connection === 'connected') return Promise.resolve();
    const starting = this.connect().finally(() => {
      if (this.starting === starting) this.starting = null;
    });
    this.starting = starting;
    return starting;
  }

  private async connect(): Promise<void> {
    this.requireAlive();
    this.isStarted = true;
    const attempt = ++this.attempts;
    this.moveConnection({ type: 'start' });
    try {
      await (await this.session.get()).open();
      // The report may still be on its way.
      if (attempt === this.attempts) this.handleConnectionState('connected', null);
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.connectionFailed);
      if (attempt === this.attempts) this.handleConnectionState('failed', error);
      throw error;
    }
  }

  /** Ends the connection and what plays. The avatar stays; `start()` connects again. */
  close(): void {
    this.interrupt();
    this.isStarted = false;
    this.attempts++;
    this.starting = null;
    this.moveConnection({ type: 'close' });
    this.session.tellExisting((session) => session.close());
  }

  /**
   * Raw 16-bit little-endian mono PCM at `sampleRateHz`, of any chunk size; a sample cut by a chunk border is joined.
   * The first chunk after an end opens a new conversation and interrupts whatever still plays.
   *
   * @param end Closes the conversation's input; the chunk may be empty then.
   * @returns The conversation's id; null for an empty chunk that belongs to none.
   * @throws {AvatarError} `networkLayerNotAvailable` in direct mode before `start()`, `unsupportedSampleRate`,
   *   `invalidAudioInput` when it begins like an audio file.
   */
  send(audio: PcmInput, end = false): string | null {
    this.requireAlive();
    checkSampleRate(this.options.sampleRateHz);
    if (this.options.mode === 'direct' && !this.isStarted) {
      throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'Call start() before send().');
    }
    const reader = this.input?.reader ?? new PcmInputReader();
    const samples = reader.read(audio);
    if (!this.input) {
      if (samples.length === 0 && !reader.hasHalfSample) return null;
      this.input = { entry: this.beginRound(), reader, hasSamples: false };
    }
    const { input } = this;
    if (samples.length > 0) input.hasSamples = true;
    if (samples.length > 0 || end) this.append(input.entry, samples, this.options.sampleRateHz, end);
    if (end) {
      this.input = null;
      if (reader.hasHalfSample) {
        this.handleError(new AvatarError(ErrorCode.invalidAudioInput, 'The audio ended within a 16-bit sample: an odd number of bytes in all. The last byte was dropped.'));
      }
      if (!input.hasSamples) this.handleError(new AvatarError(ErrorCode.noAudio, 'The conversation ended without audio.'));
    }
    return input.entry.conversationId;
  }

  /**
   * Says something people have: a URL, `Blob`, `Response`, `ReadableStream`, `AudioBuffer`, `MediaStream` or PCM.
   * Connects by itself and closes the conversation itself.
   *
   * @returns Resolves when it was heard to its end.
   * @throws {AvatarError} `aborted` by an interrupt or `signal`, `noAudio`, `invalidAudioInput`, what decoding throws.
   */
  async speak(source: unknown, options: SpeakOptions = {}): Promise<void> {
    this.requireAlive();
    options.signal?.throwIfAborted();
    const entry = this.beginRound();
    const heard = this.rounds.heard(entry);
    const abort = () => this.isNewest(entry) && this.interrupt();
    options.signal?.addEventListener('abort', abort, { once: true });
    // Failing to connect is told by state and event; the speech is audible without a connection.
    if (this.connection !== 'connected') void this.start().catch(() => undefined);
    try {
      await Promise.race([this.feed(entry, source, options), heard]);
      await heard;
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.invalidAudioInput);
      if (this.isNewest(entry) && !entry.isOver) this.interrupt();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }

  private async feed(entry: RoundEntry, source: unknown, options: SpeakOptions): Promise<void> {
    const rate = options.sampleRateHz ?? this.options.sampleRateHz;
    let sampleCount = 0;
    let lastRate = rate;
    for await (const chunk of this.parts.speechChunks(source, { sampleRateHz: rate, signal: entry.signal })) {
      if (entry.isOver) return;
      sampleCount += chunk.samples.length;
      lastRate = chunk.sampleRateHz;
      if (chunk.samples.length > 0) this.append(entry, chunk.samples, chunk.sampleRateHz, false);
    }
    if (entry.isOver) return;
    if (sampleCount === 0) throw new AvatarError(ErrorCode.noAudio, 'There is no audio in what was to be spoken.');
    this.append(entry, new Int16Array(0), lastRate, true);
  }

  /** Holds sound and face where they are. */
  pause(): void {
    if (this.isDisposed || this.isPaused || !this.rounds.newest || this.rounds.newest.isOver) return;
    this.isPaused = true;
    this.parts.output.pause();
  }

  async resume(): Promise<void> {
    if (this.isDisposed || !this.isPaused) return;
    this.isPaused = false;
    this.parts.output.resume();
  }

  /** Drops what plays and what is still to come of it; the next audio starts clean. */
  interrupt(): void {
    this.input = null;
    const { newest } = this.rounds;
    if (this.isDisposed || !newest || newest.isOver) return;
    this.dropRounds(newest.round + 1);
  }

  get volume(): number {
    return this._volume;
  }

  /** 0..1; values beyond are clamped. */
  set volume(value: number) {
    if (!Number.isFinite(value)) return;
    this._volume = Math.min(1, Math.max(0, value));
    this.parts.output.setVolume(this._volume);
  }

  setVolume(volume: number): void {
    this.volume = volume;
  }

  getVolume(): number {
    return this._volume;
  }

  get muted(): boolean {
    return this._isMuted;
  }

  set muted(isMuted: boolean) {
    this._isMuted = isMuted;
    this.parts.output.setMuted(isMuted);
  }

  /** Media time of the current conversation that is audible now, s. */
  getAudioTime(): number {
    return this.conversation.state === 'idle' ? 0 : this.parts.output.mediaSeconds();
  }

  async stats(): Promise<ControllerStats> {
    const stats = (await this.session.stats()) ?? NO_STATS;
    return { ...stats, firstSoundMs: this.rounds.newest?.firstSoundMs ?? NaN };
  }

  /** Ends everything; the parts are not the controller's and stay. */
  dispose(): void {
    if (this.isDisposed) return;
    this.close();
    this.isDisposed = true;
    clearInterval(this.latencyTimer);
    this.latencyTimer = undefined;
    this.session.dispose();
    this.events.clear();
  }

  // ---- what the parts report ---------------------------------------------------------------------------------------

  handleConnectionState(state: ConnectionState, error: AvatarError | null): void {
    if (this.isDisposed) return;
    // What is said of a connection that close() has ended is history.
    if (!this.isStarted) return;
    // A failure comes twice, as a report and as the rejection of start(): whichever is first is passed on.
    const isRepeated = state === this.connection && error?.message === this.lastConnectionError?.message;
    this.lastConnectionError = error;
    this.moveConnection({ type: 'report', state, error });
    if (error && !isRepeated) this.handleError(error);
  }

  handleError(error: AvatarError): void {
    if (this.isDisposed) return;
    this.events.emit('error', error);
    this.onError?.(error);
    if (error.code === ErrorCode.workerFailed) this.handleLostSession(error);
  }

  handleRoundMotion(round: number, motion: 'server' | 'local' | 'none'): void {
    const entry = this.rounds.find(round);
    if (entry) this.events.emit('conversation-motion', { conversationId: entry.conversationId, motion });
  }

  async requestToken(isRefresh: boolean): Promise<string> {
    this.tokens ??= this.openTokens();
    return (await this.tokens).token(isRefresh);
  }

  // Only those who connect to a server need it: it is loaded when the first token is asked for.
  private async openTokens(): Promise<TokenProvider> {
    const { token: source, appId } = this.options;
    const { TokenProvider } = await import('./session-token.js');
    return new TokenProvider({ source, appId, baseUrl: pageUrl() });
  }

  handleAudioBlocked(isBlocked: boolean): void {
    if (!this.isDisposed) this.events.emit('audio-blocked', { isBlocked });
  }

  handlePlaybackState(report: PlaybackState): void {
    if (this.isDisposed) return;
    const entry = this.rounds.find(report.round);
    const conversationId = entry?.conversationId ?? '';
    if (report.state === 'started' && entry) entry.markSound();
    const change = conversationChange(this.conversation, report);
    if (change) this.moveConversation(change, conversationId);
    if (report.state === 'stalled' || report.state === 'recovered') {
      const isStalled = report.state === 'stalled';
      this.events.emit('playback-stall', { conversationId, isStalled });
      this.onPlaybackStall?.(isStalled);
    }
    if (report.state === 'ended' && entry) this.rounds.settle(entry, null);
  }

  // ---- inside ------------------------------------------------------------------------------------------------------

  private isNewest(entry: RoundEntry): boolean {
    return this.rounds.newest === entry;
  }

  private beginRound(): RoundEntry {
    this.input = null;
    const { newest } = this.rounds;
    const entry = this.rounds.open();
    if (newest && !newest.isOver) this.dropRounds(entry.round);
    return entry;
  }

  private dropRounds(beforeRound: number): void {
    this.parts.output.flush(beforeRound);
    if (this.isPaused) {
      this.isPaused = false;
      this.parts.output.resume();
    }
    this.session.tell((session) => session.interrupt(beforeRound));
    const { round } = this.conversation;
    const change = round < beforeRound ? conversationChange(this.conversation, { round, state: 'flushed' }) : null;
    if (change) this.moveConversation(change, this.rounds.find(round)?.conversationId ?? '');
    this.rounds.dropBefore(beforeRound);
  }

  private append(entry: RoundEntry, samples: Int16Array | Float32Array, rateHz: number, isEnd: boolean): void {
    entry.markAudio();
    this.session.tell((session) => session.append(entry.round, samples, rateHz, isEnd));
  }

  private moveConnection(event: ConnectionEvent): void {
    const change = connectionChange(this.connection, event);
    if (!change) return;
    this.connection = change.state;
    this.events.emit('connection-state', change);
    this.onConnectionState?.(change.state, change.reason);
  }

  private moveConversation(change: ConversationChange, conversationId: string): void {
    this.conversation = { state: change.state, round: change.round };
    const isPlaying = change.state === 'playing';
    if (isPlaying && this.latencyTimer === undefined) {
      this.latencyTimer = setInterval(() => this.passOutputLatency(), LATENCY_POLL_MS);
      this.passOutputLatency();
    } else if (!isPlaying) {
      clearInterval(this.latencyTimer);
      this.latencyTimer = undefined;
    }
    if (change.state === change.previous) return;
    this.events.emit('conversation-state', { ...change, conversationId });
    this.onConversationState?.(change.state, change.reason);
  }

  private passOutputLatency(): void {
    const seconds = this.parts.output.outputLatencySeconds() + this.options.audioLatencyOffsetSeconds;
    this.parts.stage()?.setOutputLatency(seconds);
  }

  /** The motion worker died, and with it the way to the worklet: what was to be said cannot go on. */
  private handleLostSession(error: AvatarError): void {
    this.session.forget();
    this.input = null;
    const { newest } = this.rounds;
    if (newest && !newest.isOver) {
      this.rounds.settle(newest, error);
      this.parts.output.flush(newest.round + 1);
    }
    this.moveConnection({ type: 'report', state: 'failed', error });
  }

  private requireAlive(): void {
    if (this.isDisposed) throw new AvatarError(ErrorCode.aborted, 'The avatar was disposed.');
  }
}

const NO_STATS: MotionSessionStats = {
  motionBytes: 0,
  motionSeconds: 0,
  firstMotionMs: NaN,
  discardedMessages: 0,
  reconnects: 0,
};

const CONNECTION_OPTIONS: ReadonlySet<keyof AvatarControllerOptions> = new Set([
  'mode', 'appId', 'avatarId', 'serverUrl', 'region', 'token', 'sampleRateHz', 'fallback', 'connectTimeoutMs',
]);

function pageUrl(): string {
  return typeof location === 'undefined' ? 'http://localhost/' : location.href;
}
