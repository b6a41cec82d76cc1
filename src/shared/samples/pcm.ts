/**
 * Sample arithmetic. Scales: an `Int16` sample is full scale at −32768..32767; a `Float32` sample is full scale at −1..1
 * and equals the integer divided by 32768, so that integers survive a round trip unchanged. Bytes are little-endian.
 */

/** Raw 16-bit little-endian PCM → integers. An odd last byte is ignored; join chunks with `PcmByteJoiner` first. */
export function int16FromPcmBytes(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  return samples;
}

/** Integers → raw 16-bit little-endian PCM. */
export function pcmBytesFromInt16(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i];
    bytes[2 * i] = sample & 0xff;
    bytes[2 * i + 1] = (sample >> 8) & 0xff;
  }
  return bytes;
}

export function float32FromInt16(samples: Int16Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = samples[i] / 32768;
  return out;
}

/** −1..1 → integers, rounded to nearest, clipped. Not-a-number becomes silence. */
export function int16FromFloat32(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < out.length; i++) {
    const scaled = Math.round(samples[i] * 32768);
    // Assigning NaN to an Int16Array stores 0; infinities would too, so they are clipped here.
    out[i] = scaled > 32767 ? 32767 : Math.max(scaled, -32768);
  }
  return out;
}

/** Replaces samples that are not finite by silence, in place: recursive filters would keep them. */
export function silenceNonFinite(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) if (!Number.isFinite(samples[i])) samples[i] = 0;
}

/** Mean of the channels. All channels must have the same length. */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const first = channels[0];
  if (!first) return new Float32Array(0);
  const out = new Float32Array(first.length);
  for (const channel of channels) for (let i = 0; i < out.length; i++) out[i] += channel[i] / channels.length;
  return out;
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

/** Samples of several arrays in one, in order. */
export function joinSamples(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
