/** Opus as voice services stream it → samples of 48 kHz, by the browser's own decoder. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, int16FromFloat32 } from '../shared/samples/pcm.js';
import { OggOpusPackets, type OpusPacket } from './ogg-opus-packets.js';

export const OPUS_RATE_HZ = 48_000;

const OGG = [0x4f, 0x67, 0x67, 0x53];
/** Bit of a packet's first byte, RFC 6716, 3.1. */
const IS_STEREO = 4;

/** One round of speech: Ogg Opus cut anywhere, or one bare packet per call; the first bytes tell which. Mono. */
export class OpusStream {
  private readonly handleSamples: (samples: Int16Array) => void;
  private readonly decoder: AudioDecoder;
  private head: Uint8Array<ArrayBuffer> | null = new Uint8Array(0);
  private ogg: OggOpusPackets | null = null;
  private failure: AvatarError | null = null;
  private skipped = 0;
  private heardSamples = 0;
  private totalSamples = Infinity;
  private packetCount = 0;

  /**
   * @param handleSamples Owns what it gets.
   * @throws {AvatarError} `invalidAudioInput` where the browser has no decoder (WebCodecs).
   */
  constructor(handleSamples: (samples: Int16Array) => void) {
    this.handleSamples = handleSamples;
    if (typeof AudioDecoder === 'undefined') {
      throw new AvatarError(ErrorCode.invalidAudioInput, 'This browser has no decoder for Opus (WebCodecs): hand over PCM.');
    }
    this.decoder = new AudioDecoder({
      output: (data) => this.handleData(data),
      error: (reason) => (this.failure ??= avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The Opus audio cannot be decoded')),
    });
    this.decoder.configure({ codec: 'opus', sampleRate: OPUS_RATE_HZ, numberOfChannels: 1 });
  }

  /** @throws {AvatarError} `invalidAudioInput`, also for what came before. */
  push(bytes: Uint8Array): void {
    this.check();
    for (const { bytes: data, totalSamples } of this.packetsOf(bytes)) {
      if ((data[0] & IS_STEREO) !== 0 && !this.ogg)
        throw new AvatarError(ErrorCode.invalidAudioInput, 'The Opus audio has more than one channel.');
      if (Number.isFinite(totalSamples)) this.totalSamples = totalSamples;
      this.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.packetCount++ * 20_000, data }));
    }
    this.check();
  }

  /** Resolves when the last sample was told. @throws {AvatarError} `invalidAudioInput`. */
  async end(): Promise<void> {
    this.check();
    try {
      if (this.packetCount > 0) await this.decoder.flush();
    } catch (reason) {
      throw this.failure ?? avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The Opus audio cannot be decoded');
    }
    this.check();
  }

  close(): void {
    if (this.decoder.state !== 'closed') this.decoder.close();
  }

  private packetsOf(bytes: Uint8Array): OpusPacket[] {
    if (this.ogg) return this.ogg.push(bytes);
    if (!this.head) return bytes.length > 0 ? [{ bytes: new Uint8Array(bytes), totalSamples: Infinity }] : [];
    const head = new Uint8Array([...this.head, ...bytes]);
    this.head = head;
    // `O` is the first byte of a bare packet, too, but only of one in stereo.
    if (head.every((byte, at) => at >= OGG.length || byte === OGG[at])) {
      if (head.length < OGG.length) return [];
      this.ogg = new OggOpusPackets();
      this.head = null;
      return this.ogg.push(head);
    }
    const container = audioContainerOf(head);
    if (container) {
      throw new AvatarError(
        ErrorCode.invalidAudioInput,
        `The audio begins like a ${container.toUpperCase()} file; Ogg Opus or bare packets are expected.`,
      );
    }
    this.head = null;
    return [{ bytes: head, totalSamples: Infinity }];
  }

  private handleData(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    // WebKit's decoder makes two channels of one; they are the same.
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    data.close();
    const skip = Math.min(samples.length, Math.max(0, (this.ogg?.preSkip ?? 0) - this.skipped));
    this.skipped += skip;
    const heard = samples.subarray(skip, Math.min(samples.length, skip + Math.max(0, this.totalSamples - this.heardSamples)));
    this.heardSamples += heard.length;
    if (heard.length > 0) this.handleSamples(int16FromFloat32(heard));
  }

  private check(): void {
    if (this.failure) throw this.failure;
  }
}
