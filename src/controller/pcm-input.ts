/** Raw PCM as apps hand it over: checked, and cut into whole samples. */
import { AvatarError, ErrorCode } from '../shared/errors.js';

export type PcmInput = ArrayBuffer | Uint8Array | Int16Array;

/** Container formats that people take for PCM, by their first bytes. */
const SIGNATURES: readonly (readonly [string, string, string])[] = [
  ['RIFF', 'WAV', 'a WAV header'],
  ['OggS', 'Ogg', 'an Ogg page'],
  ['fLaC', 'FLAC', 'a FLAC header'],
  ['ID3', 'MP3', 'an MP3 tag'],
  ['\x1aE\xdf\xa3', 'WebM', 'a WebM header'],
];

/**
 * Joins the chunks of one round to 16-bit samples; a sample that was cut in two by a chunk border is put together
 * again. One instance per round.
 */
export class PcmInputReader {
  /** Low byte of a sample whose high byte is still to come, or -1. */
  private heldByte = -1;
  private hasRead = false;

  /**
   * @returns A copy: the caller keeps its buffer.
   * @throws {AvatarError} `invalidAudioInput` when the round begins with the header of an audio file.
   */
  read(input: PcmInput): Int16Array {
    const bytes = bytesOf(input);
    if (bytes.length === 0) return new Int16Array(0);
    if (!this.hasRead) {
      rejectContainers(bytes);
      this.hasRead = true;
    }
    const held = this.heldByte;
    const total = bytes.length + (held < 0 ? 0 : 1);
    const joined = new Uint8Array(total & ~1);
    let at = 0;
    if (held >= 0) joined[at++] = held;
    const taken = joined.length - at;
    joined.set(bytes.subarray(0, taken), at);
    this.heldByte = taken < bytes.length ? bytes[taken]! : -1;
    return littleEndianSamples(joined);
  }

  /** True when the bytes so far are no whole number of samples. */
  get hasHalfSample(): boolean {
    return this.heldByte >= 0;
  }
}

function bytesOf(input: PcmInput): Uint8Array {
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  throw new AvatarError(
    ErrorCode.invalidAudioInput,
    'Audio must be an ArrayBuffer, Uint8Array or Int16Array of 16-bit PCM. speak() takes files, streams and URLs.',
  );
}

function rejectContainers(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  for (const [signature, format, words] of SIGNATURES) {
    if (!start.startsWith(signature)) continue;
    throw new AvatarError(
      ErrorCode.invalidAudioInput,
      `The audio begins with ${words}: send() takes raw 16-bit mono PCM. Strip the header, or pass the ${format} file to speak().`,
    );
  }
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndianSamples(bytes: Uint8Array<ArrayBuffer>): Int16Array {
  if (isLittleEndian) return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  const view = new DataView(bytes.buffer);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
}
