/** Motion without a server: the engine, in this thread. Long speech is worked off in slices, so that nothing waits. */

import { MotionEngine } from '../../motion/engine/motion-engine.js';
import type { Mouth } from '../../motion/engine/mouth.js';
import { loadMouthModel, mouthModel } from '../../motion/engine/mouth-model.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { RoundAudio } from './round-audio.js';
import type { Transport, TransportHandlers } from './transport.js';

/** The engine's own rate, Hz: nothing has to be resampled again. */
export const LOCAL_SAMPLE_RATE_HZ = 16_000;
/** Speech worked off before other messages get their turn: some 10 ms of work. */
const SLICE_SECONDS = 1;
/** Speech waits this long for the weights of the mouth; then it goes on with the mouth by rule. */
const WEIGHTS_PATIENCE_MS = 2000;

export interface LocalBeginning {
  /** Where in the round the first samples belong; for a round that a server has begun. Default 0. */
  startSeconds?: number;
  /** What moves the mouth, if it is not to be the engine's own. */
  mouth?: Mouth | undefined;
}

interface LocalRound {
  readonly round: number;
  /** Made when the mouth is there. */
  engine: MotionEngine | null;
  readonly mouth: Mouth | undefined;
  readonly audio: RoundAudio;
  /** Media time of the round at which the engine begins. */
  readonly startSeconds: number;
  doneSample: number;
  isComplete: boolean;
  isOver: boolean;
}

export class LocalTransport implements Transport {
  readonly sampleRateHz: number;
  readonly discardedMessages = 0;
  readonly reconnects = 0;
  private readonly handlers: TransportHandlers;
  private current: LocalRound | null = null;
  private firstWantedRound = 0;
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private openings = 0;
  private isWaiting = false;
  private hasWaited = false;

  constructor(handlers: TransportHandlers, sampleRateHz = LOCAL_SAMPLE_RATE_HZ) {
    this.handlers = handlers;
    this.sampleRateHz = sampleRateHz;
  }

  async open(): Promise<void> {
    const opening = ++this.openings;
    await loadMouthModel();
    if (opening !== this.openings) throw new AvatarError(ErrorCode.aborted, 'Closed while the mouth was being loaded');
    this.handlers.handleState('connected', null);
  }

  /** @param beginning Counts with the first samples of a round. */
  send(round: number, samples: Int16Array, isEnd: boolean, { startSeconds = 0, mouth }: LocalBeginning = {}): void {
    if (round < this.firstWantedRound) return;
    if (!this.current || this.current.round < round) {
      this.interrupt(round);
      this.current = {
        round,
        engine: null,
        mouth,
        audio: new RoundAudio(this.sampleRateHz),
        startSeconds,
        doneSample: 0,
        isComplete: false,
        isOver: false,
      };
    }
    const { current } = this;
    if (current.isComplete || current.isOver) return;
    current.audio.append(samples);
    current.isComplete = isEnd;
    if (this.workTimer === undefined) this.work();
  }

  interrupt(beforeRound: number): void {
    this.firstWantedRound = Math.max(this.firstWantedRound, beforeRound);
    if (!this.current || this.current.round >= beforeRound) return;
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    this.current = null;
  }

  close(): void {
    this.openings++;
    this.interrupt(Infinity);
    this.firstWantedRound = 0;
    this.handlers.handleState('disconnected', null);
  }

  private work(): void {
    this.workTimer = undefined;
    const { current } = this;
    if (!current || current.isOver) return;
    if (!current.mouth && !mouthModel() && !this.hasWaited) return this.awaitWeights();
    try {
      const { mouth } = current;
      current.engine ??= new MotionEngine({ sampleRateHz: this.sampleRateHz, seed: current.round, ...(mouth && { mouth }) });
      const { start, samples } = current.audio.read(current.doneSample, this.sampleRateHz * SLICE_SECONDS);
      current.doneSample = start + samples.length;
      if (samples.length > 0) this.pass(current, current.engine.push(samples));
      const isAtEnd = current.doneSample === current.audio.sampleCount;
      if (isAtEnd && current.isComplete) {
        this.pass(current, current.engine.finish());
        current.isOver = true;
        this.handlers.handleMotionEnd(current.round);
      } else if (!isAtEnd) {
        this.workTimer = setTimeout(() => this.work(), 0);
      }
      current.audio.dropBefore(current.doneSample);
    } catch (reason) {
      current.isOver = true;
      this.handlers.handleRoundError(current.round, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
    }
  }

  /** The first speech of a page comes before the weights do. */
  private awaitWeights(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    const goOn = (): void => {
      if (this.hasWaited) return;
      this.hasWaited = true;
      clearTimeout(patience);
      if (this.workTimer === undefined) this.work();
    };
    const patience = setTimeout(goOn, WEIGHTS_PATIENCE_MS);
    void loadMouthModel().then(goOn);
  }

  private pass(current: LocalRound, frames: ReturnType<MotionEngine['push']>): void {
    if (!frames || frames.frameCount === 0) return;
    const startFrame = frames.startFrame + Math.round(current.startSeconds * frames.frameRate);
    this.handlers.handleMotion(current.round, { ...frames, startFrame }, 0);
  }
}
