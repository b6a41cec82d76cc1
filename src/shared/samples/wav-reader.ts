/**
 * Reads a WAV file while it arrives. Understands integer PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, the
 * telephone's A-law and μ-law, plain and extensible headers, any number of channels, RIFF and RF64, and the unknown sizes
 * that streaming encoders write.
 *
 * @see Microsoft, Multimedia Data Standards Update (1994), WAVE; EBU Tech 3306 for RF64; ITU-T G.711 for both laws.
 */
import { AvatarError, ErrorCode } from '../contracts/errors.js';

/** How one sample is stored. */
interface WavFormat {
  readonly sampleRateHz: number;
  readonly channelCount: number;
  readonly bytesPerSample: number;
  /** Bytes of one sample of every channel. */
  readonly blockBytes: number;
  readonly tag: number;
}

const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_A_LAW = 6;
const TAG_MU_LAW = 7;
/** Bits that a sample of each kind may have. */
const BITS_OF_TAG: Readonly<Record<number, readonly number[]>> = {
  [TAG_PCM]: [8, 16, 24, 32],
  [TAG_FLOAT]: [32, 64],
  [TAG_A_LAW]: [8],
  [TAG_MU_LAW]: [8],
};
const TAG_EXTENSIBLE = 0xfffe;
/** No header that carries speech is longer; pictures and notes are skipped and do not count. */
const MAX_FORMAT_BYTES = 4096;
const MAX_CHANNELS = 64;
/** What streaming encoders write for a size they do not know yet. */
const UNKNOWN_SIZES = [0, 0xffffffff, 0x7fffffff, 0xffffffff - 36, 0x7fffffff - 36];

export class WavReader {
  private pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private format: WavFormat | null = null;
  private hasFileHeader = false;
  private isInData = false;
  /** Bytes of a chunk of no interest that are still to be passed over. */
  private skipBytes = 0;
  private dataBytesLeft = Infinity;

  /** Rate of the samples, Hz; 0 until the header was read. */
  get sampleRateHz(): number {
    return this.format?.sampleRateHz ?? 0;
  }

  /** True once there is a header and where its samples begin is known. */
  get hasData(): boolean {
    return this.isInData;
  }

  /**
   * @param bytes The next bytes, in pieces of any size.
   * @returns The mono samples they complete, `Int16Array` for 16-bit mono files, else −1..1; empty while in the header.
   * @throws {AvatarError} `invalidAudioInput` for what is no WAV, or is encoded.
   */
  push(bytes: Uint8Array): Int16Array | Float32Array {
    this.pending = joined(this.pending, bytes);
    while (!this.isInData && this.readHeader());
    return this.isInData && this.format ? this.takeSamples(this.format) : new Float32Array(0);
  }

  /** Takes one step in the header; false when more bytes are needed. */
  private readHeader(): boolean {
    if (this.skipBytes > 0) {
      const skipped = Math.min(this.skipBytes, this.pending.length);
      this.pending = this.pending.subarray(skipped);
      this.skipBytes -= skipped;
      return this.skipBytes === 0;
    }
    const view = viewOf(this.pending);
    if (!this.hasFileHeader) {
      if (view.byteLength < 12) return false;
      const id = textAt(view, 0);
      if ((id !== 'RIFF' && id !== 'RF64') || textAt(view, 8) !== 'WAVE') {
        throw invalid(id === 'RIFX' ? 'Big-endian WAV files are not supported' : 'This is no WAV file');
      }
      this.hasFileHeader = true;
      this.pending = this.pending.subarray(12);
      return true;
    }
    if (view.byteLength < 8) return false;
    const id = textAt(view, 0);
    const size = view.getUint32(4, true);
    if (id === 'data') {
      if (!this.format) throw invalid('The WAV file has no format before its samples');
      this.dataBytesLeft = UNKNOWN_SIZES.includes(size) ? Infinity : size;
      this.isInData = true;
      this.pending = this.pending.subarray(8);
      return true;
    }
    if (id !== 'fmt ') {
      // Chunks are padded to even sizes.
      this.skipBytes = size + (size % 2);
      this.pending = this.pending.subarray(8);
      return true;
    }
    if (size < 16 || size > MAX_FORMAT_BYTES) throw invalid('The WAV file has a broken format header');
    const end = 8 + size + (size % 2);
    if (view.byteLength < end) return false;
    this.format = formatFrom(view, size);
    this.pending = this.pending.subarray(end);
    return true;
  }

  private takeSamples(format: WavFormat): Int16Array | Float32Array {
    const byteCount = Math.min(this.pending.length, this.dataBytesLeft);
    const frameCount = Math.floor(byteCount / format.blockBytes);
    const view = viewOf(this.pending);
    const used = frameCount * format.blockBytes;
    this.pending = this.pending.subarray(used);
    this.dataBytesLeft -= used;
    // What follows the samples is of no interest and must not pile up.
    if (this.dataBytesLeft < format.blockBytes) this.pending = new Uint8Array(0);
    return format.channelCount === 1 && format.bytesPerSample === 2
      ? int16Samples(view, frameCount, format)
      : monoSamples(view, frameCount, format);
  }
}

function formatFrom(view: DataView, size: number): WavFormat {
  let tag = view.getUint16(8, true);
  const channelCount = view.getUint16(10, true);
  const sampleRateHz = view.getUint32(12, true);
  const blockBytes = view.getUint16(20, true);
  const bits = view.getUint16(22, true);
  // The sub-format GUID of an extensible header begins with the tag.
  if (tag === TAG_EXTENSIBLE && size >= 26) tag = view.getUint16(8 + 24, true);
  const knownBits = BITS_OF_TAG[tag];
  if (!knownBits) throw invalid(`The WAV file is compressed (format ${tag}); convert it to PCM`);
  if (!knownBits.includes(bits)) throw invalid(`WAV samples of ${bits} bits are not supported`);
  const bytesPerSample = bits / 8;
  if (channelCount < 1 || channelCount > MAX_CHANNELS || blockBytes !== channelCount * bytesPerSample) {
    throw invalid('The WAV file has a broken format header');
  }
  if (sampleRateHz === 0) throw invalid('The WAV file says that its sample rate is 0');
  return { sampleRateHz, channelCount, bytesPerSample, blockBytes, tag };
}

function int16Samples(view: DataView, frameCount: number, { blockBytes }: WavFormat): Int16Array {
  const out = new Int16Array(frameCount);
  for (let frame = 0; frame < frameCount; frame++) out[frame] = view.getInt16(frame * blockBytes, true);
  return out;
}

/** Mean of the channels, −1..1. */
function monoSamples(view: DataView, frameCount: number, format: WavFormat): Float32Array {
  const { channelCount, bytesPerSample, blockBytes } = format;
  const read = sampleReader(format);
  const out = new Float32Array(frameCount);
  for (let frame = 0; frame < frameCount; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channelCount; channel++) {
      sum += read(view, frame * blockBytes + channel * bytesPerSample);
    }
    // A broken float file may hold anything; a single infinity would silence the whole page.
    const mean = sum / channelCount;
    out[frame] = Number.isFinite(mean) ? Math.min(Math.max(mean, -1), 1) : 0;
  }
  return out;
}

function sampleReader({ tag, bytesPerSample }: WavFormat): (view: DataView, at: number) => number {
  if (tag === TAG_A_LAW) return (view, at) => aLaw(view.getUint8(at));
  if (tag === TAG_MU_LAW) return (view, at) => muLaw(view.getUint8(at));
  if (tag === TAG_FLOAT && bytesPerSample === 4) return (view, at) => view.getFloat32(at, true);
  if (tag === TAG_FLOAT) return (view, at) => view.getFloat64(at, true);
  // 8 bits are unsigned, all others signed.
  if (bytesPerSample === 1) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (bytesPerSample === 2) return (view, at) => view.getInt16(at, true) / 2 ** 15;
  if (bytesPerSample === 3) return (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 2 ** 23;
  return (view, at) => view.getInt32(at, true) / 2 ** 31;
}

/** G.711 table 1a: sign, 3 bits of segment, 4 of step, alternate bits inverted; 13 bits of range. */
function aLaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 1) + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (code & 0x80 ? magnitude : -magnitude) / 4096;
}

/** G.711 table 2a: all bits inverted, a bias of 33; 14 bits of range. */
function muLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 1) + 33) << ((code >> 4) & 7)) - 33;
  return (code & 0x80 ? -magnitude : magnitude) / 8192;
}

function joined(left: Uint8Array<ArrayBuffer>, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(left.length + right.length);
  out.set(left);
  out.set(right, left.length);
  return out;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
