/**
 * The speech of one avatar: decides which round is the current one and passes it on. It decodes, plays and draws nothing; while
 * speech plays it does nothing at all.
 *
 * Connection and conversation are two state machines. Each changes when its owner reports (the transport, the audio
 * worklet), not when something is asked of it.
 */

import type { ConnectionState } from '../shared/contracts/connection-state.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import type { RoundMotion, SessionListener } from '../shared/contracts/session.js';
import { Emitter } from '../shared/core/emitter.js';
import {
  type AvatarOptions,
  changedOptions,
  checkSpeakOptions,
  DEFAULT_AVATAR_OPTIONS,
  expressionOf,
  isConnectionOption,
} from './avatar-options.js';
import { Connection } from './connection/connection.js';
import { SessionLink } from './connection/session-link.js';
import { SessionTokens } from './connection/session-tokens.js';
import { BackendMotion } from './conversations/backend-motion.js';
import type { ConversationState } from './conversations/conversation-state.js';
import { Conversations } from './conversations/conversations.js';
import type { Interruption } from './conversations/interruption.js';
import type { LiveSpeech } from './conversations/live-speech.js';
import type { MotionPayloads } from './conversations/motion-payloads.js';
import type { Round } from './conversations/rounds.js';
import { checkSpeechMode } from './conversations/speech-checks.js';
import type { SpeechInput, SpeechReceiver } from './conversations/speech-input.js';
import { NO_SESSION_STATS, type SpeechEvents, type SpeechStats } from './speech-events.js';
import type { ListenOptions, SpeakOptions, SpeechChunk, SpeechOutputListener, SpeechParts } from './speech-parts.js';

/** How far `speak()` reads a source ahead of what is heard, s. */
const MAX_AHEAD_SECONDS = 30;
const AHEAD_POLL_MS = 250;

export class AvatarSpeech implements SessionListener, SpeechOutputListener, SpeechReceiver {
  private readonly parts: SpeechParts;
  private options = DEFAULT_AVATAR_OPTIONS;
  private readonly tokens = new SessionTokens(pageUrl);
  private readonly connection: Connection;
  private readonly session: SessionLink;
  private readonly conversations: Conversations;
  private readonly input: SpeechInput;
  private readonly backendMotion: BackendMotion;
  private live: LiveSpeech | null = null;
  private readonly events = new Emitter<SpeechEvents>();
  private isDisposed = false;

  /** @param input Reads the app's raw speech and passes it to `receiveSpeech`. */
  constructor(parts: SpeechParts, options: Partial<AvatarOptions>, input: SpeechInput) {
    this.parts = parts;
    this.input = input;
    this.options = { ...DEFAULT_AVATAR_OPTIONS, ...options };
    this.session = new SessionLink(
      {
        openSession: async (source) => {
          const session = await parts.openSession(source, this.options.frameStarvation, this);
          session.setExpression(expressionOf(this.options));
          return session;
        },
        openPageSession: (source) => parts.openPageSession(source),
      },
      async () => {
        parts.prepare();
        return (await import('./connection/motion-source.js')).motionSource(this.options, pageUrl(), this.nextRound);
      },
      (error) => this.handleError(error),
    );
    this.conversations = new Conversations(parts.output, this.session, this.input, this.events);
    this.backendMotion = new BackendMotion(
      this.conversations.rounds,
      (call) => this.session.send(call),
      (discarded) => this.events.emit('frames-discarded', discarded),
    );
    this.connection = new Connection(this.session, {
      handleConnectionChange: (change) => this.events.emit('connection-state', change),
      handleError: (error) => this.handleError(error),
    });
  }

  /** Whether speech passes the motion worker, by the present options. */
  get needsMotionWorker(): boolean {
    return this.options.mode !== 'livekit';
  }

  /** Whether motion is computed, or may have to be computed, in this browser. */
  get needsMouthModel(): boolean {
    const { mode, fallback } = this.options;
    return mode === 'local' || (mode !== 'livekit' && fallback === 'local');
  }

  // ---- what the app asks -------------------------------------------------------------------------------------------

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof SpeechEvents>(name: Name, listener: (event: SpeechEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  get connectionState(): ConnectionState {
    return this.connection.state;
  }

  get conversationState(): ConversationState {
    return this.conversations.state;
  }

  /** The newest conversation that got audio, or null before the first. */
  get newestConversationId(): string | null {
    return this.conversations.rounds.newest?.conversationId ?? null;
  }

  /** The conversation that plays or is paused, or null. */
  get heardConversationId(): string | null {
    return this.conversations.heardId;
  }

  /**
   * Changes options. Connection options end a running connection and take effect with the next `start()`, except the token: an
   * established connection does not need it any more. The rest take effect at once. Equal values change nothing.
   */
  configure(changes: Partial<AvatarOptions>): void {
    const before = this.options;
    const after = { ...before, ...changes };
    this.options = after;
    const changed = changedOptions(before, after);
    if (changed.includes('frameStarvation')) {
      this.session.sendToWorker((session) => session.setFrameStarvation(after.frameStarvation));
    }
    if (changed.includes('style') || changed.includes('intensity')) {
      this.session.sendToWorker((session) => session.setExpression(expressionOf(after)));
    }
    if (changed.includes('token') || changed.includes('appId')) this.tokens.forget();
    // A connection that stands has used its token: another one counts from the next.
    const isHealthy = this.connection.state === 'connected';
    if (changed.some((name) => isConnectionOption(name) && !(name === 'token' && isHealthy))) {
      this.session.markSourceStale();
      if (this.connection.isStarted) this.close();
    }
  }

  /** Unlocks sound; call it in a user gesture. @throws {AvatarError} `audioBlocked` when the browser refuses. */
  async unlockSound(): Promise<void> {
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
    this.drop();
    this.connection.close();
  }

  /**
   * Speaks a URL, `Blob`, `Response`, `ReadableStream`, `AudioBuffer`, `MediaStream` or PCM as one round. Connects first if needed.
   *
   * @returns Resolves when it was played to its end.
   * @throws {AvatarError} `aborted` by an interrupt or `signal`, `noAudio`, `invalidAudioInput`, what decoding throws;
   *   `networkLayerNotAvailable` in backend mode, `invalidConfiguration` for an unknown option or an invalid manner of
   *   speaking.
   */
  async speak(source: unknown, options: SpeakOptions = {}): Promise<void> {
    this.requireAlive();
    checkSpeechMode(this.options, false);
    checkSpeakOptions(options);
    // A failure to connect is reported by state and event; the speech is audible without a connection.
    if (!options.signal?.aborted && this.connection.state !== 'connected') void this.start().catch(() => undefined);
    await this.conversations.untilHeard(options.signal, (entry) => this.feed(entry, source, options));
  }

  /**
   * Moves the face to live sound of a microphone, a call or a media element. The local engine makes the motion, whatever the mode.
   *
   * @param source `MediaStream`, or an `<audio>` or `<video>` element.
   * @param isOfSource The voice comes from the present source, such as a room, which otherwise has all speech to itself.
   * @returns Resolves when the source has ended.
   * @throws {AvatarError} `aborted` by `signal` or other speech, `noAudio`, `invalidAudioInput`; `networkLayerNotAvailable` in a room.
   */
  async listen(source: unknown, options: ListenOptions = {}, isOfSource = false): Promise<void> {
    this.requireAlive();
    // Other speech that is asked for while the code is loaded comes after this.
    const place = this.conversations.begin();
    const { LiveSpeech } = await import('./conversations/live-speech.js');
    if (place.isOver) return place.untilHeard;
    place.settle(null);
    this.live ??= new LiveSpeech(this.conversations, this.session, this.parts.output, (error) => this.handleError(error));
    await this.live.speak(source, options, isOfSource);
  }

  /** What the present live source lacks: nothing but zeros come from it. Null without one, and while it brings sound. */
  get liveSilence(): string | null {
    return this.live?.silence ?? null;
  }

  /** Holds sound and face where they are. */
  pause(): void {
    if (!this.isDisposed) this.conversations.pause();
  }

  async resume(): Promise<void> {
    if (!this.isDisposed) this.conversations.resume();
  }

  /** Drops what plays and what is still to come of it; the next audio starts clean. A live source goes on with its next utterance. */
  interrupt(): Interruption | null {
    const heard = this.whatIsHeard();
    const { newest } = this.conversations.rounds;
    if (newest) newest.isContinued = newest.isLive;
    this.drop();
    if (heard) this.events.emit('interrupted', heard);
    return heard;
  }

  /** Null between the utterances of a live source, too. */
  private whatIsHeard(): Interruption | null {
    const { newest } = this.conversations.rounds;
    if (!newest || newest.isOver || (newest.isLive && this.conversations.state === 'idle')) return null;
    const { conversationId } = newest;
    const seconds = this.heardConversationId === conversationId ? this.audibleSeconds : 0;
    return { conversationId, turnId: null, itemId: null, heardSeconds: seconds, itemSeconds: seconds, heardText: null };
  }

  private drop(): void {
    if (this.isDisposed || this.conversations.interrupt()) return;
    // The backend may have begun to speak without this page knowing yet.
    const beforeRound = (this.conversations.rounds.newest?.round ?? 0) + 1;
    if (this.options.mode === 'backend' || this.options.mode === 'livekit')
      this.session.sendToExisting((session) => session.interrupt(beforeRound));
  }

  /** Media time of the current conversation that is audible now, s; 0 while none plays. */
  get audibleSeconds(): number {
    return this.conversations.state === 'idle' ? 0 : Math.max(0, this.parts.output.mediaSeconds() - this.conversations.startSeconds);
  }

  async stats(): Promise<SpeechStats> {
    const stats = (await this.session.stats(this.conversations.rounds.newest?.isLive ?? false)) ?? NO_SESSION_STATS;
    const discardedMessages = stats.discardedMessages + this.backendMotion.discardedPayloads;
    const { newest } = this.conversations.rounds;
    return {
      ...stats,
      discardedMessages,
      firstSoundMs: newest?.firstSoundMs ?? NaN,
      stalls: newest?.stalls ?? 0,
      bufferedSeconds: newest ? this.bufferedSeconds(newest) : 0,
    };
  }

  /** Ends everything but the parts, which belong to the caller. */
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

  /**
   * Backend mode: motion of a conversation, in the order the Motion Server sent it. Payloads of any other conversation than the
   * current one are discarded, counted and reported by `frames-discarded`.
   *
   * @returns True once the final motion of the conversation has arrived.
   */
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
    // First: listeners dispose of the avatar, and its speech would then end as one that was interrupted.
    if (error.code === ErrorCode.workerFailed) this.handleLostSession(error);
    this.events.emit('error', error);
  }

  handleRoundOpened(round: number, conversationId: string): void {
    if (!this.isDisposed) this.conversations.adopt(round, conversationId);
  }

  handleRoundMotion(round: number, motion: RoundMotion): void {
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

  private async feed(entry: Round, source: unknown, options: SpeakOptions): Promise<void> {
    const { signal: _, sampleRateHz, encoding, ...manner } = options;
    if (Object.keys(manner).length > 0) await (await this.session.speech()).begin(entry.round, manner);
    const chunks = this.parts.speechChunks(source, {
      sampleRateHz,
      defaultSampleRateHz: this.options.sampleRateHz,
      encoding,
      signal: entry.signal,
    });
    let last: SpeechChunk | null = null;
    for await (const chunk of chunks) {
      if (entry.isOver) return;
      if (chunk.samples.length === 0) continue;
      last = chunk;
      this.conversations.append(entry, chunk.samples, chunk.sampleRateHz, false);
      // Motion that is already requested cannot be called back: the next speech would wait for it.
      while (this.bufferedSeconds(entry) > MAX_AHEAD_SECONDS) await new Promise((resolve) => setTimeout(resolve, AHEAD_POLL_MS));
    }
    if (entry.isOver) return;
    if (!last) throw new AvatarError(ErrorCode.noAudio, 'The source contains no audio.');
    this.conversations.append(entry, new Int16Array(0), last.sampleRateHz, true);
  }

  /** Speech that was received and not yet heard, s; 0 for a round that is over. */
  private bufferedSeconds(entry: Round): number {
    return entry.isOver ? 0 : Math.max(0, entry.appendedSeconds - this.audibleSeconds);
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

function disposedError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'The avatar was disposed.');
}

function pageUrl(): string {
  return typeof location === 'undefined' ? 'http://localhost/' : location.href;
}
