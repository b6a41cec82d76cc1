/**
 * Direct Mode: the browser's own connection to a Motion Server, kept up until `close()`.
 *
 * Audio is sent as fast as it comes. Speech without motion is kept, so that after a lost connection the rest of the round is
 * requested again, from a grid position on which frames and samples meet, and the timeline has no hole. A browser does not tell
 * why an upgrade was refused: a plain request to the same address does. The first failed attempt is repeated with a fresh token
 * in any case.
 */

import type { ServerResponseAnimation } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { ServerSourceOptions } from '../../shared/contracts/source-options.js';
import type { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import { RoundGate } from '../../shared/core/round-gate.js';
import type { Source, SourceListener, SpeechInput } from '../source.js';
import { AnswerWatch } from './answer-watch.js';
import { DirectConnection, type WebSocketConstructor } from './direct-connection.js';
import { OutgoingRound } from './outgoing-round.js';
import { ReconnectingConnection } from './reconnecting-connection.js';
import { probeRefusal, requestWithin } from './refusal-probe.js';
import { retryOf } from './server-errors.js';

export interface ServerSourceSettings extends Omit<ServerSourceOptions, 'kind'> {
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
/** A send buffer that does not shrink for this many ms belongs to a dead connection. */
const SEND_TIMEOUT_MS = 10_000;
/** A token endpoint that fails this often in a row does not recover within the connect time-out. */
const MAX_TOKEN_FAILURES = 2;

export class ServerSource implements Source, SpeechInput {
  readonly origin = 'server';
  readonly speech: SpeechInput = this;
  readonly motion = null;
  readonly opensRounds = false;
  readonly timeout: ServerSourceSettings;
  readonly sampleRateHz: number;
  private readonly options: ServerSourceSettings;
  private readonly listener: SourceListener;
  private readonly link: ReconnectingConnection;
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
  private readonly gate = new RoundGate();
  private readonly answers: AnswerWatch;
  private _discardedMessages = 0;

  constructor(options: ServerSourceSettings, listener: SourceListener) {
    this.options = this.timeout = options;
    this.listener = listener;
    this.sampleRateHz = options.sampleRateHz;
    this.link = new ReconnectingConnection(
      { peer: 'Motion Server', connectTimeoutMs: options.connectTimeoutMs, policy: options.reconnectPolicy },
      {
        handleState: (state, error) => listener.handleState(state, error),
        handleRefused: () => listener.handleRefused?.(),
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
    return this.link.reconnects;
  }

  open(): Promise<void> {
    return this.link.open();
  }

  send(round: number, samples: Int16Array, isEnd: boolean): void {
    if (!this.gate.isOpen(round)) return;
    if (!this.current || this.current.round < round) {
      this.interrupt(round);
      this.current = new OutgoingRound(round, this.sampleRateHz);
      this.answers.start(performance.now());
    }
    this.current.append(samples, isEnd);
    // The server ended an idle connection.
    if (this.link.isWanted && this.link.state === 'disconnected') this.link.wake();
    this.pump();
  }

  interrupt(beforeRound: number): void {
    this.gate.closeBefore(beforeRound);
    const { current } = this;
    if (!current || current.round >= beforeRound) return;
    if (current.request && !current.isOver && this.connection?.isReady) this.connection.sendInterrupt(current.request.id);
    this.current = null;
  }

  close(): void {
    this.current = null;
    this.dropConnection();
    this.link.close();
  }

  // ---- connecting --------------------------------------------------------------------------------------------------

  private forgetTokens(): void {
    this.hasTriedFreshToken = false;
    this.tokenFailures = 0;
  }

  private async attempt(): Promise<void> {
    if (!this.link.isWanted || this.connection || this.isAttempting) return;
    this.link.cancelRetry();
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
        handleUnusable: (error) => this.listener.handleError(error),
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
    this.link.succeed();
    this.pump();
  }

  private handleFailure(error: AvatarError): void {
    const { link } = this;
    const wasReady = link.state === 'connected';
    this.dropConnection();
    if (!link.isWanted) return;
    this.current?.restart();
    if (this.current?.isHopeless) this.failRound(this.current, error);
    if (wasReady) {
      const wasStable = link.endLife();
      if (retryOf(error) === 'on-demand') {
        link.rest(error);
        if (this.current && !this.current.isOver) link.wake();
        return;
      }
      const hadFreshToken = this.hasTriedFreshToken;
      link.startSeries(error);
      this.hasTriedFreshToken = hadFreshToken && !wasStable;
    } else if (error.message !== link.lastFailure?.message && (retryOf(error) !== 'fresh-token' || this.hasTriedFreshToken)) {
      // An expired token is replaced without a report.
      this.listener.handleError(error);
    }
    link.lastFailure = error;
    this.retryAfter(error);
  }

  private retryAfter(error: AvatarError): void {
    const retry = retryOf(error);
    if (retry === 'never' || (retry === 'fresh-token' && this.hasTriedFreshToken)) {
      this.link.stop(error);
      return;
    }
    if (retry === 'fresh-token') {
      this.hasTriedFreshToken = true;
      this.needsFreshToken = true;
    } else if (this.link.isFirstFailure) {
      // The reason may be a token that has expired: the browser does not say.
      this.needsFreshToken = true;
    }
    if (error.code === ErrorCode.tokenRequestFailed && ++this.tokenFailures >= MAX_TOKEN_FAILURES && !this.link.hasBeenReady) {
      this.link.fail(error);
    }
    this.link.retryLater();
  }

  private dropConnection(): void {
    this.epoch++;
    this.isAttempting = false;
    this.link.cancelRetry();
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
      if (frames) this.listener.handleMotion(current.round, frames, byteLength);
    } catch (reason) {
      this.failRound(current, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    if (!response.end) return;
    if (current.finishRequest()) this.listener.handleMotionEnd(current.round);
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
    this.listener.handleRoundError(round.round, error);
  }
}

function noMotionError(): AvatarError {
  return new AvatarError(ErrorCode.serverError, 'The Motion Server ends its answers without motion.');
}
