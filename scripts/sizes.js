/** Prints the size of each shipped file and fails if one is over its budget. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesBelow } from './files.js';

/**
 * gzip bytes, except avatar and weights, which are compressed in themselves. `*` stands for a hash. What a visitor
 * loads before the first picture is marked; motion, sound and the net's weights are loaded for the first speech.
 */
const BUDGETS = [
  { file: 'spatius-avatar.min.js', limit: 20_000, isBeforeFirstFrame: true },
  { file: 'chunks/avatar-*.js', limit: 20_000, isBeforeFirstFrame: true },
  { file: 'workers/render.worker.js', limit: 160_000, isBeforeFirstFrame: true },
  { file: 'avatars/aria.glb', limit: 1_000_000, isCompressed: true },
  { file: 'avatars/theo.glb', limit: 1_000_000, isCompressed: true },
  { file: 'avatars/nia.glb', limit: 1_000_000, isCompressed: true },
  // Checks files that are not built in.
  { file: 'workers/loader.worker.js', limit: 11_000 },
  { file: 'workers/materials.add-on.js', limit: 23_000 },
  { file: 'workers/names.add-on.js', limit: 14_000 },
  { file: 'workers/vrm.add-on.js', limit: 40_000 },
  { file: 'workers/splats.add-on.js', limit: 12_000 },
  { file: 'workers/ktx2.add-on.js', limit: 400_000 },
  { file: 'workers/draco.add-on.js', limit: 120_000 },
  { file: 'workers/heads.add-on.js', limit: 4_000 },
  { file: 'workers/render-webgpu.worker.js', limit: 286_000 },
  { file: 'chunks/speech-*.js', limit: 9_000 },
  { file: 'chunks/sounds-*.js', limit: 15_000 },
  { file: 'chunks/controls-*.js', limit: 10_000 },
  { file: 'chunks/recording-*.js', limit: 5_000 },
  { file: 'chunks/microphone-*.js', limit: 4_000 },
  { file: 'chunks/report-*.js', limit: 6_000 },
  // Reads motion on the page, which no longer starts the motion worker (53 kB) for it.
  { file: 'chunks/room-*.js', limit: 31_500 },
  { file: 'vendor/livekit-client.js', limit: 180_000 },
  { file: 'vendor/lit-react.js', limit: 1_000 },
  { file: 'avatarkit.min.js', limit: 10_000 },
  { file: 'spatius-avatar.iife.min.js', limit: 1_000 },
  { file: 'workers/motion.worker.js', limit: 54_500 },
  { file: 'audio/playback.worklet.js', limit: 4_000 },
  { file: 'audio/capture.worklet.js', limit: 2_000 },
  { file: 'models/mouth.bin', limit: 400_000, isCompressed: true },
];
const FIRST_FRAME_LIMIT = 200_000;
/** Before the first picture of a GLB avatar that is not one of ours: it is checked, and its materials are three's. */
const FOREIGN_FIRST_FRAME_LIMIT = 230_000;
const FOREIGN_FILES = ['workers/loader.worker.js', 'workers/materials.add-on.js'];
/** Chunks of the page, vendor files included. A chunk is a feature: one more needs a feature of its own. */
const CHUNK_LIMIT = 10;
const DIST_LIMIT = 11_200_000;
/** The rest of `dist` are modules, which bundlers take apart, what the server runs, and copies. */
const LOADED = /^dist.((chunks|vendor).*\.js$|(workers|audio).*\.(worker|worklet|add-on)\.js$)/;

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
let foreignFirstFrame = 0;
const named = new Set();
for (const { file, limit, isCompressed, isBeforeFirstFrame } of BUDGETS) {
  const path = await pathOf(file);
  named.add(path);
  const bytes = await readFile(path);
  const weight = isCompressed ? bytes.length : gzipped(bytes);
  if (isBeforeFirstFrame) firstFrame += weight;
  if (isBeforeFirstFrame || FOREIGN_FILES.includes(file)) foreignFirstFrame += weight;
  line(file, bytes.length, weight, limit);
}
const paths = await filesBelow('dist');
for (const path of paths.filter((path) => LOADED.test(path) && !named.has(path))) {
  console.error(`${path} has no budget`);
  isOver = true;
}
line('before first frame', '', firstFrame, FIRST_FRAME_LIMIT);
line('the same, GLB of others', '', foreignFirstFrame, FOREIGN_FIRST_FRAME_LIMIT);
const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
const distSize = sizes.reduce((sum, size) => sum + size, 0);
line('dist', distSize, distSize, DIST_LIMIT);
line('chunks', '', paths.filter((path) => /^dist.(chunks|vendor)/.test(path)).length, CHUNK_LIMIT);
process.exitCode = isOver ? 1 : 0;
