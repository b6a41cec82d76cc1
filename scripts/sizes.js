/** Prints what each shipped file weighs and fails where one is over its budget. */
import { readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesBelow } from './files.js';

/**
 * gzip bytes, except avatar and weights, which are compressed in themselves. `*` stands for a hash. What a visitor
 * loads before the first picture is marked; motion, sound and the net's weights are loaded for the first speech.
 */
const BUDGETS = [
  { file: 'spatius-avatar.min.js', limit: 18_800, isBeforeFirstFrame: true },
  { file: 'chunks/assembled-avatar-*.js', limit: 13_000, isBeforeFirstFrame: true },
  { file: 'workers/render.worker.js', limit: 176_000, isBeforeFirstFrame: true },
  { file: 'avatars/aria.glb', limit: 1_000_000, isCompressed: true },
  { file: 'avatars/theo.glb', limit: 1_000_000, isCompressed: true },
  { file: 'avatars/nia.glb', limit: 1_000_000, isCompressed: true },
  { file: 'workers/materials.add-on.js', limit: 28_000 },
  { file: 'workers/vrm.add-on.js', limit: 40_000 },
  { file: 'workers/splats.add-on.js', limit: 12_000 },
  { file: 'workers/ktx2.add-on.js', limit: 400_000 },
  { file: 'workers/render-webgpu.worker.js', limit: 280_000 },
  { file: 'avatarkit.min.js', limit: 14_000 },
  { file: 'chunks/avatarkit-assembled-avatar-*.js', limit: 12_000 },
  { file: 'workers/motion.worker.js', limit: 54_000 },
  { file: 'audio/playback.worklet.js', limit: 4_000 },
  { file: 'audio/capture.worklet.js', limit: 2_000 },
  { file: 'chunks/open-room-*.js', limit: 8_000 },
  { file: 'chunks/livekit-client.esm-*.js', limit: 180_000 },
  { file: 'vendor/livekit-client.js', limit: 180_000 },
  { file: 'models/mouth.bin', limit: 400_000, isCompressed: true },
];
const FIRST_FRAME_LIMIT = 200_000;
/** Of every other script that a page may load. */
const OTHER_LIMIT = 6_000;
/** The rest of `dist` are modules, which bundlers take apart, and copies. */
const LOADED = /^dist.(chunks|vendor).*\.js$|\.(worker|worklet|add-on)\.js$/;

async function pathOf(file) {
  if (!file.includes('*')) return `dist/${file}`;
  const [begin, end] = file.split('*').map((part) => basename(part));
  const found = (await filesBelow('dist/chunks', end)).filter((path) => basename(path).startsWith(begin));
  if (found.length !== 1) throw new Error(`${found.length} files are called dist/${file}`);
  return found[0];
}

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

let isOver = false;
function line(name, size, weight, limit) {
  if (weight > limit) isOver = true;
  console.log(
    `${name.padEnd(28)} ${String(size).padStart(9)} ${String(weight).padStart(7)} ${String(limit).padStart(8)}${weight > limit ? '  OVER' : ''}`,
  );
}

console.log('file                              size    gzip   budget');
let firstFrame = 0;
const named = new Set();
for (const { file, limit, isCompressed, isBeforeFirstFrame } of BUDGETS) {
  const path = await pathOf(file);
  named.add(path);
  const bytes = await readFile(path);
  const weight = isCompressed ? bytes.length : gzipped(bytes);
  if (isBeforeFirstFrame) firstFrame += weight;
  line(file, bytes.length, weight, limit);
}
const others = (await filesBelow('dist')).filter((path) => LOADED.test(path) && !named.has(path));
for (const path of others) {
  const bytes = await readFile(path);
  line(relative('dist', path).replace(/-[\w-]{8}\.js$/, '-*.js'), bytes.length, gzipped(bytes), OTHER_LIMIT);
}
line('scripts before first frame', '', firstFrame, FIRST_FRAME_LIMIT);
process.exitCode = isOver ? 1 : 0;
