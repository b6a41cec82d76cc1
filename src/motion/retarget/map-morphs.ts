/**
 * Maps channels to morphs by the names in the avatar's file. The first of these that it has is used:
 *
 *     mouth   ARKit's shapes · Oculus visemes · VRM's vowels · a jaw joint
 *     lids    ARKit's blinks · VRM's, each eye or both
 *     else    ARKit's shapes · VRM's emotions and looks
 *
 * and for single missing channels the nearest shapes that it has (`substitutes.ts`).
 */
import type { ChannelNames } from '../../shared/contracts/channel-names.js';
import { ARKIT_CHANNELS, type ArkitChannel, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import { FIRST_PRESET, FIRST_VISEME, type MorphEntry, MorphMap, type MorphRules } from './morph-map.js';
import { channelsFromMorphName } from './morph-names.js';
import { MID_SUFFIX, nameReader } from './name-reader.js';
import type { ShapeReading } from './names/shape-reader.js';
import { PRESET_CHANNELS, PRESET_INDEX, PRESETS, type Preset, presetFromExpressionName } from './presets.js';
import { substitutesFor, VISEME_SUBSTITUTES } from './substitutes.js';

/** An avatar without these cannot show speech with ARKit shapes; visemes or vowels are used instead. */
const ESSENTIAL_MOUTH = ['jawOpen', 'mouthFunnel', 'mouthPucker'] as const;
/** A jaw drops by a tenth of the head; a shape that moves less than this corrects what a joint moves. */
const JAW_SHARE = 0.05;
const VOWELS: readonly Preset[] = ['aa', 'ih', 'ou', 'ee', 'oh'];
const LOOKS: readonly Preset[] = ['lookUp', 'lookDown', 'lookLeft', 'lookRight'];

/** A morph of an expression. */
export interface BoundMorph {
  /** Index in the mesh's morph targets. */
  morph: number;
  /** Name of the expression: a VRM preset or an ARKit shape. */
  expression: string;
  /** Weight of the morph at weight 1 of the expression. */
  factor: number;
}

export interface MorphOptions {
  /** Expressions of each mesh, in the order of `meshes`. */
  bound?: readonly (readonly BoundMorph[])[];
  /** Presets that close the eyes themselves. */
  blinkOverriders?: readonly Preset[];
  /** Meshes that rotate with an eye joint: their look shapes would rotate them twice. */
  turnsWithEye?: readonly boolean[];
  /** A joint can open the mouth. */
  hasJawJoint?: boolean;
  /** Largest movement of a shape at weight 1, as a share of the head's height. Default: every shape moves what its name says. */
  movementOf?: (mesh: number, morph: number) => number;
  /** The eyes have joints. */
  hasEyeJoints?: boolean;
  /** The page's own names. */
  channelNames?: ChannelNames;
}

export interface AvatarMorphs {
  /** One per mesh, in the given order. */
  maps: MorphMap[];
  /** ARKit channels that no mesh of this avatar has a shape for. */
  missingChannels: string[];
  /** Those of the missing ones that other shapes replace. */
  approximatedChannels: string[];
  /** True if visemes replace missing mouth shapes. */
  usesVisemes: boolean;
  /** Shapes with a known name that move nothing: they count as missing. */
  emptyShapes: string[];
  /** True if the jaw joint opens the mouth because there is no shape, or only one that accompanies the joint. */
  usesJawJoint: boolean;
  /** How the names were read, those that say nothing left out. */
  readings: ReadonlyMap<string, ShapeReading>;
}

/** `rank`: see `ShapeSource`. */
type Candidate = MorphEntry & { rank: number };

/**
 * @param meshes Morph names of each mesh, in the order of its morph targets.
 */
export function mapMorphs(meshes: readonly (readonly string[])[], options: MorphOptions = {}): AvatarMorphs {
  const readings = nameReader().readShapes(meshes.flat(), options.channelNames);
  const { movementOf = () => 1 } = options;
  const empty = new Set<string>();
  const filled = new Set<string>();
  const candidates = meshes.map((names, mesh) =>
    nearest(
      [...namedEntries(names, readings), ...boundEntries(options.bound?.[mesh] ?? [])].filter(({ morph }) => {
        const isEmpty = movementOf(mesh, morph) === 0;
        (isEmpty ? empty : filled).add(names[morph]);
        return !isEmpty;
      }),
    ),
  );
  const shown = new Set<number>();
  for (const { source, isMid } of candidates.flat()) if (!isMid) shown.add(source);
  const isShown = (name: string): boolean => shown.has(CHANNEL_INDEX[name as ArkitChannel]);
  const has = (test: (source: number) => boolean): boolean => candidates.some((entries) => entries.some(({ source }) => test(source)));

  const hasWholeMouth = ESSENTIAL_MOUTH.every(isShown);
  const usesVisemes = !hasWholeMouth && has(isViseme);
  const usesVowels = !hasWholeMouth && !usesVisemes && has((source) => isPreset(source, VOWELS));
  const usesOtherMouth = usesVisemes || usesVowels;
  const presets = usablePresets(options, isShown, usesVowels, (preset) => has((source) => isPreset(source, [preset])));

  const perMesh = candidates.map((entries, mesh) =>
    unique(
      entries.filter(({ source }) => {
        if (isViseme(source)) return usesVisemes;
        if (source >= FIRST_PRESET) return presets.has(PRESETS[source - FIRST_PRESET]);
        const name = ARKIT_CHANNELS[source];
        // An incomplete set of mouth shapes on top of visemes would open the mouth twice.
        if (usesOtherMouth && /^(mouth|jaw)/.test(name) && !isFeeling(name)) return false;
        return !(options.turnsWithEye?.[mesh] && name.startsWith('eyeLook'));
      }),
    ),
  );
  const double = (from: number, to: number, factor: number): void => {
    for (const entries of perMesh) {
      const doubles = entries.filter((entry) => entry.source === from && !entry.isMid);
      entries.push(...doubles.map((entry) => ({ ...entry, source: to, factor: entry.factor * factor })));
    }
  };
  if (usesVisemes) {
    for (const [viseme, substitutes] of VISEME_SUBSTITUTES) {
      if (shown.has(FIRST_VISEME + viseme)) continue;
      const standIn = substitutes.find(([other]) => shown.has(FIRST_VISEME + other));
      if (standIn) double(FIRST_VISEME + standIn[0], FIRST_VISEME + viseme, standIn[1]);
    }
  }

  const approximated = new Set<string>();
  const jawShapes = candidates.flatMap((entries, mesh) =>
    entries.flatMap(({ source, morph }) => (source === CHANNEL_INDEX.jawOpen ? [movementOf(mesh, morph)] : [])),
  );
  const usesJawJoint = options.hasJawJoint === true && jawShapes.every((share) => share < JAW_SHARE) && !usesOtherMouth;
  if (usesJawJoint) approximated.add('jawOpen').add('jawLeft').add('jawRight');
  if (usesOtherMouth) PRESET_CHANNELS.mouth.forEach((name) => approximated.add(name));
  for (const preset of presets) {
    const group = VOWELS.includes(preset) ? 'mouth' : preset.startsWith('blink') ? 'blink' : preset;
    PRESET_CHANNELS[group as keyof typeof PRESET_CHANNELS].forEach((name) => approximated.add(name));
  }
  for (const name of ARKIT_CHANNELS) {
    if (isShown(name) || approximated.has(name) || (usesOtherMouth && /^(mouth|jaw)/.test(name))) continue;
    const substitutes = substitutesFor(name, (channel) => shown.has(channel));
    if (substitutes.length > 0) approximated.add(name);
    for (const { channel, factor } of substitutes) double(channel, CHANNEL_INDEX[name], factor);
  }

  const rules: MorphRules = {
    lacksMouthClose: !isShown('mouthClose') && !usesOtherMouth,
    blinkOverriders: (options.blinkOverriders ?? [])
      .filter((preset) => presets.has(preset))
      .map((preset) => FIRST_PRESET + PRESET_INDEX[preset]),
  };
  const missingChannels = ARKIT_CHANNELS.filter((name) => !isShown(name));
  return {
    maps: meshes.map(
      (names, mesh) =>
        new MorphMap(
          names.length,
          perMesh[mesh].sort((a, b) => a.morph - b.morph),
          rules,
        ),
    ),
    missingChannels,
    approximatedChannels: missingChannels.filter((name) => approximated.has(name)),
    usesVisemes,
    usesJawJoint,
    emptyShapes: [...empty].filter((name) => !filled.has(name)),
    readings,
  };
}

const isViseme = (source: number): boolean => source >= FIRST_VISEME && source < FIRST_PRESET;
const isPreset = (source: number, presets: readonly Preset[]): boolean => presets.includes(PRESETS[source - FIRST_PRESET]);
/** Corners of the mouth: no vowel moves them. */
const isFeeling = (channel: string): boolean => /^mouth(Smile|Frown|Dimple)/.test(channel);

/** Many avatars carry `mouthSmile` beside `mouthSmileLeft` and `mouthSmileRight`: both would smile twice. */
function nearest(entries: readonly Candidate[]): Candidate[] {
  const best = new Map<number, number>();
  for (const { source, rank, isMid } of entries) if (!isMid) best.set(source, Math.min(rank, best.get(source) ?? Infinity));
  return entries.filter(({ source, rank, isMid }) => isMid || rank === best.get(source));
}

function namedEntries(names: readonly string[], readings: ReadonlyMap<string, ShapeReading>): Candidate[] {
  return names.flatMap((name, morph) =>
    (readings.get(name)?.sources ?? [])
      .filter(({ source }) => source !== FIRST_VISEME)
      .map((source): Candidate => ({ morph, ...source, isMid: MID_SUFFIX.test(name) })),
  );
}

function boundEntries(bound: readonly BoundMorph[]): Candidate[] {
  return bound.flatMap(({ morph, expression, factor }) => {
    const preset = presetFromExpressionName(expression);
    if (preset) return [{ morph, source: FIRST_PRESET + PRESET_INDEX[preset], factor, isMid: false, rank: 0 }];
    return channelsFromMorphName(expression).map((source) => ({
      morph,
      source: source.channel,
      factor: factor * source.factor,
      isMid: false,
      rank: source.rank,
    }));
  });
}

/** Presets whose channels the avatar has no shapes for, and for which there is nothing better. */
function usablePresets(
  options: MorphOptions,
  isShown: (channel: string) => boolean,
  usesVowels: boolean,
  isThere: (preset: Preset) => boolean,
): Set<Preset> {
  const usable = PRESETS.filter((preset) => {
    if (!isThere(preset)) return false;
    if (VOWELS.includes(preset)) return usesVowels;
    if (preset.startsWith('blink')) return !PRESET_CHANNELS.blink.some(isShown);
    if (LOOKS.includes(preset) && options.hasEyeJoints) return false;
    return !PRESET_CHANNELS[preset as keyof typeof PRESET_CHANNELS].some(isShown);
  });
  const bothEyes = usable.includes('blinkLeft') && usable.includes('blinkRight');
  return new Set(usable.filter((preset) => (bothEyes ? preset !== 'blink' : preset !== 'blinkLeft' && preset !== 'blinkRight')));
}

/** An expression that moves the shape of its own name would count twice. */
function unique(entries: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return entries.filter(({ morph, source, isMid }) => {
    const key = `${morph} ${source} ${isMid}`;
    return !seen.has(key) && seen.add(key);
  });
}
