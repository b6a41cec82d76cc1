/**
 * The speech net as a stream: two convolutions over time, a gated recurrent layer (Cho et al. 2014, in the variant of cuDNN
 * and PyTorch), one linear layer. A frame of log-mel bands goes in every 10 ms, an output comes with every second one.
 * Nothing is allocated after construction.
 */
import { sigmoid, tanh } from './activations.js';
import { ROWS_AT_ONCE, rectify } from './linear.js';
import { FIRST_KERNEL, SECOND_KERNEL, type SpeechModel } from './speech-model.js';

export const VISEME_COUNT = 15;

/** Frames that the buffers of the convolutions hold: a kernel's width, plus enough that moving them to the front is rare. */
const BUFFERED_FRAMES = 16;

/** State between frames; belongs to one stream. */
export class SpeechNet {
  /**
   * `[23]`, overwritten with every output: 15 logits of the visemes sil PP FF TH DD kk CH SS nn RR aa E ih oh ou, then the
   * eight mouth shapes in the order of `MOUTH_SHAPES`.
   */
  readonly output: Float32Array;
  private readonly model: SpeechModel;
  /** `[16, bands]`, oldest first. */
  private readonly bands: Float32Array;
  /** `[16, first]`, oldest first. */
  private readonly first: Float32Array;
  /** For each position of the newest frame, views of the above: the kernels' inputs, and the output of the first convolution. */
  private readonly bandWindows: readonly Float32Array[];
  private readonly firstWindows: readonly Float32Array[];
  private readonly firstOut: readonly Float32Array[];
  private newest = FIRST_KERNEL - 1;
  /** `[3 hidden]`: contributions of the input and of the state to the gates reset, update, new. */
  private readonly fromInput: Float32Array;
  private readonly fromState: Float32Array;
  /** `[hidden + second]`: the recurrent state, then the output of the second convolution. */
  private readonly joined: Float32Array;
  /** Its two parts. */
  private readonly state: Float32Array;
  private readonly second: Float32Array;
  private isOdd = false;

  constructor(model: SpeechModel) {
    this.model = model;
    const { bandCount, firstCount, hiddenCount } = model;
    this.bands = new Float32Array(BUFFERED_FRAMES * bandCount);
    this.first = new Float32Array(BUFFERED_FRAMES * firstCount + ROWS_AT_ONCE);
    this.bandWindows = windowsOf(this.bands, bandCount, FIRST_KERNEL, 0);
    this.firstWindows = windowsOf(this.first, firstCount, SECOND_KERNEL, 0);
    // Rows that pad a block of eight spill into the next frame, which overwrites them.
    this.firstOut = windowsOf(this.first, firstCount, 1, model.firstConvolution.rowCount - firstCount);
    this.fromInput = new Float32Array(model.input.rowCount);
    this.fromState = new Float32Array(model.recurrence.rowCount);
    this.joined = new Float32Array(hiddenCount + model.secondConvolution.rowCount);
    this.state = this.joined.subarray(0, hiddenCount);
    this.second = this.joined.subarray(hiddenCount);
    this.output = new Float32Array(model.head.rowCount);
  }

  /**
   * Processes 10 ms.
   *
   * @param logMel `[40]`, see `AcousticFrame.logMel`. Not kept.
   * @returns True if `output` was updated: after every second frame.
   */
  push(logMel: Float32Array): boolean {
    const { model, bands } = this;
    if (++this.newest === BUFFERED_FRAMES) this.moveToFront();
    const { newest } = this;
    const { bandCount } = model;
    for (let i = 0, place = newest * bandCount; i < bandCount; i++, place++) bands[place] = logMel[i];
    const out = this.firstOut[newest];
    model.firstConvolution.apply(this.bandWindows[newest], out);
    rectify(out);
    this.isOdd = !this.isOdd;
    if (this.isOdd) return false;
    this.answer();
    return true;
  }

  /** Resets the state. */
  reset(): void {
    this.bands.fill(0);
    this.first.fill(0);
    this.joined.fill(0);
    this.newest = FIRST_KERNEL - 1;
    this.isOdd = false;
  }

  /** Copies the state of another stream of the same model. */
  copyState(other: SpeechNet): void {
    this.bands.set(other.bands);
    this.first.set(other.first);
    this.joined.set(other.joined);
    this.newest = other.newest;
    this.isOdd = other.isOdd;
  }

  private moveToFront(): void {
    const { bands, first, model } = this;
    const kept = FIRST_KERNEL - 1;
    bands.copyWithin(0, (BUFFERED_FRAMES - kept) * model.bandCount);
    first.copyWithin(0, (BUFFERED_FRAMES - kept) * model.firstCount);
    this.newest = kept;
  }

  private answer(): void {
    const { model, fromInput, fromState, joined, state, second } = this;
    const { hiddenCount } = model;
    model.secondConvolution.apply(this.firstWindows[this.newest], second);
    rectify(second);
    model.input.apply(second, fromInput);
    model.recurrence.apply(state, fromState);
    for (let i = 0; i < hiddenCount; i++) {
      const reset = sigmoid(fromInput[i] + fromState[i]);
      const update = sigmoid(fromInput[hiddenCount + i] + fromState[hiddenCount + i]);
      const fresh = tanh(fromInput[2 * hiddenCount + i] + reset * fromState[2 * hiddenCount + i]);
      state[i] = fresh + update * (state[i] - fresh);
    }
    model.head.apply(joined, this.output);
  }
}

/** For each position of the newest frame, the view of `buffer` that a kernel covers, and `more` values. */
function windowsOf(buffer: Float32Array, width: number, kernel: number, more: number): Float32Array[] {
  return Array.from({ length: BUFFERED_FRAMES }, (_, newest) =>
    buffer.subarray(Math.max(0, newest + 1 - kernel) * width, (newest + 1) * width + more),
  );
}
