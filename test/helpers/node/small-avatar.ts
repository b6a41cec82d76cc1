/**
 * An avatar file of some 20 kB with the 52 shapes, the joints and the shading of the built-in ones: a sphere with two eyes. For tests
 * whose subject is not the avatar; software draws it in a fraction of the time.
 */
import type { Avatar, FinishedPart } from '../../../characters/build-avatar.js';
import { aria } from '../../../characters/character.js';
import { writeGlb } from '../../../characters/glb.js';
import { type Part, rigidPoint } from '../../../characters/part.js';
import type { Vec3 } from '../../../characters/vector.js';
import { ARKIT_CHANNELS } from '../../../src/shared/contracts/channels.js';

/** cm, from the middle of the head. */
const HEAD = { centre: [0, -1, 0] as Vec3, radius: 8 };
const MOUTH: Vec3 = [0, -5, 6];
/** Vertices so near to the mouth follow every shape. */
const REACH = 5;

interface Sphere {
  points: Vec3[];
  triangles: number[];
}

function sphere([x, y, z]: Vec3, radius: number, columns: number, rows: number): Sphere {
  const points: Vec3[] = [];
  const triangles: number[] = [];
  for (let row = 0; row <= rows; row++) {
    const polar = (Math.PI * row) / rows;
    for (let column = 0; column <= columns; column++) {
      const turn = (2 * Math.PI * column) / columns;
      const across = radius * Math.sin(polar);
      points.push([x + across * Math.sin(turn), y + radius * Math.cos(polar), z + across * Math.cos(turn)]);
      if (row === rows || column === columns) continue;
      const corner = row * (columns + 1) + column;
      const below = corner + columns + 1;
      triangles.push(corner, below, below + 1, corner, below + 1, corner + 1);
    }
  }
  return { points, triangles };
}

function finished(
  { points, triangles }: Sphere,
  centre: Vec3,
  looks: Pick<Part, 'name' | 'shading' | 'binding'>,
  deltas: FinishedPart['deltas'],
): FinishedPart {
  const isNearMouth = (point: Vec3): boolean => Math.hypot(...point.map((value, axis) => value - MOUTH[axis])) < 2;
  const part: Part = {
    ...looks,
    points: points.map((point) => rigidPoint(point)),
    triangles,
    colours: points.map((point): Vec3 => (isNearMouth(point) ? [0.3, 0.02, 0.02] : [0.6, 0.4, 0.3])),
    isDeformable: deltas.size > 0,
  };
  const normals = points.map((point) => {
    const outward = point.map((value, axis) => value - centre[axis]);
    const length = Math.hypot(...outward);
    return outward.map((value) => value / length) as unknown as Vec3;
  });
  return { part, positions: points, normals, occlusion: new Float64Array(points.length).fill(1), deltas };
}

/** The jaw moves the mouth down by 2 cm, every other shape by 0.4 cm in a direction of its own. */
function shapesOf(points: readonly Vec3[]): FinishedPart['deltas'] {
  return new Map(
    ARKIT_CHANNELS.map((channel, index) => {
      const direction: Vec3 = channel === 'jawOpen' ? [0, -2, 0] : [0.4 * Math.cos(index), 0.4 * Math.sin(index), 0];
      const follow = (point: Vec3): number => Math.max(0, 1 - Math.hypot(...point.map((value, axis) => value - MOUTH[axis])) / REACH);
      return [channel, points.map((point) => direction.map((value) => value * follow(point)) as unknown as Vec3)];
    }),
  );
}

/** The bytes of the `.glb`. */
export async function smallAvatar(): Promise<Buffer> {
  const head = sphere(HEAD.centre, HEAD.radius, 14, 10);
  const { radius } = aria.eye;
  const eye = (side: 'Left' | 'Right'): FinishedPart =>
    finished(sphere([0, 0, 0], radius, 8, 6), [0, 0, 0], { name: `eye${side}`, shading: 'eye', binding: `${side}Eye` }, new Map());
  const skin = finished(head, HEAD.centre, { name: 'skin', shading: 'skin', binding: 'neck' }, shapesOf(head.points));
  const avatar: Pick<Avatar, 'character' | 'parts'> = { character: aria, parts: [skin, eye('Left'), eye('Right')] };
  return Buffer.from(await writeGlb(avatar as Avatar));
}
