/**
 * Backend Mode over the built-in relay: rounds arrive, each as sound with its motion, on one ordered WebSocket that is kept up until
 * `close()`. The relay's protocol calls a round a current.
 *
 * Rounds begin here, in the worker: a blocked page delays nothing. After a lost connection the relay resumes within the round;
 * sound sent meanwhile is left out, and the motion stays with the sound.
 */

import { decodeMessage, type RelayEvent, type RelayFrame } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { RelaySourceOptions } from '../../shared/contracts/source-options.js';
import { createLogId } from '../../shared/core/ids.js';
import type { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import type { Source, SourceListener } from '../source.js';
import type { WebSocketConstructor } from './direct-connection.js';
import { IncomingRound, type RoundPlace } from './incoming-round.js';
import { ReconnectingConnection } from './reconnecting-connection.js';
import { RelayConnection, type RelayReady } from './relay-connection.js';
import { errorFromServer } from './server-errors.js';

export interface RelaySourceSettings extends Omit<RelaySourceOptions, 'kind'> {
  /** The platform's by default; Node before 22 has none. */
  readonly WebSocket?: WebSocketConstructor;
  /** ms one attempt may take. */
  readonly attemptTimeoutMs?: number;
  /** ms of silence after which the relay is asked whether it is there. */
  readonly silenceMs?: number;
  /** ms to wait for the rest of a round that was cut off; then it ends where it is. */
  readonly resumeTimeoutMs?: number;
  readonly reconnectPolicy?: ReconnectPolicy;
}

const DEFAULT_ATTEMPT_TIMEOUT_MS = 10_000;
const DEFAULT_SILENCE_MS = 10_000;
/** Shorter than relays wait for their clients. */
const DEFAULT_RESUME_TIMEOUT_MS = 12_000;

export class RelaySource implements Source {
  readonly origin = 'server';
  readonly speech = null;
  readonly motion = null;
  readonly opensRounds = true;
  readonly timeout: RelaySourceSettings;
  private readonly options: RelaySourceSettings;
  private readonly listener: SourceListener;
  private readonly link: ReconnectingConnection;
  private connection: RelayConnection | null = null;
  private isReady = false;
  private resumeToken: string | null = null;
  private resumeTimer: ReturnType<typeof setTimeout> | undefined;
  private current: IncomingRound | null = null;
  private nextRound: number;
  /** The public format tells the rate of its sound, and not where a round begins. */
  private impliedRateHz: number | null = null;
  private hasNamedRounds = false;
  /** After an interruption: what arrives belongs to the dropped round. */
  private isIgnoring = false;
  private _discardedMessages = 0;

  constructor(options: RelaySourceSettings, listener: SourceListener) {
    this.options = this.timeout = options;
    this.listener = listener;
    this.nextRound = options.firstRound;
    this.link = new ReconnectingConnection(
      { peer: 'relay', connectTimeoutMs: options.connectTimeoutMs, policy: options.reconnectPolicy },
      {
        handleState: (state, error) => listener.handleState(state, error),
        handleRefused: () => listener.handleRefused?.(),
        attempt: () => this.attempt(),
      },
    );
  }

  get discardedMessages(): number {
    return this._discardedMessages;
  }

  get reconnects(): number {
    return this.link.reconnects;
  }

  open(): Promise<void> {
    return this.link.open();
  }

  interrupt(beforeRound: number): void {
    this.nextRound = Math.max(this.nextRound, beforeRound);
    const { current } = this;
    if (!current || current.round >= beforeRound) return;
    this.current = null;
    clearTimeout(this.resumeTimer);
    this.isIgnoring = true;
    this.connection?.send({ action: 'interrupt', turn_id: current.turnId });
  }

  close(): void {
    this.current = null;
    this.resumeToken = null;
    clearTimeout(this.resumeTimer);
    this.dropConnection();
    this.link.close();
  }

  // ---- connecting --------------------------------------------------------------------------------------------------

  private attempt(): void {
    if (!this.link.isWanted || this.connection) return;
    this.link.cancelRetry();
    const WebSocket = this.options.WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
    try {
      if (!WebSocket) throw new AvatarError(ErrorCode.invalidConfiguration, 'There is no WebSocket here: pass one.');
      const options = {
        url: this.resumingUrl(),
        WebSocket,
        attemptTimeoutMs: this.options.attemptTimeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS,
        silenceMs: this.options.silenceMs ?? DEFAULT_SILENCE_MS,
      };
      this.connection = new RelayConnection(options, {
        handleReady: (ready) => this.handleReady(ready),
        handleEvent: (event) => this.handleEvent(event),
        handleMedia: (frame) => this.handleMedia(frame),
        handleRefusal: (error, turnId) => this.handleRefusal(error, turnId),
        handleUnusable: (error) => this.listener.handleError(error),
        handleClosed: (error, isFinal) => this.handleClosed(error, isFinal),
      });
    } catch (reason) {
      this.link.stop(avatarErrorFrom(reason, ErrorCode.invalidConfiguration));
    }
  }

  private resumingUrl(): string {
    let url: URL;
    try {
      url = new URL(this.options.url);
    } catch {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'The relay URL is no valid URL.');
    }
    if (this.resumeToken) url.searchParams.set('resume', this.resumeToken);
    if (this.resumeToken && this.current) {
      url.searchParams.set('turn', this.current.turnId);
      url.searchParams.set('frame', String(this.current.frame));
    }
    return url.href;
  }

  private handleReady({ sampleRateHz, resumeToken, turnId }: RelayReady): void {
    this.impliedRateHz = sampleRateHz ?? this.impliedRateHz;
    this.resumeToken = resumeToken ?? this.resumeToken;
    if (this.isReady) return;
    this.isReady = true;
    if (this.current && this.current.turnId !== turnId) this.endBrokenRound();
    this.link.succeed();
  }

  private handleClosed(error: AvatarError, isFinal: boolean): void {
    const { link, isReady: wasReady } = this;
    this.dropConnection();
    if (!link.isWanted) return;
    if (this.current?.isOver) this.current = null;
    if (isFinal) {
      this.endBrokenRound();
      if (error.code === ErrorCode.connectionClosed) this.leave(error);
      else link.stop(error);
      return;
    }
    if (wasReady) {
      link.endLife();
      clearTimeout(this.resumeTimer);
      if (this.current)
        this.resumeTimer = setTimeout(() => this.endBrokenRound(), this.options.resumeTimeoutMs ?? DEFAULT_RESUME_TIMEOUT_MS);
      link.startSeries(error);
    } else if (error.message !== link.lastFailure?.message) {
      this.listener.handleError(error);
    }
    link.lastFailure = error;
    link.retryLater();
  }

  /** The relay has ended the conversation. */
  private leave(error: AvatarError): void {
    this.resumeToken = null;
    this.link.leave(error);
  }

  private dropConnection(): void {
    this.isReady = false;
    this.link.cancelRetry();
    this.connection?.close();
    this.connection = null;
  }

  // ---- rounds ------------------------------------------------------------------------------------------------------

  private handleEvent(event: Exclude<RelayEvent, RelayReady>): void {
    if (event.event === 'turn') {
      this.hasNamedRounds = true;
      this.enterRound(event);
    } else if (event.event === 'interrupt') {
      this.isIgnoring = false;
      const { current } = this;
      if (!current || (event.turnId !== null && event.turnId !== current.turnId)) return;
      this.current = null;
      clearTimeout(this.resumeTimer);
      this.listener.handleInterrupted(current.round);
    }
  }

  private enterRound(place: RoundPlace): void {
    clearTimeout(this.resumeTimer);
    this.isIgnoring = false;
    if (this.current?.continueAt(place)) return;
    this.current = new IncomingRound(place, this.nextRound++);
    this.listener.handleRoundOpened(this.current.round, place.turnId);
  }

  private handleMedia(frame: Extract<RelayFrame, { type: 'audio' | 'motion' }>): void {
    if (!this.current && !this.isIgnoring && !this.hasNamedRounds && frame.type === 'audio' && frame.pcm.length > 0 && this.impliedRateHz) {
      const place = { frame: 0, startSeconds: 0, startKeyframe: 0, sampleRateHz: this.impliedRateHz };
      this.enterRound({ event: 'turn', turnId: createLogId(), ...place });
    }
    const { current } = this;
    if (!current) {
      this._discardedMessages++;
      // Without turn events the end of the sound is the only sign that another round follows.
      if (!this.hasNamedRounds && frame.type === 'audio' && frame.isLast) this.isIgnoring = false;
      return;
    }
    if (frame.type === 'audio') {
      if (current.isAudioOver) this._discardedMessages++;
      else this.listener.handleSpeech(current.round, current.readAudio(frame.pcm, frame.isLast), current.sampleRateHz, frame.isLast);
    } else {
      this.readMotion(current, frame.envelopes, frame.isLast);
    }
    if (current.isOver && this.current === current) this.current = null;
  }

  private readMotion(current: IncomingRound, envelopes: readonly Uint8Array[], isLast: boolean): void {
    if (current.isMotionOver) {
      this._discardedMessages += envelopes.length;
      return;
    }
    current.noteMotion(isLast);
    try {
      for (const envelope of envelopes) this.readEnvelope(current, envelope);
    } catch (reason) {
      this.failMotion(current, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    if (isLast) this.listener.handleMotionEnd(current.round);
  }

  private readEnvelope(current: IncomingRound, envelope: Uint8Array): void {
    const { data } = decodeMessage(envelope);
    if (data.case === 'serverError') throw errorFromServer(data.value.code, data.value.message);
    const frames = data.case === 'serverResponseAnimation' ? current.readMotion(data.value) : null;
    if (frames) this.listener.handleMotion(current.round, frames, envelope.length);
    else if (data.case !== 'serverResponseAnimation') this._discardedMessages++;
  }

  private handleRefusal(error: AvatarError, turnId: string | null): void {
    if (this.current && turnId === this.current.turnId && !this.current.isMotionOver) this.failMotion(this.current, error);
    else this.listener.handleError(error);
  }

  private failMotion(current: IncomingRound, error: AvatarError): void {
    current.isMotionOver = true;
    this.listener.handleRoundError(current.round, error);
  }

  /** What has arrived plays to its end; nothing more is waited for. */
  private endBrokenRound(): void {
    clearTimeout(this.resumeTimer);
    const { current } = this;
    if (!current) return;
    this.current = null;
    if (!current.isAudioOver) this.listener.handleSpeech(current.round, new Int16Array(0), current.sampleRateHz, true);
    if (!current.isMotionOver) {
      this.listener.handleRoundError(
        current.round,
        new AvatarError(ErrorCode.connectionClosed, 'The connection to the relay was lost in the middle of a turn.'),
      );
    }
  }
}
