/**
 * Neutral channels → the morph weights of one avatar. Built once per avatar, applied once per mesh and frame.
 */
import { ARKIT_CHANNELS, CHANNEL_COUNT, CHANNEL_INDEX } from '../../shared/channels.js';
import { VISEME_COUNT } from '../../shared/visemes.js';
import { channelsFromMorphName } from './morph-names.js';
import { visemeFromMorphName, visemesFromChannels } from './visemes.js';

/** Suffix of an in-between corrective: full where its channel is half, gone at both ends. */
const MID_SUFFIX = /\.mid$/i;
/** Below this a shape moves no vertex by a visible amount. */
const SMALLEST_WEIGHT = 1e-4;
/** An avatar without these cannot show speech by ARKit shapes; visemes stand in. */
const ESSENTIAL_MOUTH = ['jawOpen', 'mouthFunnel', 'mouthPucker'] as const;

/** Weights of one mesh. */
export class MorphMap {
  readonly morphCount: number;
  /** Indices of the morphs whose weight is not 0 since the last `apply`; the first `activeCount` count. */
  readonly active: Uint16Array;
  activeCount = 0;
  private readonly morphs: Uint16Array;
  private readonly sources: Uint16Array;
  private readonly factors: Float32Array;
  private readonly isMid: Uint8Array;
  private readonly usesVisemes: boolean;
  private readonly values = new Float32Array(CHANNEL_COUNT + VISEME_COUNT);

  /** @param entries Sorted by morph. */
  constructor(morphCount: number, entries: readonly MorphEntry[]) {
    this.morphCount = morphCount;
    this.active = new Uint16Array(morphCount);
    this.morphs = Uint16Array.from(entries, (entry) => entry.morph);
    this.sources = Uint16Array.from(entries, (entry) => entry.source);
    this.factors = Float32Array.from(entries, (entry) => entry.factor);
    this.isMid = Uint8Array.from(entries, (entry) => (entry.isMid ? 1 : 0));
    this.usesVisemes = entries.some((entry) => entry.source >= CHANNEL_COUNT);
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
    for (let i = 0; i < ARKIT_CHANNELS.length; i++) {
      const value = channels[i]!;
      values[i] = value > 0 ? (value < 1 ? value : 1) : 0;
    }
    values[CHANNEL_INDEX.mouthClose] = Math.min(values[CHANNEL_INDEX.mouthClose]!, values[CHANNEL_INDEX.jawOpen]!);
    if (this.usesVisemes) visemesFromChannels(values, values, CHANNEL_COUNT);
    weights.fill(0, 0, this.morphCount);
    for (let i = 0; i < morphs.length; i++) {
      const value = values[sources[i]!]!;
      weights[morphs[i]!]! += factors[i]! * (isMid[i] ? 4 * value * (1 - value) : value);
    }
    let count = 0;
    for (let morph = 0; morph < this.morphCount; morph++) {
      const weight = weights[morph]!;
      if (weight < SMALLEST_WEIGHT) weights[morph] = 0;
      else {
        if (weight > 1) weights[morph] = 1;
        active[count++] = morph;
      }
    }
    this.activeCount = count;
    return count;
  }
}

/** One term of one morph's weight. */
export interface MorphEntry {
  morph: number;
  /** Channel, or `CHANNEL_COUNT` + viseme. */
  source: number;
  factor: number;
  isMid: boolean;
}

export interface AvatarMorphs {
  /** One for each mesh, in the order given. */
  maps: MorphMap[];
  /** ARKit channels that no mesh of this avatar can show. */
  missingChannels: string[];
  /** True when visemes stand in for missing mouth shapes. */
  usesVisemes: boolean;
}

/**
 * @param meshes Morph names of each mesh, in the order of its morph targets.
 */
export function mapMorphs(meshes: readonly (readonly string[])[]): AvatarMorphs {
  const shown = new Set<number>();
  const exact = new Set<number>();
  const candidates = meshes.map((names) =>
    names.flatMap((name, morph) => {
      const isMid = MID_SUFFIX.test(name);
      return channelsFromMorphName(name.replace(MID_SUFFIX, '')).map(({ channel, factor, isExact }) => {
        if (!isMid) {
          shown.add(channel);
          if (isExact) exact.add(channel);
        }
        return { morph, source: channel, factor, isMid, isExact };
      });
    }),
  );
  // Many avatars carry `mouthSmile` beside `mouthSmileLeft` and `mouthSmileRight`: both would smile twice.
  const perMesh: MorphEntry[][] = candidates.map((entries) =>
    entries.filter(({ source, isExact }) => isExact || !exact.has(source)),
  );
  const usesVisemes =
    ESSENTIAL_MOUTH.some((name) => !shown.has(CHANNEL_INDEX[name])) &&
    meshes.some((names) => names.some((name) => visemeFromMorphName(name) > 0));
  if (usesVisemes) {
    meshes.forEach((names, mesh) => {
      // Half a set of mouth shapes on top of visemes would open the mouth twice.
      perMesh[mesh] = perMesh[mesh]!.filter(({ source }) => !/^(mouth|jaw)/.test(ARKIT_CHANNELS[source]!));
      names.forEach((name, morph) => {
        const viseme = visemeFromMorphName(name);
        if (viseme > 0) perMesh[mesh]!.push({ morph, source: CHANNEL_COUNT + viseme, factor: 1, isMid: false });
      });
    });
  }
  return {
    maps: meshes.map((names, mesh) => new MorphMap(names.length, perMesh[mesh]!.sort((a, b) => a.morph - b.morph))),
    missingChannels: ARKIT_CHANNELS.filter((_, channel) => !shown.has(channel)),
    usesVisemes,
  };
}
