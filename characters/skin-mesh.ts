/**
 * The skin: rings around mouth and eyes, fill between them, mouth lining and lid rims, as one indexed mesh.
 * Triangles are wound counter-clockwise seen from outside.
 */
import Delaunator from 'delaunator';
import type { Character } from './character.js';
import type { FacePoint } from './face-point.js';
import { lidInnerRim, lidRings } from './lid-rings.js';
import type { LidShape } from './lid-shape.js';
import type { RingPoint } from './mouth-rings.js';
import { mouthLining, mouthRings, VERMILION_ROWS } from './mouth-rings.js';
import type { MouthShape } from './mouth-shape.js';
import { isInsidePolygon, surfaceFromPlane } from './plane-map.js';
import type { Sculpt } from './sculpt.js';
import { snapToSurface } from './sdf.js';
import { fillPoints } from './skin-fill.js';
import type { PlanePoint, Vec3 } from './vector.js';
import { add, mix, scale, ZERO } from './vector.js';

/** The neck ends here, well inside the collar. */
const NECK_END_Y = -16.5;

export interface SkinMesh {
  points: FacePoint[];
  /** Positions of rings and fill in the plane of the triangulation; mouth lining and lid edges have none. */
  planes: PlanePoint[];
  triangles: number[];
  /** Vertex pairs `[upper, lower]` of the lips' seam, from the left corner to the right one. */
  seamTwins: [number, number][];
  /** Rim vertices of each lid, `[left, right][column]`. */
  lidRims: [number[], number[]];
}

/** @throws {Error} if the layout of the mesh folds over, i.e. the character's features collide. */
export function buildSkinMesh(character: Character, sculpt: Sculpt, mouth: MouthShape, lids: LidShape): SkinMesh {
  const points: FacePoint[] = [];
  const planes: PlanePoint[] = [];
  const triangles: number[] = [];
  const addPoint = (point: FacePoint): number => points.push(point) - 1;
  const addRings = (rings: RingPoint[][]): number[][] =>
    rings.map((ring) => ring.map(({ point, plane }) => ((planes[points.length] = plane), addPoint(point))));

  const mouthGrid = addRings(mouthRings(sculpt, mouth));
  const leftGrid = addRings(lidRings(sculpt, lids, 1));
  const rightGrid = addRings(lidRings(sculpt, lids, -1));
  for (const [grid, isMirrored] of [
    [mouthGrid, false],
    [leftGrid, false],
    [rightGrid, true],
  ] as const) {
    assertUnfolded(grid, planes, grid === mouthGrid ? VERMILION_ROWS : 1);
    stitchRings(triangles, grid, isMirrored);
  }

  const borders = [mouthGrid, leftGrid, rightGrid].map((grid) => grid.at(-1)!);
  const polygons = borders.map((ring) => ring.map((index) => planes[index]));
  assertApart(polygons);
  for (const plane of fillPoints(polygons, character.seed)) {
    planes[points.length] = plane;
    addPoint({ position: surfaceFromPlane(sculpt, plane), kind: 'fill' });
  }
  triangles.push(...triangulateFill(planes, polygons, points));
  smoothFill(points, triangles, planes, sculpt);

  const seam = mouthGrid[0];
  const lining = mouthLining(seam.map((index) => points[index])).map((row) => row.map(addPoint));
  stitchRings(triangles, [seam, ...lining], true);
  closeThroat(triangles, lining.at(-1)!, addPoint(throatPoint(mouth.centreY)));
  for (const grid of [leftGrid, rightGrid]) {
    const rim = grid[0];
    const inner = lidInnerRim(
      lids,
      rim.map((index) => points[index]),
    ).map((row) => row.map(addPoint));
    stitchRings(triangles, [rim, ...inner], grid === leftGrid);
  }

  const columns = seam.length;
  const seamTwins = range(1, columns / 2).map((column): [number, number] => [seam[column], seam[columns - column]]);
  return { points, planes, triangles, seamTwins, lidRims: [leftGrid[0], rightGrid[0]] };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Twice the signed area in the plane; positive = counter-clockwise = outward. */
const planeArea = (a: PlanePoint, b: PlanePoint, c: PlanePoint): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Quads between consecutive closed rings, inner ring first. */
function stitchRings(triangles: number[], rings: readonly (readonly number[])[], isMirrored: boolean): void {
  for (let row = 0; row + 1 < rings.length; row++) {
    const inner = rings[row];
    const outer = rings[row + 1];
    for (let column = 0; column < inner.length; column++) {
      const next = (column + 1) % inner.length;
      const [a, b, c, d] = [inner[column], inner[next], outer[next], outer[column]];
      if (isMirrored) triangles.push(a, b, c, a, c, d);
      else triangles.push(a, c, b, a, d, c);
    }
  }
}

function throatPoint(mouthY: number): FacePoint {
  const position: Vec3 = [0, mouthY + 0.2, 2.2];
  return { position, kind: 'mouthLining', lip: { along: 0, across: 0, side: 0, depth: 5, seam: position }, jawWeight: 0.4 };
}

function closeThroat(triangles: number[], ring: readonly number[], centre: number): void {
  ring.forEach((index, column) => triangles.push(index, ring[(column + 1) % ring.length], centre));
}

/** Rings must lie inside each other in the plane, or the fill around them would cross them. Rows of the lips meet in the corners. */
function assertUnfolded(rings: readonly (readonly number[])[], planes: readonly PlanePoint[], firstRow: number): void {
  for (let row = firstRow; row + 1 < rings.length; row++) {
    const outer = rings[row + 1].map((index) => planes[index]);
    if (rings[row].some((index) => !isInsidePolygon(planes[index], outer))) {
      throw new Error('the feature rings of the skin fold over each other');
    }
  }
}

/** There must be skin between features. */
function assertApart(polygons: readonly (readonly PlanePoint[])[]): void {
  for (const polygon of polygons) {
    for (const other of polygons) {
      if (polygon !== other && polygon.some((point) => isInsidePolygon(point, other)))
        throw new Error('two features of the face fold over each other');
    }
  }
}

/**
 * Delaunay triangles of the fill, without those inside a ring or below the neck's end; the back of the head, where
 * the plane ends, is closed to its pole. All ring vertices take part, so that the border edges are in the
 * triangulation. Winding comes from the plane: a per-triangle gradient test flips slivers and leaves pinholes.
 */
function triangulateFill(
  planes: readonly PlanePoint[],
  polygons: readonly (readonly PlanePoint[])[],
  points: readonly FacePoint[],
): number[] {
  const kept: number[] = [];
  const { triangles, hull } = Delaunator.from(planes as [number, number][]);
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = [triangles[i], triangles[i + 1], triangles[i + 2]] as const;
    const [a, b, c] = [planes[corners[0]], planes[corners[1]], planes[corners[2]]];
    const centroid: PlanePoint = [(a[0] + b[0] + c[0]) / 3, (a[1] + b[1] + c[1]) / 3];
    if (polygons.some((polygon) => isInsidePolygon(centroid, polygon))) continue;
    if (corners.every((corner) => points[corner].position[1] < NECK_END_Y)) continue;
    if (planeArea(a, b, c) > 0) kept.push(...corners);
    else kept.push(corners[0], corners[2], corners[1]);
  }
  for (let i = 1; i + 1 < hull.length; i++) {
    const [a, b, c] = [hull[0], hull[i], hull[i + 1]];
    // Beyond the edge of the plane the winding is reversed.
    if (planeArea(planes[a], planes[b], planes[c]) > 0) kept.push(a, c, b);
    else kept.push(a, b, c);
  }
  return kept;
}

/** Rays graze the neck: there the projection stretches the most. */
const SMOOTHING_STEPS = { face: 8, neck: 40 };

/** Evens out the fill on the surface: the projection stretches it at the nose and under the jaw. */
function smoothFill(points: FacePoint[], triangles: readonly number[], planes: readonly PlanePoint[], sculpt: Sculpt): void {
  const neighbours = points.map(() => new Set<number>());
  triangles.forEach((from, i) => {
    const to = triangles[i % 3 === 2 ? i - 2 : i + 1];
    neighbours[from].add(to);
    neighbours[to].add(from);
  });
  for (let step = 0; step < SMOOTHING_STEPS.neck; step++) {
    points.forEach((point, index) => {
      if (step >= SMOOTHING_STEPS.face && point.position[1] > -8.5) return;
      const around = [...neighbours[index]];
      if (point.kind !== 'fill' || around.length < 4 || point.position[1] < -15) return;
      let mean: Vec3 = ZERO;
      for (const neighbour of around) mean = add(mean, points[neighbour].position);
      const moved = mix(point.position, scale(mean, 1 / around.length), 0.5);
      const isMiddle = Math.abs(planes[index][0]) < 1e-9;
      point.position = snapToSurface(sculpt.head, isMiddle ? [0, moved[1], moved[2]] : moved);
    });
  }
}
