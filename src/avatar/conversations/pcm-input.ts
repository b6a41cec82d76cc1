/** Raw PCM as apps hand it over: checked, and cut into whole samples. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { audioContainerOf, BEGINNING_BYTES, int16FromPcmBytes, PcmByteJoiner } from '../../shared/samples/pcm.js';

export type PcmInput = ArrayBuffer | Uint8Array | Int16Array;

/** Joins the chunks of one conversation to 16-bit samples. */
export class PcmInputReader {
  private readonly joiner = new PcmByteJoiner();
  /** The first bytes, while they may turn out to be those of a file. */
  private head: number[] = [];

  /**
   * @returns A copy: the caller keeps its buffer.
   * @throws {AvatarError} `invalidAudioInput` when the conversation begins with the header of an audio file.
   */
  read(input: PcmInput): Int16Array {
    const bytes = bytesOf(input);
    if (this.head.length < BEGINNING_BYTES) {
      this.head.push(...bytes.subarray(0, BEGINNING_BYTES));
      const container = audioContainerOf(Uint8Array.from(this.head));
      if (container) {
        throw new AvatarError(
          ErrorCode.invalidAudioInput,
          `The audio begins like a ${container.toUpperCase()} file: send() takes raw 16-bit mono PCM, speak() takes files.`,
        );
      }
    }
    return int16FromPcmBytes(this.joiner.push(bytes));
  }

  /** True when the bytes so far are no whole number of samples. */
  get hasHalfSample(): boolean {
    return this.joiner.hasOddByte;
  }
}

/** A view, no copy. @throws {AvatarError} `invalidAudioInput` for anything else. */
export function bytesOf(input: PcmInput): Uint8Array {
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (input instanceof Uint8Array || input instanceof Int16Array) {
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }
  throw new AvatarError(
    ErrorCode.invalidAudioInput,
    'Audio must be an ArrayBuffer, Uint8Array or Int16Array of 16-bit PCM. speak() takes files, streams and URLs.',
  );
}
