/** Encodes and decodes test sounds with ffmpeg, which runs in the test runner (`sound-commands.js`). */
import { executeServerCommand } from '@web/test-runner-commands';
import { floatBytes } from '../sound-files.js';

/** @returns Null where the machine has no ffmpeg. */
async function ffmpeg(args: readonly string[], input: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null> {
  const { output, error } = await executeServerCommand<
    { output: string | null; error?: string },
    { args: readonly string[]; input: string }
  >('ffmpeg', {
    args,
    input: base64Of(input),
  });
  if (error) throw new Error(error);
  return output === null ? null : Uint8Array.from(atob(output), (letter) => letter.charCodeAt(0));
}

/** @param args Such as `-c:a libmp3lame -f mp3 FILE`; `pipe:1` in place of `FILE`: as a stream, whose sizes are not known. */
export function encoded(samples: Float32Array, rateHz: number, args: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const input = ['-f', 'f32le', '-ar', String(rateHz), '-ac', '1', '-i', 'pipe:0'];
  return ffmpeg([...input, ...args.split(' ')], floatBytes(samples, 32, 'le'));
}

/** Mono samples at a rate as ffmpeg decodes a file; null also where it cannot read its own stream. */
export async function decoded(file: Uint8Array, rateHz: number): Promise<Float32Array | null> {
  const bytes = await ffmpeg(['-i', 'pipe:0', '-ac', '1', '-ar', String(rateHz), '-f', 'f32le', 'pipe:1'], file).catch(() => null);
  return bytes && new Float32Array(bytes.buffer);
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
