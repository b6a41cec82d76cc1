/**
 * Backend Mode over the app's own transport: the page hands over the motion that its backend forwards, and there is nothing to connect
 * to. Speech is only counted here, to know where a round's motion ends.
 */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { AppSourceOptions } from '../../shared/contracts/source-options.js';
import { RoundGate } from '../../shared/core/round-gate.js';
import type { MotionInput, Source, SourceListener, SpeechInput } from '../source.js';
import { ForwardedMotion } from './forwarded-motion.js';

/** Bytes of messages read in one task: some 10 ms of work. */
const SLICE_BYTES = 128 * 1024;
/** Most bytes that may wait to be read: an hour of FLAME motion has 45 MB. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

interface AppRound {
  readonly round: number;
  readonly motion: ForwardedMotion;
  /** Messages to read; an empty one ends the motion. */
  readonly waiting: Uint8Array[];
  waitingBytes: number;
  samples: number;
  isSpeechComplete: boolean;
  isEndReported: boolean;
  /** Later messages are discarded. */
  isOver: boolean;
}

export class AppSource implements Source, SpeechInput, MotionInput {
  readonly origin = 'server';
  readonly speech: SpeechInput = this;
  readonly motion: MotionInput = this;
  readonly opensRounds = false;
  readonly timeout: AppSourceOptions;
  readonly sampleRateHz: number;
  readonly reconnects = 0;
  private readonly listener: SourceListener;
  private current: AppRound | null = null;
  private readonly gate = new RoundGate();
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private _discardedMessages = 0;

  constructor(options: AppSourceOptions, listener: SourceListener) {
    this.timeout = options;
    this.sampleRateHz = options.sampleRateHz;
    this.listener = listener;
  }

  get discardedMessages(): number {
    return this._discardedMessages;
  }

  async open(): Promise<void> {
    this.listener.handleState('connected', null);
  }

  send(round: number, samples: Int16Array, isEnd: boolean): void {
    if (!this.gate.isOpen(round)) return;
    const current = this.take(round);
    current.samples += samples.length;
    if (isEnd) current.isSpeechComplete = true;
    this.reportEnd(current);
  }

  receive(round: number, messages: readonly Uint8Array[]): void {
    if (!this.gate.isOpen(round)) {
      this._discardedMessages += messages.length;
      return;
    }
    const current = this.take(round);
    current.waiting.push(...(messages.length > 0 ? messages : [new Uint8Array(0)]));
    for (const message of messages) current.waitingBytes += message.length;
    if (this.workTimer === undefined) this.work();
  }

  interrupt(beforeRound: number): void {
    this.gate.closeBefore(beforeRound);
    const { current } = this;
    if (!current || current.round >= beforeRound) return;
    this._discardedMessages += current.waiting.length;
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    this.current = null;
  }

  close(): void {
    this.interrupt(Infinity);
    this.gate.reset();
    this.listener.handleState('disconnected', null);
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
      isEndReported: false,
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
      // A message costs time besides its bytes.
      bytesRead += message.length + 64;
      current.waitingBytes -= message.length;
      this.read(current, message);
      // The listener may have interrupted.
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
      if (!current.isEndReported) this.endMotion(current, null);
      return;
    }
    try {
      const forwarded = current.motion.read(message, current.samples / this.sampleRateHz);
      if (forwarded.kind === 'motion') this.listener.handleMotion(current.round, forwarded.frames, message.length);
      else if (forwarded.kind === 'discarded') this._discardedMessages++;
    } catch (reason) {
      this.endMotion(current, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
      return;
    }
    this.reportEnd(current);
  }

  private endMotion(current: AppRound, error: AvatarError | null): void {
    current.isOver = true;
    this.listener.handleRoundError(current.round, error);
  }

  /** Before the speech is complete another request may follow the one that has ended. */
  private reportEnd(current: AppRound): void {
    if (current.isOver || current.isEndReported || !current.isSpeechComplete || !current.motion.isEnded) return;
    current.isEndReported = true;
    this.listener.handleMotionEnd(current.round);
  }
}
