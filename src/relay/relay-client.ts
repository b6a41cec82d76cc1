/**
 * One listener of a relay. It outlives its socket for a while, so that a client whose connection was lost goes on where
 * it was. What it has not got yet lies in the log of its turn: the client itself keeps a place, no queue.
 */
import { randomBytes } from 'node:crypto';
import { type RawData, WebSocket } from 'ws';

import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { CLIENT_FORMATS, type ClientFormat, type ClientFormatName, type TurnDescription } from './client-format.js';
import { type ClientMessage, clientMessageFrom } from './client-message.js';
import type { RelayLimits } from './relay-options.js';
import type { RelaySocket } from './relay-socket.js';
import type { TurnLog, TurnPosition } from './turn-log.js';

/** A turn as a client plays it: its log and its playback position. */
export interface ClientTurn extends TurnDescription {
  readonly log: TurnLog;
  /** Media time that is heard about now, s. */
  readonly heardSeconds: number;
  /** All of it has been heard. */
  readonly isHeard: boolean;
}

export interface RelayClientHandlers {
  handleMessage(client: RelayClient, message: Exclude<ClientMessage, { kind: 'start' | 'ping' }>): void;
  /** The client skipped to the present of its turn, or was removed from it. */
  handleLag(client: RelayClient, turnId: string, skippedSeconds: number): void;
  handleUnusable(client: RelayClient, error: AvatarError): void;
  handleDisconnected(client: RelayClient): void;
}

export interface ClientSetup {
  readonly id: string;
  readonly format: ClientFormatName;
  readonly avatarId: string | null;
  readonly sampleRateHz: number;
  readonly limits: RelayLimits;
}

/** The position at which a client lost its connection. */
export interface ResumePlace {
  readonly turnId: string;
  readonly frame: number;
}

export class RelayClient {
  /** The name that the app gave it, or a generated one. */
  readonly id: string;
  /** Resumes this client. A secret of the client. */
  readonly resumeToken = randomBytes(18).toString('base64url');
  private readonly setup: ClientSetup;
  private readonly format: ClientFormat;
  private readonly handlers: RelayClientHandlers;
  private socket: RelaySocket | null = null;
  private turn: ClientTurn | null = null;
  /** Index of the next message of the turn. */
  private nextFrame = 0;
  private isBlocked = false;
  private isAlive = true;
  /** It knows what to do with a `resync`. */
  private canResync = false;
  private faultCount = 0;
  private _sentBytes = 0;

  constructor(setup: ClientSetup, handlers: RelayClientHandlers) {
    this.id = setup.id;
    this.setup = setup;
    this.format = CLIENT_FORMATS[setup.format];
    this.handlers = handlers;
  }

  get isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Connected or closing. */
  get isAttached(): boolean {
    return this.socket !== null;
  }

  get sentBytes(): number {
    return this._sentBytes;
  }

  /** Bytes that wait in its socket. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** The turn it plays, or null. */
  get currentTurn(): ClientTurn | null {
    return this.turn;
  }

  // ---- connection --------------------------------------------------------------------------------------------------

  /** Replaces the socket. The caller listens for its errors. */
  attach(socket: RelaySocket, place: ResumePlace | null): void {
    const before = this.socket;
    this.socket = socket;
    before?.terminate();
    this.isBlocked = false;
    this.isAlive = true;
    this.faultCount = 0;
    socket.on('message', (data, isBinary) => this.socket === socket && this.handleData(data, isBinary));
    socket.on('pong', () => (this.isAlive = true));
    socket.on('close', () => this.handleClose(socket));
    const { turn } = this;
    const { id: clientId, resumeToken } = this;
    const { avatarId, sampleRateHz } = this.setup;
    const goesOn = turn !== null && place?.turnId === turn.id;
    this.post(this.format.ready({ clientId, resumeToken, avatarId, sampleRateHz, turnId: goesOn ? turn.id : null }));
    if (!turn) return;
    if (!goesOn && turn.isHeard) {
      this.turn = null;
      return;
    }
    const there = goesOn ? turn.log.positionOf(place.frame) : null;
    this.enter(turn, there && !this.isBehind(turn, there) ? there : turn.log.positionAt(turn.heardSeconds));
  }

  /** Sends a ping. A connection without an answer since the last call counts as lost. */
  checkLiveness(): void {
    if (!this.isAlive) this.socket?.terminate();
    this.isAlive = false;
    if (this.isConnected) this.socket?.ping();
  }

  /** @param code Of the close frame: 1000 ends the conversation, 1008 turns the client away, others let it come again. */
  close(code = 1000, reason = ''): void {
    this.socket?.close(code, reason);
  }

  terminate(): void {
    this.socket?.terminate();
  }

  // ---- turns -------------------------------------------------------------------------------------------------------

  /** Plays a turn from a position, instead of the previous one. */
  enter(turn: ClientTurn, position: TurnPosition): void {
    this.turn = turn;
    this.nextFrame = position.frame;
    this.post(this.format.turn(turn, position, false));
    this.pump();
  }

  /** The turn is over for this client, at once. */
  leave(turn: ClientTurn, reason: string): void {
    if (this.turn !== turn) return;
    this.turn = null;
    this.post(this.format.interrupt(turn, reason));
  }

  sendError(error: AvatarError, turn: ClientTurn | null): void {
    if (!turn || this.turn === turn) this.post(this.format.error(error.message, error.code, turn));
  }

  /** Sends what the turn has and the socket takes. */
  pump(): void {
    const { socket } = this;
    if (this.isBlocked || !socket || socket.readyState !== WebSocket.OPEN) return;
    while (this.turn) {
      const { turn } = this;
      if (socket.bufferedAmount > this.setup.limits.maxBufferedBytes) {
        this.waitForDrain(socket);
        return;
      }
      if (!this.catchUp(turn)) return;
      const entry = turn.log.get(this.nextFrame);
      if (!entry) return;
      let encoded = entry.encoded.get(this.setup.format);
      if (!encoded) entry.encoded.set(this.setup.format, (encoded = this.format.media(turn, entry)));
      this.nextFrame++;
      this.post(encoded);
    }
  }

  /** Takes a client that is too far behind on to the present. @returns False when it is out of the turn. */
  private catchUp(turn: ClientTurn): boolean {
    const position = turn.log.positionOf(this.nextFrame);
    if (position && !this.isBehind(turn, position)) return true;
    const present = turn.log.positionAt(turn.heardSeconds);
    const skippedSeconds = present.startSeconds - (position?.startSeconds ?? 0);
    if (this.canResync) {
      this.nextFrame = present.frame;
      this.post(this.format.turn(turn, present, true));
    } else {
      // Its audio and motion would stay out of sync: it continues with the next turn.
      this.turn = null;
      for (const end of this.format.ends(turn)) this.post(end);
      this.post(this.format.error('This client could not keep up with the turn.', ErrorCode.connectionFailed, turn));
    }
    this.handlers.handleLag(this, turn.id, skippedSeconds);
    return this.turn === turn;
  }

  private isBehind(turn: ClientTurn, { startSeconds, frame }: TurnPosition): boolean {
    if (frame >= turn.log.end.frame) return false;
    return startSeconds < turn.heardSeconds - this.setup.limits.maxLagSeconds;
  }

  /** A ping is written when everything before it is. */
  private waitForDrain(socket: RelaySocket): void {
    this.isBlocked = true;
    socket.ping(undefined, undefined, () => {
      if (this.socket !== socket) return;
      this.isBlocked = false;
      this.pump();
    });
  }

  private post(message: Uint8Array | string): void {
    const { socket } = this;
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    this._sentBytes += message.length;
    socket.send(message);
  }

  /** Nothing is buffered for a client that sends pings and does not read. */
  private answer(message: Uint8Array | string): void {
    if (this.bufferedBytes <= this.setup.limits.maxBufferedBytes) this.post(message);
  }

  // ---- incoming ------------------------------------------------------------------------------------------------

  private handleData(data: RawData, isBinary: boolean): void {
    this.isAlive = true;
    if (this.faultCount >= this.setup.limits.maxFaults) return;
    let message: ClientMessage;
    try {
      message = clientMessageFrom(isBinary ? bytesOf(data) : bytesOf(data).toString());
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.protocolError);
      this.answer(this.format.error(error.message, error.code, null));
      this.handlers.handleUnusable(this, error);
      if (++this.faultCount >= this.setup.limits.maxFaults) this.close(1008, 'too many faulty messages');
      return;
    }
    if (message.kind === 'start') this.canResync = message.version >= 1;
    else if (message.kind === 'ping') this.answer(this.format.pong());
    else this.handlers.handleMessage(this, message);
  }

  private handleClose(socket: RelaySocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.handlers.handleDisconnected(this);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
