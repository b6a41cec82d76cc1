/** The stage by itself: what the built-in avatar costs to load, to move and to draw. Software GL, 512². */
import { readFile } from 'node:fs/promises';
import type { Mesh } from 'three';
import { readGlb } from '../../src/render/loaders/glb-reader.js';
import { MorphMesh } from '../../src/render/morph-mesh.js';
import { figure, median, milliseconds, title } from './helpers/report.js';
import { openTalkingPage } from './helpers/talking-page.js';

const LOADS = 7;
const FRAMES = 400;
/** What a mouth in the middle of a word uses, with a blink. */
const ACTIVE = [
  'jawOpen',
  'mouthClose',
  'mouthFunnel',
  'mouthPucker',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'eyeBlinkLeft',
  'eyeBlinkRight',
];

title('The built-in avatar in Node');
const bytes = await readFile('dist/avatars/aria.glb');
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const loads: number[] = [];
for (let load = 0; load < LOADS; load++) {
  const start = performance.now();
  await readGlb(file);
  loads.push(performance.now() - start);
}
figure('reading the file, median (first)', `${milliseconds(median(loads))} (${milliseconds(loads[0])})`);

const meshes: MorphMesh[] = [];
(await readGlb(file)).scene.traverse((object) => {
  const mesh = object as Mesh;
  if (mesh.isMesh && mesh.geometry.morphAttributes.position) meshes.push(new MorphMesh(mesh));
});
const frames: number[] = [];
for (let frame = 0; frame < FRAMES; frame++) {
  for (const mesh of meshes)
    mesh.names.forEach((name, shape) => (mesh.weights[shape] = ACTIVE.includes(name) ? 0.5 + 0.4 * Math.sin(frame + shape) : 0));
  const start = performance.now();
  for (const mesh of meshes) mesh.update();
  frames.push(performance.now() - start);
}
figure(`${ACTIVE.length} shapes with normals, all meshes, median of ${FRAMES}`, milliseconds(median(frames), 2), '1.2 ms');

title('The built-in avatar at rest in Chromium');
const { page, cdp, close } = await openTalkingPage();
try {
  const gpuSeconds = async () => {
    const session = await page.context().browser()!.newBrowserCDPSession();
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { type: string; cpuTime: number }[] };
    await session.detach();
    return processInfo.filter(({ type }) => type === 'GPU').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const stats = () => page.evaluate(() => document.querySelector('spatius-avatar')!.stats());
  const before = { frames: (await stats()).framesDrawn, seconds: await gpuSeconds() };
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const after = await stats();
  const drawn = after.framesDrawn - before.frames;
  figure('frames per second', (drawn / 4).toFixed(1), '≥ 30');
  figure('CPU of the GPU process per frame', milliseconds((((await gpuSeconds()) - before.seconds) * 1000) / drawn, 1));
  figure('CPU of the render thread per frame', milliseconds(after.frameCpuMs, 2));
  await cdp.detach();
} finally {
  await close();
}
