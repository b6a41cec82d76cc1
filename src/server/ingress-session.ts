/**
 * One WebSocket after its upgrade: configure → confirm, then any number of requests, answered in the order they came.
 *
 * Back-pressure goes both ways. Audio that the engine has not reached and answers that the client has not taken are both
 * bounded; above a bound the socket is not read, so that TCP holds the sender back.
 */
import type { WebSocket } from 'ws';
import { createMessage, decodeMessage, encodeMessage } from '../motion/protocol/envelope.js';
import { type ClientAudioInput, type LiveKitEgressConfig, type Message, MessageType } from '../motion/protocol/generated/message_pb.js';
import { createLogId } from '../shared/core/ids.js';
import type { MotionServerLimits } from './limits.js';
import type { LiveKitOptions } from './livekit/livekit-configuration.js';
import type { LiveKitEgress } from './livekit/livekit-egress.js';
import { openLiveKitEgress } from './livekit/open-egress.js';
import { NamedTimers } from './named-timers.js';
import { ServerErrorCode } from './server-error-code.js';
import type { SessionAudio } from './session-audio.js';
import { sessionConfigurationFrom } from './session-configuration.js';
import { type Desk, type DeskListener, encodeAnswer } from './speech-desk.js';
import type { SpeechDesks } from './speech-desks.js';

export interface IngressSessionOptions {
  socket: WebSocket;
  avatarId: string;
  limits: MotionServerLimits;
  desks: SpeechDesks;
  livekit: LiveKitOptions;
}

/** One `req_id` that is not answered yet. */
interface OpenRequest {
  /** Its number at the desk. */
  readonly number: number;
  readonly reqId: string;
  /** Bytes of audio that no engine has taken. */
  queuedBytes: number;
  /** No more audio is expected. */
  isInputOver: boolean;
}

const MAX_REQUEST_ID_LENGTH = 128;
/** What a request counts for in `maxQueuedBytes`, beside its audio. */
const REQUEST_BYTES = 1024;
/** Ids that were used up, remembered to refuse them when they are used again. */
const REMEMBERED_IDS = 256;

export class IngressSession implements DeskListener {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  private readonly connectionId = createLogId();
  private readonly socket: WebSocket;
  private readonly avatarId: string;
  private readonly limits: MotionServerLimits;
  private readonly desks: SpeechDesks;
  private readonly livekit: LiveKitOptions;
  /** Where speech and motion go instead of back over the socket. */
  private egress: LiveKitEgress | null = null;
  private idleTimeoutMs: number;
  private readonly requests = new Map<string, OpenRequest>();
  private readonly requestsByNumber = new Map<number, OpenRequest>();
  private requestCount = 0;
  /** Used-up id → whether its further use has been reported. */
  private readonly usedIds = new Map<string, boolean>();
  /** Where requests are worked on; null until the session is configured. */
  private desk: Desk | null = null;
  /** What had been read already when the session began to join its room. */
  private early: Message[] | null = null;
  private isClosing = false;
  private isDraining = false;
  /** Too much is waiting to be sent. */
  private isBlocked = false;
  private isAlive = true;
  private faultCount = 0;
  private readonly timers = new NamedTimers<'configure' | 'length' | 'ping' | 'idle' | 'stall' | 'close'>();

  constructor({ socket, avatarId, limits, desks, livekit }: IngressSessionOptions) {
    this.socket = socket;
    this.avatarId = avatarId;
    this.limits = limits;
    this.desks = desks;
    this.livekit = livekit;
    this.idleTimeoutMs = limits.idleTimeoutMs;
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.dispose();
        resolve();
      });
    });
    socket.on('message', (data, isBinary) => this.handleFrame(data as Buffer, isBinary));
    socket.on('pong', () => (this.isAlive = true));
    // `ws` closes the socket by itself with the fitting code: 1009 for too long a message, 1007, 1002.
    socket.on('error', () => {});
    this.timers.set('configure', limits.configureTimeoutMs, () =>
      this.refuse(0, 'expected ClientConfigureSession message: none came in time', 1002),
    );
    this.timers.set('length', limits.maxSessionMs, () =>
      this.refuse(ServerErrorCode.sessionDurationExceeded, `session time limit reached: ${limits.maxSessionMs / 1000} s`, 4002),
    );
    this.schedulePing();
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
    // A client that is held back would never get to see the close frame's answer through.
    this.socket.resume();
    this.socket.close(code, reason);
    this.timers.set('close', 2000, () => this.socket.terminate());
  }

  terminate(): void {
    this.socket.terminate();
  }

  // ---- in ----

  private handleFrame(data: Buffer, isBinary: boolean): void {
    if (this.isClosing) return;
    this.isAlive = true;
    if (!isBinary) {
      if (!this.desk) this.refuse(ServerErrorCode.invalidArgument, 'expected ClientConfigureSession message, got a text frame', 1002);
      return;
    }
    let message: Message;
    try {
      message = decodeMessage(data, { maxBytes: this.limits.maxMessageBytes });
    } catch {
      const what = this.desk ? 'failed to unmarshal message' : 'failed to unmarshal initial message';
      return this.refuse(ServerErrorCode.invalidArgument, what, 1007);
    }
    if (this.desk) this.handleMessage(message);
    else if (this.early) this.early.push(message);
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
    // Whatever comes meanwhile waits in the socket, save what was read together with the configuration.
    this.socket.pause();
    const early: Message[] = (this.early = []);
    void this.joinRoom(data.value.livekitEgress).then((isJoined) => {
      if (!isJoined || this.isClosing) return;
      this.socket.resume();
      this.confirm(configuration.audio);
      for (const message of early) this.handleMessage(message);
    });
  }

  private async joinRoom(config: LiveKitEgressConfig | undefined): Promise<boolean> {
    const session = { avatarId: this.avatarId, connectionId: this.connectionId };
    const opened = await openLiveKitEgress(config, session, this.livekit, {
      handleFinished: (reqId) => this.finishInRoom(reqId),
      handleRoom: () => this.desk?.setBlocked(this.isBlocked),
      handleLost: () => this.refuse(ServerErrorCode.unavailable, 'egress connection to the LiveKit room was lost', 1011),
    });
    if (!opened.isOpen) {
      this.refuse(opened.code, opened.message, 1008);
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
    this.desk = this.desks.open(options, this, egress);
    this.send(createMessage({ case: 'serverConfirmSession', value: { connectionId: this.connectionId } }));
    this.restartIdleTimer();
  }

  private handleMessage({ type, data }: Message): void {
    if (data.case === 'clientAudioInput') this.handleAudio(data.value);
    else if (data.case === 'clientInterrupt') this.handleInterrupt(data.value.reqId);
    else this.fault('', `unexpected message type: ${nameOf(type)}`);
  }

  private handleAudio({ reqId, audio, end }: ClientAudioInput): void {
    this.restartIdleTimer();
    if (reqId === '') return this.fault('', 'ClientAudioInput has no req_id');
    if (reqId.length > MAX_REQUEST_ID_LENGTH) return this.fault('', `req_id is longer than ${MAX_REQUEST_ID_LENGTH} characters`);
    let request = this.requests.get(reqId);
    if (!request) {
      if (this.usedIds.has(reqId)) return this.reportUsedId(reqId);
      if (this.isDraining) return this.fault(reqId, 'server is shutting down', ServerErrorCode.unavailable);
      request = this.openRequest(reqId);
    } else if (request.isInputOver) {
      return this.reportUsedId(reqId);
    }
    this.pass(request, audio, end);
    this.applyBackPressure();
  }

  private pass(request: OpenRequest, audio: Uint8Array, isEnd: boolean): void {
    request.queuedBytes += audio.length;
    request.isInputOver = isEnd;
    this.desk!.add(request.number, request.reqId, audio, isEnd);
  }

  private openRequest(reqId: string): OpenRequest {
    // A client that was interrupted moves on to a new id and leaves the old one open for good.
    const unended = [...this.requests.values()].filter(({ isInputOver }) => !isInputOver);
    if (unended.length >= this.limits.maxOpenRequests) this.pass(unended[0], new Uint8Array(0), true);
    const request = { number: ++this.requestCount, reqId, queuedBytes: 0, isInputOver: false };
    this.requests.set(reqId, request);
    this.requestsByNumber.set(request.number, request);
    this.egress?.begin(reqId);
    return request;
  }

  private handleInterrupt(reqId: string): void {
    if (reqId === '') return this.fault('', 'ClientInterrupt has no req_id');
    const request = this.requests.get(reqId);
    const isInRoom = this.egress?.interrupt(reqId) ?? false;
    // All of it has been sent already, or nothing of it was ever seen.
    if (!request && !isInRoom) return;
    if (request) this.desk!.cancel(request.number);
    this.answerEnd(reqId);
    if (request) this.forget(request);
    this.applyBackPressure();
  }

  /** All of it was said in the room, or somebody there cut it off. */
  private finishInRoom(reqId: string): void {
    if (this.isClosing) return;
    this.answerEnd(reqId);
    const request = this.requests.get(reqId);
    if (request) {
      this.desk!.cancel(request.number);
      this.forget(request);
    }
    this.restartIdleTimer();
    this.desk!.setBlocked(this.isBlocked);
  }

  private forget({ reqId, number }: OpenRequest): void {
    this.requests.delete(reqId);
    this.requestsByNumber.delete(number);
    this.usedIds.set(reqId, false);
    if (this.usedIds.size > REMEMBERED_IDS) this.usedIds.delete(this.usedIds.keys().next().value!);
    if (this.isDraining && this.requests.size === 0) this.close(1001, 'server is shutting down');
  }

  /** Once per id: what is left in the client's pipeline of an interrupted or failed request is no new fault. */
  private reportUsedId(reqId: string): void {
    if (this.usedIds.get(reqId)) return;
    this.usedIds.set(reqId, true);
    this.sendError(reqId, ServerErrorCode.invalidArgument, 'the request with this req_id is over; audio for it is ignored');
  }

  // ---- from the desk; what it says of requests that were cut off meanwhile goes nowhere ----

  handleTaken(number: number, byteCount: number): void {
    const request = this.requestsByNumber.get(number);
    if (!request) return;
    request.queuedBytes -= byteCount;
    this.applyBackPressure();
  }

  handleAnswer(number: number, message: Uint8Array | null, isEnd: boolean): void {
    const request = this.requestsByNumber.get(number);
    if (!request) return;
    if (message) this.sendBytes(message);
    if (isEnd) this.forget(request);
  }

  handleFailure(number: number, code: number, message: string): void {
    const request = this.requestsByNumber.get(number);
    if (!request) return;
    this.egress?.finish(request.reqId);
    this.sendError(request.reqId, code, message);
    this.forget(request);
  }

  // ---- out ----

  private answerEnd(reqId: string): void {
    this.sendBytes(encodeAnswer({ connectionId: this.connectionId, avatarId: this.avatarId, reqId }, null, true));
  }

  private sendError(reqId: string, code: number, message: string): void {
    this.send(createMessage({ case: 'serverError', value: { connectionId: this.connectionId, reqId, code, message } }));
  }

  private send(message: Message): void {
    this.sendBytes(encodeMessage(message));
  }

  private sendBytes(message: Uint8Array): void {
    this.socket.send(message, () => this.applyBackPressure());
    this.applyBackPressure();
  }

  /** A mistake that costs the message or the request, not yet the session. */
  private fault(reqId: string, message: string, code: number = ServerErrorCode.invalidArgument): void {
    this.sendError(reqId, code, message);
    if (++this.faultCount >= this.limits.maxFaults) this.close(1008, 'too many faulty messages');
  }

  /** Tells why, and ends the session. */
  refuse(code: number, message: string, closeCode: number): void {
    this.sendError('', code, message);
    this.close(closeCode, message);
  }

  private applyBackPressure(): void {
    if (this.isClosing) return;
    const { maxBufferedBytes, maxQueuedBytes, stallTimeoutMs } = this.limits;
    const wasBlocked = this.isBlocked;
    this.isBlocked = this.socket.bufferedAmount > (wasBlocked ? maxBufferedBytes / 2 : maxBufferedBytes);
    if (this.isBlocked && !wasBlocked) this.timers.set('stall', stallTimeoutMs, () => this.socket.terminate());
    if (wasBlocked && !this.isBlocked) this.timers.clear('stall');
    if (wasBlocked !== this.isBlocked) this.desk?.setBlocked(this.isBlocked);
    // A request waiting its turn costs memory too, however little audio it has.
    let queuedBytes = this.requests.size * REQUEST_BYTES;
    for (const request of this.requests.values()) queuedBytes += request.queuedBytes;
    const isFull = queuedBytes > (this.socket.isPaused ? maxQueuedBytes / 2 : maxQueuedBytes);
    if (this.isBlocked || isFull) this.socket.pause();
    else if (this.socket.isPaused) this.socket.resume();
  }

  // ---- time ----

  private schedulePing(): void {
    this.timers.set('ping', this.limits.pingIntervalMs, () => {
      // A socket that is not read shows no pong; the stall timer watches it.
      if (!this.isAlive && !this.socket.isPaused) return this.socket.terminate();
      this.isAlive = false;
      this.socket.ping();
      this.schedulePing();
    });
  }

  private restartIdleTimer(): void {
    this.timers.set('idle', this.idleTimeoutMs, () => {
      if (this.hasWork || this.egress?.isIdle === false) return this.restartIdleTimer();
      const what = this.egress ? 'livekit silence timeout: ' : '';
      this.refuse(0, `${what}no audio input for ${this.idleTimeoutMs / 1000} s`, 1000);
    });
  }

  private get hasWork(): boolean {
    return [...this.requests.values()].some(({ queuedBytes, isInputOver }) => queuedBytes > 0 || isInputOver);
  }

  private dropRequests(): void {
    this.desk?.close();
    this.requests.clear();
    this.requestsByNumber.clear();
    void this.egress?.close();
  }

  private dispose(): void {
    this.isClosing = true;
    this.dropRequests();
    this.timers.clearAll();
  }
}

function nameOf(type: MessageType): string {
  return MessageType[type] ?? String(type);
}
