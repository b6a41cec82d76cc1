/** Page of `drawing-page.js`: draws poses of an avatar into one picture with the stage's own parts. */
import { NeutralToneMapping, PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { asset } from '../build/src/assets/asset-urls.js';
import { AddOnLoader } from '../build/src/render/add-ons.js';
import { loadAvatar } from '../build/src/render/loaders/load-avatar.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../build/src/shared/contracts/channels.js';
import { frameCamera } from '../build/src/shared/core/frame-camera.js';

const BACKGROUND = ['#f5ece3', '#cdb6a6'];
/**
 * Supersampling factor in each direction. The antialiasing of software GL loses samples where triangles meet at a corner: dark
 * dots in the middle of a cheek.
 */
const SAMPLES = 4;
const SAMPLES_OF_LARGE = 2;
const LARGE = 256;

const canvas = document.getElementById('drawing');
const renderer = new WebGLRenderer({ canvas, antialias: false, alpha: true, preserveDrawingBuffer: true });
renderer.toneMapping = NeutralToneMapping;
const scene = new Scene();
const camera = new PerspectiveCamera();
const addOns = new AddOnLoader((name) => asset(`workers/${name}.add-on.js`).locate());
let avatar = null;
let shownId = '';

async function show(id) {
  if (id === shownId) return;
  avatar?.dispose();
  avatar = await loadAvatar(`/dist/avatars/${id}.glb`, {
    signal: new AbortController().signal,
    isSoftware: false,
    addOns,
    handleProgress() {},
  });
  scene.add(avatar.root);
  shownId = id;
}

function draw(size, { pose = {}, turn = 0, frame = null }) {
  const channels = new Float32Array(CHANNEL_COUNT);
  for (const [channel, value] of Object.entries(pose)) channels[CHANNEL_INDEX[channel]] = value;
  avatar.apply(channels);
  avatar.root.rotation.y = (-turn * Math.PI) / 180;
  const framing = frameCamera('portrait', avatar.anchors, 1, { x: 0, y: 0, z: 0, fovDegrees: 0 });
  if (frame) {
    framing.x = avatar.anchors.eyes.x + frame.x;
    framing.y = avatar.anchors.eyes.y + frame.y;
    framing.z = avatar.anchors.eyes.z + frame.size / 2 / Math.tan((framing.fovDegrees * Math.PI) / 360);
  }
  const samples = size > LARGE ? SAMPLES_OF_LARGE : SAMPLES;
  renderer.setSize(size * samples, size * samples, false);
  camera.fov = framing.fovDegrees;
  camera.near = 0.01;
  camera.far = 10;
  camera.position.set(framing.x, framing.y, framing.z);
  camera.updateProjectionMatrix();
  renderer.render(scene, camera);
}

/** One picture of all cells: `avatar` its id, `pose` weights by channel, `turn` degrees, `frame` around the eyes in metres. */
globalThis.drawSheet = async ({ columns, size, cells, background = BACKGROUND }, type, quality) => {
  const sheet = document.createElement('canvas');
  sheet.width = columns * size;
  sheet.height = Math.ceil(cells.length / columns) * size;
  const context = sheet.getContext('2d');
  context.imageSmoothingQuality = 'high';
  for (const [index, cell] of cells.entries()) {
    const x = (index % columns) * size;
    const y = Math.floor(index / columns) * size;
    const light = context.createRadialGradient(x + size / 2, y + size * 0.45, size * 0.1, x + size / 2, y + size / 2, size * 0.8);
    background.forEach((colour, stop) => light.addColorStop(stop, colour));
    context.fillStyle = light;
    context.fillRect(x, y, size, size);
    await show(cell.avatar);
    draw(size, cell);
    context.drawImage(canvas, x, y, size, size);
    context.font = `${Math.max(12, size * 0.045)}px sans-serif`;
    context.fillStyle = '#3a2a22';
    context.fillText(cell.label ?? '', x + size * 0.03, y + size * 0.96);
  }
  return sheet.toDataURL(type, quality);
};
