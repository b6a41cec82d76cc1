import { assert } from 'chai';
import { GazeController } from '../../../src/element/gaze-controller.js';
import { PointerGaze } from '../../../src/element/pointer-gaze.js';
import type { GazePoint } from '../../../src/shared/contracts/stage-settings.js';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const frames = async () => {
  for (let i = 0; i < 3; i++) await frame();
};
const pointer = (name: string, clientX: number, clientY: number, pointerType = 'mouse', target: EventTarget = window) =>
  target.dispatchEvent(new PointerEvent(name, { clientX, clientY, pointerType }));

function createHost() {
  const host = document.createElement('div');
  host.style.cssText = 'position: fixed; left: 100px; top: 50px; width: 200px; height: 400px';
  document.body.append(host);
  const lit = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  return Object.assign(host, lit);
}

describe('Following the pointer', () => {
  it('tells the newest place, once per frame, and lets go when the mouse has left', async () => {
    const points: (number | null)[] = [];
    const gaze = new PointerGaze(document.body, (point) => points.push(point && point.clientX));
    for (let x = 0; x < 50; x++) pointer('pointermove', x, 0);
    assert.lengthOf(points, 0);
    await frames();
    assert.deepEqual(points, [49]);
    pointer('pointerleave', 0, 0, 'mouse', document.documentElement);
    await frames();
    assert.deepEqual(points, [49, null]);
    window.dispatchEvent(new Event('blur'));
    await frames();
    assert.equal(points.at(-1), null);
    gaze.stop();
    pointer('pointermove', 7, 0);
    await frames();
    assert.notInclude(points, 7);
  });

  it('looks where a finger was for a moment after it was lifted', async () => {
    const points: (number | null)[] = [];
    const gaze = new PointerGaze(document.body, (point) => points.push(point && point.clientX));
    pointer('pointerdown', 30, 0, 'touch');
    pointer('pointerup', 30, 0, 'touch');
    pointer('pointerleave', 30, 0, 'touch', document.documentElement);
    await frames();
    assert.deepEqual(points, [30]);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    await frames();
    assert.deepEqual(points, [30, null]);
    gaze.stop();
  });
});

describe('What an element looks at', () => {
  let host: ReturnType<typeof createHost>;
  let points: (GazePoint | null)[];
  let gaze: GazeController;

  beforeEach(() => {
    host = createHost();
    points = [];
    gaze = new GazeController(host, (point) => points.push(point));
  });
  afterEach(() => {
    gaze.hostDisconnected();
    host.remove();
  });

  it('is a point of its picture, which may lie beside it', () => {
    gaze.lookAt({ clientX: 200, clientY: 250 });
    gaze.lookAt({ clientX: 100, clientY: 50 });
    gaze.lookAt({ clientX: 500, clientY: 450 });
    gaze.lookAt(null);
    assert.deepEqual(points, [{ x: 0, y: 0 }, { x: -1, y: 1 }, { x: 3, y: -1 }, null]);
  });

  it('is the pointer while that is wanted and nothing else was named', async () => {
    gaze.followPointer(true);
    while (points.length === 0) {
      pointer('pointermove', 300, 250);
      await frame();
    }
    assert.deepEqual(points.at(-1), { x: 1, y: 0 });
    gaze.lookAt({ clientX: 200, clientY: 250 });
    pointer('pointermove', 100, 50);
    await frames();
    assert.deepEqual(points.at(-1), { x: 0, y: 0 });
    gaze.lookAt(null);
    pointer('pointermove', 100, 50);
    await frames();
    assert.deepEqual(points.at(-1), { x: -1, y: 1 });
    gaze.followPointer(false);
    assert.isNull(points.at(-1));
    const count = points.length;
    pointer('pointermove', 150, 50);
    await frames();
    assert.lengthOf(points, count);
  });
});
