/** Ogg Opus of one request → samples at 16 kHz, the rate at which the engine listens. */
import { OpusDecoder } from 'opus-decoder';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { OggOpusDemuxer, OPUS_RATE_HZ, type OpusHead, type OpusPacket } from '../shared/samples/ogg-opus.js';
import { joinSamples, mixToMono } from '../shared/samples/pcm.js';
import type { AudioReader } from './audio-reader.js';

const RATE_HZ = 16_000;
const CAPTURE_PATTERN = [0x4f, 0x67, 0x67, 0x53];

/** A stream of Ogg Opus or a chain of them, cut anywhere. Several channels are mixed to one. */
export class OggOpusReader implements AudioReader {
  readonly sampleRateHz = RATE_HZ;
  /** About 0.3 s at the usual 24–48 kbit/s. */
  readonly sliceBytes = 1024;
  private readonly demuxer = new OggOpusDemuxer();
  private head: OpusHead | null = null;
  private decoder: OpusDecoder<typeof RATE_HZ> | null = null;
  private byteCount = 0;

  async read(bytes: Uint8Array): Promise<Float32Array> {
    this.checkPattern(bytes);
    try {
      const parts: Float32Array[] = [];
      for (const packet of this.demuxer.push(bytes)) parts.push(await this.decode(packet));
      return joinSamples(parts);
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

  private async decode({ head, bytes, skipSamples, trimSamples }: OpusPacket): Promise<Float32Array> {
    if (head !== this.head) await this.open(head);
    const { channelData, errors } = this.decoder!.decodeFrame(bytes);
    if (errors[0]) throw new Error(errors[0].message);
    const samples = mixToMono(channelData);
    if (head.gain !== 1) for (let at = 0; at < samples.length; at++) samples[at]! *= head.gain;
    const inSamples = (count: number): number => Math.round((count * RATE_HZ) / OPUS_RATE_HZ);
    return samples.subarray(inSamples(skipSamples), samples.length - inSamples(trimSamples));
  }

  private async open(head: OpusHead): Promise<void> {
    this.free();
    this.head = head;
    this.decoder = new OpusDecoder({
      sampleRate: RATE_HZ,
      channels: head.channelCount,
      streamCount: head.streamCount,
      coupledStreamCount: head.coupledStreamCount,
      channelMappingTable: [...head.channelMapping],
    });
    await this.decoder.ready;
  }

  private checkPattern(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length && this.byteCount + index < CAPTURE_PATTERN.length; index++) {
      if (bytes[index] !== CAPTURE_PATTERN[this.byteCount + index]) {
        throw new AvatarError(ErrorCode.invalidAudioInput, 'audio is not an Ogg stream, but the session is configured for Ogg Opus');
      }
    }
    this.byteCount += bytes.length;
  }
}
