/**
 * `npm run avatar:sheet [-- avatar… sheet…]`: contact sheets of the built-in avatars through the real loader, shader and
 * camera, in headless Chromium → test-results/avatar-sheet/<avatar>/<sheet>.png. To be looked at after every change to
 * `characters`. Without names: all sheets of all avatars. Expects `npm run build`, or the compiled `build/` and `dist/avatars`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_AVATARS } from '../build/src/avatar/built-in-avatars.js';
import { assembleFace } from '../build/src/motion/engine/face-assembly.js';
import { MOUTH_SHAPES } from '../build/src/motion/engine/mouth-shapes.js';
import { ARKIT_CHANNELS, CHANNEL_COUNT, CHANNELS } from '../build/src/shared/contracts/channels.js';
import { MOODS } from '../build/src/shared/contracts/life-settings.js';
import { withDrawingPage } from './drawing-page.js';
import { lived } from './lived-pose.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'test-results', 'avatar-sheet');

const both = (channel, weight = 1) => ({ [`${channel}Left`]: weight, [`${channel}Right`]: weight });
/** The engine's output for a mouth, by channel. */
function spoken(mouth) {
  const channels = new Float32Array(CHANNEL_COUNT);
  const still = {
    blink: 0,
    cheekSquint: 0,
    eyeSquint: 0,
    eyeWide: 0,
    browInnerUp: 0,
    browOuterUp: 0,
    browDown: 0,
    pitch: 0,
    yaw: 0,
    roll: 0,
  };
  assembleFace(
    Float32Array.from(MOUTH_SHAPES, (name) => mouth[name] ?? 0),
    still,
    0.5,
    channels,
    0,
  );
  return Object.fromEntries(CHANNELS.map((name, index) => [name, channels[index]]));
}
const FACE = { x: 0, y: -0.016, size: 0.21 };
const HEAD = { x: 0, y: 0.035, size: 0.26 };
const CLOSE_EYES = { x: 0, y: 0, size: 0.13 };
const CLOSE_MOUTH = { x: 0, y: -0.055, size: 0.1 };

/** Weights by channel; head angles in radians; `turn` turns the whole model (degrees), `look` the eyes by their channels. */
const SHEETS = {
  views: {
    columns: 3,
    size: 480,
    cells: [0, 30, -30, 90, -90, 180].map((turn) => ({ label: `${turn}°`, turn })),
  },
  hair: {
    columns: 2,
    size: 600,
    cells: [0, 40, -40, 140].map((turn) => ({ label: `${turn}°`, turn, frame: HEAD })),
  },
  shapes: {
    columns: 9,
    size: 200,
    cells: ARKIT_CHANNELS.map((channel) => ({
      label: channel,
      turn: 18,
      frame: FACE,
      pose:
        channel === 'mouthClose'
          ? { jawOpen: 1, mouthClose: 1 }
          : channel === 'tongueOut'
            ? { jawOpen: 0.45, tongueOut: 1 }
            : { [channel]: 1 },
    })),
  },
  visemes: {
    columns: 5,
    size: 320,
    cells: Object.entries({
      rest: {},
      aa: { jawOpen: 0.65 },
      'm b p': { jawOpen: 0.15, mouthClose: 0.15, ...both('mouthPress', 0.6) },
      'f v': { mouthRollLower: 1, ...both('mouthUpperUp', 0.3), jawOpen: 0.06 },
      ee: { ...both('mouthStretch', 0.8), jawOpen: 0.15, ...both('mouthUpperUp', 0.2), ...both('mouthLowerDown', 0.3) },
      oo: { mouthPucker: 0.8, mouthFunnel: 0.3, jawOpen: 0.1 },
      oh: { mouthFunnel: 0.8, jawOpen: 0.35 },
      sh: { mouthFunnel: 0.5, jawOpen: 0.08, ...both('mouthUpperUp', 0.25), ...both('mouthLowerDown', 0.3) },
      th: { jawOpen: 0.25, tongueOut: 0.35, ...both('mouthLowerDown', 0.2) },
      smile: both('mouthSmile'),
      laugh: {
        ...both('mouthSmile', 0.9),
        jawOpen: 0.4,
        ...both('mouthUpperUp', 0.4),
        ...both('cheekSquint', 0.7),
        ...both('eyeSquint', 0.5),
      },
      sad: { ...both('mouthFrown'), browInnerUp: 1 },
      angry: { ...both('browDown'), ...both('eyeSquint', 0.6), ...both('noseSneer', 0.6), ...both('mouthPress', 0.5) },
      surprise: { jawOpen: 0.45, ...both('eyeWide'), browInnerUp: 0.8, ...both('browOuterUp', 0.8) },
      nod: { ...both('mouthSmile', 0.4), headPitch: 0.25, headYaw: 0.35, headRoll: 0.12 },
    }).map(([label, pose]) => ({ label, pose, turn: 12, frame: FACE })),
  },
  speech: {
    columns: 5,
    size: 260,
    cells: Object.entries({
      aa: { jawOpen: 0.75 },
      ae: { jawOpen: 0.5, mouthStretch: 0.4 },
      ee: { jawOpen: 0.2, mouthStretch: 0.8 },
      eh: { jawOpen: 0.35, mouthStretch: 0.2 },
      uh: { jawOpen: 0.3 },
      oh: { jawOpen: 0.45, mouthFunnel: 0.6, mouthPucker: 0.3 },
      ou: { jawOpen: 0.25, mouthFunnel: 0.4, mouthPucker: 0.7 },
      w: { jawOpen: 0.12, mouthPucker: 0.9 },
      sh: { jawOpen: 0.15, mouthFunnel: 0.7 },
      s: { jawOpen: 0.1, mouthStretch: 0.5 },
      f: { jawOpen: 0.12, lowerLipBite: 0.9 },
      'press 0.3': { jawOpen: 0.25, lipsPress: 0.3 },
      'press 0.5': { jawOpen: 0.25, lipsPress: 0.5 },
      'press 0.8': { jawOpen: 0.25, lipsPress: 0.8 },
      'press 1': { jawOpen: 0.25, lipsPress: 1 },
    }).map(([label, mouth]) => ({ label, pose: spoken(mouth), turn: 8, frame: CLOSE_MOUTH })),
  },
  moods: {
    columns: 6,
    size: 320,
    cells: [
      ...MOODS.map((mood) => ({ label: mood, pose: lived(mood, { isAside: mood === 'thinking' }) })),
      { label: 'listening', pose: lived('neutral', { isListening: true }) },
    ].map((cell) => ({ ...cell, frame: HEAD })),
  },
  eyes: {
    columns: 4,
    size: 340,
    cells: [
      ...[0, 0.2, 0.4, 0.5, 0.6, 0.8, 1].map((weight) => ({ label: `blink ${weight}`, pose: both('eyeBlink', weight) })),
      { label: 'down', pose: both('eyeLookDown') },
      { label: 'up', pose: both('eyeLookUp') },
      { label: 'left', pose: { eyeLookOutLeft: 1, eyeLookInRight: 1 } },
      { label: 'squint', pose: both('eyeSquint') },
      { label: 'wide', pose: both('eyeWide') },
    ].map((cell) => ({ ...cell, turn: 10, frame: CLOSE_EYES })),
  },
  mouth: {
    columns: 4,
    size: 340,
    cells: Object.entries({
      rest: {},
      'jaw 0.3': { jawOpen: 0.3 },
      'jaw 0.8': { jawOpen: 0.8 },
      'closed on open jaw': { jawOpen: 1, mouthClose: 1 },
      press: both('mouthPress'),
      pucker: { mouthPucker: 1 },
      rolls: { mouthRollLower: 1, mouthRollUpper: 1, ...both('mouthPress', 0.5) },
      laugh: { ...both('mouthSmile', 0.9), jawOpen: 0.4, ...both('mouthUpperUp', 0.4) },
    }).map(([label, pose]) => ({ label, pose, turn: 20, frame: CLOSE_MOUTH })),
  },
};

await withDrawingPage(async (draw) => {
  const chosen = process.argv.slice(2);
  const chosenOf = (names) => (names.some((name) => chosen.includes(name)) ? names.filter((name) => chosen.includes(name)) : names);
  for (const avatar of chosenOf([...BUILT_IN_AVATARS])) {
    await mkdir(join(OUTPUT, avatar), { recursive: true });
    for (const name of chosenOf(Object.keys(SHEETS))) {
      const sheet = SHEETS[name];
      const path = join(OUTPUT, avatar, `${name}.png`);
      await writeFile(path, await draw({ ...sheet, cells: sheet.cells.map((cell) => ({ ...cell, avatar })) }));
      console.log(relative(ROOT, path));
    }
  }
});
