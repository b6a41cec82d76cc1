/** The element's attributes for loading, drawing and sound. */
import type { AttributeTable } from '../shared/contracts/attribute-table.js';
import type { SoundSettings } from '../shared/contracts/sound-settings.js';
import { settingsFrom } from './attributes.js';

const SOUND_ATTRIBUTES = {
  // Clamped to 0..1, not refused.
  volume: { property: 'volume', default: 1, requirement: 'a number from 0 to 1', isValid: Number.isFinite },
  isMuted: { property: 'muted', flag: true },
  audioLatencyOffset: { property: 'audioLatencyOffset', default: 0, requirement: 'a number of milliseconds', isValid: Number.isFinite },
} as const satisfies AttributeTable;

export const PRESENTATION_ATTRIBUTES = {
  loading: { property: 'loading', values: ['lazy', 'eager'] },
  preload: { property: 'preload', values: ['auto', 'none'] },
  renderer: { property: 'renderer', values: ['auto', 'webgl', 'webgpu'] },
  ...SOUND_ATTRIBUTES,
} as const satisfies AttributeTable;

/** A volume that is no number changes nothing, see `AvatarLifecycle.configureSound`. */
export function soundSettings(element: { readonly volume: number | null }): SoundSettings {
  const { isMuted, audioLatencyOffset } = settingsFrom(SOUND_ATTRIBUTES, element);
  return { volume: Number(element.volume ?? 1), isMuted, latencyOffsetSeconds: audioLatencyOffset / 1000 };
}
