import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { add, distance, scale } from '../../../characters/vector.js';
import { both, builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

for (const character of TESTED_CHARACTERS) {
  const avatar = builtAvatar(character);
  const skin = partOf(avatar, 'skin');
  const { lids } = avatar;
  const points = avatar.skinMesh.points;

  /** Least distance of the lids' outside from the eyeball's surface, cm; vertices and middles of triangles. */
  function clearance(weights: Record<string, number>): number {
    const positions = posed(skin, weights);
    let least = Infinity;
    const { triangles } = skin.part;
    for (let i = 0; i < triangles.length; i += 3) {
      const corners = [triangles[i], triangles[i + 1], triangles[i + 2]];
      if (!corners.every((corner) => points[corner].lid && !points[corner].lid.isInner)) continue;
      const centre = lids.centre(points[corners[0]].lid!.eye);
      const [a, b, c] = corners.map((corner) => positions[corner]) as [(typeof positions)[0], (typeof positions)[0], (typeof positions)[0]];
      for (const p of [a, b, c, scale(add(add(a, b), c), 1 / 3)]) least = Math.min(least, distance(p, centre) - lids.eyeRadius);
    }
    return least;
  }

  describe(`the lids of ${character.name}`, () => {
    for (let step = 0; step <= 10; step++) {
      it(`lie outside the eyeball at blink ${step / 10}`, () => {
        const least = clearance(both('eyeBlink', step / 10));
        assert.ok(least > 0, `${least} cm`);
      });
    }

    it('would dip into the eyeball without the corrective', () => {
      const least = clearance({ eyeBlinkLeft: 0.5, eyeBlinkRight: 0.5, 'eyeBlinkLeft.mid': -1, 'eyeBlinkRight.mid': -1 });
      assert.ok(least < 0.05, `${least} cm`);
    });

    for (const [title, weights] of Object.entries({
      squint: both('eyeSquint', 1),
      wide: both('eyeWide', 1),
      'look down': both('eyeLookDown', 1),
      'look up': both('eyeLookUp', 1),
      'look left': { eyeLookOutLeft: 1, eyeLookInRight: 1 },
    })) {
      it(`lie outside the eyeball for ${title}`, () => {
        assert.ok(clearance(weights) > 0);
      });
    }

    it('meet when they are closed', () => {
      const positions = posed(skin, both('eyeBlink', 1));
      for (const rim of avatar.skinMesh.lidRims) {
        for (let column = 1; column < rim.length / 2; column++) {
          const upper = positions[rim[column]];
          const lower = positions[rim[rim.length - column]];
          assert.ok(upper[1] <= lower[1], `column ${column}: ${upper[1] - lower[1]} cm open`);
        }
      }
    });

    it('cover a little of the iris at rest, above it no white shows', () => {
      const { radius, irisFraction } = character.eye;
      const positions = posed(skin, {});
      avatar.skinMesh.lidRims.forEach((rim, eye) => {
        const [centreX, centreY] = lids.centre(eye === 0 ? 1 : -1);
        const irisTop = centreY + radius * irisFraction;
        const overPupil = rim.slice(1, rim.length / 2).filter((index) => Math.abs(positions[index][0] - centreX) < 0.3 * radius);
        assert.ok(overPupil.length > 4);
        for (const index of overPupil) {
          const covered = (irisTop - positions[index][1]) / (2 * radius * irisFraction);
          assert.ok(covered > 0.02 && covered < 0.25, `${(covered * 100).toFixed(1)} % of the iris`);
        }
      });
    });

    it('take the lashes along', () => {
      const lashes = partOf(avatar, 'lashes');
      const meanY = (weights: Record<string, number>): number =>
        posed(lashes, weights).reduce((sum, [, y]) => sum + y, 0) / lashes.positions.length;
      assert.ok(meanY(both('eyeBlink', 1)) < meanY({}) - 0.8);
    });
  });
}
