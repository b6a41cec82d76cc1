/**
 * Opus packets out of an Ogg stream that comes in pieces, cut anywhere.
 *
 * @see RFC 3533 (Ogg), RFC 7845 (Opus in Ogg).
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

export interface OpusPacket {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Samples of 48 kHz the stream has in all, where its last page has come; Infinity before. */
  readonly totalSamples: number;
}

const PAGE_HEADER_BYTES = 27;
const IS_CONTINUED = 1;
const IS_LAST_PAGE = 4;
/** `OpusHead` and `OpusTags`. */
const HEADER_PACKETS = 2;

export class OggOpusPackets {
  private rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private packet: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private packetCount = 0;
  private _preSkip = 0;

  /** Samples of 48 kHz at the beginning that are not to be heard. */
  get preSkip(): number {
    return this._preSkip;
  }

  /** @throws {AvatarError} `invalidAudioInput` for anything but one mono stream of Opus. */
  push(bytes: Uint8Array): OpusPacket[] {
    this.rest = joined(this.rest, bytes);
    const found: OpusPacket[] = [];
    for (let size = this.pageBytes(); size > 0; size = this.pageBytes()) {
      this.readPage(this.rest.subarray(0, size), found);
      this.rest = this.rest.slice(size);
    }
    return found;
  }

  /** Size of the page at the front, 0 while it is not there in full. */
  private pageBytes(): number {
    const { rest } = this;
    if (rest.length < PAGE_HEADER_BYTES) return 0;
    if (String.fromCharCode(...rest.subarray(0, 4)) !== 'OggS' || rest[4] !== 0) throw invalid('its Ogg pages are damaged');
    const segmentCount = rest[26];
    const headerBytes = PAGE_HEADER_BYTES + segmentCount;
    if (rest.length < headerBytes) return 0;
    let size = headerBytes;
    for (let segment = 0; segment < segmentCount; segment++) size += rest[PAGE_HEADER_BYTES + segment];
    return rest.length < size ? 0 : size;
  }

  private readPage(page: Uint8Array<ArrayBuffer>, found: OpusPacket[]): void {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = page[5];
    const granule = Number(view.getBigInt64(6, true));
    const segmentCount = page[26];
    const isLast = (flags & IS_LAST_PAGE) !== 0 && granule > 0;
    const totalSamples = isLast ? granule - this._preSkip : Infinity;
    if ((flags & IS_CONTINUED) === 0) this.packet = new Uint8Array(0);
    let at = PAGE_HEADER_BYTES + segmentCount;
    for (let segment = 0; segment < segmentCount; segment++) {
      const length = page[PAGE_HEADER_BYTES + segment];
      this.packet = joined(this.packet, page.subarray(at, at + length));
      at += length;
      // A segment of 255 bytes is never the last of its packet.
      if (length === 255) continue;
      this.packetCount++;
      if (this.packetCount === 1) this.readHead(this.packet);
      else if (this.packetCount > HEADER_PACKETS && this.packet.length > 0) found.push({ bytes: this.packet, totalSamples });
      this.packet = new Uint8Array(0);
    }
  }

  private readHead(head: Uint8Array): void {
    if (head.length < 19 || String.fromCharCode(...head.subarray(0, 8)) !== 'OpusHead') throw invalid('the Ogg stream is no Opus');
    if (head[9] !== 1) throw invalid(`it has ${head[9]} channels, one is allowed`);
    this._preSkip = head[10] | (head[11] << 8);
  }
}

function invalid(words: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, `The Opus audio cannot be used: ${words}.`);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}
