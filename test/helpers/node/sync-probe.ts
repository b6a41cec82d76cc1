/** How far the drawn mouth is behind the sound at the loudspeaker, whatever the frame rate. */
import type { AvatarPage } from './avatar-page.js';
import { voicePcm } from './motion-server.js';

declare global {
  interface Window {
    heard: { epochMs: number; rms: number }[];
  }
}

/** A voice that comes and goes in a pattern that fits itself at no other place. */
export function syllables(seconds: number, rateHz = 16_000): Uint8Array {
  const pcm = new Uint8Array(Math.round(seconds * rateHz) * 2);
  const voice = voicePcm(1, rateHz);
  const lengths = [0.5, 0.7, 0.9, 0.4, 0.3, 0.8, 0.6, 0.5];
  for (let at = 0.4, index = 0; at < seconds - 0.2; index++) {
    const length = lengths[index % lengths.length];
    const part = voice.subarray(0, Math.round(length * rateHz) * 2);
    const from = Math.round(at * rateHz) * 2;
    pcm.set(part.subarray(0, Math.max(0, pcm.length - from)), from);
    at += length + lengths[(index + 3) % lengths.length];
  }
  return pcm;
}

/** Notes what is heard and drawn from now on. */
export async function watchSync(avatar: AvatarPage, id = 'avatar'): Promise<void> {
  await avatar.traceJaw(id);
  await avatar.page.evaluate(() => {
    window.heard = [];
    setInterval(() => window.heard.push({ epochMs: performance.timeOrigin + performance.now(), rms: window.heardRms() }), 15);
  });
}

/**
 * The shift of the jaw against the sound at which both fit best, and how well they do.
 *
 * @returns `lagSeconds` above 0: the mouth is late. `fit`: correlation at that shift, −1..1.
 */
export async function measureSync(avatar: AvatarPage, id = 'avatar'): Promise<{ lagSeconds: number; fit: number }> {
  const heard = await avatar.page.evaluate(() => window.heard);
  const trace = await avatar.takeTrace(id);
  // Where the sound waits there is nothing to compare.
  const drawn = trace.filter(
    ({ round, mediaSeconds }, index) => round > 0 && mediaSeconds > 0 && mediaSeconds > (trace[index - 1]?.mediaSeconds ?? 0),
  );
  const loudnessAt = (epochMs: number): number => {
    let low = 0;
    let high = heard.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (heard[middle].epochMs < epochMs) low = middle + 1;
      else high = middle;
    }
    return Math.abs((heard[low]?.epochMs ?? Infinity) - epochMs) < 200 && heard[low].rms > 0.005 ? 1 : 0;
  };
  let best = { lagSeconds: Number.NaN, fit: -1 };
  for (let lagMs = -1000; lagMs <= 1000; lagMs += 20) {
    const fit = correlation(
      drawn.map(({ jawOpen }) => jawOpen),
      drawn.map(({ epochMs }) => loudnessAt(epochMs - lagMs)),
    );
    if (fit > best.fit) best = { lagSeconds: lagMs / 1000, fit };
  }
  return best;
}

function correlation(one: number[], other: number[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [product, square, otherSquare] = [0, 0, 0];
  for (let index = 0; index < one.length; index++) {
    const x = one[index] - a;
    const y = other[index] - b;
    product += x * y;
    square += x * x;
    otherSquare += y * y;
  }
  return square * otherSquare > 0 ? product / Math.sqrt(square * otherSquare) : -1;
}
