import { assert } from 'chai';
import type { FramingAnchors, View } from '../../../src/shared/contracts/framing.js';
import { type CameraFraming, frameCamera } from '../../../src/shared/core/frame-camera.js';

const BODY: FramingAnchors = { eyes: { x: 0.01, y: 1.63, z: 0.1 }, topY: 1.77, bottomY: 0, halfWidth: 0.4 };
const BUST: FramingAnchors = { eyes: { x: 0, y: 0, z: 0.05 }, topY: 0.13, bottomY: -0.42, halfWidth: 0.2 };

/** Place in the picture of a point in the plane of the eyes, 0..1 from the upper left. */
function seen(framing: CameraFraming, anchors: FramingAnchors, aspect: number, x: number, y: number): { x: number; y: number } {
  const height = 2 * (framing.z - anchors.eyes.z) * Math.tan((framing.fovDegrees * Math.PI) / 360);
  return { x: 0.5 + (x - framing.x) / (height * aspect), y: 0.5 - (y - framing.y) / height };
}

const framed = (view: View, anchors: FramingAnchors, aspect: number) =>
  frameCamera(view, anchors, aspect, { x: 0, y: 0, z: 0, fovDegrees: 0 });

describe('Framing', () => {
  for (const aspect of [0.5, 1, 1.8]) {
    it(`shows the whole head in a portrait, eyes above the middle (aspect ${aspect})`, () => {
      const framing = framed('portrait', BODY, aspect);
      const eyes = seen(framing, BODY, aspect, BODY.eyes.x, BODY.eyes.y);
      const unit = BODY.topY - BODY.eyes.y;
      assert.closeTo(eyes.x, 0.5, 1e-6);
      assert.isBelow(eyes.y, 0.52);
      assert.isAbove(seen(framing, BODY, aspect, 0, BODY.topY).y, 0.02);
      assert.isBelow(seen(framing, BODY, aspect, 0, BODY.eyes.y - unit).y, 0.98);
      assert.isAbove(seen(framing, BODY, aspect, BODY.eyes.x - unit * 0.8, BODY.eyes.y).x, 0.02);
    });

    it(`shows everything in full, feet included (aspect ${aspect})`, () => {
      const framing = framed('full', BODY, aspect);
      assert.isAbove(seen(framing, BODY, aspect, 0, BODY.topY).y, 0);
      assert.isBelow(seen(framing, BODY, aspect, 0, BODY.bottomY).y, 1);
      assert.isAbove(seen(framing, BODY, aspect, BODY.eyes.x - BODY.halfWidth, 1).x, 0);
    });
  }

  it('goes from near to far: portrait, bust, full', () => {
    const [portrait, bust, full] = (['portrait', 'bust', 'full'] as const).map((view) => framed(view, BODY, 1).z);
    assert.isBelow(portrait, bust);
    assert.isBelow(bust, full);
  });

  it('never shows the cut under a model that ends at the chest', () => {
    for (const view of ['portrait', 'bust'] as const) {
      assert.isAbove(seen(framed(view, BUST, 1), BUST, 1, 0, BUST.bottomY).y, 1);
    }
  });
});
