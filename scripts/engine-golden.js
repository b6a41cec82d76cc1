/**
 * Updates `test/fixtures/engine-golden.json` after a change that is meant to change the engine's motion:
 *     npx tsc -b && node scripts/engine-golden.js
 */
import { writeFileSync } from 'node:fs';
import { goldenTakes } from '../build/test/both/motion/engine/golden-takes.js';

const round = (value) => Math.round(value * 1e5) / 1e5;
const takes = Object.entries(await goldenTakes()).map(([name, frames]) => {
  const rows = frames.map((frame) => `    ${JSON.stringify(frame.map(round))}`).join(',\n');
  return `  ${JSON.stringify(name)}: [\n${rows}\n  ]`;
});
writeFileSync('test/fixtures/engine-golden.json', `{\n${takes.join(',\n')}\n}\n`);
