/** Headers of MPEG audio frames (MP1, MP2, MP3). @see ISO/IEC 11172-3, 2.4.2.3; ISO/IEC 13818-3 for the low rates. */

export interface MpegFrame {
  readonly layer: 1 | 2 | 3;
  readonly byteCount: number;
  readonly sampleCount: number;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  /** Bytes between the header and the main data of layer III, checksum included. */
  readonly sideBytes: number;
}

const KBIT_V1: Readonly<Record<number, readonly number[]>> = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
};
const KBIT_V2_LAYER_1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const KBIT_V2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_HZ = [44100, 48000, 32000];
export const MPEG_HEADER_BYTES = 4;

/** Null for what is no header, or a frame of free bit rate, whose length is not known. */
export function mpegFrameAt(bytes: Uint8Array, at: number): MpegFrame | null {
  if (at + MPEG_HEADER_BYTES > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return null;
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = 4 - ((bytes[at + 1] >> 1) & 3);
  const third = bytes[at + 2];
  if (version === 1 || layer === 4) return null;
  const isVersion1 = version === 3;
  const kbit = (isVersion1 ? KBIT_V1[layer] : layer === 1 ? KBIT_V2_LAYER_1 : KBIT_V2)[third >> 4];
  const fullRateHz = RATES_HZ[(third >> 2) & 3];
  if (!kbit || !fullRateHz) return null;
  const sampleRateHz = isVersion1 ? fullRateHz : version === 2 ? fullRateHz / 2 : fullRateHz / 4;
  const sampleCount = layer === 1 ? 384 : layer === 3 && !isVersion1 ? 576 : 1152;
  const padding = (third >> 1) & 1;
  const byteCount =
    layer === 1
      ? (Math.floor((12_000 * kbit) / sampleRateHz) + padding) * 4
      : Math.floor((sampleCount * 125 * kbit) / sampleRateHz) + padding;
  const channelCount = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  const checksumBytes = bytes[at + 1] & 1 ? 0 : 2;
  const sideBytes = checksumBytes + (isVersion1 ? (channelCount === 1 ? 17 : 32) : channelCount === 1 ? 9 : 17);
  return { layer: layer as 1 | 2 | 3, byteCount, sampleCount, sampleRateHz, channelCount, sideBytes };
}

/** The frame at a position, if another one of its kind follows it. The first bits alone are common in other data. */
export function mpegStreamAt(bytes: Uint8Array, at: number): MpegFrame | null {
  const frame = mpegFrameAt(bytes, at);
  if (!frame) return null;
  const next = mpegFrameAt(bytes, at + frame.byteCount);
  return next && next.layer === frame.layer && next.sampleRateHz === frame.sampleRateHz ? frame : null;
}

/** Size of an ID3v2 tag, its header and footer included; 0 where there is none. @see id3.org, ID3v2.4, 3.1. */
export function id3TagBytes(bytes: Uint8Array, at: number): number {
  if (at + 10 > bytes.length || bytes[at] !== 0x49 || bytes[at + 1] !== 0x44 || bytes[at + 2] !== 0x33) return 0;
  const size = bytes.subarray(at + 6, at + 10);
  if (bytes[at + 3] > 4 || size.some((byte) => byte > 127)) return 0;
  const footerBytes = bytes[at + 5] & 0x10 ? 10 : 0;
  return 10 + footerBytes + size.reduce((sum, byte) => sum * 128 + byte, 0);
}
