import { assert } from 'chai';
import { BufferAttribute, BufferGeometry, Camera, DoubleSide, Mesh, MeshBasicMaterial, WebGLRenderer } from 'three';

import { EdgeSmoother } from '../../../src/render/edge-smoother.js';
import { probeGraphics } from '../../../src/render/renderer.js';
import { LiveStage } from '../../../src/render/stage.js';
import { ARIA_URL, StageProbe } from '../../helpers/browser/stage-probe.js';

/** Not divisible into whole tiles. */
const SIZE = 100;

/** Pixels that are neither empty nor whole: an outline without any is a staircase. */
function partlyCovered({ data }: { data: ArrayLike<number> }): number {
  let count = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 8 && data[at] < 247) count++;
  return count;
}

describe('The edge smoother', () => {
  let renderer: WebGLRenderer;
  let smoother: EdgeSmoother;
  let shape: Mesh<BufferGeometry, MeshBasicMaterial>;
  const camera = new Camera();

  /** `[SIZE, SIZE, 4]` from the lower left. */
  function pixels(): Uint8Array {
    const gl = renderer.getContext();
    const read = new Uint8Array(SIZE * SIZE * 4);
    gl.readPixels(0, 0, SIZE, SIZE, gl.RGBA, gl.UNSIGNED_BYTE, read);
    return read;
  }

  /** Everything below a line that rises by `rise` of the picture's height. */
  function drawSlope(rise: number): void {
    const corners = [-1, -rise, 0, 1, rise, 0, 1, -3, 0, -1, -rise, 0, 1, -3, 0, -1, -3, 0];
    shape.geometry.setAttribute('position', new BufferAttribute(Float32Array.from(corners), 3));
    renderer.render(shape, camera);
  }

  beforeEach(() => {
    renderer = new WebGLRenderer({ canvas: document.createElement('canvas'), antialias: false, alpha: true, preserveDrawingBuffer: true });
    renderer.setClearColor(0x000000, 0);
    renderer.setSize(SIZE, SIZE, false);
    smoother = new EdgeSmoother(renderer);
    shape = new Mesh(new BufferGeometry(), new MeshBasicMaterial({ color: 0xd08040, side: DoubleSide }));
    shape.frustumCulled = false;
  });
  afterEach(() => {
    smoother.dispose();
    renderer.dispose();
    renderer.forceContextLoss();
  });

  for (const rise of [0.1, 0.4, 0.9]) {
    it(`turns the steps of an outline that rises by ${rise} into a slope, and keeps its colour`, () => {
      drawSlope(rise);
      const before = pixels();
      assert.equal(partlyCovered({ data: before }), 0);
      smoother.smooth();
      const after = pixels();
      // Of a step of ten pixels three to either side are reached.
      assert.isAtLeast(partlyCovered({ data: after }), SIZE * 0.6);
      const [red, green, blue] = [...before.subarray(SIZE * 2, SIZE * 2 + 3)];
      // How much of a column is covered grows from column to column by the slope: a staircase is off by half a pixel.
      for (let x = 4; x < SIZE - 4; x++) {
        let covered = 0;
        for (let y = 0; y < SIZE; y++) {
          const at = (y * SIZE + x) * 4;
          const alpha = after[at + 3] / 255;
          covered += alpha;
          for (const [channel, whole] of [red!, green!, blue!].entries())
            assert.closeTo(after[at + channel], whole * alpha, 2, 'premultiplied');
        }
        const exact = SIZE / 2 + ((x + 0.5) / SIZE - 0.5) * rise * SIZE;
        assert.closeTo(covered, exact, 0.35, `column ${x}`);
      }
    });
  }

  it('joins what is left of a line that is thinner than a pixel', () => {
    // Three of four pixels of a row are dark before a white ground.
    renderer.setClearColor(0xffffff, 1);
    renderer.clear();
    const row = SIZE / 2;
    const gl = renderer.getContext();
    renderer.setScissorTest(true);
    renderer.setClearColor(0x000000, 1);
    for (let x = 10; x < SIZE - 10; x += 4) {
      renderer.setScissor(x, row, 3, 1);
      renderer.clear();
    }
    renderer.setScissorTest(false);
    assert.equal(gl.getError(), gl.NO_ERROR);
    smoother.smooth();
    const after = pixels();
    const shades = Array.from({ length: SIZE - 40 }, (_, index) => after[(row * SIZE + index + 20) * 4]);
    assert.isBelow(Math.max(...shades), 160, 'the gaps are darker than the ground');
    assert.isAbove(Math.min(...shades), 30, 'and the rest is lighter than it was');
  });

  it('leaves alone what has no edges, and whatever lies beside the viewport', () => {
    drawSlope(0.4);
    const before = pixels();
    renderer.setViewport(0, 0, SIZE / 2, SIZE);
    renderer.setScissor(0, 0, SIZE / 2, SIZE);
    renderer.setScissorTest(true);
    smoother.smooth();
    const after = pixels();
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const distance = Math.abs(y - SIZE / 2 - ((x + 0.5) / SIZE - 0.5) * 0.4 * SIZE);
        if (distance < 3 && x < SIZE / 2) continue;
        const at = (y * SIZE + x) * 4;
        assert.deepEqual([...after.subarray(at, at + 4)], [...before.subarray(at, at + 4)], `${x}, ${y}`);
      }
    }
  });

  it('frees what it holds', () => {
    drawSlope(0.4);
    smoother.smooth();
    const { memory } = renderer.info;
    assert.equal(memory.textures, 1);
    const { geometries } = memory;
    smoother.dispose();
    assert.equal(memory.textures, 0);
    assert.equal(memory.geometries, geometries - 1);
  });
});

describe('The picture of a stage', () => {
  /** The first three have a context of their own, the fourth shares one. */
  const COUNT = 4;
  let probes: StageProbe[] = [];
  afterEach(() => {
    probes.forEach((probe) => probe.close());
    probes = [];
  });

  it('has smooth outlines, whatever draws it', async () => {
    for (let index = 0; index < COUNT; index++) probes.push(await StageProbe.open((options, listener) => new LiveStage(options, listener)));
    await Promise.all(probes.map(({ stage }) => stage.load(ARIA_URL)));
    for (const probe of [probes[0], probes[COUNT - 1]]) {
      const picture = await probe.picture();
      // Its outline is about 600 pixels long at 160².
      assert.isAbove(partlyCovered(picture), 300, probeGraphics(probe.canvas).isSoftware ? 'in software' : 'on a GPU');
    }
  });
});
