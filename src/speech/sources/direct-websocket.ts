/**
 * The browser's own connection to a Motion Server (Direct Mode), kept up until `close()`.
 *
 * Audio goes out as fast as it comes. Speech without motion yet is kept, so that after a lost connection the rest of
 * the round is asked for again, from a grid position on which frames and samples meet: the timeline heals. What a
 * browser cannot see of a refused upgrade is asked for by a plain request to the same address; a first failed attempt
 * is repeated with a fresh token in any case.
 */

import type { ServerResponseAnimation } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import { AnswerWatch } from './answer-watch.js';
import { DirectConnection, type WebSocketConstructor } from './direct-connection.js';
import { KeptConnection } from './kept-connection.js';
import { OutgoingRound } from './outgoing-round.js';
import { probeRefusal, requestWithin } from './refusal-probe.js';
import { retryOf } from './server-errors.js';
import type { Transport, TransportHandlers } from './transport.js';

export interface DirectTransportOptions {
  /** `ws(s)://…/v2/driveningress`. */
  readonly serverUrl: string;
  readonly appId: string;
  readonly avatarId: string;
  readonly sampleRateHz: number;
  /** ms without a connection until the state is `failed`; attempts go on in the background. */
  readonly connectTimeoutMs: number;
  requestToken(isRefresh: boolean): Promise<string>;
  /** The platform's by default; Node before 22 has none. */
  readonly WebSocket?: WebSocketConstructor;
  /** ms a server may owe motion before it counts as dead. */
  readonly answerTimeoutMs?: number;
  /** ms one attempt may take. */
  readonly attemptTimeoutMs?: number;
  readonly reconnectPolicy?: ReconnectPolicy;
}

/** Bytes in the socket's buffer above which sending waits: 4 s of 16 kHz speech. */
const HIGH_WATER_BYTES = 128 * 1024;
const PUMP_RETRY_MS = 20;
const WATCH_MS = 500;
const DEFAULT_ANSWER_TIMEOUT_MS = 8000;
const DEFAULT_ATTEMPT_TIMEOUT_MS = 10_000;
const TOKEN_TIMEOUT_MS = 20_000;
/** A buffer that does not shrink for this many ms leads to nobody. */
const SEND_TIMEOUT_MS = 10_000;
/** A token endpoint that fails this often in a row does not recover within the connect time-out. */
const MAX_TOKEN_FAILURES = 2;

export class DirectWebSocketTransport implements Transport {
  readonly sampleRateHz: number;
  private readonly options: DirectTransportOptions;
  private readonly handlers: TransportHandlers;
  private readonly kept: KeptConnection;
  /** Changes with everything that makes an attempt in progress pointless. */
  private epoch = 0;
  private connection: DirectConnection | null = null;
  private isAttempting = false;
  private needsFreshToken = false;
  private hasTriedFreshToken = false;
  private tokenFailures = 0;
  private pumpTimer: ReturnType<typeof setTimeout> | undefined;
  private watchTimer: ReturnType<typeof setInterval> | undefined;
  private current: OutgoingRound | null = null;
  private firstWantedRound = 0;
  private readonly answers: AnswerWatch;
  private _discardedMessages = 0;

  constructor(options: DirectTransportOptions, handlers: TransportHandlers) {
    this.options = options;
    this.handlers = handlers;
    this.sampleRateHz = options.sampleRateHz;
    this.kept = new KeptConnection(
      { peer: 'Motion Server', connectTimeoutMs: options.connectTimeoutMs, policy: options.reconnectPolicy },
      {
        handleState: (state, error) => handlers.handleState(state, error),
        handleSeries: () => this.forgetTokens(),
        attempt: () => void this.attempt(),
      },
    );
    this.answers = new AnswerWatch(options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS, SEND_TIMEOUT_MS);
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

  send(round: number, samples: Int16Array, isEnd: boolean): void {
    if (round < this.firstWantedRound) return;
    if (!this.current || this.current.round < round) {
      this.interrupt(round);
      this.current = new OutgoingRound(round, this.sampleRateHz);
      this.answers.start(performance.now());
    }
    this.current.append(samples, isEnd);
    // The server let an idle connection go; now there is something to say again.
    if (this.kept.isWanted && this.kept.state === 'disconnected') this.kept.wake();
    this.pump();
  }

  interrupt(beforeRound: number): void {
    this.firstWantedRound = Math.max(this.firstWantedRound, beforeRound);
    const { current } = this;
    if (!current || current.round >= beforeRound) return;
    if (current.request && !current.isOver && this.connection?.isReady) this.connection.sendInterrupt(current.request.id);
    this.current = null;
  }

  close(): void {
    this.current = null;
    this.dropConnection();
    this.kept.close();
  }

  // ---- connecting --------------------------------------------------------------------------------------------------

  private forgetTokens(): void {
    this.hasTriedFreshToken = false;
    this.tokenFailures = 0;
  }

  private async attempt(): Promise<void> {
    if (!this.kept.isWanted || this.connection || this.isAttempting) return;
    this.kept.cancelRetry();
    this.isAttempting = true;
    const { epoch } = this;
    const isRefresh = this.needsFreshToken;
    this.needsFreshToken = false;
    try {
      const token = await requestWithin(TOKEN_TIMEOUT_MS, this.options.requestToken(isRefresh));
      if (epoch !== this.epoch) return;
      this.tokenFailures = 0;
      this.connect(this.urlWith(token));
    } catch (reason) {
      if (epoch !== this.epoch) return;
      this.handleFailure(avatarErrorFrom(reason, ErrorCode.tokenRequestFailed));
    }
  }

  private connect(url: string): void {
    const WebSocket = this.options.WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
    if (!WebSocket) throw new AvatarError(ErrorCode.invalidConfiguration, 'There is no WebSocket here: pass one.');
    const { epoch } = this;
    this.connection = new DirectConnection(
      {
        url,
        sampleRateHz: this.sampleRateHz,
        WebSocket,
        attemptTimeoutMs: this.options.attemptTimeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS,
      },
      {
        handleReady: () => this.handleReady(),
        handleAnimation: (response, byteLength) => this.handleAnimation(response, byteLength),
        handleRequestError: (reqId, error) => this.handleRequestError(reqId, error),
        handleUnusable: (error) => this.handlers.handleError(error),
        handleClosed: (error) => {
          if (error) this.handleFailure(error);
          else void probeRefusal(url).then((found) => epoch === this.epoch && this.handleFailure(found));
        },
      },
    );
  }

  private urlWith(token: string): string {
    const { serverUrl, avatarId, appId } = this.options;
    let url: URL;
    try {
      url = new URL(serverUrl);
    } catch {
      throw new AvatarError(ErrorCode.invalidConfiguration, `The Motion Server URL is no valid URL: ${serverUrl}`);
    }
    url.pathname = `${url.pathname.replace(/\/$/, '')}/websocket`;
    url.searchParams.set('id', avatarId);
    url.searchParams.set('appId', appId);
    url.searchParams.set('sessionKey', token);
    return url.href;
  }

  private handleReady(): void {
    this.isAttempting = false;
    this.kept.succeed();
    this.pump();
  }

  private handleFailure(error: AvatarError): void {
    const { kept } = this;
    const wasReady = kept.state === 'connected';
    this.dropConnection();
    if (!kept.isWanted) return;
    this.current?.restart();
    if (this.current?.isHopeless) this.failRound(this.current, error);
    if (wasReady) {
      const wasStable = kept.endLife();
      if (retryOf(error) === 'on-demand') {
        kept.rest(error);
        if (this.current && !this.current.isOver) kept.wake();
        return;
      }
      const hadFreshToken = this.hasTriedFreshToken;
      kept.startSeries(error);
      this.hasTriedFreshToken = hadFreshToken && !wasStable;
    } else if (error.message !== kept.lastFailure?.message && (retryOf(error) !== 'fresh-token' || this.hasTriedFreshToken)) {
      // A token past its time is replaced before anybody need know.
      this.handlers.handleError(error);
    }
    kept.lastFailure = error;
    this.retryAfter(error);
  }

  private retryAfter(error: AvatarError): void {
    const retry = retryOf(error);
    if (retry === 'never' || (retry === 'fresh-token' && this.hasTriedFreshToken)) {
      this.kept.stop(error);
      return;
    }
    if (retry === 'fresh-token') {
      this.hasTriedFreshToken = true;
      this.needsFreshToken = true;
    } else if (this.kept.isFirstFailure) {
      // The reason may be a token that has expired: the browser does not say.
      this.needsFreshToken = true;
    }
    if (error.code === ErrorCode.tokenRequestFailed && ++this.tokenFailures >= MAX_TOKEN_FAILURES && !this.kept.hasBeenReady) {
      this.kept.fail(error);
    }
    this.kept.retryLater();
  }

  private dropConnection(): void {
    this.epoch++;
    this.isAttempting = false;
    this.kept.cancelRetry();
    clearTimeout(this.pumpTimer);
    this.pumpTimer = undefined;
    clearInterval(this.watchTimer);
    this.watchTimer = undefined;
    this.connection?.close();
    this.connection = null;
  }

  // ---- rounds ------------------------------------------------------------------------------------------------------

  private pump(): void {
    const { connection, current } = this;
    if (!connection?.isReady || !current || current.isOver) return;
    clearTimeout(this.pumpTimer);
    this.pumpTimer = undefined;
    while (connection.bufferedBytes < HIGH_WATER_BYTES) {
      const next = current.next();
      if (!next) break;
      connection.sendAudio(next.reqId, next.samples, next.isEnd);
    }
    if (current.hasUnsent) this.pumpTimer = setTimeout(() => this.pump(), PUMP_RETRY_MS);
    if (current.request && this.watchTimer === undefined) {
      this.answers.start(performance.now());
      this.watchTimer = setInterval(() => this.watch(), WATCH_MS);
    }
  }

  private watch(): void {
    const { connection, current } = this;
    if (!connection || !current?.request || current.isOver) {
      clearInterval(this.watchTimer);
      this.watchTimer = undefined;
    } else if (this.answers.isDead(performance.now(), current.isAnswerDue, connection.bufferedBytes)) {
      connection.end(new AvatarError(ErrorCode.websocketClosedAbnormally, 'The Motion Server stopped answering.'));
    }
  }

  private handleAnimation(response: ServerResponseAnimation, byteLength: number): void {
    this.answers.noteMessage(performance.now());
    const { current } = this;
    if (!current?.request || current.isOver || response.reqId !== current.request.id) {
      this._discardedMessages++;
      return;
    }
    try {
      const frames = current.read(response);
      if (frames) this.handlers.handleMotion(current.round, frames, byteLength);
    } catch (reason) {
      this.failRound(current, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    if (!response.end) return;
    if (current.finishRequest()) this.handlers.handleMotionEnd(current.round);
    else if (current.isHopeless) this.failRound(current, noMotionError());
    else this.pump();
  }

  private handleRequestError(reqId: string, error: AvatarError): void {
    const { current } = this;
    if (current?.request?.id === reqId && !current.isOver) this.failRound(current, error);
    else this._discardedMessages++;
  }

  private failRound(round: OutgoingRound, error: AvatarError): void {
    round.isOver = true;
    this.handlers.handleRoundError(round.round, error);
  }
}

function noMotionError(): AvatarError {
  return new AvatarError(ErrorCode.serverError, 'The Motion Server ends its answers without motion.');
}
