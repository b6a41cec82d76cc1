/**
 * `npm run portraits`: docs/characters.jpg, docs/moods.jpg and the pictures that the demo's gallery shows, of the avatars in `dist/avatars`;
 * and docs/NAME.jpg of each variant in `examples/characters`.
 * Run it after a change to the look of a built-in avatar.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { BUILT_IN_AVATARS } from '../build/src/avatar/built-in-avatars.js';
import { withDrawingPage } from './drawing-page.js';
import { lived } from './lived-pose.js';
import { mustRunNode } from './run.js';

const both = (channel, weight) => ({ [`${channel}Left`]: weight, [`${channel}Right`]: weight });
const SMILE = { ...both('mouthSmile', 0.35), ...both('cheekSquint', 0.2), ...both('browOuterUp', 0.12) };
/** Turned to the middle, as in a group photo. */
const TURNS = [16, 0, -16];
const BUST = { x: 0, y: -0.02, size: 0.37 };
/** Eyes stay on the viewer while the head is turned; about 35° at weight 1. */
const towardsViewer = (turn) =>
  turn > 0 ? { eyeLookOutLeft: turn / 35, eyeLookInRight: turn / 35 } : { eyeLookInLeft: -turn / 35, eyeLookOutRight: -turn / 35 };
const HEAD = { x: 0, y: 0.012, size: 0.27 };
const THUMBNAIL_PIXELS = 112;
const VARIANTS = ['rosa', 'mira'];

async function write(path, bytes) {
  await writeFile(path, bytes);
  console.log(`${path}: ${(bytes.length / 1000).toFixed(0)} kB`);
}

await mustRunNode('scripts/build-avatars.js', ...VARIANTS.map((name) => `examples/characters/${name}.json`));
await withDrawingPage(async (draw) => {
  const cells = BUILT_IN_AVATARS.map((avatar, index) => {
    const turn = TURNS[index % TURNS.length];
    return { avatar, pose: { ...SMILE, ...towardsViewer(turn) }, turn, frame: BUST };
  });
  await write('docs/characters.jpg', await draw({ columns: cells.length, size: 480, cells }, 'image/jpeg', 0.86));
  const moods = ['happy', 'sad', 'surprised', 'angry', 'thinking', 'afraid', 'disgusted', 'sleepy', 'skeptical'].map((mood, index) => ({
    avatar: BUILT_IN_AVATARS[index % BUILT_IN_AVATARS.length],
    label: mood,
    pose: lived(mood, { isAside: mood === 'thinking' }),
    frame: HEAD,
  }));
  moods.sort((one, other) => BUILT_IN_AVATARS.indexOf(one.avatar) - BUILT_IN_AVATARS.indexOf(other.avatar));
  await write('docs/moods.jpg', await draw({ columns: moods.length, size: 200, cells: moods }, 'image/jpeg', 0.84));
  for (const avatar of VARIANTS) {
    const views = [-14, 30].map((turn) => ({ avatar, pose: { ...SMILE, ...towardsViewer(turn) }, turn, frame: BUST }));
    await write(`docs/${avatar}.jpg`, await draw({ columns: 2, size: 400, cells: views }, 'image/jpeg', 0.86));
  }
  await mkdir('demo/avatars', { recursive: true });
  for (const avatar of BUILT_IN_AVATARS) {
    const sheet = {
      columns: 1,
      size: THUMBNAIL_PIXELS,
      cells: [{ avatar, pose: { ...SMILE, ...towardsViewer(8) }, turn: 8, frame: HEAD }],
    };
    await write(`demo/avatars/${avatar}.jpg`, await draw(sheet, 'image/jpeg', 0.85));
  }
});
for (const name of VARIANTS) await rm(`dist/avatars/${name}.glb`);
