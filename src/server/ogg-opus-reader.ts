/** Ogg Opus of one request → samples at 16 kHz, the rate at which the engine listens. */
import { OpusDecoder } from 'opus-decoder';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { OggOpusDemuxer, OPUS_RATE_HZ, type OpusHead, type OpusPacket } from '../shared/samples/ogg-opus.js';
import { joinSamples, mixToMono } from '../shared/samples/sample-arithmetic.js';
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

  read(bytes: Uint8Array): Float32Array | Promise<Float32Array> {
    this.checkPattern(bytes);
    try {
      const packets = [...this.demuxer.push(bytes)];
      if (packets.some(({ head }) => head !== this.head)) return this.decodeOpening(packets).catch((error: unknown) => undecodable(error));
      return joinSamples(packets.map((packet) => this.decode(packet)));
    } catch (error) {
      return undecodable(error);
    }
  }

  faultAtEnd(): AvatarError | null {
    return null;
  }

  free(): void {
    this.decoder?.free();
    this.decoder = null;
  }

  private async decodeOpening(packets: readonly OpusPacket[]): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (const packet of packets) {
      if (packet.head !== this.head) await this.open(packet.head);
      parts.push(this.decode(packet));
    }
    return joinSamples(parts);
  }

  private decode({ head, bytes, skipSamples, trimSamples }: OpusPacket): Float32Array {
    const { channelData, errors } = withoutConsole(() => this.decoder!.decodeFrame(bytes));
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

/** The decoder writes every packet that it cannot decode to the console, as many as a client sends; the error is reported here anyway. */
function withoutConsole<Result>(action: () => Result): Result {
  const { error } = console;
  console.error = () => {};
  try {
    return action();
  } finally {
    console.error = error;
  }
}

function undecodable(cause: unknown): never {
  throw new AvatarError(ErrorCode.invalidAudioInput, 'the Ogg Opus audio cannot be decoded', { cause });
}
