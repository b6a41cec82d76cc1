/**
 * Sample arithmetic. Scales: an `Int16` sample is full scale at −32768..32767; a `Float32` sample is full scale at −1..1
 * and equals the integer divided by 32768, so that integers survive a round trip unchanged.
 */

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
