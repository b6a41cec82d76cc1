import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';
import { VISEME_COUNT } from '../../shared/contracts/visemes.js';

/**
 * Approximates ARKit's mouth on avatars that only have visemes: open, spread and round mouths become vowels, pressed and bitten
 * lips their consonants. The weights add up to 1 at most.
 *
 * @param channels `[58]`
 * @param out `[15]` from index `offset` on, weights 0..1.
 */
export function visemesFromChannels(channels: Float32Array, out: Float32Array, offset: number): void {
  out.fill(0, offset, offset + VISEME_COUNT);
  const press = Math.max(channels[C.mouthPressLeft], channels[C.mouthPressRight]);
  const bite = limit((channels[C.mouthRollLower] - 0.4 * press) * 1.6);
  const close = channels[C.jawOpen] > 0 ? channels[C.mouthClose] / channels[C.jawOpen] : 0;
  const shut = Math.max(press, 0.8 * limit(close));
  const free = limit((1 - shut) * (1 - bite));
  const open = limit(channels[C.jawOpen] * 1.6);
  const pucker = limit(channels[C.mouthPucker] * 1.3);
  const funnel = limit(channels[C.mouthFunnel] * 1.3);
  const stretch = limit(Math.max(channels[C.mouthStretchLeft], channels[C.mouthStretchRight]) * 2.2);
  const round = Math.max(pucker, funnel);
  out[offset + 1] = shut * (1 - bite);
  out[offset + 2] = bite;
  out[offset + 10] = free * open * (1 - round) * (1 - 0.6 * stretch);
  out[offset + 11] = free * open * (1 - round) * 0.35 * stretch;
  out[offset + 12] = free * stretch * (1 - round) * (1 - open) * 0.8;
  out[offset + 13] = free * round * open;
  out[offset + 14] = free * pucker * (1 - open);
  out[offset + 6] = free * Math.max(0, funnel - pucker) * (1 - open) * 0.8;
  // Sums above 1 tear the mesh: visemes are complete shapes that exclude each other.
  let sum = 0;
  for (let i = 0; i < VISEME_COUNT; i++) sum += out[offset + i];
  if (sum > 1) for (let i = 0; i < VISEME_COUNT; i++) out[offset + i] /= sum;
}

function limit(x: number): number {
  return x < 0 ? 0 : Math.min(x, 1);
}
