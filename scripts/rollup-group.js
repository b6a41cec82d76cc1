/**
 * Runs one half of `rollup.config.js`, so that two processes share the work:
 *
 *     node scripts/rollup-group.js render     the render workers and their add-ons, which are built in the order of the file
 *     node scripts/rollup-group.js page       everything else
 */
import { rollup } from 'rollup';
import configs from '../rollup.config.js';

const RENDER = /workers\/(render.*\.worker|.*\.add-on)\.js$/;

const wantsRender = process.argv[2] === 'render';
for (const config of configs) {
  if (RENDER.test(config.output.file ?? '') !== wantsRender) continue;
  const bundle = await rollup({ ...config, logLevel: 'silent' });
  await bundle.write(config.output);
  await bundle.close();
}
