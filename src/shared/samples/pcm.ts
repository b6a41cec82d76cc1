/** Raw PCM as bytes, which the page reads before any other code of sound is loaded. Bytes are little-endian. */

/** Raw 16-bit little-endian PCM → integers. An odd last byte is ignored; join chunks with `PcmByteJoiner` first. */
export function int16FromPcmBytes(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  return samples;
}

/** Joins a 16-bit sample whose two bytes came in different chunks. */
export class PcmByteJoiner {
  private pendingByte = -1;

  /** True while half a sample waits for its other half; at the end of a stream: the total was odd. */
  get hasOddByte(): boolean {
    return this.pendingByte >= 0;
  }

  /** @returns Whole samples: an even number of bytes, a view on `bytes` when nothing had to be joined. */
  push(bytes: Uint8Array): Uint8Array {
    const total = bytes.length + (this.hasOddByte ? 1 : 0);
    const even = total - (total % 2);
    let joined: Uint8Array;
    if (this.hasOddByte) {
      joined = new Uint8Array(even);
      if (even > 0) {
        joined[0] = this.pendingByte;
        joined.set(bytes.subarray(0, even - 1), 1);
      }
    } else {
      joined = bytes.subarray(0, even);
    }
    if (bytes.length > 0) this.pendingByte = total % 2 ? bytes[bytes.length - 1] : -1;
    return joined;
  }

  /** Forgets the pending half sample. */
  reset(): void {
    this.pendingByte = -1;
  }
}

/** How files begin, as one character per byte. MP3 without a tag: a frame's first bytes, and again those of the next one. */
const BEGINNINGS = {
  wav: /^R(IF[FX]|F64)....WAVE/s,
  aiff: /^FORM....AIF[FC]/s,
  ogg: /^OggS/,
  flac: /^fLaC/,
  mp3: /^(ID3[^ -\xff]|(\xff[\xe2\xe3\xf2\xf3\xfa\xfb])[^\xf0-\xff].{21,1438}\2[^\xf0-\xff])/s,
  mp4: /^....ftyp/s,
  webm: /^.E\xdf\xa3/s,
  au: /^\.snd/,
};
/** Bytes that are looked at: an MP3 frame and the header of the next one. */
export const BEGINNING_BYTES = 1450;

/** An audio file format recognised by its first bytes. */
export type AudioContainer = keyof typeof BEGINNINGS;

/** Tells an audio file from raw PCM by its first bytes, of which it needs at least 12; null when it is none that is known. */
export function audioContainerOf(bytes: Uint8Array): AudioContainer | null {
  if (bytes.length < 12) return null;
  const head = String.fromCharCode(...bytes.subarray(0, BEGINNING_BYTES));
  for (const [name, beginning] of Object.entries(BEGINNINGS)) if (beginning.test(head)) return name as AudioContainer;
  return null;
}
