/** Decodes Opus as voice services stream it to 48 kHz samples, with the browser's own decoder. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { OggOpusDemuxer, OPUS_RATE_HZ } from '../shared/samples/ogg-opus.js';
import { audioContainerOf } from '../shared/samples/pcm.js';
import { int16FromFloat32 } from '../shared/samples/sample-arithmetic.js';

export { OPUS_RATE_HZ };

/** How to handle the samples of one packet. */
interface Cut {
  readonly skipSamples: number;
  readonly trimSamples: number;
  readonly gain: number;
}
type Packet = { readonly bytes: Uint8Array<ArrayBuffer> } & Cut;

const WHOLE: Cut = { skipSamples: 0, trimSamples: 0, gain: 1 };
const OGG = [0x4f, 0x67, 0x67, 0x53];
/** Bit of a packet's first byte, RFC 6716, 3.1. */
const IS_STEREO = 4;

/** One round of speech: Ogg Opus split anywhere, or one bare packet per call, detected by the first bytes. Mono. */
export class OpusStream {
  private readonly handleSamples: (samples: Int16Array) => void;
  private readonly decoder: AudioDecoder;
  private head: Uint8Array<ArrayBuffer> | null = new Uint8Array(0);
  private ogg: OggOpusDemuxer | null = null;
  private failure: AvatarError | null = null;
  /** Handling of the packets in the decoder, in order. */
  private readonly cuts: Cut[] = [];
  private packetCount = 0;

  /**
   * @param handleSamples Takes ownership of the samples.
   * @throws {AvatarError} `invalidAudioInput` if the browser has no decoder (WebCodecs).
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

  /** @throws {AvatarError} `invalidAudioInput`, also for earlier data. */
  push(bytes: Uint8Array): void {
    this.check();
    for (const { bytes: data, ...cut } of this.packetsOf(bytes)) {
      if ((data[0] & IS_STEREO) !== 0 && !this.ogg)
        throw new AvatarError(ErrorCode.invalidAudioInput, 'The Opus audio has more than one channel.');
      this.cuts.push(cut);
      this.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.packetCount++ * 20_000, data }));
    }
    this.check();
  }

  /** Resolves after the last sample was delivered. @throws {AvatarError} `invalidAudioInput`. */
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

  private packetsOf(bytes: Uint8Array): Packet[] {
    if (this.ogg) return demuxed(this.ogg, bytes);
    if (!this.head) return bytes.length > 0 ? [{ bytes: new Uint8Array(bytes), ...WHOLE }] : [];
    const head = new Uint8Array([...this.head, ...bytes]);
    this.head = head;
    // `O` is the first byte of a bare packet, too, but only of one in stereo.
    if (head.every((byte, at) => at >= OGG.length || byte === OGG[at])) {
      if (head.length < OGG.length) return [];
      this.ogg = new OggOpusDemuxer();
      this.head = null;
      return demuxed(this.ogg, head);
    }
    const container = audioContainerOf(head);
    if (container) {
      throw new AvatarError(
        ErrorCode.invalidAudioInput,
        `The audio begins like a ${container.toUpperCase()} file; Ogg Opus or bare packets are expected.`,
      );
    }
    this.head = null;
    return [{ bytes: head, ...WHOLE }];
  }

  private handleData(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    // WebKit's decoder outputs mono as two equal channels.
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    data.close();
    const { skipSamples, trimSamples, gain } = this.cuts.shift() ?? WHOLE;
    if (gain !== 1) for (let at = 0; at < samples.length; at++) samples[at]! *= gain;
    const audible = samples.subarray(skipSamples, samples.length - trimSamples);
    if (audible.length > 0) this.handleSamples(int16FromFloat32(audible));
  }

  private check(): void {
    if (this.failure) throw this.failure;
  }
}

function demuxed(ogg: OggOpusDemuxer, bytes: Uint8Array): Packet[] {
  return ogg.push(bytes).map(({ head: { channelCount, gain }, ...packet }) => {
    if (channelCount !== 1)
      throw new AvatarError(ErrorCode.invalidAudioInput, `The Opus audio has ${channelCount} channels, one is allowed.`);
    return { gain, ...packet };
  });
}
