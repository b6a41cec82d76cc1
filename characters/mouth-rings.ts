/**
 * Rings around the mouth, from the seam outwards, and the lining behind the lips.
 * Ring vertices run counter-clockwise from the left corner; the seam exists twice (upper and lower row at equal places).
 */
import type { FacePoint } from './face-point.js';
import type { MouthShape } from './mouth-shape.js';
import { planeFromPoint } from './plane-map.js';
import type { Sculpt } from './sculpt.js';
import { frontPoint } from './sdf.js';
import type { PlanePoint } from './vector.js';
import { addScaled, lerp, mix, smoothstep } from './vector.js';

export const MOUTH_COLUMNS = 64;
/** Rows on the vermilion, as `LipCoordinate.across`. */
const LIP_ROWS = [0, 0.06, 0.18, 0.36, 0.56, 0.78, 1];
export const VERMILION_ROWS = LIP_ROWS.length;
/** Rows in the skin around, cm from the border. */
const SKIN_ROWS = [0.16, 0.4, 0.75, 1.15];
/**
 * Lining: up in front of the gums first, only then back, otherwise it cuts the teeth; narrower than the seam, otherwise it shows
 * through the cheeks.
 */
const LINING_ROWS = [
  { upper: 0.05, lower: 0.1, back: 0.2, width: 0.985 },
  { upper: 0.25, lower: 0.3, back: 0.38, width: 0.965 },
  { upper: 0.8, lower: 0.85, back: 0.55, width: 0.95 },
  { upper: 1.35, lower: 1.5, back: 0.85, width: 0.96 },
  { upper: 1.6, lower: 1.75, back: 1.75, width: 1.03 },
  { upper: 1.5, lower: 1.65, back: 3.2, width: 0.9 },
  { upper: 0.7, lower: 0.8, back: 4.8, width: 0.5 },
];

/** A ring vertex: its deformation record and its position in the plane of the skin's layout. */
export interface RingPoint {
  point: FacePoint;
  plane: PlanePoint;
}

/** `[row][column]`; the first row is the seam, the last borders the fill. */
export function mouthRings(sculpt: Sculpt, mouth: MouthShape): RingPoint[][] {
  const rings: RingPoint[][] = [];
  for (const across of [...LIP_ROWS, ...SKIN_ROWS.map((cm) => 1 + cm / 0.8)]) {
    const isLip = across <= 1;
    const outside = isLip ? 0 : (across - 1) * 0.8;
    const ring: RingPoint[] = [];
    for (let column = 0; column < MOUTH_COLUMNS; column++) {
      const angle = (column / MOUTH_COLUMNS) * 2 * Math.PI;
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      const isUpper = sine >= 0;
      const side = column % (MOUTH_COLUMNS / 2) === 0 ? 0 : isUpper ? 1 : -1;
      const t = Math.sign(cosine) * Math.abs(cosine) ** 0.92;
      // The seam rises to the corner faster than the lips thin out: without a minimum height they would cross it there.
      const height = Math.max(isUpper ? mouth.upperHeight(t) : mouth.lowerHeight(t), 0.16 * Math.abs(sine));
      let x = (mouth.halfWidth + 0.14 * across) * t;
      let y = mouth.seamY(t) + (isUpper ? 1 : -1) * across * height;
      if (!isLip) {
        // Away from the lips the rings turn from the lip's outline to a plain ellipse.
        const round = smoothstep(0, 1, outside);
        const roundHeight = (isUpper ? mouth.upperHeight(0) : mouth.lowerHeight(0)) * Math.abs(sine);
        x = (mouth.halfWidth + 0.14 + outside * 0.85) * lerp(t, cosine, round);
        const spread = outside * Math.abs(sine) ** 0.8 * (isUpper ? 0.78 : 0.9);
        y = lerp(mouth.seamY(t), mouth.centreY + 0.1, round) + (isUpper ? 1 : -1) * (lerp(height, roundHeight, round) + spread);
      }
      const base = frontPoint(sculpt.head, x, y);
      const position = addScaled(base, sculpt.normalAt(base), mouth.relief(across, t, isUpper));
      ring.push({
        point: { position, kind: 'lip', lip: { along: t, across, side, depth: 0, seam: position } },
        plane: planeFromPoint([x, y, base[2]]),
      });
    }
    rings.push(ring);
  }
  const seam = rings[0];
  for (let column = 1; column < MOUTH_COLUMNS / 2; column++) {
    const upper = seam[column].point;
    const lower = seam[MOUTH_COLUMNS - column].point;
    upper.position = mix(upper.position, lower.position, 0.5);
    lower.position = upper.position;
  }
  for (const ring of rings) ring.forEach(({ point }, column) => (point.lip!.seam = seam[column].point.position));
  return rings;
}

/** `[row][column]`, from just behind the seam to the throat. */
export function mouthLining(seam: readonly FacePoint[]): FacePoint[][] {
  return LINING_ROWS.map(({ upper, lower, back, width }) =>
    seam.map((point, column) => {
      const lip = point.lip!;
      const sine = Math.abs(Math.sin((column / MOUTH_COLUMNS) * 2 * Math.PI));
      const rise = (lip.side >= 0 ? upper : -lower) * sine ** 0.6 * (lip.side === 0 ? 0 : 1);
      const [x, y, z] = point.position;
      return {
        position: [x * width, y + rise, z - back * lerp(1.25, 1, sine)],
        kind: 'mouthLining',
        lip: { ...lip, across: 0, depth: back },
      } satisfies FacePoint;
    }),
  );
}
