/**
 * Glasses: two rims, a bridge, temples that lie along the head to the ears; of the lenses only the reflections, so that the eyes
 * stay clear.
 */
import type { Character, Glasses } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { gridTriangles, mergeParts, rigidPoint } from '../part.js';
import type { Sculpt } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { addScaled, catmullRom, cross, lerp, normalize, subtract } from '../vector.js';

const SIDES = 5;
const RIM_SEGMENTS = 32;
const TEMPLE_SEGMENTS = 12;
/** Half width and half height of a rim, cm. */
const RIM = [2.5, 2.2] as const;
/** Angles and radii of the reflection of the key light, above the viewer's left. */
const GLINTS = [
  { from: 0.5, to: 1.22, inner: 0.74, outer: 0.84 },
  { from: 0.62, to: 1.1, inner: 0.64, outer: 0.68 },
] as const;
const GLINT_SEGMENTS = 8;
const GLINT_COLOUR = '#f6e8de';
/** Distance of the temples from the head, cm. */
const CLEARANCE = 0.24;

export function glasses(character: Character, style: Glasses, sculpt: Sculpt): Part {
  const colour = linearFromHex(style.colour);
  const [eyeX, eyeY] = character.eye.centre;
  const exponent = lerp(3.4, 2, style.roundness);
  /** The frame is bent around the face. */
  const front = (x: number, y: number): Vec3 => [x, y, 8.5 - 0.036 * x * x];
  const rim = (angle: number, share = 1): Vec3 => {
    const power = (value: number): number => Math.sign(value) * Math.abs(value) ** (2 / exponent);
    return front(eyeX + 0.1 + share * RIM[0] * power(Math.cos(angle)), eyeY + share * RIM[1] * power(Math.sin(angle)));
  };
  const beside = (y: number, z: number): Vec3 => {
    let x = 4;
    while (sculpt.head([x, y, z]) < CLEARANCE) x += 0.02;
    return [x, y, z];
  };
  const hinge = rim(0.35);
  const temple = [
    hinge,
    addScaled(hinge, [0.25, 0, -0.5], 1),
    ...[3.5, 1.5, -0.5, -1.8].map((z) => beside(hinge[1], z)),
    beside(hinge[1] - 1.2, -2.8),
  ];
  const half = [
    tube(
      Array.from({ length: RIM_SEGMENTS }, (_, i) => rim((i / RIM_SEGMENTS) * 2 * Math.PI)),
      style.thickness,
      true,
    ),
    tube(
      Array.from({ length: TEMPLE_SEGMENTS + 1 }, (_, i) => catmullRom(temple, i / TEMPLE_SEGMENTS) as unknown as Vec3),
      style.thickness * 0.9,
      false,
    ),
  ];
  const inner = rim(Math.PI - 0.45);
  const bridge = tube(
    Array.from({ length: 7 }, (_, i) => front(lerp(inner[0], -inner[0], i / 6), inner[1] + 0.35 * Math.sin((i / 6) * Math.PI))),
    style.thickness,
    false,
  );
  const frame = [...half, ...half.map(mirrored), bridge].map((shape) => ({ ...shape, colour }));
  // On the same side of both lenses: on the left one that is towards the nose.
  const glints = GLINTS.flatMap((place) =>
    [glint(place, (angle, share) => rim(Math.PI - angle, share)), glint(place, (angle, share) => across(rim(angle, share)))].map(
      (shape) => ({ ...shape, colour: linearFromHex(GLINT_COLOUR) }),
    ),
  );
  const part = mergeParts(
    [...frame, ...glints].map(
      ({ points, triangles, colour: paint }): Part => ({
        name: 'glasses',
        shading: 'skin',
        binding: 'Head',
        points: points.map((position) => rigidPoint(position)),
        triangles,
        colours: points.map(() => paint),
        isDeformable: false,
      }),
    ),
  );
  return { ...part, gloss: part.points.map(() => 1) };
}

interface Shape {
  points: Vec3[];
  triangles: number[];
}

function tube(path: readonly Vec3[], radius: number, isClosed: boolean): Shape {
  const at = (index: number): Vec3 => path[isClosed ? (index + path.length) % path.length : Math.min(path.length - 1, Math.max(0, index))];
  const points = path.flatMap((middle, index) => {
    const along = normalize(subtract(at(index + 1), at(index - 1)));
    const out = normalize(cross(along, Math.abs(along[2]) < 0.8 ? [0, 0, 1] : [0, 1, 0]));
    const up = cross(along, out);
    return Array.from({ length: SIDES }, (_, side) => {
      const angle = (side / SIDES) * 2 * Math.PI;
      return addScaled(addScaled(middle, out, radius * Math.cos(angle)), up, radius * Math.sin(angle));
    });
  });
  const rows = path.length + (isClosed ? 1 : 0);
  // The last row of a closed tube is its first one again.
  const triangles = gridTriangles(rows, SIDES, { isClosed: true, isFlipped: true }).map((index) => index % points.length);
  return { points, triangles };
}

const across = ([x, y, z]: Vec3): Vec3 => [-x, y, z];

const mirrored = ({ points, triangles }: Shape): Shape => ({ points: points.map(across), triangles: [...triangles].reverse() });

/**
 * A crescent on the lens. @param at Point by angle around the lens and share of the distance to its rim; Towards the viewer's
 * right as the angle grows: the other way round it is seen from behind.
 */
function glint({ from, to, inner, outer }: (typeof GLINTS)[number], at: (angle: number, share: number) => Vec3): Shape {
  const points = Array.from({ length: GLINT_SEGMENTS + 1 }, (_, i) => {
    const half = ((outer - inner) / 2) * Math.sin((i / GLINT_SEGMENTS) * Math.PI) ** 0.6;
    const angle = lerp(from, to, i / GLINT_SEGMENTS);
    return [-1, 1].map((side) => at(angle, (inner + outer) / 2 + side * half));
  }).flat();
  return { points, triangles: gridTriangles(GLINT_SEGMENTS + 1, 2, { isFlipped: true }) };
}
