/** Audio chunks as agents send them → 16-bit mono PCM. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { int16FromFloat32, pcmBytesFromInt16 } from '../shared/samples/sample-arithmetic.js';

/** Base64 of 16-bit little-endian PCM, its bytes, or samples −1..1. */
export type AgentAudio = string | ArrayBuffer | Uint8Array | Int16Array | Float32Array;

/** @returns Bytes of 16-bit little-endian PCM; the caller keeps its buffer. @throws {AvatarError} `invalidAudioInput`. */
export function pcmBytes(audio: AgentAudio): Uint8Array {
  if (typeof audio === 'string') return bytesFromBase64(audio);
  if (audio instanceof Float32Array) return pcmBytesFromInt16(int16FromFloat32(audio));
  if (audio instanceof ArrayBuffer) return new Uint8Array(audio).slice();
  if (audio instanceof Uint8Array || audio instanceof Int16Array) {
    return new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength).slice();
  }
  throw new AvatarError(
    ErrorCode.invalidAudioInput,
    'The audio of a turn is base64, an ArrayBuffer, Uint8Array, Int16Array or Float32Array.',
  );
}

function bytesFromBase64(text: string): Uint8Array {
  try {
    // Some agents send the alphabet of URLs.
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new AvatarError(ErrorCode.invalidAudioInput, 'The audio of a turn is no base64.', { cause });
  }
}
