/**
 * The speech net as a stream: two convolutions over time, a gated recurrent layer (Cho et al. 2014, in the variant of cuDNN
 * and PyTorch), one linear layer. A frame of log-mel bands goes in every 10 ms, an answer comes out with every second one.
 * Nothing is allocated after construction.
 */
import { applyLinear, applyToRectified, FIRST_KERNEL, SECOND_KERNEL, type SpeechModel } from './speech-model.js';

export const VISEME_COUNT = 15;

/** State between frames; belongs to one stream. */
export class SpeechNet {
  /**
   * `[23]`, rewritten with every answer: 15 logits of the visemes sil PP FF TH DD kk CH SS nn RR aa E ih oh ou, then the
   * eight mouth shapes in the order of `MOUTH_SHAPES`.
   */
  readonly output: Float32Array;
  private readonly model: SpeechModel;
  /** `[5, bands]`, oldest first. */
  private readonly bands: Float32Array;
  /** `[4, first]`, oldest first. */
  private readonly first: Float32Array;
  private readonly firstOut: Float32Array;
  private readonly second: Float32Array;
  /** `[3 hidden]`: what the input and what the state say to the gates reset, update, new. */
  private readonly heard: Float32Array;
  private readonly recalled: Float32Array;
  private readonly state: Float32Array;
  /** `[hidden + second]` */
  private readonly joined: Float32Array;
  private readonly active: Uint16Array;
  private isOdd = false;

  constructor(model: SpeechModel) {
    this.model = model;
    this.bands = new Float32Array(FIRST_KERNEL * model.bandCount);
    this.first = new Float32Array(SECOND_KERNEL * model.firstCount);
    this.firstOut = new Float32Array(model.firstConvolution.rowCount);
    this.second = new Float32Array(model.secondConvolution.rowCount);
    this.heard = new Float32Array(model.input.rowCount);
    this.recalled = new Float32Array(model.recurrence.rowCount);
    this.state = new Float32Array(model.hiddenCount);
    this.joined = new Float32Array(model.hiddenCount + model.secondCount);
    this.output = new Float32Array(model.head.rowCount);
    this.active = new Uint16Array(this.first.length);
  }

  /**
   * Hears 10 ms.
   *
   * @param logMel `[40]`, see `AcousticFrame.logMel`. Not kept.
   * @returns True when `output` was renewed: after every second frame.
   */
  push(logMel: Float32Array): boolean {
    const { model, bands, first, firstOut } = this;
    bands.copyWithin(0, model.bandCount);
    bands.set(logMel, (FIRST_KERNEL - 1) * model.bandCount);
    applyLinear(model.firstConvolution, bands, firstOut);
    first.copyWithin(0, model.firstCount);
    const newest = (SECOND_KERNEL - 1) * model.firstCount;
    for (let i = 0; i < model.firstCount; i++) first[newest + i] = Math.max(0, firstOut[i]!);
    this.isOdd = !this.isOdd;
    if (this.isOdd) return false;
    this.answer();
    return true;
  }

  /** As if nothing had been heard. */
  reset(): void {
    this.bands.fill(0);
    this.first.fill(0);
    this.state.fill(0);
    this.isOdd = false;
  }

  /** Takes over all that another stream of the same model has in mind. */
  copyState(other: SpeechNet): void {
    this.bands.set(other.bands);
    this.first.set(other.first);
    this.state.set(other.state);
    this.isOdd = other.isOdd;
  }

  private answer(): void {
    const { model, first, second, heard, recalled, state, joined } = this;
    const { hiddenCount, secondCount } = model;
    applyToRectified(model.secondConvolution, first, second, this.active);
    for (let i = 0; i < secondCount; i++) second[i] = Math.max(0, second[i]!);
    applyToRectified(model.input, second, heard, this.active);
    applyLinear(model.recurrence, state, recalled);
    for (let i = 0; i < hiddenCount; i++) {
      const reset = sigmoid(heard[i]! + recalled[i]!);
      const update = sigmoid(heard[hiddenCount + i]! + recalled[hiddenCount + i]!);
      const fresh = Math.tanh(heard[2 * hiddenCount + i]! + reset * recalled[2 * hiddenCount + i]!);
      state[i] = fresh + update * (state[i]! - fresh);
    }
    joined.set(state);
    for (let i = 0; i < secondCount; i++) joined[hiddenCount + i] = second[i]!;
    applyLinear(model.head, joined, this.output);
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
