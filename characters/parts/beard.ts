/** A short beard: the skin of jaw and lip once more, raised by the length of its hair. It moves with the skin below it. */
import type { Character } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { FacePoint } from '../face-point.js';
import type { Part, Strand } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import type { SkinMesh } from '../skin-mesh.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, dot, lerp, mix, normalize, scale, smoothstep } from '../vector.js';

/** Density at which it emerges from the skin. */
const EDGE = 0.35;
/** Height over the skin for each unit of density at its border, cm: what lies outside of it is as deep below. */
const SLOPE = 0.55;
/** Length of a full beard, cm. */
const FULL = 0.42;
/** Breadth of a stripe of strands, cm. */
const STRIPE = 1.15;

/** @param skinColours Of the mesh: the border of the beard takes on what is painted there. */
export function beard(character: Character, sculpt: Sculpt, { points, triangles }: SkinMesh, skinColours: readonly Vec3[]): Part {
  const random = createRandom(character.seed + 9);
  const colour = mix(linearFromHex(character.colours.hair), linearFromHex(character.colours.brow), 0.2);
  const grain = random();
  const density = points.map((point) => beardedness(character, point));
  const kept: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = triangles.slice(i, i + 3);
    if (corners.some((corner) => density[corner] > EDGE)) kept.push(...corners);
  }
  const used = [...new Set(kept)];
  const placeOf = new Map(used.map((index, place) => [index, place]));
  const normals = used.map((index) => sculpt.normalAt(points[index].position));
  return {
    name: 'beard',
    shading: 'hair',
    binding: 'neck',
    points: used.map((index, place) => {
      const point = points[index];
      const tuft = 0.8 + 0.4 * random();
      const height = Math.min(SLOPE * (density[index] - EDGE), FULL * character.beard * tuft);
      return { ...point, position: addScaled(point.position, normals[place], height) };
    }),
    triangles: kept.map((index) => placeOf.get(index)!),
    colours: used.map((index) =>
      mix(skinColours[index], scale(colour, 0.85 + 0.35 * random()), 0.3 + 0.7 * smoothstep(EDGE - 0.1, 0.8, density[index])),
    ),
    isDeformable: true,
    strands: used.map((index, place) => strandAt(points[index].position, normals[place], grain)),
  };
}

/** Strands hang, and run back along the jaw; stripes around the head, every second one mirrored so that they match. */
function strandAt([x, y, z]: Vec3, normal: Vec3, seed: number): Strand {
  const hanging: Vec3 = [0.12 * Math.sign(x) * smoothstep(0, 2, Math.abs(x)), -1, -0.35 * smoothstep(2, 5, Math.abs(x))];
  // Around the upright axis of the head, and under the chin along it: there hair runs down the neck.
  const place = (Math.atan2(Math.abs(x), z + 1) * 6.5 + 0.2 * y) / STRIPE;
  const across = (place - Math.floor(place)) * 2 - 1;
  return {
    tangent: normalize(addScaled(hanging, normal, -dot(hanging, normal))),
    across: Math.floor(place) % 2 === 0 ? across : -across,
    seed,
  };
}

/** Density of the beard at a point of the skin, 0..1; 0 on the lips. */
export function beardedness({ beard: amount, mouth }: Character, { position, kind, lip }: FacePoint): number {
  if (amount === 0 || kind === 'lid' || kind === 'mouthLining') return 0;
  const onSkin = lip ? smoothstep(0.96, 1.3, lip.across) : 1;
  return onSkin * bearded(position, mouth.y);
}

/** Along the jaw and around the mouth. Edges as soft as the mesh is coarse. */
function bearded([x, y, z]: Vec3, mouthY: number): number {
  const ax = Math.abs(x);
  // From the sideburn down the cheek to the corners of the mouth, in one hollow curve.
  const outwards = clamp((ax - 2 + Math.max(0, 4 - z) * 0.45) / 4.6, 0, 1.3);
  const cheekEdge = lerp(mouthY + 0.1, -0.8, outwards ** 2.4);
  const jaw = smoothstep(0.7, -0.6, y - cheekEdge) * smoothstep(-2, 1.6, z - 0.3 * Math.max(0, -3 - y));
  const moustache = smoothstep(0.5, -0.4, y - (mouthY + 1.3 - 0.3 * ax)) * (1 - smoothstep(2.4, 3.4, ax)) * smoothstep(3, 5, z);
  const neck = smoothstep(-11.2, -8.6, y + Math.max(0, z) * 0.1);
  // Before the ear it narrows into the sideburn.
  const sideburn = smoothstep(0.8, -0.8, z - (1.6 - 1.3 * y));
  return Math.max(jaw * sideburn * smoothstep(2.8, 1.6, y), moustache) * neck;
}
