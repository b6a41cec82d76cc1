/**
 * One WebSocket after its upgrade: configure → confirm, then any number of requests, answered in the order they came.
 *
 * Back-pressure works in both directions. Audio that the engine has not reached and responses that the client has not taken are
 * both bounded; above a bound the socket is not read, so that TCP slows the sender down.
 */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WebSocket } from 'ws';
import { createMessage, decodeMessage, encodeMessage } from '../motion/protocol/envelope.js';
import { type ClientAudioInput, type LiveKitEgressConfig, type Message, MessageType } from '../motion/protocol/generated/message_pb.js';
import { createLogId } from '../shared/core/ids.js';
import type { ServerLog, SessionLog } from '../shared/core/server-log.js';
import type { EnginePool } from './engine-pool.js';
import type { FairScheduler } from './fair-scheduler.js';
import { FrameInbox } from './frame-inbox.js';
import type { MotionServerLimits } from './limits.js';
import type { LiveKitOptions } from './livekit/livekit-configuration.js';
import type { LiveKitEgress, Playback } from './livekit/livekit-egress.js';
import { openLiveKitEgress } from './livekit/open-egress.js';
import type { MemoryAccount, MemoryBudget } from './memory-budget.js';
import { NamedTimers } from './named-timers.js';
import { encodeResponse, type RequestListener, type RequestQueue } from './request-queue.js';
import { type OpenRequest, RequestRegistry } from './request-registry.js';
import { ServerErrorCode } from './server-error-code.js';
import type { RequestResult, ServerMetrics } from './server-metrics.js';
import type { SessionAudio } from './session-audio.js';
import { sessionConfigurationFrom } from './session-configuration.js';
import type { RateKind, RateMeter } from './shared/rates.js';
import { joinBytes } from './speech-request.js';

export interface IngressSessionOptions {
  socket: WebSocket;
  /** The connection below the WebSocket. */
  connection: Duplex;
  avatarId: string;
  /** Whose log lines are limited together. */
  clientKey: string;
  scheduler: FairScheduler;
  memory: MemoryBudget;
  metrics: ServerMetrics;
  /** Counts what this session uses of its rates. */
  meter: RateMeter;
  limits: MotionServerLimits;
  engines: EnginePool;
  livekit: LiveKitOptions;
  log: ServerLog;
}

const MAX_REQUEST_ID_LENGTH = 128;
/** Time for leaving a room, ms: a process that ends earlier leaves a participant behind. */
const LEAVE_TIMEOUT_MS = 2000;
/** What the public clients ask for before they pause instead of interrupting. */
const EGRESS_CAPABILITIES = ['playback_control', 'playback_state'];
/** Frames that wait; above it the socket is not read. */
const MAX_WAITING_FRAMES = 256;
/** What a session costs beside what waits in it. */
const SESSION_BYTES = 32 * 1024;
/** Header and mask of a client's control frame. */
const CONTROL_FRAME_BYTES = 6;

export class IngressSession implements RequestListener {
  /** Resolves when the socket is closed and the room is left. */
  readonly closed: Promise<void>;
  private readonly connectionId = createLogId();
  private readonly socket: WebSocket;
  private readonly avatarId: string;
  private readonly limits: MotionServerLimits;
  private readonly engines: EnginePool;
  private readonly livekit: LiveKitOptions;
  /** Takes audio and motion instead of the socket. */
  private egress: LiveKitEgress | null = null;
  private idleTimeoutMs: number;
  private readonly requests = new RequestRegistry();
  /** Null until the session is configured. */
  private queue: RequestQueue | null = null;
  private readonly inbox: FrameInbox;
  /** Audio of one request that was read in this turn and is passed on in one piece. */
  private gathered: { request: OpenRequest; chunks: Uint8Array[]; byteCount: number } | null = null;
  /** Bytes of a message of which the rest has not arrived. */
  private partialBytes = 0;
  private readonly memory: MemoryBudget;
  private readonly account: MemoryAccount;
  private readonly metrics: ServerMetrics;
  private readonly meter: RateMeter;
  private isClosing = false;
  private isDraining = false;
  /** Too many bytes wait to be sent. */
  private isBlocked = false;
  private isAlive = true;
  private faultCount = 0;
  private requestCount = 0;
  private readonly openedAtMs = performance.now();
  private readonly log: SessionLog;
  private audioAtMs = 0;
  private readonly timers = new NamedTimers<'configure' | 'length' | 'ping' | 'idle' | 'stall' | 'pause' | 'close'>();

  constructor({
    socket,
    connection,
    avatarId,
    clientKey,
    scheduler,
    memory,
    metrics,
    meter,
    limits,
    engines,
    livekit,
    log,
  }: IngressSessionOptions) {
    this.socket = socket;
    this.avatarId = avatarId;
    this.limits = limits;
    this.engines = engines;
    this.livekit = livekit;
    this.log = log.forSession({ connectionId: this.connectionId }, clientKey);
    this.memory = memory;
    this.metrics = metrics;
    this.meter = meter;
    this.account = memory.open(() => this.shed());
    this.inbox = new FrameInbox({
      scheduler,
      maxPerSecond: limits.maxMessagesPerSecond,
      handleFrame: (data, isBinary) => this.handleFrame(data, isBinary),
      handleTurnEnd: () => {
        this.passGathered();
        this.applyBackPressure();
      },
    });
    this.idleTimeoutMs = limits.idleTimeoutMs;
    this.closed = new Promise((resolve) => {
      socket.on('close', (closeCode) => {
        const seconds = (performance.now() - this.openedAtMs) / 1000;
        this.log.close('session closed', { closeCode, seconds, requests: this.requestCount });
        this.dispose();
        void Promise.race([this.egress?.close(), sleep(LEAVE_TIMEOUT_MS, undefined, { ref: false })]).then(() => resolve());
      });
    });
    socket.on('message', (data, isBinary) => this.takeFrame(data as Buffer, isBinary));
    socket.on('pong', (data) => {
      this.isAlive = true;
      this.partialBytes = Math.max(0, this.partialBytes - data.length - CONTROL_FRAME_BYTES);
    });
    socket.on('ping', (data) => {
      this.partialBytes = Math.max(0, this.partialBytes - data.length - CONTROL_FRAME_BYTES);
      // Each is answered, whether or not the client reads the answers.
      this.applyBackPressure();
    });
    // Before `ws`, which empties the count when a message is whole: what is counted then is what has arrived of the next.
    connection.prependListener('data', (chunk: Buffer) => {
      this.partialBytes += chunk.length;
      metrics.countReceived(chunk.length);
      this.countMemory();
    });
    // `ws` closes the socket by itself with the fitting code: 1009 for too long a message, 1007, 1002.
    socket.on('error', () => {});
    this.timers.set('configure', limits.configureTimeoutMs, () =>
      this.refuse(0, 'expected ClientConfigureSession message: none came in time', 1002),
    );
    this.timers.set('length', limits.maxSessionMs, () =>
      this.refuse(ServerErrorCode.sessionDurationExceeded, `session time limit reached: ${limits.maxSessionMs / 1000} s`, 4002),
    );
    this.schedulePing();
    // Last: may end this session.
    this.countMemory();
  }

  /** Audio that waits for an engine. */
  get queuedBytes(): number {
    return this.requests.queuedBytes;
  }

  /** Finishes the requests that are open, takes no new ones, then closes with 1001. */
  drain(): void {
    this.isDraining = true;
    if (this.requests.size === 0) this.close(1001, 'server is shutting down');
  }

  close(code: number, reason: string): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.dropRequests();
    // A paused socket would never receive the answer to the close frame.
    this.socket.resume();
    this.socket.close(code, reason);
    this.timers.set('close', 2000, () => this.socket.terminate());
  }

  private terminate(event: string): void {
    this.log.warn(event);
    this.socket.terminate();
  }

  /** The server's memory is needed for others. */
  private shed(): void {
    this.refuse(ServerErrorCode.unavailable, 'server is over its memory budget, try again', 4503);
    // At once: it is not read any further, and what it holds is free. The close frame is on its way.
    this.socket.terminate();
  }

  private countMemory(): void {
    const { partialBytes, inbox, requests, socket } = this;
    this.account.set(SESSION_BYTES + partialBytes + inbox.byteCount + requests.queuedBytes + socket.bufferedAmount);
  }

  // ---- in ----

  private takeFrame(data: Buffer, isBinary: boolean): void {
    this.partialBytes = 0;
    if (this.isClosing) return;
    this.isAlive = true;
    this.inbox.push(data, isBinary);
    if (this.inbox.length > MAX_WAITING_FRAMES && !this.socket.isPaused) this.socket.pause();
  }

  private handleFrame(data: Buffer, isBinary: boolean): void {
    if (this.isClosing || !this.use('messages', 1)) return;
    if (!isBinary) {
      if (!this.queue) this.refuse(ServerErrorCode.invalidArgument, 'expected ClientConfigureSession message, got a text frame', 1002);
      return;
    }
    let message: Message;
    try {
      message = decodeMessage(data, { maxBytes: this.limits.maxMessageBytes });
    } catch {
      const what = this.queue ? 'failed to unmarshal message' : 'failed to unmarshal initial message';
      return this.refuse(ServerErrorCode.invalidArgument, what, 1007);
    }
    if (this.queue) this.handleMessage(message);
    else this.handleConfigure(message);
  }

  private handleConfigure({ type, data }: Message): void {
    if (data.case !== 'clientConfigureSession') {
      const what =
        type === MessageType.MESSAGE_CLIENT_CONFIGURE_SESSION
          ? 'ClientConfigureSession message is nil'
          : `expected ClientConfigureSession message, got ${nameOf(type)}`;
      return this.refuse(ServerErrorCode.invalidArgument, what, 1002);
    }
    const configuration = sessionConfigurationFrom(data.value);
    if (!configuration.isAccepted) return this.refuse(configuration.code, configuration.message, 1008);
    this.timers.clear('configure');
    if (!configuration.isForLiveKit) return this.confirm(configuration.audio);
    // Messages wait meanwhile.
    this.inbox.setHeld(true);
    void this.joinRoom(data.value.livekitEgress).then((isJoined) => {
      if (!isJoined || this.isClosing) return;
      this.confirm(configuration.audio);
      this.inbox.setHeld(false);
    });
  }

  private async joinRoom(config: LiveKitEgressConfig | undefined): Promise<boolean> {
    const session = { avatarId: this.avatarId, connectionId: this.connectionId };
    const opened = await openLiveKitEgress(config, session, this.livekit, {
      handleFinished: (reqId) => this.finishInRoom(reqId),
      handleRoom: () => this.queue?.setBlocked(this.isBlocked),
      handleLost: () => this.refuse(ServerErrorCode.unavailable, 'egress connection to the LiveKit room was lost', 4503),
      handlePlayback: (reqId, playback) => this.sendPlayback(reqId, playback),
      handleAgentFault: (message) => this.log.warn('agent not reached', { message }),
    });
    if (!opened.isOpen) {
      // A room that cannot be reached now may be later.
      this.refuse(opened.code, opened.message, opened.isLater ? 4503 : 1008);
      return false;
    }
    if (this.isClosing) {
      void opened.egress.close();
      return false;
    }
    this.egress = opened.egress;
    if (opened.idleTimeoutMs > 0) this.idleTimeoutMs = opened.idleTimeoutMs;
    return true;
  }

  private confirm(audio: SessionAudio): void {
    const { connectionId, avatarId, egress } = this;
    const options = { audio, connectionId, avatarId, maxRequestSeconds: this.limits.maxRequestSeconds };
    this.queue = this.engines.openQueue(options, this.requests, this, egress);
    const capabilities = egress ? EGRESS_CAPABILITIES : [];
    this.send(createMessage({ case: 'serverConfirmSession', value: { connectionId: this.connectionId, capabilities } }));
    const { isOpus, sampleRateHz } = audio;
    this.metrics.countOpened();
    this.log.info('session opened', { avatarId, sampleRateHz, isOpus, isInRoom: egress !== null });
    this.restartIdleTimer();
  }

  private handleMessage({ type, data }: Message): void {
    if (data.case === 'clientAudioInput') return this.handleAudio(data.value);
    this.passGathered();
    if (data.case === 'clientInterrupt') this.handleInterrupt(data.value.reqId);
    else if (data.case === 'clientPause') this.handlePause(data.value.reqId, true);
    else if (data.case === 'clientResume') this.handlePause(data.value.reqId, false);
    else this.fault('', `unexpected message type: ${nameOf(type)}`);
  }

  private handleAudio({ reqId, audio, end }: ClientAudioInput): void {
    this.restartIdleTimer();
    if (reqId === '') return this.fault('', 'ClientAudioInput has no req_id');
    if (reqId.length > MAX_REQUEST_ID_LENGTH) return this.fault('', `req_id is longer than ${MAX_REQUEST_ID_LENGTH} characters`);
    if (this.requests.isInputOver(reqId)) return this.reportFinishedId(reqId);
    const request = this.requests.get(reqId);
    if (!request && this.isDraining) return this.fault(reqId, 'server is shutting down', ServerErrorCode.unavailable);
    if (!request && this.memory.isTight) {
      this.requests.finish(reqId);
      return this.sendError(reqId, ServerErrorCode.unavailable, 'server is over its memory budget, try again');
    }
    if (!request && !this.use('requests', 1)) return;
    this.gather(request ?? this.openRequest(reqId), audio, end);
  }

  /** Chunks of one request that arrive together go to the engine as one. */
  private gather(request: OpenRequest, audio: Uint8Array, isEnd: boolean): void {
    if (this.gathered?.request !== request) this.passGathered();
    this.requests.addAudio(request.reqId, audio.length, isEnd);
    const gathered = (this.gathered ??= { request, chunks: [], byteCount: 0 });
    gathered.chunks.push(audio);
    gathered.byteCount += audio.length;
    if (isEnd) this.passGathered();
  }

  private passGathered(): void {
    const { gathered } = this;
    if (!gathered) return;
    this.gathered = null;
    const { request, chunks, byteCount } = gathered;
    this.queue?.add(request.reqId, chunks.length === 1 ? chunks[0] : joinBytes(chunks, byteCount), request.isInputOver);
  }

  private openRequest(reqId: string): OpenRequest {
    // A client that was interrupted may move on to a new id and never end the old one.
    this.passGathered();
    const { count, oldest } = this.requests.unended;
    if (oldest && count >= this.limits.maxOpenRequests) this.gather(oldest, new Uint8Array(0), true);
    const request = this.requests.add(reqId);
    this.requestCount++;
    this.log.debug('request began', { reqId });
    this.egress?.begin(reqId);
    this.queue!.begin(reqId);
    return request;
  }

  private handleInterrupt(reqId: string): void {
    if (reqId === '') return this.fault('', 'ClientInterrupt has no req_id');
    const request = this.requests.get(reqId);
    const isInRoom = this.egress?.interrupt(reqId) ?? false;
    // It is finished already, or unknown.
    if (!request && !isInRoom) return;
    this.answerEnd(reqId);
    if (request) this.cancel(reqId);
    this.applyBackPressure();
  }

  private handlePause(reqId: string, isPaused: boolean): void {
    const { egress } = this;
    if (!egress) return this.fault(reqId, 'pause and resume are for sessions with an egress');
    if (!egress.setPaused(reqId, isPaused)) return;
    if (!isPaused) return this.timers.clear('pause');
    this.timers.set('pause', this.limits.maxPauseMs, () => {
      if (egress.interrupt(reqId, 'pause_timeout')) this.finishInRoom(reqId);
    });
  }

  private sendPlayback(reqId: string, { state, seconds, reason }: Playback): void {
    if (this.isClosing) return;
    const playedMs = BigInt(Math.round(seconds * 1000));
    this.send(
      createMessage({
        case: 'serverPlaybackState',
        value: { connectionId: this.connectionId, reqId, state, playedMs, reason: reason ?? '' },
      }),
    );
  }

  /** The room has played all of a request, or a participant interrupted it. */
  private finishInRoom(reqId: string): void {
    if (this.isClosing) return;
    this.answerEnd(reqId);
    if (this.requests.get(reqId)) this.cancel(reqId);
    this.restartIdleTimer();
    this.queue!.setBlocked(this.isBlocked);
  }

  private cancel(reqId: string): void {
    this.queue!.cancel(reqId);
    this.finish(reqId, 'interrupted');
  }

  private finish(reqId: string, result: RequestResult): void {
    const request = this.requests.get(reqId);
    if (request) this.metrics.countRequest(result);
    if (request)
      this.log.info(`request ${result}`, { reqId, mediaSeconds: request.mediaSeconds, ms: performance.now() - request.beganAtMs });
    this.requests.finish(reqId);
    if (this.isDraining && this.requests.size === 0) this.close(1001, 'server is shutting down');
  }

  private reportFinishedId(reqId: string): void {
    if (!this.requests.claimReport(reqId)) return;
    this.sendError(reqId, ServerErrorCode.invalidArgument, 'the request with this req_id is over; audio for it is ignored');
  }

  // ---- from the queue; results of requests that were interrupted meanwhile are dropped ----

  handleTaken(reqId: string, byteCount: number): void {
    this.requests.takeAudio(reqId, byteCount);
    this.applyBackPressure();
  }

  handleResponse(reqId: string, message: Uint8Array | null, isEnd: boolean, mediaSeconds: number): void {
    const request = this.requests.get(reqId);
    if (!request) return;
    if (request.mediaSeconds === 0 && mediaSeconds > 0) {
      this.metrics.observeFirstMotion((performance.now() - request.beganAtMs) / 1000);
      this.log.debug('first motion', { reqId, mediaSeconds, ms: performance.now() - request.beganAtMs });
    }
    const seconds = Math.max(0, mediaSeconds - request.mediaSeconds);
    this.metrics.countMotion(seconds);
    request.mediaSeconds = mediaSeconds;
    if (message) this.sendBytes(message);
    if (isEnd) this.finish(reqId, 'ended');
    this.use('audio seconds', seconds);
  }

  handleFailure(reqId: string, code: number, message: string): void {
    if (!this.requests.get(reqId)) return;
    this.egress?.finish(reqId);
    this.sendError(reqId, code, message);
    this.log.warn('request refused', { reqId, code, message });
    this.finish(reqId, 'failed');
    if (code === ServerErrorCode.invalidArgument) this.countFault();
  }

  // ---- out ----

  private answerEnd(reqId: string): void {
    this.sendBytes(encodeResponse({ connectionId: this.connectionId, avatarId: this.avatarId, reqId }, null, true));
  }

  private sendError(reqId: string, code: number, message: string): void {
    this.send(createMessage({ case: 'serverError', value: { connectionId: this.connectionId, reqId, code, message } }));
  }

  private send(message: Message): void {
    this.sendBytes(encodeMessage(message));
  }

  private sendBytes(message: Uint8Array): void {
    this.metrics.countSent(message.length);
    this.socket.send(message, () => this.applyBackPressure());
    this.applyBackPressure();
  }

  /** A mistake of the client that ends the message or the request; too many end the session. */
  private fault(reqId: string, message: string, code: number = ServerErrorCode.invalidArgument): void {
    this.sendError(reqId, code, message);
    this.log.warn('client fault', { ...(reqId && { reqId }), code, message });
    this.countFault();
  }

  /** @returns Whether the session goes on. */
  private use(kind: RateKind, amount: number): boolean {
    const exceeded = this.isClosing ? null : this.meter.add(kind, amount);
    if (exceeded) this.refuse(ServerErrorCode.quotaExceeded, exceeded, 4003);
    return exceeded === null;
  }

  private countFault(): void {
    if (++this.faultCount >= this.limits.maxFaults) this.close(1008, 'too many faulty messages');
  }

  /** Reports why, and ends the session. */
  refuse(code: number, message: string, closeCode: number): void {
    this.log.warn('session refused', { code, message, closeCode });
    this.metrics.countRefusal(closeCode);
    this.sendError('', code, message);
    this.close(closeCode, message);
  }

  private applyBackPressure(): void {
    if (this.isClosing) return;
    const { maxBufferedBytes, maxQueuedBytes, stallTimeoutMs } = this.limits;
    const wasBlocked = this.isBlocked;
    this.isBlocked = this.socket.bufferedAmount > (wasBlocked ? maxBufferedBytes / 2 : maxBufferedBytes);
    if (this.isBlocked && !wasBlocked) this.timers.set('stall', stallTimeoutMs, () => this.terminate('client reads no responses'));
    if (wasBlocked && !this.isBlocked) this.timers.clear('stall');
    if (wasBlocked !== this.isBlocked) {
      this.queue?.setBlocked(this.isBlocked);
      this.log.debug(this.isBlocked ? 'output blocked' : 'output unblocked', { bufferedBytes: this.socket.bufferedAmount });
    }
    const share = this.socket.isPaused ? 0.5 : 1;
    const isFull =
      this.requests.queuedBytes + this.inbox.byteCount > maxQueuedBytes * share || this.inbox.length > MAX_WAITING_FRAMES * share;
    this.countMemory();
    if (this.isClosing) return;
    if (this.isBlocked || isFull) this.socket.pause();
    else if (this.socket.isPaused) this.socket.resume();
  }

  // ---- time ----

  private schedulePing(): void {
    this.timers.set('ping', this.limits.pingIntervalMs, () => {
      // A socket that is not read shows no pong; the stall timer watches it.
      if (!this.isAlive && !this.socket.isPaused) return this.terminate('client answers no ping');
      this.isAlive = false;
      this.socket.ping();
      this.schedulePing();
    });
  }

  private restartIdleTimer(): void {
    this.audioAtMs = performance.now();
    this.watchIdle(this.idleTimeoutMs);
  }

  /** A timer for each message would cost more than the message: one that comes too early is set again. */
  private watchIdle(delayMs: number): void {
    if (this.timers.has('idle')) return;
    this.timers.set('idle', delayMs, () => {
      this.timers.clear('idle');
      const restMs = this.audioAtMs + this.idleTimeoutMs - performance.now();
      if (restMs > 0) return this.watchIdle(restMs);
      if (this.requests.hasWork || this.egress?.isIdle === false) return this.watchIdle(this.idleTimeoutMs);
      const what = this.egress ? 'livekit silence timeout: ' : '';
      this.refuse(0, `${what}no audio input for ${this.idleTimeoutMs / 1000} s`, 1000);
    });
  }

  private dropRequests(): void {
    this.inbox.clear();
    this.gathered = null;
    this.requests.clear();
    this.queue?.close();
    void this.egress?.close();
  }

  private dispose(): void {
    this.isClosing = true;
    this.dropRequests();
    this.account.close();
    this.meter.close();
    this.timers.clearAll();
  }
}

function nameOf(type: MessageType): string {
  return MessageType[type] ?? String(type);
}
