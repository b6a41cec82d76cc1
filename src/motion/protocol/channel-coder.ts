/**
 * One channel over a run of frames ↔ bits, without loss.
 *
 * Bits come most significant first. The channels of a run follow one another without padding; each is
 *
 *     mode  2 bits   0: zero in all frames · 1: one value in all frames · 2, 3: coded, predictor order 1 or 2
 *     first w bits   modes 1–3: grid value of the first frame, w = 10 for weights, 16 for the head; the head's
 *                    values are stored with 32768 added
 *     k     4 bits   modes 2, 3: Rice parameter
 *     rest           modes 2, 3, for each further frame: the residual r, as z = 2r (r ≥ 0) or −2r − 1 (r < 0), in
 *                    Rice code: ⌊z / 2ᵏ⌋ ones, a zero, the lowest k bits of z; where that would be 16 ones or
 *                    more: 16 ones and z in 17 bits
 *
 * The predictor of order 1 is the value before; that of order 2 continues the line through the two before (clamped to
 * the grid), and falls back to order 1 for the second frame. The last byte of a run is filled up with zeros.
 *
 * @see Rice & Plaunt 1971; Robinson 1994 (Shorten), for coding smooth signals by polynomial prediction.
 */
import type { BitReader, BitWriter } from './bit-stream.js';

const MODE_ZERO = 0;
const MODE_CONSTANT = 1;
const MODE_ORDER_1 = 2;
const MODE_ORDER_2 = 3;

const PARAMETER_BITS = 4;
const MAX_PARAMETER = 2 ** PARAMETER_BITS - 1;
const ESCAPE_ONES = 16;
const ESCAPE_BITS = 17;

/** Quantisation of a channel. */
export interface Grid {
  bits: number;
  stepsPerUnit: number;
  /** Added to the grid value to make it ≥ 0. */
  bias: number;
}

export const WEIGHT_GRID: Grid = { bits: 10, stepsPerUnit: 1023, bias: 0 };
export const ROTATION_GRID: Grid = { bits: 16, stepsPerUnit: 2 ** 14, bias: 2 ** 15 };
export const TRANSLATION_GRID: Grid = { bits: 16, stepsPerUnit: 2 ** 15, bias: 2 ** 15 };

/** Nearest grid value; values outside the grid are clamped. */
export function gridValue(value: number, grid: Grid): number {
  return Math.min(2 ** grid.bits - 1, Math.max(0, Math.round(value * grid.stepsPerUnit) + grid.bias));
}

/** Appends one channel's grid values, at least one. */
export function writeChannel(writer: BitWriter, samples: Int32Array, grid: Grid): void {
  const first = samples[0];
  if (samples.every((sample) => sample === first)) {
    if (first === grid.bias) return writer.write(MODE_ZERO, 2);
    writer.write(MODE_CONSTANT, 2);
    return writer.write(first, grid.bits);
  }
  const top = 2 ** grid.bits - 1;
  const order1 = bestParameter(samples, 1, top);
  const order2 = bestParameter(samples, 2, top);
  const order = order2.bitCount < order1.bitCount ? 2 : 1;
  const parameter = order === 2 ? order2.parameter : order1.parameter;
  writer.write(order === 2 ? MODE_ORDER_2 : MODE_ORDER_1, 2);
  writer.write(first, grid.bits);
  writer.write(parameter, PARAMETER_BITS);
  for (let frame = 1; frame < samples.length; frame++) {
    const folded = fold(samples[frame] - predict(samples, frame, order, top));
    const quotient = folded >> parameter;
    if (quotient >= ESCAPE_ONES) {
      writer.write(0xffff, ESCAPE_ONES);
      writer.write(folded, ESCAPE_BITS);
    } else {
      writer.write(2 ** (quotient + 1) - 2, quotient + 1);
      writer.write(folded, parameter);
    }
  }
}

/**
 * Reads one channel into every `stride`-th value from `channel` on; a channel that is zero leaves them alone.
 *
 * @param values `[frameCount, stride]`
 * @throws {RangeError} when the bits are cut off or leave the grid.
 */
export function readChannel(reader: BitReader, values: Float32Array, stride: number, channel: number, grid: Grid): void {
  const frameCount = values.length / stride;
  const mode = reader.read(2);
  if (mode === MODE_ZERO) return;
  const top = 2 ** grid.bits - 1;
  let before = reader.read(grid.bits);
  let twoBefore = before;
  const parameter = mode === MODE_CONSTANT ? 0 : reader.read(PARAMETER_BITS);
  for (let frame = 0; frame < frameCount; frame++) {
    if (frame > 0 && mode !== MODE_CONSTANT) {
      const predicted = mode === MODE_ORDER_2 && frame > 1 ? continueLine(twoBefore, before, top) : before;
      const sample = predicted + unfold(readRice(reader, parameter));
      if (sample < 0 || sample > top) throw new RangeError('a packed sample is outside its range');
      twoBefore = before;
      before = sample;
    }
    values[frame * stride + channel] = (before - grid.bias) / grid.stepsPerUnit;
  }
}

function readRice(reader: BitReader, parameter: number): number {
  let quotient = 0;
  while (reader.read(1) === 1) if (++quotient === ESCAPE_ONES) return reader.read(ESCAPE_BITS);
  return (quotient << parameter) | reader.read(parameter);
}

/** The Rice parameter with the fewest bits, searched around the logarithm of the mean residual. */
function bestParameter(samples: Int32Array, order: 1 | 2, top: number): { parameter: number; bitCount: number } {
  let sum = 0;
  for (let frame = 1; frame < samples.length; frame++) sum += fold(samples[frame] - predict(samples, frame, order, top));
  const logMean = 31 - Math.clz32(Math.max(1, sum / (samples.length - 1)));
  let parameter = 0;
  let bitCount = Infinity;
  for (let candidate = Math.max(0, logMean - 2); candidate <= Math.min(MAX_PARAMETER, logMean + 1); candidate++) {
    let bits = 0;
    for (let frame = 1; frame < samples.length; frame++) {
      const quotient = fold(samples[frame] - predict(samples, frame, order, top)) >> candidate;
      bits += quotient >= ESCAPE_ONES ? ESCAPE_ONES + ESCAPE_BITS : quotient + 1 + candidate;
    }
    if (bits < bitCount) {
      parameter = candidate;
      bitCount = bits;
    }
  }
  return { parameter, bitCount };
}

function predict(samples: Int32Array, frame: number, order: 1 | 2, top: number): number {
  const before = samples[frame - 1];
  return order === 2 && frame > 1 ? continueLine(samples[frame - 2], before, top) : before;
}

function continueLine(twoBefore: number, before: number, top: number): number {
  return Math.min(top, Math.max(0, 2 * before - twoBefore));
}

function fold(residual: number): number {
  return residual >= 0 ? 2 * residual : -2 * residual - 1;
}

function unfold(folded: number): number {
  return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
}
