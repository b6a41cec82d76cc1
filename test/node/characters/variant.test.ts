import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { buildAvatar } from '../../../characters/build-avatar.js';
import { aria, nia } from '../../../characters/character.js';
import { writeGlb } from '../../../characters/glb.js';
import type { Variant } from '../../../characters/variant.js';
import { characterFromVariant } from '../../../characters/variant.js';
import { distance } from '../../../characters/vector.js';
import { partOf, posed } from '../../helpers/node/posed-avatar.js';

const exampleOf = async (name: string): Promise<Variant> =>
  JSON.parse(await readFile(`examples/characters/${name}.json`, 'utf8')) as Variant;
const [rosa, mira] = [await exampleOf('rosa'), await exampleOf('mira')];

describe('a variant of a built-in character', () => {
  it('changes what it names and keeps the rest', () => {
    const character = characterFromVariant(rosa);
    assert.equal(character.name, 'rosa');
    assert.equal(character.eye.radius, rosa.eye!.radius);
    assert.deepEqual(character.eye.centre, aria.eye.centre);
    assert.equal(aria.age, 0);
  });

  it('starts a hairdo of another style from who wears it', () => {
    const { hair } = characterFromVariant({ base: 'aria', name: 'ada', hair: { style: 'curls', volume: 2 } });
    assert.deepEqual(hair, { ...nia.hair, volume: 2 });
  });

  it('tells what it does not know', () => {
    assert.throws(() => characterFromVariant({ base: 'ann', name: 'ada' }), /no character "ann"/);
    assert.throws(() => characterFromVariant({ base: 'aria', name: 'theo' }), /"theo" cannot be/);
    assert.throws(
      () => characterFromVariant({ base: 'aria', name: 'ada', nose: { lenght: 1 } } as unknown as Variant),
      /no parameter nose\.lenght/,
    );
  });

  it('of another age, with glasses, builds: 600 kB, 30 000 triangles, lips that seal', async () => {
    const avatar = buildAvatar(characterFromVariant(rosa), { hasOcclusion: false });
    const triangles = avatar.parts.reduce((sum, { part }) => sum + part.triangles.length / 3, 0);
    assert.ok(triangles <= 30_000, `${triangles} triangles`);
    assert.ok((await writeGlb(avatar)).length <= 600_000);
    const skin = partOf(avatar, 'skin');
    const poses: Record<string, number>[] = [
      {},
      { jawOpen: 0.5, mouthClose: 0.5 },
      { jawOpen: 1, mouthClose: 1, mouthSmileLeft: 0.6, mouthSmileRight: 0.6 },
    ];
    for (const pose of poses) {
      const positions = posed(skin, pose);
      const gap = Math.max(...avatar.skinMesh.seamTwins.map(([upper, lower]) => distance(positions[upper], positions[lower])));
      assert.ok(gap < 0.02, `${gap} cm`);
    }
  });

  it('with long hair builds: below the chin, clear of shoulders and collar, bent with the neck', async () => {
    const avatar = buildAvatar(characterFromVariant(mira), { hasOcclusion: false });
    const triangles = avatar.parts.reduce((sum, { part }) => sum + part.triangles.length / 3, 0);
    assert.ok(triangles <= 30_000, `${triangles} triangles`);
    assert.ok((await writeGlb(avatar)).length <= 600_000);
    const [hair, cloth] = [partOf(avatar, 'hair'), partOf(avatar, 'cloth')];
    const lowest = Math.min(...hair.positions.map(([, y]) => y));
    assert.ok(lowest < -11, `${lowest} cm, the chin ends at -9`);
    assert.equal(hair.part.binding, 'neck');
    for (const [x, y, z] of hair.positions.filter((point) => point[1] < -9)) {
      const below = cloth.positions.filter((point) => Math.hypot(point[0] - x, point[2] - z) < 0.6);
      assert.ok(
        below.every((point) => point[1] < y),
        `in the cloth at ${x.toFixed(1)}, ${y.toFixed(1)}, ${z.toFixed(1)}`,
      );
    }
  });

  it('wears its glasses before the face and the lashes, whatever the brows and cheeks do', () => {
    const avatar = buildAvatar(characterFromVariant(rosa), { hasOcclusion: false });
    const frame = partOf(avatar, 'glasses').positions;
    const pose = {
      browDownLeft: 1,
      browDownRight: 1,
      mouthSmileLeft: 1,
      mouthSmileRight: 1,
      cheekSquintLeft: 1,
      cheekSquintRight: 1,
      eyeWideLeft: 1,
      eyeWideRight: 1,
    };
    for (const name of ['skin', 'brows', 'lashes']) {
      for (const weights of [{}, pose]) {
        const others = posed(partOf(avatar, name), weights);
        // The rims are seen from the front: what lies behind one of their points is nearer to the head.
        for (const [x, y, z] of frame.filter((point) => point[2] > 6.5)) {
          const near = others.filter((point) => Math.hypot(point[0] - x, point[1] - y) < 0.25);
          assert.ok(
            near.every((point) => point[2] < z),
            `${name} at ${x.toFixed(1)}, ${y.toFixed(1)}`,
          );
        }
      }
    }
  });
});
