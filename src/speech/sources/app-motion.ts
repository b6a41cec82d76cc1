/**
 * Backend Mode over the app's own transport: the page hands over what its backend forwards, and there is nothing to
 * connect to. Speech is only counted here: its motion comes by another way.
 */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { ForwardedMotion } from './forwarded-motion.js';
import type { Transport, TransportHandlers } from './transport.js';

/** Bytes of messages read before others get their turn: some 10 ms of work. */
const SLICE_BYTES = 128 * 1024;
/** More than this waiting to be read is no speech: an hour of FLAME motion has 45 MB. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

interface AppRound {
  readonly round: number;
  readonly motion: ForwardedMotion;
  /** Messages to read; an empty one says that no (more) motion comes. */
  readonly waiting: Uint8Array[];
  waitingBytes: number;
  samples: number;
  isSpeechComplete: boolean;
  isEndTold: boolean;
  /** What still comes is discarded. */
  isOver: boolean;
}

export class AppMotionTransport implements Transport {
  readonly sampleRateHz: number;
  readonly reconnects = 0;
  private readonly handlers: TransportHandlers;
  private current: AppRound | null = null;
  private firstWantedRound = 0;
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private _discardedMessages = 0;

  constructor(sampleRateHz: number, handlers: TransportHandlers) {
    this.sampleRateHz = sampleRateHz;
    this.handlers = handlers;
  }

  get discardedMessages(): number {
    return this._discardedMessages;
  }

  async open(): Promise<void> {
    this.handlers.handleState('connected', null);
  }

  send(round: number, samples: Int16Array, isEnd: boolean): void {
    if (round < this.firstWantedRound) return;
    const current = this.take(round);
    current.samples += samples.length;
    if (isEnd) current.isSpeechComplete = true;
    this.tellEnd(current);
  }

  receive(round: number, messages: readonly Uint8Array[]): void {
    if (round < this.firstWantedRound) {
      this._discardedMessages += messages.length;
      return;
    }
    const current = this.take(round);
    current.waiting.push(...(messages.length > 0 ? messages : [new Uint8Array(0)]));
    for (const message of messages) current.waitingBytes += message.length;
    if (this.workTimer === undefined) this.work();
  }

  interrupt(beforeRound: number): void {
    this.firstWantedRound = Math.max(this.firstWantedRound, beforeRound);
    const { current } = this;
    if (!current || current.round >= beforeRound) return;
    this._discardedMessages += current.waiting.length;
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    this.current = null;
  }

  close(): void {
    this.interrupt(Infinity);
    this.firstWantedRound = 0;
    this.handlers.handleState('disconnected', null);
  }

  private take(round: number): AppRound {
    if (this.current?.round === round) return this.current;
    this.interrupt(round);
    this.current = {
      round,
      motion: new ForwardedMotion(),
      waiting: [],
      waitingBytes: 0,
      samples: 0,
      isSpeechComplete: false,
      isEndTold: false,
      isOver: false,
    };
    return this.current;
  }

  private work(): void {
    this.workTimer = undefined;
    const { current } = this;
    if (!current) return;
    if (current.waitingBytes > MAX_WAITING_BYTES) {
      this.endMotion(current, new AvatarError(ErrorCode.invalidMotionData, 'More motion was handed over than can be held.'));
    }
    let bytesRead = 0;
    let count = 0;
    while (count < current.waiting.length && !current.isOver && bytesRead < SLICE_BYTES) {
      const message = current.waiting[count++];
      // What a message costs besides its bytes.
      bytesRead += message.length + 64;
      current.waitingBytes -= message.length;
      this.read(current, message);
      // Whoever was told may have interrupted.
      if (this.current !== current) return;
    }
    current.waiting.splice(0, count);
    if (current.isOver) {
      this._discardedMessages += current.waiting.length;
      current.waiting.length = current.waitingBytes = 0;
    } else if (current.waiting.length > 0) {
      this.workTimer = setTimeout(() => this.work(), 0);
    }
  }

  private read(current: AppRound, message: Uint8Array): void {
    if (message.length === 0) {
      if (!current.isEndTold) this.endMotion(current, null);
      return;
    }
    try {
      const forwarded = current.motion.read(message, current.samples / this.sampleRateHz);
      if (forwarded.kind === 'motion') this.handlers.handleMotion(current.round, forwarded.frames, message.length);
      else if (forwarded.kind === 'discarded') this._discardedMessages++;
    } catch (reason) {
      this.endMotion(current, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    this.tellEnd(current);
  }

  private endMotion(current: AppRound, error: AvatarError | null): void {
    current.isOver = true;
    this.handlers.handleRoundError(current.round, error);
  }

  /** Before the speech is complete another request may follow the one that has ended. */
  private tellEnd(current: AppRound): void {
    if (current.isOver || current.isEndTold || !current.isSpeechComplete || !current.motion.isEnded) return;
    current.isEndTold = true;
    this.handlers.handleMotionEnd(current.round);
  }
}
