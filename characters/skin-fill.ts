/**
 * Blue-noise points in the plane around the feature rings: dart throwing on the left half, mirrored, relaxed.
 * Density follows `spacingAt`: fine at the nose, coarse at the back of the head.
 */
import Delaunator from 'delaunator';
import { isInsidePolygon, NOSE_ON_PLANE } from './plane-map.js';
import { createRandom } from './random.js';
import type { PlanePoint } from './vector.js';
import { lerp, smoothstep } from './vector.js';

/** Largest polar angle of the mesh; π would be the point opposite the face. */
const REACH = 2.9;
const RELAXATION_STEPS = 10;

/** Target distance between neighbours, radians. */
function spacingAt([x, y]: PlanePoint): number {
  // Under the chin the surface runs almost along the rays.
  if (y < -1.12 && y > -1.75 && Math.abs(x) < 0.8) return 0.038;
  if (y < -0.85 && y > -1.9 && Math.abs(x) < 0.75) return 0.058;
  const fromCentre = Math.hypot(x, y);
  const fromNose = Math.hypot(x - NOSE_ON_PLANE[0], y - NOSE_ON_PLANE[1]);
  return lerp(0.044, 0.17, smoothstep(0.7, 1.8, fromCentre)) * lerp(0.34, 1, smoothstep(0.15, 0.36, fromNose));
}

/** @returns Points to add to `borders` (the outer rings of mouth and eyes); symmetric in x. */
export function fillPoints(borders: readonly (readonly PlanePoint[])[], seed: number): PlanePoint[] {
  const random = createRandom(seed);
  const ringPoints = borders.flat();
  const isTaken = (q: PlanePoint): boolean => borders.some((polygon) => isInsidePolygon(q, polygon) || isNearEdge(q, polygon));
  const isFar = (q: PlanePoint, others: readonly PlanePoint[], factor: number): boolean => {
    const limit = (spacingAt(q) * factor) ** 2;
    return others.every((p) => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 >= limit);
  };

  const middle: PlanePoint[] = [];
  for (let y = -REACH; y < REACH; ) {
    const q: PlanePoint = [0, y];
    if (!isTaken(q) && isFar(q, ringPoints, 0.6)) middle.push(q);
    y += spacingAt(q) * 0.95;
  }

  const half: PlanePoint[] = [];
  // Three passes, fine regions first: late darts would not find the small gaps.
  const passes = [
    {
      darts: 50000,
      draw: (): PlanePoint => [random() * 0.35, NOSE_ON_PLANE[1] + (random() - 0.5) * 0.7],
      accepts: (q: PlanePoint) => spacingAt(q) <= 0.036,
    },
    { darts: 20000, draw: () => disc(), accepts: (q: PlanePoint) => Math.hypot(q[0], q[1]) <= 1.2 },
    { darts: 90000, draw: () => disc(), accepts: () => true },
  ];
  function disc(): PlanePoint {
    const r = REACH * Math.sqrt(random());
    const a = (random() - 0.5) * Math.PI;
    return [r * Math.cos(a), r * Math.sin(a)];
  }
  for (const { darts, draw, accepts } of passes) {
    for (let dart = 0; dart < darts; dart++) {
      const q = draw();
      if (!accepts(q) || q[0] < spacingAt(q) * 0.45 || isTaken(q)) continue;
      if (isFar(q, half, 0.86) && isFar(q, ringPoints, 0.62) && isFar(q, middle, 0.8)) half.push(q);
    }
  }
  relax(half, [...ringPoints, ...middle], isTaken);
  return [...middle, ...half, ...half.map(([x, y]): PlanePoint => [-x, y])];
}

/** Inside the diametral circle of an edge: a point there would remove the edge from the Delaunay triangulation. */
function isNearEdge(q: PlanePoint, polygon: readonly PlanePoint[]): boolean {
  return polygon.some((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    return (q[0] - a[0]) * (q[0] - b[0]) + (q[1] - a[1]) * (q[1] - b[1]) < 0;
  });
}

/**
 * Moves each point towards the mean of its Delaunay neighbours. Neighbours count by 1/spacing²: unweighted, the
 * density of the nose would diffuse away.
 */
function relax(half: PlanePoint[], fixed: readonly PlanePoint[], isTaken: (q: PlanePoint) => boolean): void {
  for (let step = 0; step < RELAXATION_STEPS; step++) {
    const all = [...fixed, ...half, ...half.map(([x, y]): PlanePoint => [-x, y])];
    const weights = all.map((q) => 1 / spacingAt(q) ** 2);
    const sums = all.map(() => ({ x: 0, y: 0, weight: 0 }));
    const { triangles } = Delaunator.from(all as [number, number][]);
    for (let i = 0; i < triangles.length; i++) {
      const from = triangles[i];
      const to = triangles[i % 3 === 2 ? i - 2 : i + 1];
      const sum = sums[from];
      sum.x += all[to][0] * weights[to];
      sum.y += all[to][1] * weights[to];
      sum.weight += weights[to];
    }
    half.forEach((q, i) => {
      if (Math.hypot(q[0], q[1]) > REACH - 0.15) return;
      const sum = sums[fixed.length + i];
      const moved: PlanePoint = [lerp(q[0], sum.x / sum.weight, 0.35), lerp(q[1], sum.y / sum.weight, 0.35)];
      if (!isTaken(moved) && moved[0] > 0.012) half[i] = moved;
    });
  }
}
