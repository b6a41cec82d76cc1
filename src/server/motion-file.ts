/** Motion → a file or stream in a given format. Text is written as it is produced; a GLB needs its length first. */

import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';

import type { EngineMotion } from '../motion/engine/motion-engine.js';
import { animateGlb } from '../motion/files/glb-animation.js';
import { LiveLinkCsvWriter } from '../motion/files/live-link-csv.js';
import { MotionJsonWriter } from '../motion/files/motion-json.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { joinSamples } from '../shared/samples/sample-arithmetic.js';

export const MOTION_FORMATS = ['json', 'csv', 'glb'] as const;
export type MotionFormat = (typeof MOTION_FORMATS)[number];

/**
 * Encodes motion in a format.
 *
 * @param motion Consecutive frames from 0 on, with visemes.
 * @param avatar Bytes of the `.glb` that the animation is put into; for `glb` alone.
 * @throws {AvatarError} while iterating: `unsupportedAvatarAsset` for an avatar that cannot be animated.
 */
export async function* encodeMotion(
  motion: AsyncIterable<EngineMotion>,
  format: MotionFormat,
  frameRate: number,
  avatar: Uint8Array | null,
): AsyncGenerator<string | Uint8Array, void> {
  if (format === 'glb') {
    const parts: Float32Array[] = [];
    for await (const { values } of motion) parts.push(values);
    yield animateGlb(avatar ?? new Uint8Array(0), joinSamples(parts), frameRate);
    return;
  }
  const writer = format === 'csv' ? new LiveLinkCsvWriter(frameRate) : new MotionJsonWriter(frameRate);
  // Unreadable audio must leave no output, not even a header.
  let text = writer.begin();
  for await (const frames of motion) {
    yield text + writer.add(frames);
    text = '';
  }
  yield text;
  yield* writer.end();
}

/**
 * Writes a file atomically: the previous content stays until the new file is complete.
 *
 * @throws {AvatarError} `invalidConfiguration` when it cannot be written; whatever the pieces throw.
 */
export async function writeFileWhole(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  const file = await open(draft, 'w').catch((reason: unknown) => {
    throw avatarErrorFrom(reason, ErrorCode.invalidConfiguration, `cannot write ${path}`);
  });
  try {
    for await (const piece of pieces) await file.write(piece as Uint8Array);
    await file.close();
    await rename(draft, path);
  } catch (reason) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw avatarErrorFrom(reason, ErrorCode.invalidConfiguration, `cannot write ${path}`);
  }
}

/**
 * Writes to a stream with back-pressure. A closed reader (`| head`) is no error.
 *
 * @throws {AvatarError} Whatever the pieces throw.
 */
export async function writeStream(stream: Writable, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  let failure: Error | null = null;
  stream.on('error', (error) => (failure = error));
  for await (const piece of pieces) {
    if (!failure && !stream.write(piece)) await once(stream, 'drain').catch(() => undefined);
    if (failure) break;
  }
  if (failure && (failure as NodeJS.ErrnoException).code !== 'EPIPE') {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'the motion cannot be written', { cause: failure });
  }
}
