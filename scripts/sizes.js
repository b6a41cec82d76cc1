/** Prints what each shipped file weighs and fails where one is over its budget. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

/** gzip bytes, except avatar and weights: those are compressed in themselves, and fetched on demand. */
const BUDGETS = [
  { file: 'spatius-avatar.min.js', limit: 20_000 },
  { file: 'workers/motion.worker.js', limit: 40_000 },
  { file: 'workers/render.worker.js', limit: 165_000 },
  { file: 'audio/playback.worklet.js', limit: 4_000 },
  { file: 'audio/capture.worklet.js', limit: 2_000 },
  { file: 'avatars/aria.glb', limit: 1_000_000, isCompressed: true },
  { file: 'models/mouth.bin', limit: 400_000, isCompressed: true },
];
/** Script of all kinds before the first frame, gzip. */
const FIRST_FRAME_LIMIT = 200_000;

let sum = 0;
let isOver = false;
console.log('file                              size    gzip   budget');
for (const { file, limit, isCompressed } of BUDGETS) {
  const bytes = await readFile(`dist/${file}`);
  const weight = isCompressed ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  if (!isCompressed) sum += weight;
  if (weight > limit) isOver = true;
  console.log(`${file.padEnd(28)} ${String(bytes.length).padStart(9)} ${String(weight).padStart(7)} ${String(limit).padStart(8)}${weight > limit ? '  OVER' : ''}`);
}
if (sum > FIRST_FRAME_LIMIT) isOver = true;
console.log(`${'scripts before first frame'.padEnd(28)} ${''.padStart(9)} ${String(sum).padStart(7)} ${String(FIRST_FRAME_LIMIT).padStart(8)}${sum > FIRST_FRAME_LIMIT ? '  OVER' : ''}`);
process.exitCode = isOver ? 1 : 0;
