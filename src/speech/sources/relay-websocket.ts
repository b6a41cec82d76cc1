/**
 * Backend Mode over the built-in relay: turns come in, each as sound with its motion, on one ordered WebSocket that is
 * kept up until `close()`.
 *
 * Turns begin here, in the worker: a page that is blocked costs nothing. After a lost connection the relay is asked to
 * go on where it was in the turn; what was said meanwhile is left out, and the motion stays with the sound.
 */

import { decodeMessage, type RelayEvent, type RelayFrame } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { createLogId } from '../../shared/core/ids.js';
import type { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import { DEFAULT_SAMPLE_RATE_HZ } from '../../shared/samples/sample-rates.js';
import type { WebSocketConstructor } from './direct-connection.js';
import { IncomingTurn, type TurnPlace } from './incoming-turn.js';
import { KeptConnection } from './kept-connection.js';
import { RelayConnection, type RelayReady } from './relay-connection.js';
import { errorFromServer } from './server-errors.js';
import type { Transport, TransportHandlers, TurnHandlers } from './transport.js';

export interface RelayTransportOptions {
  /** `ws(s)://…` */
  readonly url: string;
  /** ms without a connection until the state is `failed`; attempts go on in the background. */
  readonly connectTimeoutMs: number;
  /** The platform's by default; Node before 22 has none. */
  readonly WebSocket?: WebSocketConstructor;
  /** ms one attempt may take. */
  readonly attemptTimeoutMs?: number;
  /** ms of silence after which the relay is asked whether it is there. */
  readonly silenceMs?: number;
  /** ms a turn that was cut off is waited for; then it ends where it is. */
  readonly resumePatienceMs?: number;
  readonly reconnectPolicy?: ReconnectPolicy;
}

const DEFAULT_ATTEMPT_TIMEOUT_MS = 10_000;
const DEFAULT_SILENCE_MS = 10_000;
/** Somewhat shorter than relays wait for their clients. */
const DEFAULT_RESUME_PATIENCE_MS = 12_000;

export class RelayTransport implements Transport {
  /** What the local engine takes over with. */
  readonly sampleRateHz = DEFAULT_SAMPLE_RATE_HZ;
  private readonly options: RelayTransportOptions;
  private readonly handlers: TransportHandlers & TurnHandlers;
  private readonly kept: KeptConnection;
  private connection: RelayConnection | null = null;
  private isReady = false;
  private resumeToken: string | null = null;
  private resumeTimer: ReturnType<typeof setTimeout> | undefined;
  private turn: IncomingTurn | null = null;
  /** What the public format says of turns: their rate, and nothing of where they begin. */
  private impliedRateHz: number | null = null;
  private hasNamedTurns = false;
  /** After an interrupt: what comes belongs to what was dropped. */
  private isIgnoring = false;
  private _discardedMessages = 0;

  constructor(options: RelayTransportOptions, handlers: TransportHandlers & TurnHandlers) {
    this.options = options;
    this.handlers = handlers;
    this.kept = new KeptConnection(
      { peer: 'relay', connectTimeoutMs: options.connectTimeoutMs, policy: options.reconnectPolicy },
      { handleState: (state, error) => handlers.handleState(state, error), attempt: () => this.attempt() },
    );
  }

  get discardedMessages(): number {
    return this._discardedMessages;
  }

  get reconnects(): number {
    return this.kept.reconnects;
  }

  open(): Promise<void> {
    return this.kept.open();
  }

  /** The relay's own speech needs no way back. */
  send(): void {}

  interrupt(beforeRound: number): void {
    const { turn } = this;
    if (!turn || turn.round >= beforeRound) return;
    this.turn = null;
    clearTimeout(this.resumeTimer);
    this.isIgnoring = true;
    this.connection?.say({ action: 'interrupt', turn_id: turn.turnId });
  }

  close(): void {
    this.turn = null;
    this.resumeToken = null;
    clearTimeout(this.resumeTimer);
    this.dropConnection();
    this.kept.close();
  }

  // ---- connecting --------------------------------------------------------------------------------------------------

  private attempt(): void {
    if (!this.kept.isWanted || this.connection) return;
    this.kept.cancelRetry();
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
        handleComplaint: (error, turnId) => this.handleComplaint(error, turnId),
        handleUnusable: (error) => this.handlers.handleError(error),
        handleClosed: (error, isFinal) => this.handleClosed(error, isFinal),
      });
    } catch (reason) {
      this.kept.stop(avatarErrorFrom(reason, ErrorCode.invalidConfiguration));
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
    if (this.resumeToken && this.turn) {
      url.searchParams.set('turn', this.turn.turnId);
      url.searchParams.set('frame', String(this.turn.frame));
    }
    return url.href;
  }

  private handleReady({ sampleRateHz, resumeToken, turnId }: RelayReady): void {
    this.impliedRateHz = sampleRateHz ?? this.impliedRateHz;
    this.resumeToken = resumeToken ?? this.resumeToken;
    if (this.isReady) return;
    this.isReady = true;
    if (this.turn && this.turn.turnId !== turnId) this.endBrokenTurn();
    this.kept.succeed();
  }

  private handleClosed(error: AvatarError, isFinal: boolean): void {
    const { kept, isReady: wasReady } = this;
    this.dropConnection();
    if (!kept.isWanted) return;
    if (this.turn?.isOver) this.turn = null;
    if (isFinal) {
      this.endBrokenTurn();
      if (error.code === ErrorCode.connectionClosed) this.leave(error);
      else kept.stop(error);
      return;
    }
    if (wasReady) {
      kept.endLife();
      clearTimeout(this.resumeTimer);
      if (this.turn) this.resumeTimer = setTimeout(() => this.endBrokenTurn(), this.options.resumePatienceMs ?? DEFAULT_RESUME_PATIENCE_MS);
      kept.startSeries(error);
    } else if (error.message !== kept.lastFailure?.message) {
      this.handlers.handleError(error);
    }
    kept.lastFailure = error;
    kept.retryLater();
  }

  /** The relay has said goodbye in order. */
  private leave(error: AvatarError): void {
    this.resumeToken = null;
    this.kept.leave(error);
  }

  private dropConnection(): void {
    this.isReady = false;
    this.kept.cancelRetry();
    this.connection?.close();
    this.connection = null;
  }

  // ---- turns -------------------------------------------------------------------------------------------------------

  private handleEvent(event: Exclude<RelayEvent, RelayReady>): void {
    if (event.event === 'turn') {
      this.hasNamedTurns = true;
      this.enterTurn(event);
    } else if (event.event === 'interrupt') {
      this.isIgnoring = false;
      const { turn } = this;
      if (!turn || (event.turnId !== null && event.turnId !== turn.turnId)) return;
      this.turn = null;
      clearTimeout(this.resumeTimer);
      this.handlers.handleTurnInterrupted(turn.round);
    }
  }

  private enterTurn(place: TurnPlace): void {
    clearTimeout(this.resumeTimer);
    this.isIgnoring = false;
    if (this.turn?.continueAt(place)) return;
    // First: the round that begins ends this one, and the relay knows that.
    this.turn = null;
    this.turn = new IncomingTurn(place, this.handlers.handleTurn(place.turnId));
  }

  private handleMedia(frame: Extract<RelayFrame, { type: 'audio' | 'motion' }>): void {
    if (!this.turn && !this.isIgnoring && !this.hasNamedTurns && frame.type === 'audio' && frame.pcm.length > 0 && this.impliedRateHz) {
      const place = { frame: 0, startSeconds: 0, startKeyframe: 0, sampleRateHz: this.impliedRateHz };
      this.enterTurn({ event: 'turn', turnId: createLogId(), ...place });
    }
    const { turn } = this;
    if (!turn) {
      this._discardedMessages++;
      // Without names the end of the sound is the only sign that something else follows.
      if (!this.hasNamedTurns && frame.type === 'audio' && frame.isLast) this.isIgnoring = false;
      return;
    }
    if (frame.type === 'audio') {
      if (turn.isAudioOver) this._discardedMessages++;
      else this.handlers.handleTurnAudio(turn.round, turn.readAudio(frame.pcm, frame.isLast), turn.sampleRateHz, frame.isLast);
    } else {
      this.readMotion(turn, frame.envelopes, frame.isLast);
    }
    if (turn.isOver && this.turn === turn) this.turn = null;
  }

  private readMotion(turn: IncomingTurn, envelopes: readonly Uint8Array[], isLast: boolean): void {
    if (turn.isMotionOver) {
      this._discardedMessages += envelopes.length;
      return;
    }
    turn.noteMotion(isLast);
    try {
      for (const envelope of envelopes) this.readEnvelope(turn, envelope);
    } catch (reason) {
      this.failMotion(turn, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    if (isLast) this.handlers.handleMotionEnd(turn.round);
  }

  private readEnvelope(turn: IncomingTurn, envelope: Uint8Array): void {
    const { data } = decodeMessage(envelope);
    if (data.case === 'serverError') throw errorFromServer(data.value.code, data.value.message);
    const frames = data.case === 'serverResponseAnimation' ? turn.readMotion(data.value) : null;
    if (frames) this.handlers.handleMotion(turn.round, frames, envelope.length);
    else if (data.case !== 'serverResponseAnimation') this._discardedMessages++;
  }

  private handleComplaint(error: AvatarError, turnId: string | null): void {
    if (this.turn && turnId === this.turn.turnId && !this.turn.isMotionOver) this.failMotion(this.turn, error);
    else this.handlers.handleError(error);
  }

  private failMotion(turn: IncomingTurn, error: AvatarError): void {
    turn.isMotionOver = true;
    this.handlers.handleRoundError(turn.round, error);
  }

  /** What has come is heard to its end, and nothing more is waited for. */
  private endBrokenTurn(): void {
    clearTimeout(this.resumeTimer);
    const { turn } = this;
    if (!turn) return;
    this.turn = null;
    if (!turn.isAudioOver) this.handlers.handleTurnAudio(turn.round, new Int16Array(0), turn.sampleRateHz, true);
    if (!turn.isMotionOver) {
      this.handlers.handleRoundError(
        turn.round,
        new AvatarError(ErrorCode.connectionClosed, 'The connection to the relay was lost in the middle of a turn.'),
      );
    }
  }
}
