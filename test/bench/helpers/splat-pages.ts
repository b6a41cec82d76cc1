/** One Gaussian head in Chromium, shown by us and, in the same way, by the renderer that its makers publish. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchPage, openBenchPage, unpackPackage } from './bench-page.js';

const THEIRS = 'gaussian-splat-renderer-for-lam';

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
import { frameCamera } from '/build/src/shared/core/frame-camera.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '/build/src/shared/contracts/channels.js';
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
  const folder = unpackPackage(THEIRS);
  // A leftover of their development, from a host that a benchmark has no business with.
  return folder && readFileSync(join(folder, `build/${THEIRS}.module.js`), 'utf8').replace(/^import 'https:[^']*';$/m, '');
}

export function openSplatPage(kind: 'ours' | 'bare' | 'theirs', size: number, head: string, theirs: string | null): Promise<BenchPage> {
  const html = kind === 'ours' ? OURS(size) : kind === 'bare' ? BARE : LAM(size);
  return openBenchPage(html, size, (path) => (path === '/head.zip' ? readFileSync(head) : path === '/theirs.js' ? theirs : null));
}
