/**
 * A sheet of hair as a single continuous surface: no gaps over the skull, shallow grooves between its locks, tips
 * cut to points. Closed by an inner surface where it can be seen from the front or below, so it is drawn single-sided.
 */
import type { Part, Strand } from '../part.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, lerp, scale, smoothstep } from '../vector.js';
import { hairPart } from './hair-part.js';
import type { StrandField } from './strand-field.js';

const COLUMNS_PER_LOCK = 4;

export interface SheetOptions {
  /** Direction of increasing f: 1 = towards the back on the left side, counter-clockwise seen from outside. */
  side: 1 | -1;
  locks: number;
  rows: number;
  /** The inner surface begins at this row, about where the hair leaves the skull. */
  innerRow: number;
  /** Full thickness, cm. */
  thickness: number;
  /** Unevenness of the tips: how much shorter the edges of a lock are, of the strand. */
  notch: number;
  colour: Vec3;
  random: () => number;
}

interface Column {
  f: number;
  /** Within its lock, -1..1. */
  across: number;
  lock: number;
  /** Share of the strand's full length. */
  cut: number;
  /** How far f moves towards the middle of the lock at its tip; edges are shared with the next lock and stay. */
  toMiddle: number;
}

export function hairSheet(field: StrandField, options: SheetOptions): Part {
  const { side, locks, rows, innerRow, colour, random } = options;
  const seeds = Array.from({ length: locks + 1 }, () => random());
  const grain = random();
  const columns = planColumns(options);
  const points: Vec3[] = [];
  const colours: Vec3[] = [];
  const strands: Strand[] = [];
  const triangles: number[] = [];
  const addVertex = ({ f, across, lock, cut, toMiddle }: Column, v: number, depth: number): number => {
    const seed = seeds[lock];
    const wave = 0.018 * Math.sin(v * 5 + seed * 9) * smoothstep(0.3, 0.8, v) * Math.sin(Math.PI * clamp(f));
    // Near the tip the strands of a lock gather to its middle.
    const gathered = f + wave + toMiddle * smoothstep(0.72, 1, v);
    const { position, tangent, normal } = field.at(gathered, v * lerp(1, cut, smoothstep(0.45, 1, v)));
    const crest = 1 - Math.abs(across) ** 2.2;
    const relief = (0.05 + 0.2 * smoothstep(0.05, 0.5, v)) * (crest - 0.6) + 0.12 * (seed - 0.5) * smoothstep(0.1, 0.5, v) * crest;
    // The fine strands of the shader run on over the locks: alternate locks are mirrored.
    strands.push({ tangent, across: lock % 2 === 0 ? across : -across, seed: grain });
    colours.push(scale(colour, depth > 0 ? 0.72 : 0.72 + 0.2 * crest + 0.3 * clamp(v * 1.2 - 0.2) + 0.2 * (seed - 0.5)));
    return points.push(addScaled(position, normal, depth > 0 ? -depth : relief)) - 1;
  };
  // Over the skull the inner surface extends into the skin, so that there is no gap below the front edge.
  const thicknessAt = (v: number): number =>
    options.thickness * (1 - smoothstep(0.5, 0.97, v)) + 0.02 + 1.8 * (1 - smoothstep(0.28, 0.66, v));
  const outer = rowsOf(0, (column, v) => addVertex(column, v, 0));
  const inner = rowsOf(innerRow, (column, v) => addVertex(column, v, thicknessAt(v)));
  const edge = Array.from({ length: innerRow + 1 }, (_, row) => addVertex(columns[0], row / rows, thicknessAt(row / rows)));

  // Strands run down (v), columns towards the back; on the left side that is counter-clockwise from outside.
  const quad = (a: number, b: number, c: number, d: number): void => {
    if (side > 0) triangles.push(a, b, c, a, c, d);
    else triangles.push(a, c, b, a, d, c);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column + 1 < columns.length; column++) {
      quad(outer[row][column], outer[row + 1][column], outer[row + 1][column + 1], outer[row][column + 1]);
      if (row < innerRow) continue;
      const [upper, lower] = [inner[row - innerRow], inner[row - innerRow + 1]];
      quad(upper[column + 1], lower[column + 1], lower[column], upper[column]);
    }
    const rim = (at: number): number => (at <= innerRow ? edge[at] : inner[at - innerRow][0]);
    quad(rim(row), rim(row + 1), outer[row + 1][0], outer[row][0]);
  }
  const [outerTips, innerTips] = [outer.at(-1)!, inner.at(-1)!];
  for (let column = 0; column + 1 < columns.length; column++)
    quad(outerTips[column], innerTips[column], innerTips[column + 1], outerTips[column + 1]);

  return hairPart(points, triangles, colours, strands);

  function rowsOf(firstRow: number, add: (column: Column, v: number) => number): number[][] {
    return Array.from({ length: rows - firstRow + 1 }, (_, i) => columns.map((column) => add(column, (firstRow + i) / rows)));
  }
}

/** Locks of different width from the face to the back; edges of a lock end higher than its middle. */
function planColumns({ locks, notch, random }: SheetOptions): Column[] {
  const widths = Array.from({ length: locks }, () => 0.7 + 0.6 * random());
  const total = widths.reduce((sum, width) => sum + width, 0);
  const columns: Column[] = [];
  let start = 0;
  widths.forEach((width, lock) => {
    const end = start + width / total;
    const shorter = 0.035 * random();
    const depth = notch * (0.4 + random());
    for (let i = 0; i < COLUMNS_PER_LOCK; i++) {
      const across = (i / COLUMNS_PER_LOCK) * 2 - 1;
      columns.push({
        f: lerp(start, end, i / COLUMNS_PER_LOCK),
        across,
        lock,
        cut: 1 - shorter - (i === 0 ? notch : depth) * Math.abs(across) ** 2.4,
        toMiddle: i === 0 ? 0 : (-across * (end - start)) / 9,
      });
    }
    start = end;
  });
  columns.push({ f: 1, across: -1, lock: locks, cut: 1 - notch, toMiddle: 0 });
  return columns;
}
