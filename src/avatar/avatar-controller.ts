/**
 * The brain of one avatar, with AvatarKit's documented names: decides which speech is the current one and tells the
 * parts. It decodes, plays and draws nothing; while speech plays it does nothing at all.
 *
 * Connection and conversation are two state machines. Each changes when its owner reports (the transport, the audio
 * worklet), not when something is asked of it.
 */

import type { ConnectionState } from '../shared/contracts/connection-state.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { MotionSessionListener } from '../shared/contracts/motion-session.js';
import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import { Connection } from './connection/connection.js';
import { SessionLink } from './connection/session-link.js';
import { SessionTokens } from './connection/session-tokens.js';
import { type ControllerStats, NO_SESSION_STATS } from './controller-events.js';
import {
  type AvatarControllerOptions,
  changedOptions,
  checkSpeakOptions,
  DEFAULT_CONTROLLER_OPTIONS,
  expressionOf,
  isConnectionOption,
} from './controller-options.js';
import type { ControllerParts, ListenOptions, SpeakOptions, SpeechChunk, SpeechOutputListener } from './controller-parts.js';
import { BackendMotion } from './conversations/backend-motion.js';
import type { ConversationState } from './conversations/conversation-state.js';
import { Conversations } from './conversations/conversations.js';
import { type MotionPayload, type MotionPayloads, readMotionPayloads } from './conversations/motion-payloads.js';
import type { PcmInput } from './conversations/pcm-input.js';
import type { RoundEntry } from './conversations/round-book.js';
import { checkSpeechMode } from './conversations/speech-checks.js';
import { SpeechInput, type SpeechReceiver } from './conversations/speech-input.js';
import { SoundControls } from './sound-controls.js';

export type { AvatarControllerEvents, ControllerStats } from './controller-events.js';

/**
 * From live sound heard to played, s: the look-ahead of the engine, 0.11, the pieces it comes in, the work, and the frame it is
 * shown with.
 */
export const LISTEN_DELAY_SECONDS = 0.18;

export class AvatarController extends SoundControls implements MotionSessionListener, SpeechOutputListener, SpeechReceiver {
  private readonly parts: ControllerParts;
  private options = DEFAULT_CONTROLLER_OPTIONS;
  private readonly tokens = new SessionTokens(pageUrl);
  private readonly connection: Connection;
  private readonly session: SessionLink;
  private readonly conversations: Conversations;
  private readonly input: SpeechInput;
  private readonly backendMotion: BackendMotion;
  private isDisposed = false;

  /** @param input Where `send` reads, when it is older than the controller; it is to pass on to this one. */
  constructor(parts: ControllerParts, options: Partial<AvatarControllerOptions> = {}, input?: SpeechInput) {
    super(parts.output);
    this.parts = parts;
    this.input = input ?? new SpeechInput(this);
    this.options = { ...DEFAULT_CONTROLLER_OPTIONS, ...options };
    parts.output.setLatencyOffset(this.options.audioLatencyOffsetSeconds);
    this.session = new SessionLink(
      async (source) => {
        const session = await parts.openSession(source, this.options.frameStarvation, this);
        session.setExpression(expressionOf(this.options));
        return session;
      },
      async () => (await import('./connection/motion-source.js')).motionSource(this.options, pageUrl(), this.nextRound),
      (error) => this.handleError(error),
    );
    this.conversations = new Conversations(parts.output, this.session, this.input, this.events);
    this.backendMotion = new BackendMotion(
      this.conversations.rounds,
      (say) => this.session.tell(say),
      (discarded) => this.events.emit('frames-discarded', discarded),
    );
    this.connection = new Connection(this.session, {
      handleConnectionChange: (change) => this.events.emit('connection-state', change),
      handleError: (error) => this.handleError(error),
    });
  }

  // ---- what the app asks -------------------------------------------------------------------------------------------

  get connectionState(): ConnectionState {
    return this.connection.state;
  }

  get conversationState(): ConversationState {
    return this.conversations.state;
  }

  /** The newest conversation that got audio, or null before the first. */
  getCurrentConversationId(): string | null {
    return this.conversations.rounds.newest?.conversationId ?? null;
  }

  /** The conversation that plays or is paused, or null. */
  get heardConversationId(): string | null {
    return this.conversations.heardId;
  }

  get frameStarvationMode(): 'audioIndependent' | 'strictSync' {
    return this.options.frameStarvation === 'strict-sync' ? 'strictSync' : 'audioIndependent';
  }

  set frameStarvationMode(mode: 'audioIndependent' | 'strictSync') {
    this.configure({ frameStarvation: mode === 'strictSync' ? 'strict-sync' : 'audio-independent' });
  }

  /**
   * Changes options. Those of the connection end a running one and count from the next `start()`, save the token, which
   * an established one goes on without; the rest count at once.
   * Equal values change nothing.
   */
  configure(changes: Partial<AvatarControllerOptions>): void {
    const before = this.options;
    const after = { ...before, ...changes };
    this.options = after;
    const changed = changedOptions(before, after);
    if (changed.includes('frameStarvation')) {
      this.session.tellExisting((session) => session.setFrameStarvation(after.frameStarvation));
    }
    if (changed.includes('style') || changed.includes('intensity')) {
      this.session.tellExisting((session) => session.setExpression(expressionOf(after)));
    }
    if (changed.includes('audioLatencyOffsetSeconds')) this.parts.output.setLatencyOffset(after.audioLatencyOffsetSeconds);
    if (changed.includes('token') || changed.includes('appId')) this.tokens.forget();
    // A connection that stands has used its token: another one counts from the next.
    const isHealthy = this.connection.state === 'connected';
    if (changed.some((name) => isConnectionOption(name) && !(name === 'token' && isHealthy))) {
      this.session.markSourceStale();
      if (this.connection.isStarted) this.close();
    }
  }

  /** To be called in a user gesture: makes sound possible. Rejects with `audioBlocked` when the browser refuses. */
  async initializeAudioContext(): Promise<void> {
    this.requireAlive();
    await this.parts.output.unlock();
  }

  /**
   * Connects (direct mode), loads the engine (local mode) or joins the room (LiveKit mode). Called again while connecting it returns the same promise.
   *
   * @throws {AvatarError} Why there is no connection; `aborted` when `close()` came first.
   */
  start(): Promise<void> {
    if (this.isDisposed) return Promise.reject(disposedError());
    return this.connection.start();
  }

  /** Ends the connection and what plays. The avatar stays; `start()` connects again. */
  close(): void {
    this.interrupt();
    this.connection.close();
  }

  /**
   * Raw 16-bit little-endian mono PCM at `sampleRateHz`, of any chunk size; a sample cut by a chunk border is joined.
   * The first chunk after an end opens a new conversation and interrupts whatever still plays.
   *
   * @param end Closes the conversation's input; the chunk may be empty then.
   * @returns The conversation's id; null for an empty chunk that belongs to none.
   * @throws {AvatarError} `networkLayerNotAvailable` in direct mode before `start()` and in backend mode,
   *   `unsupportedSampleRate`, `invalidAudioInput` when it begins like an audio file.
   */
  send(audio: PcmInput, end = false): string | null {
    this.requireAlive();
    checkSpeechMode(this.options, false);
    if (this.options.mode === 'direct' && !this.connection.isStarted) {
      throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'Call start() before send().');
    }
    return this.input.send(audio, this.options.sampleRateHz, end);
  }

  /**
   * Backend mode: speech of the app's backend, like that of `send`. Needs no `start()`; its motion comes by
   * `yieldFramesData` with the id.
   *
   * @returns The conversation's id; null for an empty chunk that belongs to none.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode, and what `send` throws.
   */
  yieldAudioData(audio: PcmInput, end = false): string | null {
    this.requireAlive();
    checkSpeechMode(this.options, true);
    if (!this.connection.isStarted) void this.start().catch(() => undefined);
    return this.input.send(audio, this.options.sampleRateHz, end);
  }

  /**
   * Backend mode: motion of a conversation, in the order the Motion Server sent it. What belongs to another one than the
   * current is discarded, counted and reported by `frames-discarded`.
   *
   * @param payloads Whole `Message`s of a Motion Server; they stay the caller's. None, or an empty or missing one: the
   *   conversation has no (more) motion and goes on as audio only.
   * @returns True once the final motion of the conversation has come.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode, `invalidMotionData` for what are no byte arrays.
   *   Bytes that are no motion are reported by `error`; their conversation goes on as audio only.
   */
  yieldFramesData(payloads: readonly MotionPayload[] | null | undefined, conversationId: string): boolean {
    this.requireAlive();
    checkSpeechMode(this.options, true);
    return this.receiveMotion(conversationId, readMotionPayloads(payloads));
  }

  /**
   * Says something people have: a URL, `Blob`, `Response`, `ReadableStream`, `AudioBuffer`, `MediaStream` or PCM.
   * Connects by itself and closes the conversation itself.
   *
   * @returns Resolves when it was heard to its end.
   * @throws {AvatarError} `aborted` by an interrupt or `signal`, `noAudio`, `invalidAudioInput`, what decoding throws;
   *   `networkLayerNotAvailable` in backend mode, `invalidConfiguration` for an option that there is not, or a manner of
   *   speaking that cannot be.
   */
  async speak(source: unknown, options: SpeakOptions = {}): Promise<void> {
    this.requireAlive();
    checkSpeechMode(this.options, false);
    checkSpeakOptions(options);
    // Failing to connect is told by state and event; the speech is audible without a connection.
    if (!options.signal?.aborted && this.connection.state !== 'connected') void this.start().catch(() => undefined);
    await this.conversations.untilHeard(options.signal, (entry) => this.feed(entry, source, options));
  }

  /**
   * Lets the face speak what a microphone, a call or a media element says, as it comes: the engine of this browser makes the
   * motion, whatever the mode.
   *
   * @param source `MediaStream`, or an `<audio>` or `<video>` element.
   * @returns Resolves when the source has ended.
   * @throws {AvatarError} `aborted` by an interrupt or `signal`, `noAudio`, `invalidAudioInput`.
   */
  async listen(source: unknown, { sound, signal }: ListenOptions = {}): Promise<void> {
    this.requireAlive();
    await this.conversations.untilHeard(signal, async (entry) => {
      await (await this.session.get()).listen(entry.round);
      if (entry.isOver) return;
      const isAudible = (sound ?? (isMediaElement(source) ? 'delayed' : 'elsewhere')) === 'delayed';
      await this.parts.output.listen(entry.round, source, { delaySeconds: LISTEN_DELAY_SECONDS, isAudible, signal: entry.signal });
    });
  }

  /** Holds sound and face where they are. */
  pause(): void {
    if (!this.isDisposed) this.conversations.pause();
  }

  async resume(): Promise<void> {
    if (!this.isDisposed) this.conversations.resume();
  }

  /** Drops what plays and what is still to come of it; the next audio starts clean. */
  interrupt(): void {
    if (this.isDisposed || this.conversations.interrupt()) return;
    // The backend may have begun to speak without this page knowing yet.
    const beforeRound = (this.conversations.rounds.newest?.round ?? 0) + 1;
    if (this.options.mode === 'backend' || this.options.mode === 'livekit')
      this.session.tellExisting((session) => session.interrupt(beforeRound));
  }

  /** Media time of the current conversation that is audible now, s. */
  getAudioTime(): number {
    return this.conversations.state === 'idle' ? 0 : this.parts.output.mediaSeconds();
  }

  async stats(): Promise<ControllerStats> {
    const stats = (await this.session.stats()) ?? NO_SESSION_STATS;
    const discardedMessages = stats.discardedMessages + this.backendMotion.discardedPayloads;
    const { newest } = this.conversations.rounds;
    return {
      ...stats,
      discardedMessages,
      firstSoundMs: newest?.firstSoundMs ?? NaN,
      stalls: newest?.stalls ?? 0,
      bufferedSeconds: newest && !newest.isOver ? Math.max(0, newest.appendedSeconds - this.getAudioTime()) : 0,
    };
  }

  /** Ends everything; the parts are not the controller's and stay. */
  dispose(): void {
    if (this.isDisposed) return;
    this.close();
    this.isDisposed = true;
    this.session.dispose();
    this.events.clear();
  }

  /** Above every round so far. */
  get nextRound(): number {
    return (this.conversations.rounds.newest?.round ?? 0) + 1;
  }

  receiveSpeech(conversationId: string, samples: Int16Array, sampleRateHz: number, isEnd: boolean): void {
    if (this.isDisposed) return;
    const { newest } = this.conversations.rounds;
    const entry = newest?.conversationId === conversationId ? newest : this.conversations.begin(conversationId);
    this.conversations.append(entry, samples, sampleRateHz, isEnd);
  }

  /** See `yieldFramesData`. */
  receiveMotion(conversationId: string, payloads: MotionPayloads): boolean {
    return !this.isDisposed && this.backendMotion.receive(conversationId, payloads);
  }

  // ---- what the parts report ---------------------------------------------------------------------------------------

  handleConnectionState(state: ConnectionState, error: AvatarError | null): void {
    if (!this.isDisposed) this.connection.handleReport(state, error);
  }

  handleError(error: AvatarError): void {
    if (this.isDisposed) return;
    this.connection.noteError(error);
    this.events.emit('error', error);
    if (error.code === ErrorCode.workerFailed) this.handleLostSession(error);
  }

  handleRoundOpened(round: number, conversationId: string): void {
    if (!this.isDisposed) this.conversations.adopt(round, conversationId);
  }

  handleRoundMotion(round: number, motion: 'server' | 'local' | 'none'): void {
    const entry = this.conversations.rounds.find(round);
    if (entry) this.events.emit('conversation-motion', { conversationId: entry.conversationId, motion });
  }

  requestToken(isRefresh: boolean): Promise<string> {
    return this.tokens.request(this.options, isRefresh);
  }

  handleAudioBlocked(isBlocked: boolean): void {
    if (!this.isDisposed) this.events.emit('audio-blocked', { isBlocked });
  }

  handlePlaybackState(report: PlaybackState): void {
    if (!this.isDisposed) this.conversations.handlePlaybackState(report);
  }

  // ---- inside ------------------------------------------------------------------------------------------------------

  private async feed(entry: RoundEntry, source: unknown, options: SpeakOptions): Promise<void> {
    const { signal: _, sampleRateHz = this.options.sampleRateHz, ...manner } = options;
    if (Object.keys(manner).length > 0) await (await this.session.get()).begin(entry.round, manner);
    const chunks = this.parts.speechChunks(source, { sampleRateHz, signal: entry.signal });
    let last: SpeechChunk | null = null;
    for await (const chunk of chunks) {
      if (entry.isOver) return;
      if (chunk.samples.length === 0) continue;
      last = chunk;
      this.conversations.append(entry, chunk.samples, chunk.sampleRateHz, false);
    }
    if (entry.isOver) return;
    if (!last) throw new AvatarError(ErrorCode.noAudio, 'There is no audio in what was to be spoken.');
    this.conversations.append(entry, new Int16Array(0), last.sampleRateHz, true);
  }

  /** The motion worker died. */
  private handleLostSession(error: AvatarError): void {
    this.session.forget();
    this.conversations.handleLostSession(error);
    this.connection.handleLoss(error);
  }

  private requireAlive(): void {
    if (this.isDisposed) throw disposedError();
  }
}

function isMediaElement(source: unknown): boolean {
  return typeof HTMLMediaElement !== 'undefined' && source instanceof HTMLMediaElement;
}

function disposedError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'The avatar was disposed.');
}

function pageUrl(): string {
  return typeof location === 'undefined' ? 'http://localhost/' : location.href;
}
