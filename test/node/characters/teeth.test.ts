import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRayCaster } from '../../../characters/ray-caster.js';
import { DEGREES, normalize } from '../../../characters/vector.js';
import { MOUTH_SHAPE_COUNT, MOUTH_SHAPES } from '../../../src/motion/engine/mouth-shapes.js';
import { VISEME_TARGETS } from '../../../src/motion/engine/viseme-targets.js';
import { VISEMES, type Viseme } from '../../../src/shared/contracts/visemes.js';
import { spoken } from '../../helpers/node/mood-faces.js';
import { builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

/** Rays this far apart, cm. */
const STEP = 0.08;
const FRONT = 20;
/** The camera of a portrait stands at the height of the eyes and sees the mouth from a little above. */
const VIEW = normalize([0, -Math.tan(4.3 * DEGREES), -1]);

type Seen = 'upper teeth' | 'lower teeth' | 'tongue' | 'depth';

for (const character of TESTED_CHARACTERS) {
  const avatar = builtAvatar(character);
  const [skin, teeth, tongue] = (['skin', 'teeth', 'tongue'] as const).map((name) => partOf(avatar, name));
  const trianglesOf = (triangles: readonly number[], isWanted: (vertex: number) => boolean): number[] =>
    triangles.filter((_, i) => [0, 1, 2].every((k) => isWanted(triangles[i - (i % 3) + k])));
  const isLining = (vertex: number): boolean => avatar.skinMesh.points[vertex].kind === 'mouthLining';
  const isUpper = (vertex: number): boolean => teeth!.part.points[vertex].jawWeight === 0;

  /** What is seen between the lips, each as a share of the opening; and the opening itself, cm². */
  function seenInMouth(weights: Record<string, number>): Record<Seen | 'area', number> {
    const [skinAt, teethAt, tongueAt] = [skin!, teeth!, tongue!].map((part) => posed(part, weights));
    const casters = [
      [null, createRayCaster([{ positions: skinAt!, triangles: trianglesOf(skin!.part.triangles, (vertex) => !isLining(vertex)) }])],
      ['upper teeth', createRayCaster([{ positions: teethAt!, triangles: trianglesOf(teeth!.part.triangles, isUpper) }])],
      [
        'lower teeth',
        createRayCaster([{ positions: teethAt!, triangles: trianglesOf(teeth!.part.triangles, (vertex) => !isUpper(vertex)) }]),
      ],
      ['tongue', createRayCaster([{ positions: tongueAt!, triangles: tongue!.part.triangles }])],
    ] as const;
    const counts: Record<Seen, number> = { 'upper teeth': 0, 'lower teeth': 0, tongue: 0, depth: 0 };
    /** Of the camera's side of a ray over the mouth. */
    const rise = ((FRONT - 7) * VIEW[1]) / VIEW[2];
    for (let x = -2.6; x <= 2.6; x += STEP) {
      for (let y = character.mouth.y - 3; y <= character.mouth.y + 1.2; y += STEP) {
        const hits = casters.map(([what, caster]) => ({ what, distance: caster.distanceTo([x, y + rise, FRONT], VIEW, 2 * FRONT) }));
        const nearest = hits.reduce((best, hit) => (hit.distance < best.distance ? hit : best));
        // Past the lips a ray goes on to the back of the head.
        if (nearest.distance > FRONT) counts.depth++;
        else if (nearest.what) counts[nearest.what]++;
      }
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const share = (what: Seen): number => (all === 0 ? 0 : counts[what] / all);
    return {
      'upper teeth': share('upper teeth'),
      'lower teeth': share('lower teeth'),
      tongue: share('tongue'),
      depth: share('depth'),
      area: all * STEP * STEP,
    };
  }
  const viseme = (name: Viseme): Record<Seen | 'area', number> => {
    const at = VISEMES.indexOf(name) * MOUTH_SHAPE_COUNT;
    return seenInMouth(spoken(Object.fromEntries(MOUTH_SHAPES.map((shape, i) => [shape, VISEME_TARGETS[at + i]]))));
  };

  describe(`the mouth of ${character.name}, seen in a portrait`, () => {
    for (const [name, least] of [
      ['SS', 0.8],
      ['nn', 0.7],
      ['ih', 0.55],
      ['E', 0.4],
      ['CH', 0.3],
      ['aa', 0.25],
    ] as const) {
      it(`shows its upper teeth in ${name}: ${least * 100} % of the opening or more`, () => {
        const seen = viseme(name);
        assert.ok(seen['upper teeth'] >= least, JSON.stringify(seen));
      });
    }

    for (const [name, most] of [
      ['ou', 0.1],
      ['oh', 0.2],
    ] as const) {
      it(`covers them in a rounded ${name}: ${most * 100} % of the opening at most`, () => {
        const seen = viseme(name);
        assert.ok(seen['upper teeth'] <= most, JSON.stringify(seen));
      });
    }

    for (const name of ['aa', 'E', 'oh', 'CH'] as const) {
      it(`shows no more tongue than 40 % of the opening in ${name}`, () => {
        const seen = viseme(name);
        assert.ok(seen.tongue <= 0.4, JSON.stringify(seen));
      });
    }

    it('shows lower teeth in CH', () => {
      const seen = viseme('CH');
      assert.ok(seen['lower teeth'] >= 0.03, JSON.stringify(seen));
    });

    it('shows nothing between the lips of p, b and m', () => {
      const { area } = viseme('PP');
      // One ray may slip through where the lips meet.
      assert.ok(area <= STEP * STEP, `${area} cm²`);
    });
  });
}
