import type { Character } from '../character.js';
import { layerColours, linearFromHex } from '../colour.js';
import type { FacePoint } from '../face-point.js';
import type { LidShape } from '../lid-shape.js';
import type { Part } from '../part.js';
import { gridTriangles } from '../part.js';
import type { Sculpt } from '../sculpt.js';
import { frontPoint } from '../sdf.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, gaussian, lerp, smoothstep } from '../vector.js';

const BROW_COLUMNS = 27;
const BROW_ROWS = 8;

/** A cushion projected onto the skin, one ray per vertex: swept tubes would sink into the forehead. */
export function brow(character: Character, sculpt: Sculpt, side: 1 | -1): Part {
  const hair = linearFromHex(character.colours.brow);
  const skin = linearFromHex(character.colours.skin);
  const points: FacePoint[] = [];
  const colours: Vec3[] = [];
  for (let column = 0; column < BROW_COLUMNS; column++) {
    // 0 at the blunt inner end, 1 at the tip.
    const u = column / (BROW_COLUMNS - 1);
    const centreX = 1.3 + u * 4.2;
    const centreY = 3.45 + character.brow.height + 0.55 * Math.sin(Math.PI * (0.1 + 0.74 * u)) - 0.22 * smoothstep(0.6, 1, u);
    const halfHeight = 0.44 * character.brow.thickness * Math.sin(Math.PI * clamp(0.012 + 0.985 * u)) ** 0.5 * (1.12 - 0.72 * u) + 0.015;
    for (let row = 0; row < BROW_ROWS; row++) {
      const q = (row / (BROW_ROWS - 1)) * 2 - 1;
      const lean = q * halfHeight * (0.25 * (1 - u) + 0.12 * u);
      const base = frontPoint(sculpt.head, side * (centreX + lean), centreY + q * halfHeight);
      const edge = Math.abs(q) === 1 ? 0.06 : 0;
      const bump = 0.02 + 0.17 * (1 - q * q) ** 0.6 * Math.sin(Math.PI * clamp(0.04 + 0.95 * u)) ** 0.5 - edge;
      const hairs = 0.012 * Math.sin((u * 34 + q * 2.2) * 2.2) * (1 - q * q);
      points.push({ position: addScaled(base, sculpt.normalAt(base), bump + hairs), kind: 'brow' });
      colours.push(layerColours(hair, [[skin, 0.04 + 0.28 * Math.abs(q) ** 4 + 0.18 * gaussian(u, 0.06) + 0.25 * smoothstep(0.8, 1, u)]]));
    }
  }
  const triangles = gridTriangles(BROW_COLUMNS, BROW_ROWS, { isFlipped: side > 0 });
  return { name: 'brows', shading: 'brow', binding: 'Head', points, triangles, colours, isDeformable: true };
}

const LASH_COLUMNS = 33;
const LASH_ROWS = 3;

/** The upper lashes as one strip that grows outwards and turns with the rim of the lid. */
export function lashes(character: Character, lids: LidShape, eye: 1 | -1): Part {
  const points: FacePoint[] = [];
  for (let column = 0; column < LASH_COLUMNS; column++) {
    const u = column / (LASH_COLUMNS - 1);
    const angle = lerp(0.03, Math.PI - 0.3, u);
    const profile =
      Math.sin(Math.PI * clamp(0.06 + 0.94 * (1 - u))) ** 0.7 * (1 - 0.62 * u) +
      0.5 * gaussian(u - 0.07, 0.1) * smoothstep(0, 0.17, u) +
      0.06 * (1 - u);
    for (let row = 0; row < LASH_ROWS; row++) {
      const reach = 0.36 * character.lashLength * profile * (row / (LASH_ROWS - 1));
      const azimuth = lids.rimAzimuth(angle) + reach * 0.12 * Math.cos(angle);
      const elevation = lids.rimElevation(angle) + lids.tiltAt(angle) + 0.005 + 0.26 * reach;
      const radius = lids.eyeRadius + 0.215 + reach * 0.95;
      points.push({
        position: addScaled(lids.centre(eye), lids.direction(azimuth, elevation, eye), radius),
        kind: 'lash',
        lid: { eye, angle, azimuth, elevation, ring: 1, radius, isInner: false },
      });
    }
  }
  const dark = linearFromHex('#1c0f0c');
  const triangles = gridTriangles(LASH_COLUMNS, LASH_ROWS, { isFlipped: eye > 0 });
  return { name: 'lashes', shading: 'lash', binding: 'Head', points, triangles, colours: points.map(() => dark), isDeformable: true };
}
