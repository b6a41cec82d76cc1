/**
 * The preset expressions of VRM, and shapes of other tools that mean the same (VRoid's `Fcl_MTH_A`, MMD's あ): complete
 * faces rather than single muscles.
 *
 * @see https://github.com/vrm-c/vrm-specification, VRMC_vrm-1.0, "expressions"
 */
import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';
import { VISEME_INDEX as V } from '../../shared/contracts/visemes.js';

/** Names of VRM 1; index in this array = index in the output of `presetsFromChannels`. */
export const PRESETS = [
  'aa',
  'ih',
  'ou',
  'ee',
  'oh',
  'blink',
  'blinkLeft',
  'blinkRight',
  'happy',
  'angry',
  'sad',
  'surprised',
  'lookUp',
  'lookDown',
  'lookLeft',
  'lookRight',
] as const;

export type Preset = (typeof PRESETS)[number];
export const PRESET_COUNT = PRESETS.length;
export const PRESET_INDEX = Object.freeze(Object.fromEntries(PRESETS.map((name, index) => [name, index]))) as Readonly<
  Record<Preset, number>
>;
const P = PRESET_INDEX;

/** In lower case without separators: names of VRM 0, of VRoid's shapes, and of MMD's. */
const OTHER_NAMES: Readonly<Record<string, Preset>> = {
  fclmtha: 'aa',
  fclmthi: 'ih',
  fclmthu: 'ou',
  fclmthe: 'ee',
  fclmtho: 'oh',
  あ: 'aa',
  い: 'ih',
  う: 'ou',
  え: 'ee',
  お: 'oh',
  fcleyeclose: 'blink',
  fcleyeclosel: 'blinkLeft',
  fcleyecloser: 'blinkRight',
  まばたき: 'blink',
  闭眼: 'blink',
  閉眼: 'blink',
  眨眼: 'blink',
  まばたき左: 'blinkLeft',
  まばたき右: 'blinkRight',
  ウィンク: 'blinkLeft',
  ウィンク右: 'blinkRight',
  ウィンク2: 'blinkLeft',
  ウィンク2右: 'blinkRight',
  fclalljoy: 'happy',
  fclallangry: 'angry',
  fclallsorrow: 'sad',
  fclallsurprised: 'surprised',
  joy: 'happy',
  sorrow: 'sad',
  blinkl: 'blinkLeft',
  blinkr: 'blinkRight',
  にこり: 'happy',
  怒り: 'angry',
  困る: 'sad',
  びっくり: 'surprised',
};
const BY_NAME = new Map<string, Preset>([
  ...PRESETS.map((name) => [name.toLowerCase(), name] as const),
  ...(Object.entries(OTHER_NAMES) as [string, Preset][]),
]);

/** The preset of an expression; null for an unknown name. */
export function presetFromExpressionName(name: string): Preset | null {
  return (
    BY_NAME.get(
      name
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[\s_.-]/g, ''),
    ) ?? null
  );
}

/** The preset that a morph shows by itself. Short names (`aa`, `joy`) count for expressions only: any shape may be called so. */
export function presetFromMorphName(name: string): Preset | null {
  const tail = name
    .normalize('NFKC')
    .split(/[.:|/]/)
    .pop()!;
  return /^fcl_|[\u3040-\u30ff\u4e00-\u9fff]/i.test(tail) ? presetFromExpressionName(tail) : null;
}

/** Channels that the presets approximate. */
export const PRESET_CHANNELS: Readonly<
  Record<
    'mouth' | 'blink' | Exclude<Preset, 'aa' | 'ih' | 'ou' | 'ee' | 'oh' | 'blink' | 'blinkLeft' | 'blinkRight'>,
    readonly (keyof typeof C)[]
  >
> = {
  mouth: [
    'jawOpen',
    'mouthClose',
    'mouthFunnel',
    'mouthPucker',
    'mouthStretchLeft',
    'mouthStretchRight',
    'mouthPressLeft',
    'mouthPressRight',
    'mouthRollLower',
  ],
  blink: ['eyeBlinkLeft', 'eyeBlinkRight'],
  happy: ['mouthSmileLeft', 'mouthSmileRight'],
  angry: ['browDownLeft', 'browDownRight'],
  sad: ['mouthFrownLeft', 'mouthFrownRight'],
  surprised: ['eyeWideLeft', 'eyeWideRight'],
  lookUp: ['eyeLookUpLeft', 'eyeLookUpRight'],
  lookDown: ['eyeLookDownLeft', 'eyeLookDownRight'],
  lookLeft: ['eyeLookOutLeft', 'eyeLookInRight'],
  lookRight: ['eyeLookInLeft', 'eyeLookOutRight'],
};

/** Emotions are designed for a silent face: during speech they are reduced by this share. */
const GIVE_WAY = 0.6;

/**
 * Weights of the presets, 0..1. Vowels exclude each other and are 0 where lips meet; emotions add up to 1 at most.
 *
 * @param channels `[58]`, 0..1
 * @param visemes Index in `channels` of its visemes, `[15]`, from `visemesFromChannels`.
 * @param out From index `offset` on, in the order of `PRESETS`.
 */
export function presetsFromChannels(channels: Float32Array, visemes: number, out: Float32Array, offset: number): void {
  const v = (index: number): number => channels[index];
  const mean = (left: number, right: number): number => (v(left) + v(right)) / 2;
  const set = (preset: number, value: number): void => void (out[offset + preset] = value);
  const vowels = [
    v(visemes + V.aa),
    v(visemes + V.ih),
    v(visemes + V.ou) + 0.7 * v(visemes + V.CH),
    v(visemes + V.E),
    v(visemes + V.oh),
  ] as const;
  vowels.forEach((weight, index) => set(index, weight));
  const speech = Math.min(1, vowels[0] + vowels[1] + vowels[2] + vowels[3] + vowels[4]);
  const room = 1 - GIVE_WAY * speech;
  set(P.blink, mean(C.eyeBlinkLeft, C.eyeBlinkRight));
  set(P.blinkLeft, v(C.eyeBlinkLeft));
  set(P.blinkRight, v(C.eyeBlinkRight));
  const happy = 0.8 * mean(C.mouthSmileLeft, C.mouthSmileRight);
  const sad = 0.8 * mean(C.mouthFrownLeft, C.mouthFrownRight);
  const angry = 0.7 * mean(C.browDownLeft, C.browDownRight);
  const surprised = 0.7 * mean(C.eyeWideLeft, C.eyeWideRight);
  const scale = room / Math.max(1, happy + sad + angry + surprised);
  set(P.happy, happy * scale);
  set(P.sad, sad * scale);
  set(P.angry, angry * scale);
  set(P.surprised, surprised * scale);
  set(P.lookUp, mean(C.eyeLookUpLeft, C.eyeLookUpRight));
  set(P.lookDown, mean(C.eyeLookDownLeft, C.eyeLookDownRight));
  set(P.lookLeft, mean(C.eyeLookOutLeft, C.eyeLookInRight));
  set(P.lookRight, mean(C.eyeLookInLeft, C.eyeLookOutRight));
}
