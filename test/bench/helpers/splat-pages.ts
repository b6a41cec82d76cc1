/** One Gaussian head in Chromium, shown by us and, in the same way, by the renderer that its makers publish. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';

const FLAGS = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const THEIRS = 'gaussian-splat-renderer-for-lam';
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html', '.json': 'application/json' };

/** The element, as people use it: governor and life included. */
const OURS = (size: number) => `<!doctype html><script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar mode="local" src="/head.zip" style="display:block;width:${size}px;height:${size}px"></spatius-avatar>
<script type="module">
const avatar = document.querySelector('spatius-avatar');
await customElements.whenDefined('spatius-avatar');
globalThis.framesDrawn = async () => (await avatar.stats()).framesDrawn || 0;
</script>`;

/** The head alone, drawn as fast as can be: what a frame costs at full resolution, step by step. */
const BARE = `<!doctype html><script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js","three/examples/":"/node_modules/three/examples/"}}</script>
<script type="module">
import { PerspectiveCamera, Scene } from 'three';
import { loadSplatAvatar } from '/build/src/render/splats/splat-avatar.js';
import { createRenderer } from '/build/src/render/renderer.js';
import { frameCamera } from '/build/src/render/framing.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '/build/src/shared/channels.js';
const ACTIVE = ['jawOpen', 'mouthClose', 'mouthFunnel', 'mouthPucker', 'mouthSmileLeft', 'mouthSmileRight', 'mouthLowerDownLeft', 'mouthLowerDownRight', 'mouthUpperUpLeft', 'mouthUpperUpRight', 'eyeBlinkLeft', 'eyeBlinkRight'];
const head = await loadSplatAvatar(await (await fetch('/head.zip')).arrayBuffer());
const canvas = document.createElement('canvas');
const renderer = createRenderer(canvas, { isSoftware: true });
const scene = new Scene();
scene.add(head.root);
const pixel = new Uint8Array(4);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
globalThis.measure = (size, count) => {
  renderer.setSize(size, size, false);
  const framing = frameCamera('portrait', head.anchors, 1, {});
  const camera = new PerspectiveCamera(framing.fovDegrees, 1, 0.05, 10);
  camera.position.set(framing.x, framing.y, framing.z);
  const pose = new Float32Array(CHANNEL_COUNT);
  const times = { deform: [], project: [], draw: [] };
  const gl = renderer.getContext();
  for (let frame = 0; frame < count; frame++) {
    ACTIVE.forEach((name, index) => (pose[CHANNEL_INDEX[name]] = 0.4 + 0.3 * Math.sin(frame + index)));
    pose[CHANNEL_INDEX.headYaw] = 0.1 * Math.sin(frame);
    const start = performance.now();
    head.apply(pose, 0.05);
    const applied = performance.now();
    renderer.render(scene, camera);
    const rendered = performance.now();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    times.deform.push(applied - start);
    times.project.push(rendered - applied);
    times.draw.push(performance.now() - rendered);
  }
  return { deform: median(times.deform), project: median(times.project), draw: median(times.draw) };
};
globalThis.framesDrawn = async () => 1;
</script>`;

const LAM = (size: number) => `<!doctype html><div id="place" style="width:${size}px;height:${size}px"></div>
<script type="module">
import { GaussianSplatRenderer } from '/theirs.js';
let count = 0;
const made = await GaussianSplatRenderer.getInstance(document.getElementById('place'), location.origin + '/head.zip', {
  getChatState: () => 'Idle',
  getExpressionData: () => ({ jawOpen: 0.3 + 0.2 * Math.sin(count) }),
});
const { viewer } = made;
const render = viewer.render.bind(viewer);
viewer.render = () => { count++; return render(); };
globalThis.framesDrawn = async () => count;
</script>`;

/** @returns Their module's text, packed into a folder of its own; null when it cannot be had. */
export function theirModule(): string | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'splat-bench-'));
    const file = execFileSync('npm', ['pack', THEIRS, '--silent'], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', file], { cwd: folder });
    // A leftover of their development, from a host that a benchmark has no business with.
    return readFileSync(join(folder, `package/build/${THEIRS}.module.js`), 'utf8').replace(/^import 'https:[^']*';$/m, '');
  } catch {
    return null;
  }
}

export interface SplatPage {
  page: Page;
  /** Milliseconds from the navigation to the first frame. */
  firstFrameMs: number;
  framesDrawn(): Promise<number>;
  /** CPU seconds of the GPU process so far. */
  gpuSeconds(): Promise<number>;
  /** Bytes the whole browser holds (proportional set size). */
  memory(): Promise<number>;
  close(): Promise<void>;
}

export async function openSplatPage(kind: 'ours' | 'bare' | 'theirs', size: number, head: string, theirs: string | null): Promise<SplatPage> {
  const html = kind === 'ours' ? OURS(size) : kind === 'bare' ? BARE : LAM(size);
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    try {
      const body = path === '/' ? html : path === '/head.zip' ? readFileSync(head) : path === '/theirs.js' ? theirs! : readFileSync(`.${path}`);
      response.writeHead(200, { 'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream') }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: [...FLAGS, `--window-size=${size + 200},${size + 200}`] });
  const page = await browser.newPage({ viewport: { width: size + 40, height: size + 40 } });
  const start = performance.now();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const framesDrawn = () => page.evaluate(async () => (globalThis as unknown as { framesDrawn?: () => Promise<number> }).framesDrawn?.() ?? 0);
  while ((await framesDrawn()) < 1) {
    if (performance.now() - start > 90_000) throw new Error('Nothing was drawn within 90 s.');
    await page.waitForTimeout(50);
  }
  return {
    page,
    firstFrameMs: performance.now() - start,
    framesDrawn,
    gpuSeconds: async () => (await processesOf(browser)).filter(({ type }) => type === 'GPU').reduce((sum, { cpuTime }) => sum + cpuTime, 0),
    memory: async () => (await processesOf(browser)).reduce((sum, { id }) => sum + pssOf(id), 0),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

async function processesOf(browser: Browser): Promise<{ id: number; type: string; cpuTime: number }[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { id: number; type: string; cpuTime: number }[] };
  await session.detach();
  return processInfo;
}

function pssOf(id: number): number {
  try {
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
