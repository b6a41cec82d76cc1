/**
 * The browser's own connection to a Motion Server (Direct Mode), kept up until `close()`.
 *
 * Audio goes out as fast as it comes. Speech without motion yet is kept, so that after a lost connection the rest of
 * the round is asked for again, from a grid position on which frames and samples meet: the timeline heals. What a
 * browser cannot see of a refused upgrade is asked for by a plain request to the same address; a first failed attempt
 * is repeated with a fresh token in any case.
 */
import { AvatarError, ErrorCode, avatarErrorFrom } from '../shared/errors.js';
import type { ServerResponseAnimation } from '../motion/protocol/index.js';
import { AnswerWatch } from './answer-watch.js';
import { DirectConnection, type WebSocketConstructor } from './direct-connection.js';
import { whenOnline } from './online-watch.js';
import { createOpening, type Opening } from './opening.js';
import { OutgoingRound } from './outgoing-round.js';
import { ReconnectPolicy } from '../shared/reconnect-policy.js';
import { probeRefusal, requestWithin } from './refusal-probe.js';
import { retryOf } from './server-errors.js';
import type { Transport, TransportHandlers, TransportState } from './transport.js';

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
/** A connection that lived this long was a good one: the next failure starts a new series. */
const STABLE_MS = 5000;
/** A token endpoint that fails this often in a row does not recover within the connect time-out. */
const MAX_TOKEN_FAILURES = 2;

export class DirectWebSocketTransport implements Transport {
  readonly sampleRateHz: number;
  private readonly options: DirectTransportOptions;
  private readonly handlers: TransportHandlers;
  private readonly policy: ReconnectPolicy;
  private state: TransportState = 'disconnected';
  private opening: Opening | null = null;
  /** Between `open()` and `close()`. */
  private isWanted = false;
  /** Changes with everything that makes an attempt in progress pointless. */
  private epoch = 0;
  private connection: DirectConnection | null = null;
  private isAttempting = false;
  private hasBeenReady = false;
  private readyAtMs = 0;
  private needsFreshToken = false;
  private hasTriedFreshToken = false;
  private tokenFailures = 0;
  private lastFailure: AvatarError | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private deadlineTimer: ReturnType<typeof setTimeout> | undefined;
  private pumpTimer: ReturnType<typeof setTimeout> | undefined;
  private watchTimer: ReturnType<typeof setInterval> | undefined;
  private current: OutgoingRound | null = null;
  private firstWantedRound = 0;
  private readonly answers: AnswerWatch;
  private forgetOnline: (() => void) | null = null;
  private _discardedMessages = 0;
  private _reconnects = 0;

  constructor(options: DirectTransportOptions, handlers: TransportHandlers) {
    this.options = options;
    this.handlers = handlers;
    this.sampleRateHz = options.sampleRateHz;
    this.policy = options.reconnectPolicy ?? new ReconnectPolicy();
    this.answers = new AnswerWatch(options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS, SEND_TIMEOUT_MS);
  }

  get discardedMessages(): number {
    return this._discardedMessages;
  }

  get reconnects(): number {
    return this._reconnects;
  }

  open(): Promise<void> {
    if (this.state === 'connected') return Promise.resolve();
    this.opening ??= createOpening();
    const { promise } = this.opening;
    if (!this.isWanted || this.state !== 'connecting') {
      this.isWanted = true;
      this.forgetOnline ??= whenOnline(() => this.handleOnline());
      this.startSeries(null);
      void this.attempt();
    }
    return promise;
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
    if (this.isWanted && this.state === 'disconnected') {
      this.startSeries(null);
      void this.attempt();
    }
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
    this.isWanted = false;
    this.forgetOnline?.();
    this.forgetOnline = null;
    this.current = null;
    this.dropConnection();
    this.setState('disconnected', null);
    this.settleOpening(new AvatarError(ErrorCode.aborted, 'The connection was closed.'));
  }

  // ---- connecting --------------------------------------------------------------------------------------------------

  /** A new series of attempts, with its own deadline. */
  private startSeries(error: AvatarError | null): void {
    clearTimeout(this.deadlineTimer);
    this.hasTriedFreshToken = false;
    this.tokenFailures = 0;
    this.lastFailure = error;
    this.setState('connecting', error);
    this.deadlineTimer = setTimeout(() => {
      const why = this.lastFailure ? ` ${this.lastFailure.message}` : '';
      this.fail(new AvatarError(ErrorCode.connectTimeout, `No Motion Server within ${this.options.connectTimeoutMs} ms.${why}`));
    }, this.options.connectTimeoutMs);
  }

  private async attempt(): Promise<void> {
    if (!this.isWanted || this.connection || this.isAttempting) return;
    clearTimeout(this.retryTimer);
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
    clearTimeout(this.deadlineTimer);
    if (this.hasBeenReady) this._reconnects++;
    this.hasBeenReady = true;
    this.readyAtMs = performance.now();
    this.setState('connected', null);
    this.settleOpening(null);
    this.pump();
  }

  private handleFailure(error: AvatarError): void {
    const wasReady = this.state === 'connected';
    this.dropConnection();
    if (!this.isWanted) return;
    this.current?.restart();
    if (this.current?.isHopeless) this.failRound(this.current, error);
    if (wasReady) {
      if (performance.now() - this.readyAtMs > STABLE_MS) this.policy.reset();
      if (retryOf(error) === 'on-demand') {
        this.setState('disconnected', error);
        if (this.current && !this.current.isOver) this.wake();
        return;
      }
      const hadFreshToken = this.hasTriedFreshToken;
      this.startSeries(error);
      this.hasTriedFreshToken = hadFreshToken && performance.now() - this.readyAtMs <= STABLE_MS;
    } else if (error.message !== this.lastFailure?.message && (retryOf(error) !== 'fresh-token' || this.hasTriedFreshToken)) {
      // A token past its time is replaced before anybody need know.
      this.handlers.handleError(error);
    }
    this.lastFailure = error;
    this.retryAfter(error);
  }

  private retryAfter(error: AvatarError): void {
    const retry = retryOf(error);
    if (retry === 'never' || (retry === 'fresh-token' && this.hasTriedFreshToken)) {
      this.stop(error);
      return;
    }
    if (retry === 'fresh-token') {
      this.hasTriedFreshToken = true;
      this.needsFreshToken = true;
    } else if (this.policy.failureCount === 0) {
      // The reason may be a token that has expired: the browser does not say.
      this.needsFreshToken = true;
    }
    if (error.code === ErrorCode.tokenRequestFailed && ++this.tokenFailures >= MAX_TOKEN_FAILURES && !this.hasBeenReady) {
      this.fail(error);
    }
    const { epoch } = this;
    this.retryTimer = setTimeout(() => epoch === this.epoch && void this.attempt(), this.policy.nextDelayMs());
  }

  /** The network came back: the delay before the next attempt has lost its reason. */
  private handleOnline(): void {
    if (this.state !== 'connecting' && this.state !== 'failed') return;
    this.policy.reset();
    void this.attempt();
  }

  private wake(): void {
    this.startSeries(null);
    void this.attempt();
  }

  /** Reports that there is no connection; attempts go on. */
  private fail(error: AvatarError): void {
    clearTimeout(this.deadlineTimer);
    this.setState('failed', error);
    this.settleOpening(error);
  }

  /** Gives up until the next `open()`. */
  private stop(error: AvatarError): void {
    this.isWanted = false;
    this.fail(error);
  }

  private dropConnection(): void {
    this.epoch++;
    this.isAttempting = false;
    clearTimeout(this.retryTimer);
    clearTimeout(this.pumpTimer);
    this.pumpTimer = undefined;
    clearInterval(this.watchTimer);
    this.watchTimer = undefined;
    if (!this.isWanted) clearTimeout(this.deadlineTimer);
    this.connection?.close();
    this.connection = null;
  }

  private setState(state: TransportState, error: AvatarError | null): void {
    if (state === this.state) return;
    this.state = state;
    this.handlers.handleState(state, error);
  }

  private settleOpening(error: AvatarError | null): void {
    const { opening } = this;
    this.opening = null;
    if (error) opening?.reject(error);
    else opening?.resolve();
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
