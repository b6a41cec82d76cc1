/**
 * Opus packets → one logical Ogg Opus stream, mono, one packet per page, so that each page can be sent at once.
 *
 * @see RFC 3533 for pages, RFC 7845 for what Opus puts into them.
 */
import { joinBytes } from '../shared/core/bytes.js';

const HEADER_BYTES = 27;
const MAX_SEGMENT_BYTES = 255;
const BEGIN_OF_STREAM = 2;
const END_OF_STREAM = 4;
const VENDOR = 'spatius-avatar';

export class OggOpusWriter {
  private readonly serial: number;
  private pageNumber = 0;

  /** @param serial Identifies the stream within a file; any 32 bits. */
  constructor(serial: number = Math.floor(Math.random() * 2 ** 32)) {
    this.serial = serial;
  }

  /**
   * The two pages before any audio.
   *
   * @param preSkip Samples at 48 kHz that a decoder drops from the start: the encoder's look-ahead.
   * @param inputRateHz For information only.
   */
  head(preSkip: number, inputRateHz: number): Uint8Array {
    const head = new Uint8Array(19);
    head.set(new TextEncoder().encode('OpusHead'));
    const view = new DataView(head.buffer);
    view.setUint8(8, 1); // version
    view.setUint8(9, 1); // channels
    view.setUint16(10, preSkip, true);
    view.setUint32(12, inputRateHz, true);
    // Output gain and channel mapping stay 0.
    const vendor = new TextEncoder().encode(VENDOR);
    const tags = new Uint8Array(16 + vendor.length);
    tags.set(new TextEncoder().encode('OpusTags'));
    new DataView(tags.buffer).setUint32(8, vendor.length, true);
    tags.set(vendor, 12);
    return joinBytes([this.page(head, 0, BEGIN_OF_STREAM), this.page(tags, 0, 0)]);
  }

  /**
   * @param granule Samples at 48 kHz up to the end of this packet, pre-skip included; in the last page the true end,
   *   which trims what was padded.
   */
  packet(packet: Uint8Array, granule: number, isLast: boolean): Uint8Array {
    return this.page(packet, granule, isLast ? END_OF_STREAM : 0);
  }

  private page(packet: Uint8Array, granule: number, flags: number): Uint8Array {
    // A packet is as many full segments as fit and a shorter one, be it empty.
    const segmentCount = Math.floor(packet.length / MAX_SEGMENT_BYTES) + 1;
    const page = new Uint8Array(HEADER_BYTES + segmentCount + packet.length);
    const view = new DataView(page.buffer);
    page.set(new TextEncoder().encode('OggS'));
    view.setUint8(5, flags);
    view.setBigUint64(6, BigInt(granule), true);
    view.setUint32(14, this.serial, true);
    view.setUint32(18, this.pageNumber++, true);
    view.setUint8(26, segmentCount);
    page.fill(MAX_SEGMENT_BYTES, HEADER_BYTES, HEADER_BYTES + segmentCount - 1);
    page[HEADER_BYTES + segmentCount - 1] = packet.length % MAX_SEGMENT_BYTES;
    page.set(packet, HEADER_BYTES + segmentCount);
    view.setUint32(22, checksumOf(page), true);
    return page;
  }
}

const POLYNOMIAL = 0x04c11db7;
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ POLYNOMIAL : rest << 1;
  return rest >>> 0;
});

/** CRC-32 as Ogg has it: not reflected, from 0, not inverted. */
function checksumOf(bytes: Uint8Array): number {
  let rest = 0;
  for (const byte of bytes) rest = ((rest << 8) ^ CHECKSUMS[(rest >>> 24) ^ byte]) >>> 0;
  return rest;
}
