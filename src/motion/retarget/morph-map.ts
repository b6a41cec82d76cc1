/**
 * Neutral channels → the morph weights of one avatar. Built once per avatar, applied once per mesh and frame.
 */
import { ARKIT_CHANNELS, CHANNEL_COUNT, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import { VISEME_COUNT } from '../../shared/contracts/visemes.js';
import { PRESET_COUNT, PRESET_INDEX, presetsFromChannels } from './presets.js';
import { visemesFromChannels } from './visemes.js';

/** Below this a shape moves no vertex by a visible amount. */
const SMALLEST_WEIGHT = 1e-4;

/** Sources of weights: channels, then visemes, then presets. */
export const FIRST_VISEME = CHANNEL_COUNT;
export const FIRST_PRESET = CHANNEL_COUNT + VISEME_COUNT;
const SOURCE_COUNT = FIRST_PRESET + PRESET_COUNT;
const BLINKS = [PRESET_INDEX.blink, PRESET_INDEX.blinkLeft, PRESET_INDEX.blinkRight].map((preset) => FIRST_PRESET + preset);

/** One term of one morph's weight. */
export interface MorphEntry {
  morph: number;
  /** Channel, `FIRST_VISEME` + viseme or `FIRST_PRESET` + preset. */
  source: number;
  factor: number;
  /** An in-between corrective: 1 where its source is 0.5, 0 at both ends. */
  isMid: boolean;
}

export interface MorphRules {
  /** No shape closes the lips over an open jaw: the jaw opens less instead. */
  lacksMouthClose: boolean;
  /** Presets that close the eyes, as sources: a blink on top of them would close them twice. */
  blinkOverriders: readonly number[];
}

/** Weights of one mesh. */
export class MorphMap {
  readonly morphCount: number;
  /** Indices of the morphs whose weight is not 0 since the last `apply`; the first `activeCount` entries are valid. */
  readonly active: Uint16Array;
  activeCount = 0;
  private readonly morphs: Uint16Array;
  private readonly sources: Uint16Array;
  private readonly factors: Float32Array;
  private readonly isMid: Uint8Array;
  private readonly rules: MorphRules;
  private readonly usesVisemes: boolean;
  private readonly usesPresets: boolean;
  private readonly values = new Float32Array(SOURCE_COUNT);

  /** @param entries Sorted by morph. */
  constructor(morphCount: number, entries: readonly MorphEntry[], rules: MorphRules) {
    this.morphCount = morphCount;
    this.rules = rules;
    this.active = new Uint16Array(morphCount);
    this.morphs = Uint16Array.from(entries, (entry) => entry.morph);
    this.sources = Uint16Array.from(entries, (entry) => entry.source);
    this.factors = Float32Array.from(entries, (entry) => entry.factor);
    this.isMid = Uint8Array.from(entries, (entry) => (entry.isMid ? 1 : 0));
    this.usesPresets = entries.some((entry) => entry.source >= FIRST_PRESET);
    this.usesVisemes = entries.some((entry) => entry.source >= FIRST_VISEME);
  }

  /** Whether a morph ever gets a weight. */
  isUsed(morph: number): boolean {
    return this.morphs.includes(morph);
  }

  /**
   * Weights of this mesh's morphs, each 0..1. A mouth cannot close further than its jaw is open. Allocates nothing.
   *
   * @param channels `[58]`; values outside of 0..1 and not-a-numbers are limited.
   * @param weights `[morphCount]`, every entry is written.
   * @returns Number of weights that are not 0, as `activeCount`.
   */
  apply(channels: Float32Array, weights: Float32Array): number {
    const { values, morphs, sources, factors, isMid, active } = this;
    this.readSources(channels);
    weights.fill(0, 0, this.morphCount);
    for (let i = 0; i < morphs.length; i++) {
      const value = values[sources[i]];
      weights[morphs[i]] += factors[i] * (isMid[i] ? 4 * value * (1 - value) : value);
    }
    let count = 0;
    for (let morph = 0; morph < this.morphCount; morph++) {
      const weight = weights[morph];
      if (weight < SMALLEST_WEIGHT) weights[morph] = 0;
      else {
        if (weight > 1) weights[morph] = 1;
        active[count++] = morph;
      }
    }
    this.activeCount = count;
    return count;
  }

  private readSources(channels: Float32Array): void {
    const { values } = this;
    const { jawOpen, mouthClose } = CHANNEL_INDEX;
    for (let i = 0; i < ARKIT_CHANNELS.length; i++) {
      const value = channels[i];
      values[i] = value > 0 ? Math.min(value, 1) : 0;
    }
    values[mouthClose] = Math.min(values[mouthClose], values[jawOpen]);
    if (this.usesVisemes) visemesFromChannels(values, values, FIRST_VISEME);
    if (this.usesPresets) {
      presetsFromChannels(values, FIRST_VISEME, values, FIRST_PRESET);
      for (const overrider of this.rules.blinkOverriders) {
        for (let i = 0; i < BLINKS.length; i++) values[BLINKS[i]] *= 1 - values[overrider];
      }
    }
    if (this.rules.lacksMouthClose) values[jawOpen] -= values[mouthClose];
  }
}
