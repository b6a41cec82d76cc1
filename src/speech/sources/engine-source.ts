/** Motion without a server: the engine, in this thread. Long speech is processed in slices, so that other messages get through. */
import { MotionEngine } from '../../motion/engine/motion-engine.js';
import type { Mouth } from '../../motion/engine/mouth.js';
import { loadMouthModel, mouthModel } from '../../motion/engine/mouth-model.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { RoundGate } from '../../shared/core/round-gate.js';
import type { Source, SourceListener, SpeechInput } from '../source.js';
import { RoundAudio } from './round-audio.js';

/** The engine's own rate, Hz: nothing has to be resampled again. */
export const ENGINE_SAMPLE_RATE_HZ = 16_000;
/** Speech processed in one task, s: some 10 ms of work. */
const SLICE_SECONDS = 1;
/** Longest wait for the mouth model; then the mouth moves by rule. */
const WEIGHTS_TIMEOUT_MS = 2000;

export interface EngineBeginning {
  /** Where in the round the first samples belong; for a round that a server has begun. Default 0. */
  startSeconds?: number;
  /** Moves the mouth instead of the engine's own. */
  mouth?: Mouth | undefined;
}

interface EngineRound {
  readonly round: number;
  /** Made once the mouth is known. */
  engine: MotionEngine | null;
  readonly mouth: Mouth | undefined;
  readonly audio: RoundAudio;
  /** Media time of the round at which the engine begins. */
  readonly startSeconds: number;
  doneSample: number;
  isComplete: boolean;
  isOver: boolean;
}

export class EngineSource implements Source, SpeechInput {
  readonly origin = 'local';
  readonly speech: SpeechInput = this;
  readonly motion = null;
  readonly opensRounds = false;
  readonly timeout = null;
  readonly sampleRateHz: number;
  readonly discardedMessages = 0;
  readonly reconnects = 0;
  private readonly listener: SourceListener;
  private current: EngineRound | null = null;
  private readonly gate = new RoundGate();
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private openings = 0;
  private isWaiting = false;
  private hasWaited = false;

  constructor(listener: SourceListener, sampleRateHz = ENGINE_SAMPLE_RATE_HZ) {
    this.listener = listener;
    this.sampleRateHz = sampleRateHz;
  }

  async open(): Promise<void> {
    const opening = ++this.openings;
    await loadMouthModel();
    if (opening !== this.openings) throw new AvatarError(ErrorCode.aborted, 'Closed while the mouth model was loaded.');
    this.listener.handleState('connected', null);
  }

  /** @param beginning Counts with the first samples of a round. */
  send(round: number, samples: Int16Array, isEnd: boolean, { startSeconds = 0, mouth }: EngineBeginning = {}): void {
    if (!this.gate.isOpen(round)) return;
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
    this.gate.closeBefore(beforeRound);
    if (!this.current || this.current.round >= beforeRound) return;
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    this.current = null;
  }

  close(): void {
    this.openings++;
    this.interrupt(Infinity);
    this.gate.reset();
    this.listener.handleState('disconnected', null);
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
        this.listener.handleMotionEnd(current.round);
      } else if (!isAtEnd) {
        this.workTimer = setTimeout(() => this.work(), 0);
      }
      current.audio.dropBefore(current.doneSample);
    } catch (reason) {
      current.isOver = true;
      this.listener.handleRoundError(current.round, avatarErrorFrom(reason, ErrorCode.invalidMotionData));
    }
  }

  /** The first speech of a page comes before the mouth model. */
  private awaitWeights(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    const goOn = (): void => {
      if (this.hasWaited) return;
      this.hasWaited = true;
      clearTimeout(timer);
      if (this.workTimer === undefined) this.work();
    };
    const timer = setTimeout(goOn, WEIGHTS_TIMEOUT_MS);
    void loadMouthModel().then(goOn);
  }

  private pass(current: EngineRound, frames: ReturnType<MotionEngine['push']>): void {
    if (!frames || frames.frameCount === 0) return;
    const startFrame = frames.startFrame + Math.round(current.startSeconds * frames.frameRate);
    this.listener.handleMotion(current.round, { ...frames, startFrame }, 0);
  }
}
