/** The tiles that `test/e2e/goldens.spec.ts` compares with the pictures in `test/fixtures/goldens`, as in `avatar-sheet.js`. */
import { fileURLToPath } from 'node:url';
import { MOOD_TRAITS } from '../build/src/motion/life/moods.js';
import { CHANNELS } from '../build/src/shared/contracts/channels.js';
import { MOODS } from '../build/src/shared/contracts/life-settings.js';

/** Pixels of a tile's side, and tiles in a row. */
export const TILE_SIZE = 66;
export const TILE_COLUMNS = 4;

const both = (channel, weight = 1) => ({ [`${channel}Left`]: weight, [`${channel}Right`]: weight });
/** The face of a mood at full intensity. */
const faceOf = (mood) => Object.fromEntries(CHANNELS.map((name, channel) => [name, MOOD_TRAITS[MOODS.indexOf(mood)].face[channel]]));
const SHOWN_MOODS = ['happy', 'sad', 'surprised', 'angry', 'thinking', 'disgusted', 'sleepy'];
const FACE = { x: 0, y: -0.016, size: 0.19 };

const TILES = [
  { label: 'portrait' },
  { label: 'three-quarter', turn: 38 },
  { label: 'profile', turn: -90 },
  { label: 'eyes shut', frame: FACE, pose: both('eyeBlink') },
  ...Object.entries({
    'look to the side': { eyeLookOutLeft: 1, eyeLookInRight: 1 },
    'shut, looking down': { ...both('eyeBlink', 0.6), ...both('eyeLookDown') },
    aa: { jawOpen: 0.65 },
    'm b p': { jawOpen: 0.15, mouthClose: 0.15, ...both('mouthPress', 0.6) },
    'f v': { mouthRollLower: 1, ...both('mouthUpperUp', 0.3), jawOpen: 0.06 },
    ee: { ...both('mouthStretch', 0.8), jawOpen: 0.15, ...both('mouthUpperUp', 0.2), ...both('mouthLowerDown', 0.3) },
    oo: { mouthPucker: 0.8, mouthFunnel: 0.3, jawOpen: 0.1 },
    'closed on an open jaw': { jawOpen: 1, mouthClose: 1 },
    'smiling funnel': { ...both('mouthSmile'), mouthFunnel: 0.7 },
    ...Object.fromEntries(SHOWN_MOODS.map((mood) => [mood, faceOf(mood)])),
  }).map(([label, pose]) => ({ label, pose, turn: 10, frame: FACE })),
];

export const TILE_LABELS = TILES.map(({ label }) => label);

/** The sheet of an avatar for `draw` of `drawing-page.js`: a plain background, no text. */
export function goldenSheet(avatar, change = (tile) => tile) {
  const cells = TILES.map((tile) => ({ ...change(tile), avatar, label: '' }));
  return { columns: TILE_COLUMNS, size: TILE_SIZE, cells, background: ['#d9cfc6'] };
}

export function goldenPath(avatar) {
  return fileURLToPath(new URL(`../test/fixtures/goldens/${avatar}.png`, import.meta.url));
}
