/**
 * Weights of the speech net, as a file → as the arithmetic wants them.
 *
 *     uint32  magic, version, bands, first, second, hidden, outputs      little-endian
 *     then conv1 [first, 5·bands], conv2 [second, 4·first], input [3·hidden, second], recurrence [3·hidden, hidden],
 *     head [outputs, hidden + second], each as: float32 scale per row · float32 bias per row · int8 weights row by row
 *
 * The rows of the convolutions run over time first, so that a window of frames is one contiguous product. The gates of the
 * recurrent layer come in the order reset, update, new. `training/lipsync/export.py` writes the file.
 */
import { AvatarError, ErrorCode } from '../../shared/errors.js';

const MAGIC = 0x54_45_4e_53; // 'SNET'
const VERSION = 1;
const HEADER_WORDS = 7;
export const FIRST_KERNEL = 5;
export const SECOND_KERNEL = 4;
/** Rows that are multiplied side by side: each input is fetched once for all of them. Twice as fast as row by row. */
const ROWS_AT_ONCE = 8;

/** A linear layer, laid out for `applyLinear`. */
export interface Linear {
  readonly inputCount: number;
  /** Padded with rows of zeros to a multiple of `ROWS_AT_ONCE`. */
  readonly rowCount: number;
  /** `[rowCount / 8, inputCount, 8]` */
  readonly weights: Float32Array;
  /** `[rowCount]` */
  readonly biases: Float32Array;
}

/** Never changed after it was read; shared by all nets of a thread. */
export interface SpeechModel {
  readonly bandCount: number;
  readonly firstCount: number;
  readonly secondCount: number;
  readonly hiddenCount: number;
  readonly outputCount: number;
  readonly firstConvolution: Linear;
  readonly secondConvolution: Linear;
  readonly input: Linear;
  readonly recurrence: Linear;
  readonly head: Linear;
}

/**
 * @param bytes The whole file. Not kept.
 * @throws {AvatarError} `invalidConfiguration` when it is no model, of another version, or cut short.
 */
export function readSpeechModel(bytes: Uint8Array): SpeechModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.byteLength < HEADER_WORDS * 4 ? [] : Array.from({ length: HEADER_WORDS }, (_, i) => view.getUint32(i * 4, true));
  const [magic, version, bandCount = 0, firstCount = 0, secondCount = 0, hiddenCount = 0, outputCount = 0] = words;
  if (magic !== MAGIC || version !== VERSION) {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'The speech model is no such file, or of another version');
  }
  const shapes = [
    [firstCount, FIRST_KERNEL * bandCount],
    [secondCount, SECOND_KERNEL * firstCount],
    [3 * hiddenCount, secondCount],
    [3 * hiddenCount, hiddenCount],
    [outputCount, hiddenCount + secondCount],
  ] as const;
  const size = shapes.reduce((sum, [rows, inputs]) => sum + rows * (8 + inputs), HEADER_WORDS * 4);
  if (size !== bytes.byteLength) throw new AvatarError(ErrorCode.invalidConfiguration, 'The speech model is cut short');
  let place = HEADER_WORDS * 4;
  const [firstConvolution, secondConvolution, input, recurrence, head] = shapes.map(([rows, inputs]) => {
    const linear = readLinear(view, place, rows, inputs);
    place += rows * (8 + inputs);
    return linear;
  }) as [Linear, Linear, Linear, Linear, Linear];
  return { bandCount, firstCount, secondCount, hiddenCount, outputCount, firstConvolution, secondConvolution, input, recurrence, head };
}

function readLinear(view: DataView, place: number, rows: number, inputCount: number): Linear {
  const rowCount = Math.ceil(rows / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  const weights = new Float32Array(rowCount * inputCount);
  const biases = new Float32Array(rowCount);
  const weightsAt = place + rows * 8;
  for (let row = 0; row < rows; row++) {
    const scale = view.getFloat32(place + row * 4, true);
    biases[row] = view.getFloat32(place + (rows + row) * 4, true);
    const block = (row - (row % ROWS_AT_ONCE)) * inputCount + (row % ROWS_AT_ONCE);
    for (let i = 0; i < inputCount; i++) weights[block + i * ROWS_AT_ONCE] = view.getInt8(weightsAt + row * inputCount + i) * scale;
  }
  return { inputCount, rowCount, weights, biases };
}

/**
 * out = W x + b
 *
 * @param x Holds the input from its first value on.
 * @param out `[rowCount]`
 */
export function applyLinear({ inputCount, rowCount, weights, biases }: Linear, x: Float32Array, out: Float32Array): void {
  let place = 0;
  for (let row = 0; row < rowCount; row += ROWS_AT_ONCE) {
    let a = biases[row]!;
    let b = biases[row + 1]!;
    let c = biases[row + 2]!;
    let d = biases[row + 3]!;
    let e = biases[row + 4]!;
    let f = biases[row + 5]!;
    let g = biases[row + 6]!;
    let h = biases[row + 7]!;
    for (let i = 0; i < inputCount; i++, place += ROWS_AT_ONCE) {
      const value = x[i]!;
      a += weights[place]! * value;
      b += weights[place + 1]! * value;
      c += weights[place + 2]! * value;
      d += weights[place + 3]! * value;
      e += weights[place + 4]! * value;
      f += weights[place + 5]! * value;
      g += weights[place + 6]! * value;
      h += weights[place + 7]! * value;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
    out[row + 4] = e;
    out[row + 5] = f;
    out[row + 6] = g;
    out[row + 7] = h;
  }
}

/**
 * The same for an input that went through a rectifier: what is zero, usually most of it, is passed over.
 *
 * @param active Room for `inputCount` indices, for use in here.
 */
export function applyToRectified({ inputCount, rowCount, weights, biases }: Linear, x: Float32Array, out: Float32Array, active: Uint16Array): void {
  let activeCount = 0;
  for (let i = 0; i < inputCount; i++) if (x[i] !== 0) active[activeCount++] = i;
  for (let row = 0; row < rowCount; row += ROWS_AT_ONCE) {
    let a = biases[row]!;
    let b = biases[row + 1]!;
    let c = biases[row + 2]!;
    let d = biases[row + 3]!;
    let e = biases[row + 4]!;
    let f = biases[row + 5]!;
    let g = biases[row + 6]!;
    let h = biases[row + 7]!;
    const block = row * inputCount;
    for (let k = 0; k < activeCount; k++) {
      const i = active[k]!;
      const value = x[i]!;
      const place = block + i * ROWS_AT_ONCE;
      a += weights[place]! * value;
      b += weights[place + 1]! * value;
      c += weights[place + 2]! * value;
      d += weights[place + 3]! * value;
      e += weights[place + 4]! * value;
      f += weights[place + 5]! * value;
      g += weights[place + 6]! * value;
      h += weights[place + 7]! * value;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
    out[row + 4] = e;
    out[row + 5] = f;
    out[row + 6] = g;
    out[row + 7] = h;
  }
}
