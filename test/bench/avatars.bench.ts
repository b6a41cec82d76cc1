/**
 * Every avatar file of a folder as the element draws it, beside three.js: at rest, with an open mouth, with shut eyes, and whole. Prints a
 * row for each file and writes a contact sheet, `build/avatars.png`, to be looked at.
 *
 *     SPATIUS_AVATARS=FOLDER npm run bench -- avatars
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../src/shared/contracts/channels.js';
import { openBenchPage } from './helpers/bench-page.js';
import { figure, title } from './helpers/report.js';

const SHEET = 'build/avatars.png';
const WIDTH = 180;
const HEIGHT = 220;
const PICTURES = ['three, whole', 'whole', 'rest', 'open mouth', 'shut eyes'];

const folder = process.env.SPATIUS_AVATARS ?? join(process.env.SPATIUS_ASSETS ?? '../shared/assets', 'avatars');
if (!existsSync(folder)) {
  console.log(`\nNo avatar files at ${folder}: set SPATIUS_AVATARS to a folder of GLB, VRM or zip files.`);
  process.exit(0);
}
const files = readdirSync(folder)
  .filter((name) => ['.glb', '.vrm', '.zip'].includes(extname(name)))
  .sort();

const PAGE = `<!doctype html><body>
<script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js"}}</script>
<script type="module" src="/dist/spatius-avatar.min.js"></script>
<script type="module">
await customElements.whenDefined('spatius-avatar');
globalThis.framesDrawn = async () => 1;
</script>`;

interface Row {
  name: string;
  /** Data URLs, in the order of `PICTURES`; null where a picture could not be had. */
  pictures: (string | null)[];
  error: string | null;
  format: string;
  missing: number;
  findings: string[];
  /** Share of the picture that the avatar covers, 0..1. */
  covered: number;
  /** Mean difference of the colours of a pixel from those at rest, 0..255. */
  openMouth: number;
  shutEyes: number;
}

const poseOf = (...channels: (keyof typeof CHANNEL_INDEX)[]): number[] => {
  const pose = new Array<number>(CHANNEL_COUNT).fill(0);
  for (const channel of channels) pose[CHANNEL_INDEX[channel]] = channel === 'jawOpen' ? 0.6 : 1;
  return pose;
};
const POSES = [[], poseOf(), poseOf('jawOpen'), poseOf('eyeBlinkLeft', 'eyeBlinkRight')];

const opened = await openBenchPage(PAGE, WIDTH * 2, (path) =>
  path.startsWith('/avatars/') ? readFileSync(join(folder, decodeURIComponent(path.slice('/avatars/'.length)))) : null,
);
const { page } = opened;

/** The pictures of the element. */
function drawOurs(name: string): Promise<Omit<Row, 'name'>> {
  return page.evaluate(
    async ({ src, width, height, poses }) => {
      const open = async (view: string): Promise<HTMLElementTagNameMap['spatius-avatar']> => {
        const avatar = document.createElement('spatius-avatar');
        avatar.setAttribute('style', `display:inline-block;width:${width}px;height:${height}px`);
        for (const [key, value] of Object.entries({ mode: 'local', motion: 'calm', view, src, loading: 'eager' }))
          avatar.setAttribute(key, value);
        const shown = new Promise<void>((resolve, reject) => {
          avatar.addEventListener('avatar-ready', () => resolve());
          avatar.addEventListener('avatar-error', ({ error }) => reject(new Error(`${error.code}: ${error.message}`)));
          setTimeout(() => reject(new Error('not ready within 60 s')), 60_000);
        });
        document.body.append(avatar);
        await shown;
        return avatar;
      };
      const urlOf = async (blob: Blob): Promise<string> => {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        return `data:image/png;base64,${btoa(text)}`;
      };
      const pixelsOf = async (blob: Blob): Promise<Uint8ClampedArray> => {
        const context = new OffscreenCanvas(width, height).getContext('2d')!;
        context.drawImage(await createImageBitmap(blob), 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
      };
      const failed = { pictures: [null, null, null, null], format: '', missing: 0, findings: [], covered: 0, openMouth: 0, shutEyes: 0 };
      try {
        const whole = await open('full');
        const pictures: (string | null)[] = [await urlOf(await whole.toBlob())];
        whole.remove();
        const avatar = await open('portrait');
        const pixels: Uint8ClampedArray[] = [];
        for (const pose of poses.slice(1)) {
          avatar.showPose(Float32Array.from(pose));
          await new Promise((resolve) => setTimeout(resolve, 1200));
          const blob = await avatar.toBlob();
          pictures.push(await urlOf(blob));
          pixels.push(await pixelsOf(blob));
        }
        const { avatar: info, findings } = await avatar.diagnose();
        avatar.remove();
        const differenceTo = (other: Uint8ClampedArray): number =>
          other.reduce((sum, value, at) => sum + Math.abs(value - pixels[0][at]), 0) / other.length;
        let covered = 0;
        for (let at = 3; at < pixels[0].length; at += 4) if (pixels[0][at] > 10) covered++;
        return {
          pictures,
          error: null,
          format: info?.format ?? '',
          missing: info?.missingChannels.length ?? 0,
          findings: findings.filter(({ severity }) => severity !== 'ok').map(({ code }) => code),
          covered: (covered * 4) / pixels[0].length,
          openMouth: differenceTo(pixels[1]),
          shutEyes: differenceTo(pixels[2]),
        };
      } catch (reason) {
        for (const element of document.querySelectorAll('spatius-avatar')) element.remove();
        return { ...failed, error: reason instanceof Error ? reason.message : String(reason) };
      }
    },
    { src: `/avatars/${encodeURIComponent(name)}`, width: WIDTH, height: HEIGHT, poses: POSES },
  );
}

/** The whole figure as three.js draws it with its own materials; null for files that its loader does not read. */
function drawThree(name: string): Promise<string | null> {
  return page
    .evaluate(
      async ({ url, width, height }) => {
        const addOns = '/node_modules/three/examples/jsm/';
        const load = (path: string): Promise<Record<string, never>> => import(/* @vite-ignore */ path);
        // biome-ignore lint/suspicious/noExplicitAny: modules that the page loads by URL have no types here.
        const [THREE, { GLTFLoader }, { MeshoptDecoder }, { RoomEnvironment }]: any[] = await Promise.all([
          load('/node_modules/three/build/three.module.js'),
          load(`${addOns}loaders/GLTFLoader.js`),
          load(`${addOns}libs/meshopt_decoder.module.js`),
          load(`${addOns}environments/RoomEnvironment.js`),
        ]);
        const { scene: figure } = await new GLTFLoader().setMeshoptDecoder(MeshoptDecoder).loadAsync(url);
        const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
        renderer.setSize(width, height);
        const scene = new THREE.Scene().add(figure);
        scene.environment = new THREE.PMREMGenerator(renderer).fromScene(new RoomEnvironment(), 0.04).texture;
        figure.updateMatrixWorld(true);
        const box = new THREE.Box3().setFromObject(figure, true);
        const centre = box.getCenter(new THREE.Vector3());
        const size = box.getSize(new THREE.Vector3());
        const camera = new THREE.PerspectiveCamera(25, width / height, size.y / 100, size.y * 100);
        camera.position.set(
          centre.x,
          centre.y,
          centre.z + (Math.max(size.y, (size.x * height) / width) * 0.55) / Math.tan((12.5 * Math.PI) / 180),
        );
        camera.lookAt(centre);
        renderer.render(scene, camera);
        const picture = renderer.domElement.toDataURL();
        renderer.dispose();
        renderer.forceContextLoss();
        return picture as string;
      },
      { url: `/avatars/${encodeURIComponent(name)}`, width: WIDTH, height: HEIGHT },
    )
    .catch(() => null);
}

const rows: Row[] = [];
for (const name of files) {
  const ours = await drawOurs(name);
  const theirs = extname(name) === '.zip' ? null : await drawThree(name);
  rows.push({ name, ...ours, pictures: [theirs, ...ours.pictures] });
}

const escaped = (text: string): string => text.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'));
await page.setViewportSize({ width: (WIDTH + 8) * PICTURES.length + 220, height: 800 });
await page.setContent(
  `<!doctype html><style>body{margin:8px;font:13px sans-serif}td{text-align:center;background:#eee}td:first-child{width:200px;text-align:left;background:none;word-break:break-word}</style>
<table><tr><th></th>${PICTURES.map((name) => `<th>${name}</th>`).join('')}</tr>${rows
    .map(
      ({ name, pictures, error, findings }) =>
        `<tr><td>${escaped(name)}<br>${escaped(error ?? findings.join(', '))}</td>${pictures
          .map((url) => `<td>${url ? `<img width="${WIDTH}" height="${HEIGHT}" src="${url}">` : '–'}</td>`)
          .join('')}</tr>`,
    )
    .join('')}</table>`,
);
await page.screenshot({ path: SHEET, fullPage: true });
await opened.close();

title(`${files.length} avatar files of ${folder}: format, channels missing; covered, change by an open mouth, by shut eyes`);
for (const { name, error, format, missing, covered, openMouth, shutEyes, findings } of rows) {
  if (error) figure(name, error);
  else
    figure(
      name,
      `${format}, ${missing}; ${Math.round(covered * 100)} %, ${openMouth.toFixed(1)}, ${shutEyes.toFixed(1)}${findings.length > 0 ? `  ${findings.join(', ')}` : ''}`,
    );
}
figure('contact sheet', SHEET);
