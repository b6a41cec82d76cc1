/** Uncompressed samples of any encoding and any number of channels → mono, from bytes that are cut anywhere. */
import { joinBytes } from '../core/bytes.js';
import { MonoMixer } from './mono-mixer.js';
import { BYTES_PER_SAMPLE, type SampleEncoding, sampleReaderOf } from './sample-encoding.js';

export interface PcmLayout {
  readonly encoding: SampleEncoding;
  /** Interleaved. */
  readonly channelCount: number;
}

export class PcmDecoder {
  /** Bytes of one sample of every channel. */
  readonly blockBytes: number;
  private readonly layout: PcmLayout;
  private readonly mixer: MonoMixer;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(layout: PcmLayout) {
    this.layout = layout;
    this.blockBytes = BYTES_PER_SAMPLE[layout.encoding] * layout.channelCount;
    this.mixer = new MonoMixer(layout.channelCount);
  }

  /** True where the bytes so far end within a sample. */
  get hasRest(): boolean {
    return this.rest.length > 0;
  }

  /** @returns Unchanged integers for 16-bit mono, otherwise −1..1; numbers that are not finite become silence. Owned by the caller. */
  push(bytes: Uint8Array): Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
    const all = this.hasRest ? joinBytes([this.rest, bytes]) : bytes;
    const frameCount = Math.floor(all.length / this.blockBytes);
    this.rest = all.slice(frameCount * this.blockBytes);
    const view = new DataView(all.buffer, all.byteOffset, frameCount * this.blockBytes);
    const { encoding, channelCount } = this.layout;
    if (channelCount === 1 && (encoding === 's16le' || encoding === 's16be')) {
      const out = new Int16Array(frameCount);
      const isLittle = encoding === 's16le';
      for (let frame = 0; frame < frameCount; frame++) out[frame] = view.getInt16(frame * 2, isLittle);
      return out;
    }
    const read = sampleReaderOf(encoding);
    const sampleBytes = BYTES_PER_SAMPLE[encoding];
    const channels = Array.from({ length: channelCount }, (_, channel) => {
      const out = new Float32Array(frameCount);
      for (let frame = 0, at = channel * sampleBytes; frame < frameCount; frame++, at += this.blockBytes) out[frame] = read(view, at);
      return out;
    });
    return clipped(this.mixer.mix(channels));
  }
}

/** In place. A single infinity would silence the whole page. */
function clipped(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at];
    // `|| 0`: −0 of the telephone's codes.
    samples[at] = Number.isFinite(sample) ? Math.min(Math.max(sample, -1), 1) || 0 : 0;
  }
  return samples;
}
