/**
 * Neutral motion ↔ the packed form it travels in: about 1–2 kB/s where plain floats take 11.6 kB/s.
 *
 * Every channel is rounded to a grid once, and the grid values are then coded without loss, so errors never add up and
 * every message stands on its own. Weights have 10 bits (step 1/1023). Head rotation has 16 bits (step 2⁻¹⁴ rad =
 * 0.0035°, range ±2 rad) and translation 16 bits (step 2⁻¹⁵ m = 0.03 mm, range ±1 m): a slowly turning head must not move in
 * visible steps. Values outside are clamped.
 *
 * `samples` holds the 58 channels one after the other, coded as in channel-coder.ts. Further channels travel in `extra`, coded the same
 * way, so that readers that know only the 58 skip them.
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf';

import { ARKIT_CHANNEL_COUNT, CHANNEL_COUNT, CHANNEL_INDEX, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../shared/contracts/channels.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { ExtraMotion, MotionFrames } from '../../shared/contracts/motion-frames.js';
import { BitReader, BitWriter } from './bit-stream.js';
import { type Grid, gridValue, ROTATION_GRID, readChannel, TRANSLATION_GRID, WEIGHT_GRID, writeChannel } from './channel-coder.js';
import { type ExtraChannels, type ExtraChannelsSchema, type PackedMotion, PackedMotionSchema } from './generated/message_pb.js';

/** Limits of `unpackMotion`. */
export interface UnpackLimits {
  /** Most frames in one message. Default 3000: a minute at 50 fps, 0.7 MB unpacked. */
  maxFrames?: number;
}

const DEFAULT_MAX_FRAMES = 3000;
const MAX_FRAME_RATE = 240;
/** Far above a day at 240 fps (2.1e7 frames). Keeps frame times exact in a float64. */
const MAX_START_FRAME = 2 ** 31;

function gridOf(channel: number): Grid {
  if (channel < ARKIT_CHANNEL_COUNT) return WEIGHT_GRID;
  return channel < CHANNEL_INDEX.headX ? ROTATION_GRID : TRANSLATION_GRID;
}

const gridOfExtra = (): Grid => WEIGHT_GRID;

/**
 * Packs a run of frames into one message field.
 *
 * @throws {AvatarError} `invalidMotionData` for no frames, non-finite values or a wrong array length.
 */
export function packMotion(frames: MotionFrames): PackedMotion {
  const { frameRate, startFrame, frameCount, values, extra } = frames;
  checkHeader(frameRate, startFrame, frameCount, Infinity);
  return create(PackedMotionSchema, {
    startFrame,
    frameCount,
    frameRate,
    channelCount: CHANNEL_COUNT,
    samples: packChannels(values, frameCount, CHANNEL_COUNT, gridOf),
    ...(extra && { extra: packExtra(extra, frameCount) }),
  });
}

function packExtra({ layout, values }: ExtraMotion, frameCount: number): MessageInitShape<typeof ExtraChannelsSchema> {
  return { layout, samples: packChannels(values, frameCount, EXTRA_CHANNEL_COUNT, gridOfExtra) };
}

/** @param values `[frameCount, channelCount]` */
function packChannels(values: Float32Array, frameCount: number, channelCount: number, gridFor: (channel: number) => Grid): Uint8Array {
  if (values.length !== frameCount * channelCount) {
    throw invalid(`${frameCount} frames need ${frameCount * channelCount} values, there are ${values.length}`);
  }
  const writer = new BitWriter();
  const samples = new Int32Array(frameCount);
  for (let channel = 0; channel < channelCount; channel++) {
    const grid = gridFor(channel);
    for (let frame = 0; frame < frameCount; frame++) {
      const value = values[frame * channelCount + channel];
      if (!Number.isFinite(value)) throw invalid(`channel ${channel} of frame ${frame} is ${value}`);
      samples[frame] = gridValue(value, grid);
    }
    writeChannel(writer, samples, grid);
  }
  return writer.finish();
}

/**
 * Unpacks a message field. Work and memory are bounded by the limits, whatever the bytes are. Extra channels of an unknown layout are ignored.
 *
 * @throws {AvatarError} `invalidMotionData` for data that is not motion, too long, truncated, or followed by other bytes.
 */
export function unpackMotion(packed: PackedMotion, limits: UnpackLimits = {}): MotionFrames {
  const { frameRate, startFrame, frameCount, channelCount, samples, extra } = packed;
  checkHeader(frameRate, startFrame, frameCount, limits.maxFrames ?? DEFAULT_MAX_FRAMES);
  if (channelCount !== CHANNEL_COUNT) throw invalid(`${channelCount} channels instead of ${CHANNEL_COUNT}`);
  const values = unpackChannels(samples, frameCount, CHANNEL_COUNT, gridOf);
  if (extra?.layout !== EXTRA_LAYOUT) return { frameRate, startFrame, frameCount, values };
  return { frameRate, startFrame, frameCount, values, extra: unpackExtra(extra, frameCount) };
}

function unpackExtra({ samples }: ExtraChannels, frameCount: number): ExtraMotion {
  return { layout: EXTRA_LAYOUT, values: unpackChannels(samples, frameCount, EXTRA_CHANNEL_COUNT, gridOfExtra) };
}

/** @returns `[frameCount, channelCount]` */
function unpackChannels(samples: Uint8Array, frameCount: number, channelCount: number, gridFor: (channel: number) => Grid): Float32Array {
  // Each channel has at least its mode: refuses an empty body before allocating for the frames it claims.
  if (samples.length * 8 < channelCount * 2) throw invalid('the packed samples are cut off');
  const values = new Float32Array(frameCount * channelCount);
  const reader = new BitReader(samples);
  try {
    for (let channel = 0; channel < channelCount; channel++) readChannel(reader, values, channelCount, channel, gridFor(channel));
  } catch (error) {
    throw avatarErrorFrom(error, ErrorCode.invalidMotionData);
  }
  if (!reader.isAtEnd()) throw invalid('bytes after the packed samples');
  return values;
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
