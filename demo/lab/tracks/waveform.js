import { VOICE_RATE_HZ } from '../clip.js';

/** Draws the waveform: one column per pixel, from the lowest to the highest sample. */
export function drawWaveform(context, { width, height, view, colours }, { voice }) {
  const perPixel = ((view.end - view.start) * VOICE_RATE_HZ) / width;
  const middle = height / 2;
  const scale = (height / 2 - 1) / Math.max(0.05, loudest(voice));
  context.fillStyle = colours.accent;
  for (let x = 0; x < width; x++) {
    const from = Math.floor(view.start * VOICE_RATE_HZ + x * perPixel);
    const to = Math.max(from + 1, Math.floor(from + perPixel));
    let low = 0;
    let high = 0;
    for (let at = Math.max(0, from); at < to && at < voice.length; at++) {
      low = Math.min(low, voice[at]);
      high = Math.max(high, voice[at]);
    }
    context.fillRect(x, middle - high * scale, 1, Math.max(1, (high - low) * scale));
  }
}

const loudestOf = new WeakMap();

function loudest(voice) {
  if (!loudestOf.has(voice))
    loudestOf.set(
      voice,
      voice.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
    );
  return loudestOf.get(voice);
}
