import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAvatar } from '../../../characters/build-avatar.js';
import type { Character } from '../../../characters/character.js';
import { aria } from '../../../characters/character.js';
import { LidShape } from '../../../characters/lid-shape.js';
import { MouthShape } from '../../../characters/mouth-shape.js';
import { createSculpt } from '../../../characters/sculpt.js';
import { buildSkinMesh } from '../../../characters/skin-mesh.js';
import { builtAvatar } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

for (const character of TESTED_CHARACTERS) {
  const { points, planes, triangles } = builtAvatar(character).skinMesh;

  describe(`the skin of ${character.name}`, () => {
    it('has no folded triangle in the plane it was planned in', () => {
      let checked = 0;
      for (let i = 0; i < triangles.length; i += 3) {
        const corners = [triangles[i], triangles[i + 1], triangles[i + 2]];
        const [a, b, c] = corners.map((corner) => planes[corner]);
        // Lips meet in a line, and the back of the head closes behind the edge of the plane.
        const isPlanned = corners.every((corner) => points[corner].position[2] > -6 && (points[corner].lip?.across ?? 2) > 1);
        if (!a || !b || !c || !isPlanned) continue;
        checked++;
        assert.ok((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0, `triangle at ${points[corners[0]].position.join()}`);
      }
      assert.ok(checked > 5000);
    });

    it('is closed but for the neck and the hidden edges of the lids', () => {
      const edges = new Set<string>();
      for (let i = 0; i < triangles.length; i++) edges.add(`${triangles[i]} ${triangles[i % 3 === 2 ? i - 2 : i + 1]}`);
      for (const edge of edges) {
        const [from, to] = edge.split(' ').map(Number) as [number, number];
        if (edges.has(`${to} ${from}`)) continue;
        const { position, lid } = points[from];
        assert.ok(position[1] < -14 || lid?.isInner, `open edge at ${position.join()}`);
      }
    });
  });
}

describe('the skin', () => {
  it('adapts to other characters', () => {
    const broad: Character = {
      ...aria,
      eye: { ...aria.eye, radius: 2.2, upperOpening: 27, lowerOpening: 24, tilt: 0 },
      head: { faceWidth: 6.1, jawWidth: 3.2, jawCorner: 1, chinY: -7.4, cheek: 2.35, taper: 0.02, neckRadius: 4 },
      nose: { length: 1.2, width: 0.98 },
      mouth: { y: -5.4, halfWidth: 2.4, fullness: 0.75 },
    };
    const slight: Character = {
      ...aria,
      eye: { ...aria.eye, tilt: 6 },
      head: { faceWidth: 5.6, jawWidth: 2.2, jawCorner: 0, chinY: -7, cheek: 2.6, taper: 0.12, neckRadius: 3.2 },
      nose: { length: 0.75, width: 0.72 },
      mouth: { y: -5.1, halfWidth: 2, fullness: 1.2 },
    };
    for (const character of [broad, slight]) {
      const mesh = buildSkinMesh(character, createSculpt(character), new MouthShape(character), new LidShape(character));
      assert.ok(mesh.triangles.length / 3 < 11_000);
    }
  });

  it('refuses a character whose features collide', () => {
    assert.throws(() => buildAvatar({ ...aria, nose: { length: 1.3, width: 1.9 } }), /fold/);
    assert.throws(() => buildAvatar({ ...aria, eye: { ...aria.eye, centre: [1.6, -0.1, 4.95] } }), /fold/);
  });
});
