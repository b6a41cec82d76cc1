import { assert } from 'chai';

import { cameraOrbitFrom, cameraOrbitText, pictureTransformFrom } from '../../../src/element/camera-settings.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';

function codeOf(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    assert.instanceOf(error, AvatarError);
    return (error as AvatarError).code;
  }
}

describe('Camera settings', () => {
  it('read camera-orbit as model-viewer does', () => {
    const straight = { thetaRadians: 0, phiRadians: Math.PI / 2, radius: 1, isRelative: true };
    for (const text of [null, '', 'auto', 'auto auto', '  auto auto auto ']) assert.deepEqual(cameraOrbitFrom(text), straight);
    const orbit = cameraOrbitFrom('-30deg 1.2rad 150%');
    assert.closeTo(orbit.thetaRadians, -Math.PI / 6, 1e-9);
    assert.closeTo(orbit.phiRadians, 1.2, 1e-9);
    assert.deepEqual([orbit.radius, orbit.isRelative], [1.5, true]);
    for (const [text, metres] of [
      ['auto auto 2m', 2],
      ['auto auto 80cm', 0.8],
      ['auto auto 950mm', 0.95],
    ] as const) {
      const { radius, isRelative } = cameraOrbitFrom(text);
      assert.closeTo(radius, metres, 1e-9);
      assert.isFalse(isRelative);
    }
  });

  it('write what they read', () => {
    for (const text of ['30deg 80deg 110%', '-45.5deg 90deg 0.8m']) assert.equal(cameraOrbitText(cameraOrbitFrom(text)), text);
  });

  it('refuse a camera-orbit that cannot be', () => {
    for (const text of [
      '30',
      '30deg 80',
      '0deg 200deg',
      '0deg -1deg',
      '0deg 90deg 0%',
      '0deg 90deg -1m',
      '1deg 2deg 3% 4',
      'left',
      'NaNdeg',
      '1e999xdeg',
      '0deg 90deg 1toString',
    ]) {
      assert.equal(
        codeOf(() => cameraOrbitFrom(text)),
        ErrorCode.invalidConfiguration,
        text,
      );
    }
  });

  it('read transform as text and as an object, and refuse the rest', () => {
    assert.deepEqual(pictureTransformFrom(null), { x: 0, y: 0, scale: 1 });
    assert.deepEqual(pictureTransformFrom('0.2 -0.1 1.5'), { x: 0.2, y: -0.1, scale: 1.5 });
    assert.deepEqual(pictureTransformFrom('0.2, -0.1'), { x: 0.2, y: -0.1, scale: 1 });
    assert.deepEqual(pictureTransformFrom({ scale: 2 }), { x: 0, y: 0, scale: 2 });
    for (const wrong of ['a b c', '0 0 0', '0 0 -1', '1 2 3 4', { x: Number.NaN }, { scale: Infinity }, { z: 1 } as object]) {
      assert.equal(
        codeOf(() => pictureTransformFrom(wrong)),
        ErrorCode.invalidConfiguration,
        JSON.stringify(wrong),
      );
    }
  });
});
