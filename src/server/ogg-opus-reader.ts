/** Ogg Opus of one request → samples at 16 kHz, which is what the engine hears anyway. */
import { OggOpusDecoder } from 'ogg-opus-decoder';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { mixToMono } from '../shared/samples/pcm.js';
import type { AudioReader } from './audio-reader.js';

const CAPTURE_PATTERN = [0x4f, 0x67, 0x67, 0x53];

// The decoder's type declarations leave this option out; its documentation has it.
interface DecoderOptions {
  sampleRate: 8000 | 12000 | 16000 | 24000 | 48000;
}

/** One logical Ogg Opus stream, cut anywhere. Several channels are mixed to one. */
export class OggOpusReader implements AudioReader {
  readonly sampleRateHz = 16000;
  /** About 0.3 s at the usual 24–48 kbit/s. */
  readonly sliceBytes = 1024;
  private decoder: OggOpusDecoder | null = null;
  private byteCount = 0;

  async read(bytes: Uint8Array, isEnd: boolean): Promise<Float32Array> {
    this.checkPattern(bytes);
    if (bytes.length === 0 && !(isEnd && this.byteCount > 0)) return new Float32Array(0);
    if (!this.decoder) {
      const options: DecoderOptions = { sampleRate: 16000 };
      this.decoder = new OggOpusDecoder(options as ConstructorParameters<typeof OggOpusDecoder>[0]);
      await this.decoder.ready;
    }
    try {
      const parts = [await this.decoder.decode(bytes)];
      // The last page is kept back until the parser knows that nothing follows.
      if (isEnd) parts.push(await this.decoder.flush());
      const errors = parts.flatMap((part) => part.errors);
      if (errors.length > 0) throw new Error(errors[0].message);
      return joined(parts.map((part) => mixToMono(part.channelData)));
    } catch (error) {
      throw new AvatarError(ErrorCode.invalidAudioInput, 'the Ogg Opus audio cannot be decoded', { cause: error });
    }
  }

  faultAtEnd(): AvatarError | null {
    return null;
  }

  free(): void {
    this.decoder?.free();
    this.decoder = null;
  }

  private checkPattern(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length && this.byteCount + index < CAPTURE_PATTERN.length; index++) {
      if (bytes[index] !== CAPTURE_PATTERN[this.byteCount + index]) {
        throw new AvatarError(ErrorCode.invalidAudioInput, 'audio is no Ogg stream, but the session is configured for Ogg Opus');
      }
    }
    this.byteCount += bytes.length;
  }
}

function joined(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
