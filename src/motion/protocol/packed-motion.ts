/**
 * Neutral motion ↔ the packed form it travels in: about 1–2 kB/s where plain floats take 11.6 kB/s.
 *
 * Every channel is rounded to a grid once, and the grid values are then coded without loss, so errors never add up and
 * every message stands on its own. Weights have 10 bits (step 1/1023). Head rotation has 16 bits (step 2⁻¹⁴ rad =
 * 0.0035°, range ±2 rad) and translation 16 bits (step 2⁻¹⁵ m = 0.03 mm, range ±1 m): a head that turns slowly must not
 * tick. Values outside are clamped.
 *
 * `samples` is a bit stream, most significant bit first, one channel after the other, no padding between:
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
 * the grid), and falls back to order 1 for the second frame. The last byte is filled up with zeros.
 *
 * @see Rice & Plaunt 1971; Robinson 1994 (Shorten), for coding smooth signals by polynomial prediction.
 */
import { create } from '@bufbuild/protobuf';

import { ARKIT_CHANNEL_COUNT, CHANNEL_COUNT, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { BitReader, BitWriter } from './bit-stream.js';
import { type PackedMotion, PackedMotionSchema } from './generated/message_pb.js';

/** What `unpackMotion` accepts. */
export interface UnpackLimits {
  /** Most frames in one message. Default 3000: a minute at 50 fps, 0.7 MB unpacked. */
  maxFrames?: number;
}

const DEFAULT_MAX_FRAMES = 3000;
const MAX_FRAME_RATE = 240;
/** A day at 240 fps is 2.1e7 frames; the rest is room. Keeps frame times exact in a float64. */
const MAX_START_FRAME = 2 ** 31;

const MODE_ZERO = 0;
const MODE_CONSTANT = 1;
const MODE_ORDER_1 = 2;
const MODE_ORDER_2 = 3;

const PARAMETER_BITS = 4;
const MAX_PARAMETER = 2 ** PARAMETER_BITS - 1;
const ESCAPE_ONES = 16;
const ESCAPE_BITS = 17;

interface Grid {
  bits: number;
  stepsPerUnit: number;
  /** Added to the grid value to make it ≥ 0. */
  bias: number;
}

const WEIGHT_GRID: Grid = { bits: 10, stepsPerUnit: 1023, bias: 0 };
const ROTATION_GRID: Grid = { bits: 16, stepsPerUnit: 2 ** 14, bias: 2 ** 15 };
const TRANSLATION_GRID: Grid = { bits: 16, stepsPerUnit: 2 ** 15, bias: 2 ** 15 };

function gridOf(channel: number): Grid {
  if (channel < ARKIT_CHANNEL_COUNT) return WEIGHT_GRID;
  return channel < CHANNEL_INDEX.headX ? ROTATION_GRID : TRANSLATION_GRID;
}

/**
 * Packs a run of frames into one message field.
 *
 * @throws {AvatarError} `invalidMotionData` for no frames, non-finite values or a wrong array length.
 */
export function packMotion(frames: MotionFrames): PackedMotion {
  const { frameRate, startFrame, frameCount, values } = frames;
  checkHeader(frameRate, startFrame, frameCount, Infinity);
  if (values.length !== frameCount * CHANNEL_COUNT) {
    throw invalid(`${frameCount} frames need ${frameCount * CHANNEL_COUNT} values, there are ${values.length}`);
  }
  const writer = new BitWriter();
  const samples = new Int32Array(frameCount);
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
    const grid = gridOf(channel);
    const top = 2 ** grid.bits - 1;
    for (let frame = 0; frame < frameCount; frame++) {
      const value = values[frame * CHANNEL_COUNT + channel];
      if (!Number.isFinite(value)) throw invalid(`channel ${channel} of frame ${frame} is ${value}`);
      samples[frame] = Math.min(top, Math.max(0, Math.round(value * grid.stepsPerUnit) + grid.bias));
    }
    writeChannel(writer, samples, grid);
  }
  return create(PackedMotionSchema, {
    startFrame,
    frameCount,
    frameRate,
    channelCount: CHANNEL_COUNT,
    samples: writer.finish(),
  });
}

/**
 * Unpacks a message field. Work and memory are bounded by the limits, whatever the bytes are.
 *
 * @throws {AvatarError} `invalidMotionData` when it is no motion, too long, cut off, or followed by other bytes.
 */
export function unpackMotion(packed: PackedMotion, limits: UnpackLimits = {}): MotionFrames {
  const { frameRate, startFrame, frameCount, channelCount, samples } = packed;
  checkHeader(frameRate, startFrame, frameCount, limits.maxFrames ?? DEFAULT_MAX_FRAMES);
  if (channelCount !== CHANNEL_COUNT) throw invalid(`${channelCount} channels instead of ${CHANNEL_COUNT}`);
  // Each channel has at least its mode: refuses an empty body before allocating for the frames it claims.
  if (samples.length * 8 < CHANNEL_COUNT * 2) throw invalid('the packed samples are cut off');
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  const reader = new BitReader(samples);
  try {
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) readChannel(reader, values, frameCount, channel);
  } catch (error) {
    throw avatarErrorFrom(error, ErrorCode.invalidMotionData);
  }
  if (!reader.isAtEnd()) throw invalid('bytes after the packed samples');
  return { frameRate, startFrame, frameCount, values };
}

function writeChannel(writer: BitWriter, samples: Int32Array, grid: Grid): void {
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

function readChannel(reader: BitReader, values: Float32Array, frameCount: number, channel: number): void {
  const grid = gridOf(channel);
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
    values[frame * CHANNEL_COUNT + channel] = (before - grid.bias) / grid.stepsPerUnit;
  }
}

function readRice(reader: BitReader, parameter: number): number {
  let quotient = 0;
  while (reader.read(1) === 1) if (++quotient === ESCAPE_ONES) return reader.read(ESCAPE_BITS);
  return (quotient << parameter) | reader.read(parameter);
}

/** The Rice parameter that takes the fewest bits, looked for around the logarithm of the mean residual. */
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

function checkHeader(frameRate: number, startFrame: number, frameCount: number, maxFrames: number): void {
  if (!(frameRate > 0 && frameRate <= MAX_FRAME_RATE)) throw invalid(`a frame rate of ${frameRate}`);
  if (!(Number.isInteger(startFrame) && startFrame >= 0 && startFrame < MAX_START_FRAME)) throw invalid(`a start frame of ${startFrame}`);
  if (!(Number.isInteger(frameCount) && frameCount > 0)) throw invalid(`${frameCount} frames`);
  if (frameCount > maxFrames) throw invalid(`${frameCount} frames are above the limit of ${maxFrames}`);
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.invalidMotionData, `not valid motion: ${detail}`);
}
