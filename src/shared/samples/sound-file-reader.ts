/**
 * Reads a file of uncompressed sound while it arrives: WAV, Wave64, AIFF, AU. Whole files one after another, as speech services send
 * one per sentence, are read as one; sizes that streaming encoders do not know or have wrong do not matter.
 */
import { AvatarError, ErrorCode } from '../contracts/errors.js';
import { joinBytes } from '../core/bytes.js';
import { PcmDecoder } from './pcm-decoder.js';
import { isNoise } from './pcm-likeness.js';
import {
  aiffHeader,
  auHeader,
  BEGINNING_BYTES,
  containerAt,
  MAX_FORMAT_BYTES,
  type SoundContainer,
  type SoundHeader,
  wavHeader,
} from './sound-containers.js';

/** Mono samples at a rate, full scale ±32768 or ±1. */
export interface SoundPiece {
  readonly samples: Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
}

/** Bytes before the first chunk, or for AU all that count. */
const HEADER_BYTES: Readonly<Record<SoundContainer, number>> = { wav: 12, 'wav-be': 12, w64: 40, aiff: 12, au: 24 };
/** Sizes that streaming encoders write while the real size is unknown. */
const UNKNOWN_SIZES = [0, 0xffffffff, 0x7fffffff, 0xffffffff - 36, 0x7fffffff - 36];
const CHUNK_ID = /^[\w ()]{4}$/;
/** No chunk behind the samples is larger: a larger size is none, but samples that look like an id. */
const MAX_CHUNK_BYTES = 2 ** 24;
/** Second word of the GUIDs that name chunks of Wave64. */
const W64_GUID = 0x11d3acf3;
/** Bytes by which samples beyond the stated size are told from other bytes. */
const JUDGED_BYTES = 1024;

/** Where the next byte belongs. */
type Place = 'start' | 'chunks' | 'sound' | 'behind' | 'junk';

export class SoundFileReader {
  private pending: Uint8Array = new Uint8Array(0);
  private place: Place = 'start';
  private container: SoundContainer = 'wav';
  private header: SoundHeader | null = null;
  private decoder: PcmDecoder | null = null;
  private hadSound = false;
  /** Bytes of no interest that are still to be passed over. */
  private skipBytes = 0;
  private soundBytesLeft = Infinity;
  /** `data` size of an RF64 file, whose own field is too small for it. */
  private longSoundBytes = 0;

  /** True once the samples of a file have begun. */
  get hasData(): boolean {
    return this.hadSound;
  }

  /** Name of the format of a file whose samples are compressed, which this does not read; or null. */
  get compressedFormat(): string | null {
    return this.header && !this.header.encoding ? this.header.formatName : null;
  }

  /**
   * @param bytes The next bytes, in pieces of any size.
   * @returns The samples they complete; `Int16Array` for 16-bit mono.
   * @throws {AvatarError} `invalidAudioInput` for what is no such file, or has a broken header.
   */
  push(bytes: Uint8Array): SoundPiece[] {
    return this.read(bytes, false);
  }

  /** After the last byte: what was held back. */
  end(): SoundPiece[] {
    return this.read(new Uint8Array(0), true);
  }

  private read(bytes: Uint8Array, isEnd: boolean): SoundPiece[] {
    this.pending = this.pending.length > 0 ? joinBytes([this.pending, bytes]) : bytes;
    const pieces: SoundPiece[] = [];
    while (!this.compressedFormat && this.step(pieces, isEnd));
    // The caller may reuse its buffer.
    this.pending = this.compressedFormat ? new Uint8Array(0) : this.pending.slice();
    return pieces;
  }

  /** False when more bytes are needed. */
  private step(pieces: SoundPiece[], isEnd: boolean): boolean {
    if (this.skipBytes > 0) {
      const skipped = Math.min(this.skipBytes, this.pending.length);
      this.drop(skipped);
      this.skipBytes -= skipped;
      return this.skipBytes === 0;
    }
    switch (this.place) {
      case 'start':
        return this.readStart();
      case 'chunks':
        return this.readChunk();
      case 'sound':
        return this.readSound(pieces, isEnd);
      case 'behind':
        return this.readBehind(isEnd);
      case 'junk':
        return this.passJunk();
    }
  }

  private readStart(): boolean {
    const found = containerAt(this.pending, 0);
    if (found === 'cut') return false;
    if (!found) throw invalid('This is no WAV, AIFF or AU file');
    const headerBytes = HEADER_BYTES[found];
    if (this.pending.length < headerBytes) return false;
    this.container = found;
    this.header = null;
    this.longSoundBytes = 0;
    if (found !== 'au') {
      this.drop(headerBytes);
      this.place = 'chunks';
      return true;
    }
    const { soundAt, soundBytes, ...header } = auHeader(viewOf(this.pending));
    this.header = header;
    this.skipBytes = soundAt;
    this.beginSound(soundBytes);
    return true;
  }

  /** Header of the chunk that `pending` begins with; null while it is incomplete. */
  private chunk(): { id: string; headerBytes: number; size: number; paddedSize: number } | null {
    const isW64 = this.container === 'w64';
    const headerBytes = isW64 ? 24 : 8;
    if (this.pending.length < headerBytes) return null;
    const view = viewOf(this.pending);
    const id = String.fromCharCode(...this.pending.subarray(0, 4));
    // Sizes of Wave64 include the header.
    const size = isW64 ? Number(view.getBigUint64(16, true)) - headerBytes : view.getUint32(4, this.container === 'wav');
    const padding = isW64 ? 8 : 2;
    return { id, headerBytes, size, paddedSize: Math.ceil(size / padding) * padding };
  }

  private readChunk(): boolean {
    const chunk = this.chunk();
    if (!chunk) return false;
    const { id, headerBytes, size, paddedSize } = chunk;
    if (size < 0) throw invalid('The sound file has a broken chunk');
    if (id === 'data' || id === 'SSND') {
      if (!this.header) throw invalid('The sound file has no format before its samples');
      const isAiff = id === 'SSND';
      if (isAiff && this.pending.length < 16) return false;
      // AIFF: offset of the first sample, and a block size that nothing uses.
      const offset = isAiff ? 8 + viewOf(this.pending).getUint32(8) : 0;
      this.drop(headerBytes);
      this.skipBytes = offset;
      this.beginSound(this.longSoundBytes || (UNKNOWN_SIZES.includes(size) ? 0 : Math.max(0, size - offset)));
      return true;
    }
    const isFormat = id === 'fmt ' || id === 'COMM';
    if (!isFormat && id !== 'ds64') {
      // `FVER` of AIFF-C, notes, pictures.
      this.drop(headerBytes);
      this.skipBytes = paddedSize;
      return true;
    }
    if (size < (id === 'COMM' ? 18 : 16) || size > MAX_FORMAT_BYTES) throw invalid('The sound file has a broken format header');
    if (this.pending.length < headerBytes + paddedSize) return false;
    const view = new DataView(this.pending.buffer, this.pending.byteOffset + headerBytes, size);
    if (id === 'ds64') this.longSoundBytes = Number(view.getBigUint64(8, true));
    else this.header = id === 'COMM' ? aiffHeader(view) : wavHeader(view, this.container === 'wav-be');
    this.drop(headerBytes + paddedSize);
    return true;
  }

  /** @param size 0 where it is not known. */
  private beginSound(size: number): void {
    const { encoding = null, channelCount = 1 } = this.header ?? {};
    if (!encoding) return;
    this.decoder = new PcmDecoder({ encoding, channelCount });
    this.soundBytesLeft = UNKNOWN_SIZES.includes(size) ? Infinity : size;
    this.hadSound = true;
    this.place = 'sound';
  }

  private readSound(pieces: SoundPiece[], isEnd: boolean): boolean {
    const isLast = isEnd || this.pending.length >= this.soundBytesLeft;
    const next = this.nextBeginning(isLast);
    const count = Math.min(next, this.soundBytesLeft);
    const samples = this.decoder!.push(this.pending.subarray(0, count));
    this.drop(count);
    this.soundBytesLeft -= count;
    if (samples.length > 0) pieces.push({ samples, sampleRateHz: this.header!.sampleRateHz });
    if (this.soundBytesLeft === 0) this.place = 'behind';
    else if (!isEnd && containerAt(this.pending, 0) && containerAt(this.pending, 0) !== 'cut') this.place = 'start';
    else return false;
    return true;
  }

  /** Where the next file begins, at the latest where the bytes end; what may be cut beginnings is left for the next bytes. */
  private nextBeginning(isLast: boolean): number {
    const { pending } = this;
    for (let at = 0; at < pending.length; at++) {
      const byte = pending[at];
      // `R`, `F`, `r` and `.`.
      if (byte !== 0x52 && byte !== 0x46 && byte !== 0x72 && byte !== 0x2e) continue;
      const found = containerAt(pending, at);
      if (found && (found !== 'cut' || !isLast)) return at;
    }
    return pending.length;
  }

  /** Behind the stated size: padding, chunks, the next file, or more samples, because the size was that of the first piece only. */
  private readBehind(isEnd: boolean): boolean {
    const { pending } = this;
    if (pending.length < BEGINNING_BYTES && !isEnd) return false;
    for (const padding of [0, 1]) {
      const found = containerAt(pending, padding);
      if (found && found !== 'cut') {
        this.drop(padding);
        this.place = 'start';
        return true;
      }
    }
    for (const padding of [0, 1]) {
      const at = pending.subarray(padding);
      if (at.length < 8 || !this.isChunk(at)) continue;
      this.drop(padding);
      const chunk = this.chunk();
      if (!chunk) return false;
      this.drop(chunk.headerBytes);
      this.skipBytes = chunk.paddedSize;
      return true;
    }
    if (pending.length < JUDGED_BYTES && !isEnd) return false;
    this.place = 'sound';
    this.soundBytesLeft = Infinity;
    const { encoding, channelCount } = this.header as { encoding: NonNullable<SoundHeader['encoding']>; channelCount: number };
    const judged = new PcmDecoder({ encoding, channelCount }).push(pending.subarray(0, JUDGED_BYTES));
    // Less than that at the very end is padding or a tag.
    if (pending.length < JUDGED_BYTES || isNoise(judged)) this.place = 'junk';
    return true;
  }

  private isChunk(bytes: Uint8Array): boolean {
    if (!CHUNK_ID.test(String.fromCharCode(...bytes.subarray(0, 4)))) return false;
    const next = viewOf(bytes).getUint32(4, this.container !== 'wav-be' && this.container !== 'aiff');
    return this.container === 'w64' ? next === W64_GUID : next <= MAX_CHUNK_BYTES;
  }

  /** Bytes that are no samples: only another file behind them counts. */
  private passJunk(): boolean {
    this.drop(this.nextBeginning(false));
    const found = containerAt(this.pending, 0);
    if (!found || found === 'cut') return false;
    this.place = 'start';
    return true;
  }

  private drop(count: number): void {
    this.pending = this.pending.subarray(count);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
