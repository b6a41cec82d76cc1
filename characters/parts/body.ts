/** A ribbed sweater: rolled or low collar and shoulders, lofted from superellipses. Hides the neck's end. */
import type { Character } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { gridTriangles, rigidPoint } from '../part.js';
import type { Vec3 } from '../vector.js';
import { catmullRom, lerp, scale, smoothstep } from '../vector.js';

/** `[height, half width, half depth, centre z, superellipse exponent]` */
type Section = readonly [number, number, number, number, number];

/** From inside the neck hole over the roll and down to the shoulders. */
const COLLAR: readonly Section[] = [
  [-13.2, 3.9, 3.7, -2.9, 2],
  [-11.6, 4.35, 4.1, -2.9, 2],
  [-11.2, 4.75, 4.5, -2.8, 2],
  [-11.7, 5.15, 4.95, -2.7, 2],
  [-13.0, 5.4, 5.25, -2.7, 2],
  [-14.1, 5.4, 5.3, -2.75, 2],
  [-14.6, 5.0, 5.0, -2.8, 2],
];
const SHOULDERS: readonly Section[] = [
  [-13.4, 4.6, 4.4, -2.8, 2],
  [-14.4, 6.0, 5.4, -2.9, 2.05],
  [-15.2, 8.0, 5.9, -3.1, 2.15],
  [-16.2, 10.3, 6.3, -3.2, 2.3],
  [-17.8, 12.4, 6.7, -3.2, 2.4],
  [-20.2, 13.6, 7.1, -3.1, 2.5],
  [-24, 14, 7.5, -3, 2.5],
  [-31, 13.8, 7.8, -3, 2.5],
];
const RIBS = 40;

export function sweater(character: Character): Part[] {
  const cloth = linearFromHex(character.colours.cloth);
  const { collar: height, shoulders: breadth, lift } = character.body;
  const wider = character.head.neckRadius - 3.2;
  const sized = (sections: readonly Section[], stretch: number): Section[] =>
    sections.map(([y, halfWidth, halfDepth, z, exponent]) => [
      y < -14.6 ? y : -14.6 + (y + 14.6) * stretch,
      halfWidth,
      halfDepth,
      z,
      exponent,
    ]);
  const collarSections = sized(COLLAR, height).map(([y, w, d, z, e]): Section => [y + lift, w + wider, d + wider, z, e]);
  const shoulderSections = SHOULDERS.map(
    ([y, w, d, z, e]): Section => [
      y + lift,
      lerp(w + wider, w * breadth, smoothstep(6, 9, w)),
      d + wider * (1 - smoothstep(6, 7, d)),
      z,
      e,
    ],
  );
  const collar = loft(collarSections, RIBS * 2, 11, (v, column) => ({
    offset: (column % 2 === 0 ? 0.07 : -0.07) * smoothstep(0.05, 0.25, v),
    colour: scale(cloth, column % 2 === 0 ? 1.08 : 0.8),
  }));
  const shoulders = loft(shoulderSections, 44, 16, () => ({ offset: 0, colour: cloth }));
  return [collar, shoulders];
}

function loft(
  sections: readonly Section[],
  columns: number,
  rows: number,
  detail: (v: number, column: number) => { offset: number; colour: Vec3 },
): Part {
  const positions: Vec3[] = [];
  const colours: Vec3[] = [];
  for (let row = 0; row < rows; row++) {
    const v = row / (rows - 1);
    const [y, halfWidth, halfDepth, centreZ, exponent] = catmullRom(sections, v);
    for (let column = 0; column < columns; column++) {
      const angle = (column / columns) * 2 * Math.PI;
      const { offset, colour } = detail(v, column);
      const power = (x: number): number => Math.sign(x) * Math.abs(x) ** (2 / exponent);
      positions.push([(halfWidth + offset) * power(Math.cos(angle)), y, centreZ + (halfDepth + offset) * power(Math.sin(angle))]);
      colours.push(colour);
    }
  }
  const triangles = gridTriangles(rows, columns, { isClosed: true });
  return {
    name: 'cloth',
    shading: 'cloth',
    binding: 'neck',
    points: positions.map((p) => rigidPoint(p)),
    triangles,
    colours,
    isDeformable: false,
  };
}
