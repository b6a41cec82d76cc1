import { Vector3 } from 'three';
import { assert, describe, it } from '#test';
import { CameraRig } from '../../../src/render/camera-rig.js';
import type { FramingAnchors } from '../../../src/shared/contracts/framing.js';
import { DEFAULT_STAGE_SETTINGS } from '../../../src/shared/contracts/stage-settings.js';

const BUST: FramingAnchors = { eyes: { x: 0, y: 1.6, z: 0.1 }, topY: 1.73, bottomY: 1.2, halfWidth: 0.25 };
const LEVEL = { phiRadians: Math.PI / 2, radius: 1, isRelative: true };

function rigFor(anchors = BUST): CameraRig {
  const rig = new CameraRig(DEFAULT_STAGE_SETTINGS);
  rig.frame(anchors, 1);
  return rig;
}

/** Place of a point in the picture, −1..1, and its depth as drawn, −1..1. */
function seen(rig: CameraRig, x: number, y: number, z: number): Vector3 {
  rig.camera.updateMatrixWorld();
  return new Vector3(x, y, z).project(rig.camera);
}

/** Until it stands, or for so long. */
function ease(rig: CameraRig, seconds = 3): void {
  for (let time = 0; time < seconds; time += 1 / 60) rig.update(1 / 60);
}

describe('The camera', () => {
  it('keeps the head in the middle from every side', () => {
    const rig = rigFor();
    const front = seen(rig, 0, 1.6, 0.022);
    for (const thetaRadians of [0.7, -1.5, Math.PI]) {
      rig.configure({ orbit: { ...LEVEL, thetaRadians } });
      ease(rig);
      const head = seen(rig, 0, 1.6, 0.022);
      assert.closeTo(head.x, 0, 1e-3);
      assert.closeTo(head.y, front.y, 1e-3);
    }
  });

  it('looks from the right of the character at θ = 90°, and down from above', () => {
    const rig = rigFor();
    rig.configure({ orbit: { ...LEVEL, thetaRadians: Math.PI / 2 } });
    ease(rig);
    assert.isAbove(rig.camera.position.x, 0.3);
    assert.isBelow(seen(rig, 0, 1.6, 0.1).x, 0, 'the nose points to the left of the picture');
    rig.configure({ orbit: { ...LEVEL, thetaRadians: 0, phiRadians: Math.PI / 3 } });
    ease(rig);
    assert.isAbove(rig.camera.position.y, 1.7);
  });

  it('keeps the whole model between its near and far planes', () => {
    for (const anchors of [BUST, { ...BUST, bottomY: 0, halfWidth: 0.5 }]) {
      const rig = rigFor(anchors);
      rig.configure({ view: 'full' });
      for (const thetaRadians of [0, 1, 3]) {
        rig.configure({ orbit: { ...LEVEL, thetaRadians } });
        ease(rig);
        for (const x of [-anchors.halfWidth, anchors.halfWidth]) {
          for (const y of [anchors.bottomY, anchors.topY]) assert.isBelow(Math.abs(seen(rig, x, y, 0).z), 1);
        }
      }
    }
  });

  it('takes a distance in metres as it is, and one in per cent of the view', () => {
    const rig = rigFor();
    const distance = () => rig.camera.position.distanceTo(new Vector3(0, rig.camera.position.y, 0.1 - 0.13 * 0.6));
    const usual = distance();
    rig.configure({ orbit: { ...LEVEL, thetaRadians: 0, radius: 1.5 } });
    ease(rig);
    assert.closeTo(distance(), usual * 1.5, 1e-3);
    rig.configure({ orbit: { ...LEVEL, thetaRadians: 0, radius: 2, isRelative: false } });
    ease(rig);
    assert.closeTo(distance(), 2, 1e-3);
  });

  it('shifts by halves of the picture and scales about its middle', () => {
    const rig = rigFor();
    const plain = seen(rig, 0.05, 1.7, 0.1);
    rig.configure({ transform: { x: 0.5, y: -0.25, scale: 2 } });
    ease(rig);
    const moved = seen(rig, 0.05, 1.7, 0.1);
    assert.closeTo(moved.x, plain.x * 2 + 0.5, 1e-3);
    assert.closeTo(moved.y, plain.y * 2 - 0.25, 1e-3);
  });

  it('moves without a jump and arrives, at any frame rate alike', () => {
    const at = (frameRate: number): number => {
      const rig = rigFor();
      rig.configure({ orbit: { ...LEVEL, thetaRadians: 1 } });
      let [last, largest] = [rig.camera.position.x, 0];
      for (let frame = 0; frame < frameRate * 0.25; frame++) {
        rig.update(1 / frameRate);
        largest = Math.max(largest, Math.abs(rig.camera.position.x - last) * frameRate);
        last = rig.camera.position.x;
      }
      assert.isBelow(largest, 8, 'm/s');
      return last;
    };
    assert.closeTo(at(60), at(20), 1e-6);
    const rig = rigFor();
    rig.configure({ orbit: { ...LEVEL, thetaRadians: 1 } });
    const start = rig.camera.position.clone();
    rig.configure({ motionStyle: 'calm' });
    rig.update(1e-3);
    assert.isAbove(rig.camera.position.distanceTo(start), 0.2, 'at once when calm');
  });
});
