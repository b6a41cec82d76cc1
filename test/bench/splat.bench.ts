/**
 * A Gaussian head of 20,000 splats: what it costs to read, to move and to draw in software GL, beside the renderer that its makers
 * publish, on the same file in the same run. Needs the head of `SPATIUS_ASSETS`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SkinnedMesh } from 'three';
import { createRandom } from '../../src/motion/life/random.js';
import { readGlb } from '../../src/render/loaders/glb-reader.js';
import { DepthSort } from '../../src/render/splats/depth-sort.js';
import { unpackLam } from '../../src/render/splats/lam-files.js';
import { readPlySplats } from '../../src/render/splats/ply-splats.js';
import { SplatHead } from '../../src/render/splats/splat-head.js';
import type { BenchPage } from './helpers/bench-page.js';
import { figure, median, milliseconds, title } from './helpers/report.js';
import { openSplatPage, theirModule } from './helpers/splat-pages.js';
import '../../src/motion/retarget/names/register.js';

const LOADS = 5;
const SORTS = 200;
const SECONDS = 10;
const SIZES = [512, 1024];

const head = join(process.env.SPATIUS_ASSETS ?? '../shared/assets', 'avatars/lam_p2-1.zip');
if (!existsSync(head)) {
  console.log(`\nNo Gaussian head at ${head}: nothing to measure.`);
  process.exit(0);
}

title('A Gaussian head in Node: reading');
const archive = readFileSync(head);
const steps: Record<string, number[]> = { 'unpacking the zip': [], 'splats (PLY)': [], 'mesh (GLB)': [], 'joints and shapes': [] };
for (let load = 0; load < LOADS; load++) {
  const times = [performance.now()];
  const lap = () => void times.push(performance.now());
  const files = await unpackLam(archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.length) as ArrayBuffer);
  lap();
  const splats = readPlySplats(files.splats);
  lap();
  const { scene } = await readGlb(files.skin);
  lap();
  let skin!: SkinnedMesh;
  scene.traverse((object) => void ((object as SkinnedMesh).isSkinnedMesh && (skin = object as SkinnedMesh)));
  new SplatHead(scene, skin, splats, files.animation);
  lap();
  Object.values(steps).forEach((list, step) => list.push(times[step + 1] - times[step]));
}
for (const [name, list] of Object.entries(steps)) figure(`${name}, median of ${LOADS}`, milliseconds(median(list)));

const random = createRandom(1);
const depths = Float32Array.from({ length: 20_000 }, () => random());
const sort = new DepthSort(depths.length);
const sorts = Array.from({ length: SORTS }, () => {
  const start = performance.now();
  sort.sort(depths, depths.length);
  return performance.now() - start;
});
figure(`sorting 20,000 splats, median of ${SORTS}`, milliseconds(median(sorts), 2));

title('A frame of it in Chromium, software GL, twelve shapes and a turning head, full resolution');
const bare = await openSplatPage('bare', 512, head, null);
try {
  for (const size of SIZES) {
    type Split = { deform: number; project: number; draw: number };
    const frame = (count: number) =>
      bare.page.evaluate(
        ([pixels, frames]) => (globalThis as unknown as { measure(size: number, count: number): Split }).measure(pixels!, frames!),
        [size, count],
      );
    await frame(5);
    const before = await bare.gpuSeconds();
    const { deform, project, draw } = await frame(25);
    const gpu = ((await bare.gpuSeconds()) - before) / 25;
    figure(`${size}²: shapes and lips`, milliseconds(deform, 2));
    figure(`${size}²: joints, projection, sorting, sending`, milliseconds(project, 2));
    figure(`${size}²: drawing`, milliseconds(draw, 1));
    figure(`${size}²: CPU of the GPU process per frame`, milliseconds(gpu * 1000, 1), size === 512 ? '≤ 83 ms in all' : '');
  }
} finally {
  await bare.close();
}

async function show(name: string, opened: BenchPage, size: number): Promise<void> {
  await opened.page.waitForTimeout(3000);
  const [frames, seconds] = [await opened.framesDrawn(), await opened.gpuSeconds()];
  await opened.page.waitForTimeout(SECONDS * 1000);
  const drawn = (await opened.framesDrawn()) - frames;
  figure(`${name} at ${size}²: frames per second`, (drawn / SECONDS).toFixed(1), size === 512 && name === 'ours' ? '≥ 12' : '');
  figure(
    `${name} at ${size}²: CPU of the GPU process per frame`,
    milliseconds((((await opened.gpuSeconds()) - seconds) * 1000) / drawn, 1),
  );
  figure(`${name} at ${size}²: first frame`, milliseconds(opened.firstFrameMs));
  figure(`${name} at ${size}²: memory of the whole browser`, `${Math.round((await opened.memory()) / 1_000_000)} MB`);
}

title('The element, its governor and life included, and the renderer of the makers, one after the other');
const theirs = theirModule();
for (const size of SIZES) {
  const ours = await openSplatPage('ours', size, head, null);
  try {
    await show('ours', ours, size);
    const { resolutionScale } = await ours.page.evaluate(() => document.querySelector('spatius-avatar')!.stats());
    figure(`ours at ${size}²: share of the resolution that the governor kept`, resolutionScale.toFixed(2));
  } finally {
    await ours.close();
  }
  if (theirs === null) {
    figure(`theirs at ${size}²`, 'not to be had from the package registry');
    continue;
  }
  const other = await openSplatPage('theirs', size, head, theirs);
  try {
    await show('theirs', other, size);
  } finally {
    await other.close();
  }
}
