import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHARACTERS } from '../../../characters/character.js';
import { vertexNormals } from '../../../characters/pose.js';
import type { Vec3 } from '../../../characters/vector.js';
import { distance, dot, subtract } from '../../../characters/vector.js';
import { both, builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';

const POSES: Record<string, Record<string, number>> = {
  'an open jaw': { jawOpen: 1 },
  'lips closed on it': { jawOpen: 1, mouthClose: 1 },
  'a pucker': { mouthPucker: 1 },
  'a funnel': { jawOpen: 0.4, mouthFunnel: 1 },
  'a smile': both('mouthSmile', 1),
  'rolled lips': { mouthRollUpper: 1, mouthRollLower: 1 },
  'raised lips': both('mouthUpperUp', 1),
  'puffed cheeks': { cheekPuff: 1 },
};

for (const character of CHARACTERS.filter((candidate) => candidate.beard > 0)) {
  describe(`the beard of ${character.name}`, () => {
    const avatar = builtAvatar(character);
    const [skin, beard] = [partOf(avatar, 'skin'), partOf(avatar, 'beard')];
    const nearest = (point: Vec3): number =>
      skin.positions.reduce(
        (best, candidate, index) => (distance(candidate, point) < distance(skin.positions[best], point) ? index : best),
        0,
      );
    const roots = beard.positions.map(nearest);
    /** Of each vertex over the skin at its root, cm. */
    const heights = (weights: Record<string, number>): number[] => {
      const positions = posed(skin, weights);
      const normals = vertexNormals(skin.part, positions);
      return posed(beard, weights).map((point, vertex) => dot(subtract(point, positions[roots[vertex]]), normals[roots[vertex]]));
    };
    const grown = heights({}).flatMap((height, vertex) => (height > 0.1 ? [vertex] : []));

    for (const [name, pose] of Object.entries(POSES)) {
      it(`stays outside of the skin in ${name}`, () => {
        assert.ok(grown.length > 300, `${grown.length} vertices`);
        const posedHeights = heights(pose);
        const least = Math.min(...grown.map((vertex) => posedHeights[vertex]));
        assert.ok(least > 0.02, `${least.toFixed(3)} cm`);
      });
    }
  });
}
