/** Rooms, noises and voices for hearing tests: seeded, so that every run hears the same. */
import { readFileSync } from 'node:fs';
import { VoiceActivity } from '../../../src/audio/voice-activity.js';

export const RATE_HZ = 16_000;

/** Raw PCM, s16le mono 16 kHz, −1..1. */
export function readPcm(path: string): Float32Array {
  const bytes = readFileSync(path);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(at * 2) / 32768);
}

/** Of numbers −1..1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

const decibels = (value: number): number => 10 ** (value / 20);

/** Scaled to an RMS, dB of full scale. */
export function atLevel(samples: Float32Array, levelDb: number): Float32Array {
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return samples.map((sample) => (sample / rms) * decibels(levelDb));
}

export function mixed(seconds: number, ...parts: { samples: Float32Array; atSeconds?: number }[]): Float32Array {
  const out = new Float32Array(seconds * RATE_HZ);
  for (const { samples, atSeconds = 0 } of parts) {
    const from = Math.round(atSeconds * RATE_HZ);
    for (let at = 0; at < samples.length && from + at < out.length; at++) out[from + at] += samples[at];
  }
  return out;
}

export const NOISES: Record<string, (seconds: number) => Float32Array> = {
  white: (seconds) => {
    const random = randomOf(1);
    return Float32Array.from({ length: seconds * RATE_HZ }, random);
  },
  /** Air conditioning: less the higher. */
  brown: (seconds) => {
    const random = randomOf(2);
    let value = 0;
    return Float32Array.from({ length: seconds * RATE_HZ }, () => (value += (random() - value) * 0.05));
  },
  hum: (seconds) => {
    const random = randomOf(3);
    return Float32Array.from({ length: seconds * RATE_HZ }, (_, at) =>
      [1, 2, 3, 5].reduce((sum, part) => sum + Math.sin((2 * Math.PI * 50 * part * at) / RATE_HZ) / part, 0.05 * random()),
    );
  },
  /** A key every 120 to 300 ms: 4 ms of noise that fades. */
  keyboard: (seconds) => {
    const random = randomOf(4);
    const out = new Float32Array(seconds * RATE_HZ);
    for (let from = 800; from < out.length; from += Math.round((0.21 + random() * 0.09) * RATE_HZ)) {
      for (let at = 0; at < 400 && from + at < out.length; at++) out[from + at] += random() * Math.exp(-at / 60) * (0.7 + random() * 0.3);
    }
    return out;
  },
  /** A thud every two seconds: low, and gone within 150 ms. */
  doors: (seconds) => {
    const random = randomOf(5);
    const out = new Float32Array(seconds * RATE_HZ);
    for (let from = RATE_HZ; from < out.length; from += 2 * RATE_HZ) {
      let low = 0;
      for (let at = 0; at < 6000 && from + at < out.length; at++)
        out[from + at] += (low += (random() - low) * 0.08) * Math.exp(-at / 1000) * 4;
    }
    return out;
  },
};

/** What comes back of a loudspeaker: late, by way of the walls, and bent where it is loud. */
export function echoOf(played: Float32Array, levelDb: number, delaySeconds = 0.12, reverberationSeconds = 0.3): Float32Array {
  const random = randomOf(6);
  const ways: [delay: number, gain: number][] = [[0, 1]];
  for (let at = 0.004; at < reverberationSeconds; at += 0.006 + Math.abs(random()) * 0.006) {
    ways.push([Math.round(at * RATE_HZ), 0.6 * random() * 10 ** ((-3 * at) / reverberationSeconds)]);
  }
  const gain = decibels(levelDb);
  const delay = Math.round(delaySeconds * RATE_HZ);
  const out = new Float32Array(played.length);
  for (const [way, share] of ways) {
    for (let at = delay + way; at < out.length; at++) out[at] += Math.tanh(1.5 * played[at - delay - way]) * share * (gain / 1.5);
  }
  return out;
}

/** When speech began and ended, s. */
export function heardSpeech(heard: Float32Array, played?: Float32Array): { beganAt: number[]; endedAt: number[] } {
  const found = { beganAt: [] as number[], endedAt: [] as number[] };
  let at = 0;
  const activity = new VoiceActivity(RATE_HZ, {
    handleVoice: (isSpeaking) => found[isSpeaking ? 'beganAt' : 'endedAt'].push((at + 128) / RATE_HZ),
  });
  for (; at + 128 <= heard.length; at += 128) activity.process(heard.subarray(at, at + 128), played?.subarray(at, at + 128));
  return found;
}

/** Of the first sound that is no breath, s. */
export function onsetOf(samples: Float32Array): number {
  const hop = RATE_HZ / 100;
  const loudness = Array.from({ length: Math.floor(samples.length / hop) }, (_, index) =>
    Math.sqrt(samples.subarray(index * hop, (index + 1) * hop).reduce((sum, sample) => sum + sample * sample, 0) / hop),
  );
  const threshold = Math.max(...loudness) * 0.1;
  return loudness.findIndex((value, index) => value > threshold && (loudness[index + 2] ?? 0) > threshold) / 100;
}
