/**
 * Reads the weights of the speech net from a file into the layout of the arithmetic.
 *
 *     uint32  magic, version, bands, first, second, hidden, outputs      little-endian
 *     then conv1 [first, 5·bands], conv2 [second, 4·first], input [3·hidden, second], recurrence [3·hidden, hidden],
 *     head [outputs, hidden + second], each as: float32 scale per row · float32 bias per row · int8 weights row by row
 *
 * The rows of the convolutions run over time first, so that a window of frames is one contiguous product. The gates of the
 * recurrent layer come in the order reset, update, new. `training/lipsync/export.py` writes the file.
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { type CreateLinears, createPlainLinears, type Linear, type LinearWeights, ROWS_AT_ONCE } from './linear.js';

const MAGIC = 0x54_45_4e_53; // 'SNET'
const VERSION = 1;
const HEADER_WORDS = 7;
export const FIRST_KERNEL = 5;
export const SECOND_KERNEL = 4;
/** Immutable; shared by all nets of a thread. */
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
 * @param createLinears Implementation of the layers' matrix products. Default: plain code.
 * @throws {AvatarError} `invalidConfiguration` if it is not a model, of another version, or truncated.
 */
export function readSpeechModel(bytes: Uint8Array, createLinears: CreateLinears = createPlainLinears): SpeechModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = bytes.byteLength < HEADER_WORDS * 4 ? [] : Array.from({ length: HEADER_WORDS }, (_, i) => view.getUint32(i * 4, true));
  const [magic, version, bandCount = 0, firstCount = 0, secondCount = 0, hiddenCount = 0, outputCount = 0] = header;
  if (magic !== MAGIC || version !== VERSION) {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'The file is not a speech model, or of another version');
  }
  const shapes = [
    [firstCount, FIRST_KERNEL * bandCount, false],
    [secondCount, SECOND_KERNEL * firstCount, true],
    [3 * hiddenCount, secondCount, true],
    [3 * hiddenCount, hiddenCount, false],
    [outputCount, hiddenCount + secondCount, false],
  ] as const;
  const size = shapes.reduce((sum, [rows, inputs]) => sum + rows * (8 + inputs), HEADER_WORDS * 4);
  if (size !== bytes.byteLength) throw new AvatarError(ErrorCode.invalidConfiguration, 'The speech model is truncated');
  let place = HEADER_WORDS * 4;
  const layers = shapes.map(([rows, inputs, isInputRectified]) => {
    const layer = { ...readWeights(view, place, rows, inputs), isInputRectified };
    place += rows * (8 + inputs);
    return layer;
  });
  const [firstConvolution, secondConvolution, input, recurrence, head] = createLinears(layers) as [Linear, Linear, Linear, Linear, Linear];
  return { bandCount, firstCount, secondCount, hiddenCount, outputCount, firstConvolution, secondConvolution, input, recurrence, head };
}

function readWeights(view: DataView, place: number, rows: number, inputCount: number): Omit<LinearWeights, 'isInputRectified'> {
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
