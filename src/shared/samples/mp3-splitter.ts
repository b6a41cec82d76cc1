/** Splits MP3 into frames while it arrives, without tags, and finds out which samples of the decoded frames are sound. */
import { joinBytes } from '../core/bytes.js';
import { id3TagBytes, MPEG_HEADER_BYTES, type MpegFrame, mpegFrameAt } from './mpeg-frames.js';

export interface Mp3Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frame: MpegFrame;
  /** Samples to drop from the beginning and the end of what it decodes to: what encoder and decoder have added. */
  readonly skipSamples: number;
  readonly trimSamples: number;
}

/** Samples by which a decoder of layer III is late. */
const DECODER_DELAY_SAMPLES = 529;
const ID3V1_BYTES = 128;
const APE_HEADER_BYTES = 32;
/** Largest frame: 320 kbit/s at 32 kHz. What is behind it decides whether a header is one. */
const MAX_FRAME_BYTES = 1441;

/** Which samples of a file are sound, counted from its first frame. */
interface Gapless {
  readonly begin: number;
  readonly end: number;
}

const WHOLE: Gapless = { begin: 0, end: Infinity };

export class Mp3Splitter {
  private pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private skipBytes = 0;
  /** The last frame, whose successors are of its kind. */
  private last: MpegFrame | null = null;
  private gapless = WHOLE;
  private position = 0;

  /** @param isEnd No more bytes will come. @returns The frames they complete, in order. */
  push(bytes: Uint8Array, isEnd = false): Mp3Frame[] {
    this.pending = joinBytes([this.pending, bytes]);
    const frames: Mp3Frame[] = [];
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.skipBytes, this.pending.length - at);
      this.skipBytes -= skipped;
      at += skipped;
      // Enough for any frame and the header behind it, and for the header of any tag.
      const isShort = this.pending.length - at < MAX_FRAME_BYTES + MPEG_HEADER_BYTES;
      if (at >= this.pending.length || (isShort && !isEnd)) break;
      this.skipBytes = tagBytesAt(this.pending, at);
      if (this.skipBytes > 0) continue;
      const frame = this.frameAt(at);
      if (!frame) {
        this.last = null;
        at++;
        continue;
      }
      this.last = frame;
      const data = this.pending.slice(at, at + frame.byteCount);
      at += frame.byteCount;
      const info = infoOf(data, frame);
      if (info) this.begin(info);
      else frames.push({ bytes: data, frame, ...this.cut(frame.sampleCount) });
    }
    this.pending = this.pending.slice(at);
    return frames;
  }

  /** Another file begins. */
  private begin(gapless: Gapless): void {
    this.gapless = gapless;
    this.position = 0;
  }

  private cut(sampleCount: number): { skipSamples: number; trimSamples: number } {
    const skipSamples = Math.min(sampleCount, Math.max(0, this.gapless.begin - this.position));
    this.position += sampleCount;
    const trimSamples = Math.min(sampleCount - skipSamples, Math.max(0, this.position - this.gapless.end));
    // A file whose header counts too few frames goes on.
    return { skipSamples, trimSamples: this.position - this.gapless.end > 2 * sampleCount ? 0 : trimSamples };
  }

  /** The frame of layer III at a position; at first, and after a fault, only if another one follows. */
  private frameAt(at: number): MpegFrame | null {
    const frame = mpegFrameAt(this.pending, at);
    if (!frame || frame.layer !== 3 || at + frame.byteCount > this.pending.length) return null;
    if (this.last && this.last.sampleRateHz === frame.sampleRateHz) return frame;
    const end = at + frame.byteCount;
    const next = mpegFrameAt(this.pending, end);
    const isFollowed = next ? next.layer === 3 && next.sampleRateHz === frame.sampleRateHz : tagBytesAt(this.pending, end) > 0;
    return isFollowed || (end === this.pending.length && this.last) ? frame : null;
  }
}

/** Size of the ID3v2, ID3v1 or APE tag at a position, 0 where there is none. */
function tagBytesAt(bytes: Uint8Array, at: number): number {
  const id3 = id3TagBytes(bytes, at);
  if (id3 > 0) return id3;
  const text = String.fromCharCode(...bytes.subarray(at, at + 8));
  if (text.startsWith('TAG')) return ID3V1_BYTES;
  if (text !== 'APETAGEX' || at + APE_HEADER_BYTES > bytes.length) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const isHeader = (view.getUint32(20, true) & 0x20000000) !== 0;
  return isHeader ? APE_HEADER_BYTES + view.getUint32(12, true) : APE_HEADER_BYTES;
}

/**
 * The first frame of many files is no sound, but says how much of the others is.
 *
 * @see Xing VBR header; LAME, "Mp3 Info Tag revision 1".
 */
function infoOf(bytes: Uint8Array, { sideBytes, sampleCount }: MpegFrame): Gapless | null {
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (text(36) === 'VBRI') return WHOLE;
  const at = [MPEG_HEADER_BYTES + sideBytes, MPEG_HEADER_BYTES + sideBytes - 2].find((place) => ['Xing', 'Info'].includes(text(place)));
  if (at === undefined || at + 8 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(at + 4);
  const frameCount = flags & 1 ? view.getUint32(at + 8) : 0;
  const lame = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (lame + 24 > bytes.length || !/^(LAME|Lavc|Lavf)/.test(text(lame))) return WHOLE;
  const delays = (bytes[lame + 21] << 16) | (bytes[lame + 22] << 8) | bytes[lame + 23];
  const padding = delays & 0xfff;
  return {
    begin: (delays >> 12) + DECODER_DELAY_SAMPLES,
    end: frameCount > 0 ? frameCount * sampleCount - Math.max(0, padding - DECODER_DELAY_SAMPLES) : Infinity,
  };
}
