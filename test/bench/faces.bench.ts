/**
 * Every built-in avatar by every renderer at 512² and 1024², and a foreign avatar (`brunette-t.glb` of `SPATIUS_ASSETS`) beside
 * TalkingHead, taking turns in one run. Software draws everything, the governor keeps the frame rate. All at rest: life and
 * drawing go on, nobody speaks. WebGPU is drawn by SwiftShader as well, in a browser that has no WebGL.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_AVATARS } from '../../src/avatar/built-in-avatars.js';
import type { StageStats } from '../../src/shared/contracts/stage.js';
import { type BenchPage, openBenchPage, unpackPackage } from './helpers/bench-page.js';
import { figure, median, milliseconds, title } from './helpers/report.js';

const SIZES = [512, 1024];
const SETTLE_MS = 4000;
const SECONDS = 6;
const TURNS = 3;
const GPU_FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=vulkan',
  '--enable-unsafe-swiftshader',
];

const ours = (
  size: number,
  attributes: string,
) => `<!doctype html><body style="margin:0"><script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar mode="local" loading="eager" ${attributes} style="display:block;width:${size}px;height:${size}px"></spatius-avatar>
<script type="module">
await customElements.whenDefined('spatius-avatar');
globalThis.framesDrawn = async () => (await document.querySelector('spatius-avatar').stats()).framesDrawn || 0;
</script>`;

/** As its README has it, at its own default quality, with as many frames as the display asks for. */
const talkingHead = (size: number) => `<!doctype html><body style="margin:0"><div id="place" style="width:${size}px;height:${size}px"></div>
<script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js","three/addons/":"/node_modules/three/examples/jsm/"}}</script>
<script type="module">
import { TalkingHead } from '/theirs/talkinghead.mjs';
const head = new TalkingHead(document.getElementById('place'), { ttsEndpoint: 'none', lipsyncModules: [], cameraView: 'head', modelFPS: 60 });
await head.showAvatar({ url: '/foreign.glb', body: 'F', avatarMood: 'neutral' });
globalThis.framesDrawn = async () => head.renderer.info.render.frame;
</script>`;

interface Reading {
  framesPerSecond: number;
  gpuMs: number;
  firstFrameMs: number;
  megabytes: number;
  stats: StageStats | null;
}

async function read(opened: BenchPage): Promise<Reading> {
  try {
    await opened.page.waitForTimeout(SETTLE_MS);
    const [frames, seconds, startMs] = [await opened.framesDrawn(), await opened.gpuSeconds(), performance.now()];
    await opened.page.waitForTimeout(SECONDS * 1000);
    const drawn = (await opened.framesDrawn()) - frames;
    const elapsedSeconds = (performance.now() - startMs) / 1000;
    const gpuMs = (((await opened.gpuSeconds()) - seconds) * 1000) / Math.max(1, drawn);
    const stats = await opened.page.evaluate(async () => (await document.querySelector('spatius-avatar')?.stats()) ?? null);
    return {
      framesPerSecond: drawn / elapsedSeconds,
      gpuMs,
      firstFrameMs: opened.firstFrameMs,
      megabytes: (await opened.memory()) / 1e6,
      stats,
    };
  } finally {
    await opened.close();
  }
}

function tell(name: string, reading: Reading, target = ''): void {
  figure(`${name}: frames per second`, reading.framesPerSecond.toFixed(1), target);
  const scale = reading.stats ? `, ${Math.round(reading.stats.resolutionScale * 100)} % size` : '';
  figure(`${name}: CPU of the GPU process per frame`, `${milliseconds(reading.gpuMs, 1)}${scale}`);
  figure(`${name}: first frame, memory of the browser`, `${milliseconds(reading.firstFrameMs)}, ${reading.megabytes.toFixed(0)} MB`);
}

for (const renderer of ['webgl', 'webgpu'] as const) {
  title(`The built-in avatars by ${renderer}`);
  for (const avatar of BUILT_IN_AVATARS) {
    for (const size of SIZES) {
      const page = ours(size, `avatar-id="${avatar}" renderer="${renderer}"`);
      const reading = await openBenchPage(page, size, () => null, renderer === 'webgpu' ? GPU_FLAGS : undefined).then(read, () => null);
      if (!reading || reading.stats?.renderer !== renderer) figure(`${avatar} ${size}²`, `no ${renderer} here`);
      else tell(`${avatar} ${size}²`, reading, renderer === 'webgl' && size === 512 ? '≥ 30' : '');
    }
  }
}

const foreign = join(process.env.SPATIUS_ASSETS ?? '../shared/assets', 'avatars/brunette-t.glb');
const theirs = existsSync(foreign) ? unpackPackage('@met4citizen/talkinghead') : null;
if (!theirs) {
  title('A foreign avatar beside TalkingHead: nothing to measure, the avatar or the package is not to be had');
} else {
  const files = (path: string) =>
    path === '/foreign.glb'
      ? readFileSync(foreign)
      : path.startsWith('/theirs/')
        ? readFileSync(join(theirs, 'modules', path.slice('/theirs/'.length)))
        : null;
  for (const size of SIZES) {
    title(`brunette-t.glb at ${size}², ours and TalkingHead in turn, medians of ${TURNS}`);
    const turns: { mine: Reading; other: Reading }[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const mine = await read(await openBenchPage(ours(size, 'src="/foreign.glb" renderer="webgl"'), size, files));
      turns.push({ mine, other: await read(await openBenchPage(talkingHead(size), size, files)) });
    }
    const middle = (who: 'mine' | 'other', key: Exclude<keyof Reading, 'stats'>) => median(turns.map((turn) => turn[who][key]));
    const row = (name: string, key: Exclude<keyof Reading, 'stats'>, digits: number, unit: string) => {
      const ratios = turns.map(({ mine, other }) => mine[key] / other[key]);
      figure(
        `${name}: ours, TalkingHead (ratio)`,
        `${middle('mine', key).toFixed(digits)}, ${middle('other', key).toFixed(digits)}${unit} (${median(ratios).toFixed(2)})`,
      );
    };
    row('frames per second', 'framesPerSecond', 1, '');
    row('CPU of the GPU process per frame', 'gpuMs', 0, ' ms');
    row('first frame', 'firstFrameMs', 0, ' ms');
    row('memory of the browser', 'megabytes', 0, ' MB');
    figure('size that our governor kept', `${Math.round(median(turns.map(({ mine }) => mine.stats?.resolutionScale ?? 1)) * 100)} %`);
  }
}
