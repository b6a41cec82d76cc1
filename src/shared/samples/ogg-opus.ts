/**
 * Ogg Opus demuxer: Opus packets out of a stream that arrives in pieces, cut anywhere.
 *
 * @see RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 6716, 3.1 (duration of a packet).
 */
import { AvatarError, ErrorCode } from '../contracts/errors.js';
import { joinBytes } from '../core/bytes.js';

/** Rate at which Opus in Ogg counts samples, whatever the decoder's output has, Hz. */
export const OPUS_RATE_HZ = 48_000;

/** The identification header of one stream. */
export interface OpusHead {
  readonly channelCount: number;
  /** Factor to apply to the decoded samples. */
  readonly gain: number;
  readonly streamCount: number;
  /** How many of the streams are stereo. */
  readonly coupledStreamCount: number;
  /** Output channel → decoded channel. */
  readonly channelMapping: readonly number[];
}

export interface OpusPacket {
  /** Head of the packet's stream; another object where a chained stream begins, and with it a new decoder. */
  readonly head: OpusHead;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Samples of 48 kHz to drop from the beginning and the end of what the packet decodes to. */
  readonly skipSamples: number;
  readonly trimSamples: number;
}

/** One stream of a chain. */
interface Stream {
  readonly serial: number;
  readonly head: OpusHead;
  /** Header packets still to come: `OpusTags`. */
  headersLeft: number;
  /** Samples left of those before the sound begins. */
  preSkip: number;
  /** Granule position up to which packets have been read; null before the first page with audio is complete. */
  position: number | null;
  /** The packet that continues on the next page. */
  unfinished: Uint8Array<ArrayBuffer> | null;
  hasEnded: boolean;
}

const PAGE_HEADER_BYTES = 27;
const CAPTURE_PATTERN = [0x4f, 0x67, 0x67, 0x53];
const IS_CONTINUED = 1;
const IS_FIRST_PAGE = 2;
const IS_LAST_PAGE = 4;
const HEAD_BYTES = 19;

/** Several streams one after the other (a chain) are read as one; other streams between their pages are ignored. */
export class OggOpusDemuxer {
  private rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private stream: Stream | null = null;

  /** @throws {AvatarError} `invalidAudioInput` for anything but Ogg with Opus in it. */
  push(bytes: Uint8Array): OpusPacket[] {
    this.rest = joinBytes([this.rest, bytes]);
    const packets: OpusPacket[] = [];
    let from = 0;
    for (let size = this.pageBytes(from); size > 0; size = this.pageBytes(from)) {
      this.readPage(this.rest.subarray(from, from + size), packets);
      from += size;
    }
    if (from > 0) this.rest = this.rest.slice(from);
    return packets;
  }

  /** Size of the page that begins at `from`, 0 while it is incomplete. */
  private pageBytes(from: number): number {
    const page = this.rest.subarray(from);
    if (page.subarray(0, 4).some((byte, at) => byte !== CAPTURE_PATTERN[at]) || (page[4] ?? 0) !== 0)
      throw invalid('its Ogg pages are damaged');
    const segmentCount = page[26];
    if (segmentCount === undefined || page.length < PAGE_HEADER_BYTES + segmentCount) return 0;
    const size = PAGE_HEADER_BYTES + segmentCount + sum(page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + segmentCount));
    return page.length < size ? 0 : size;
  }

  private readPage(page: Uint8Array<ArrayBuffer>, found: OpusPacket[]): void {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = view.getUint8(5);
    const granule = Number(view.getBigInt64(6, true));
    const serial = view.getUint32(14, true);
    const { fragments, isLastUnfinished } = fragmentsOf(page, view.getUint8(26));
    if ((flags & IS_FIRST_PAGE) !== 0) return this.begin(serial, fragments[0]);
    const { stream } = this;
    if (!stream) throw invalid('the Ogg stream is no Opus');
    if (serial !== stream.serial || stream.hasEnded) return;

    const pieces: (Uint8Array<ArrayBuffer> | null)[] = fragments;
    // Without its beginning, which was on a page that is missing, a packet cannot be decoded.
    if ((flags & IS_CONTINUED) !== 0 && fragments[0]) pieces[0] = stream.unfinished && joinBytes([stream.unfinished, fragments[0]]);
    stream.unfinished = isLastUnfinished ? pieces.pop()! : null;
    stream.hasEnded = (flags & IS_LAST_PAGE) !== 0;

    const packets = pieces.flatMap((packet) => (packet && packet.length > 0 ? [packet] : []));
    const audio = packets.slice(stream.headersLeft);
    stream.headersLeft = Math.max(0, stream.headersLeft - packets.length);
    if (audio.length > 0) found.push(...timed(stream, audio, granule));
  }

  /** The first page of a stream: the next one of the chain, unless the current one has not brought any audio yet. */
  private begin(serial: number, head: Uint8Array | undefined): void {
    const { stream } = this;
    const isBeside = stream && !stream.hasEnded && stream.position === null;
    if (isBeside || !head || !isOpusHead(head)) return;
    this.stream = {
      serial,
      head: readHead(head),
      headersLeft: 1,
      preSkip: head[10]! | (head[11]! << 8),
      position: null,
      unfinished: null,
      hasEnded: false,
    };
  }
}

/** @param granule Of the page: the position at the end of its last complete packet; on a stream's last page where the sound ends. */
function timed(stream: Stream, packets: readonly Uint8Array<ArrayBuffer>[], granule: number): OpusPacket[] {
  const durations = packets.map(durationOf);
  // A stream that was cut out of a longer one begins with a later position. On a last page a lower one trims the end.
  stream.position ??= stream.hasEnded ? 0 : Math.max(0, granule - sum(durations));
  const end = stream.hasEnded && granule >= 0 ? granule : Infinity;
  return packets.map((bytes, at) => {
    const duration = durations[at]!;
    stream.position! += duration;
    const trimSamples = Math.min(duration, Math.max(0, stream.position! - end));
    const skipSamples = Math.min(duration - trimSamples, stream.preSkip);
    stream.preSkip -= skipSamples;
    return { head: stream.head, bytes, skipSamples, trimSamples };
  });
}

/** The packets of a page; a segment of 255 bytes is never the last of its packet. */
function fragmentsOf(page: Uint8Array<ArrayBuffer>, segmentCount: number) {
  const fragments: Uint8Array<ArrayBuffer>[] = [];
  let from = PAGE_HEADER_BYTES + segmentCount;
  let to = from;
  for (const length of page.subarray(PAGE_HEADER_BYTES, from)) {
    to += length;
    if (length === 255) continue;
    fragments.push(page.slice(from, to));
    from = to;
  }
  const isLastUnfinished = from < to;
  if (isLastUnfinished) fragments.push(page.slice(from, to));
  return { fragments, isLastUnfinished };
}

/** Samples of 48 kHz. @see RFC 6716, 3.1 and 3.2. */
function durationOf(packet: Uint8Array): number {
  const config = packet[0]! >> 3;
  // SILK has 10, 20, 40 and 60 ms, hybrid 10 and 20, CELT 2.5 to 20.
  const frame = config < 12 ? [480, 960, 1920, 2880][config & 3]! : config < 16 ? [480, 960][config & 1]! : 120 << (config & 3);
  const code = packet[0]! & 3;
  return frame * (code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 63);
}

function isOpusHead(packet: Uint8Array): boolean {
  return packet.length >= HEAD_BYTES && String.fromCharCode(...packet.subarray(0, 8)) === 'OpusHead';
}

function readHead(head: Uint8Array): OpusHead {
  const channelCount = head[9]!;
  const gain = 10 ** (new DataView(head.buffer, head.byteOffset).getInt16(16, true) / 256 / 20);
  const hasMapping = head[18] !== 0;
  if (channelCount === 0 || (!hasMapping && channelCount > 2) || (hasMapping && head.length < 21 + channelCount))
    throw invalid('its header is damaged');
  if (!hasMapping)
    return { channelCount, gain, streamCount: 1, coupledStreamCount: channelCount - 1, channelMapping: channelCount === 1 ? [0] : [0, 1] };
  return {
    channelCount,
    gain,
    streamCount: head[19]!,
    coupledStreamCount: head[20]!,
    channelMapping: [...head.subarray(21, 21 + channelCount)],
  };
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, `The Opus audio cannot be used: ${detail}.`);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
