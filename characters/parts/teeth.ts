/** Both rows of teeth with their gums, each one strip around an arch; and the tongue. */
import type { Character } from '../character.js';
import { layerColours, linearFromHex } from '../colour.js';
import type { FacePoint } from '../face-point.js';
import type { Part } from '../part.js';
import { gridTriangles } from '../part.js';
import type { Vec3 } from '../vector.js';
import { clamp, DEGREES, gaussian, normalize, scale, smoothstep } from '../vector.js';

const TEETH_PER_ROW = 10;
const COLUMNS_PER_TOOTH = 6;
const TOOTH_ROWS = 6;
/**
 * Below the seam, cm: the upper row shows as soon as the lips part, the lower one reaches up behind it while the jaw is
 * shut and shows where the lower lip is drawn down.
 */
const UPPER_EDGE = 0.47;
const LOWER_EDGE = 0.52;
const ARCH = { width: 2.4, depth: 2.2, frontZ: 6.88, halfAngle: 80 * DEGREES };

export function teethRow(character: Character, isUpper: boolean): Part {
  const enamel = linearFromHex('#faf6ec');
  const enamelShade = linearFromHex('#d8c6ac');
  const gumColour = linearFromHex('#b5565a');
  const edgeY = character.mouth.y - (isUpper ? UPPER_EDGE : LOWER_EDGE);
  const columns = TEETH_PER_ROW * COLUMNS_PER_TOOTH + 1;
  const points: FacePoint[] = [];
  const colours: Vec3[] = [];
  for (let column = 0; column < columns; column++) {
    const u = (column / (columns - 1)) * 2 - 1;
    const angle = u * ARCH.halfAngle;
    const x = ARCH.width * Math.sign(angle) * Math.abs(Math.sin(angle)) ** 0.86;
    const z = ARCH.frontZ + ARCH.depth * (Math.cos(angle) - 1) - (isUpper ? 0 : 0.18);
    const outward = normalize([Math.sin(angle) / ARCH.width, 0, Math.cos(angle) / ARCH.depth]);
    const inTooth = (column % COLUMNS_PER_TOOTH) / COLUMNS_PER_TOOTH;
    const gap = (Math.abs(inTooth - 0.5) * 2) ** 6;
    const height = 1.2 * (1 - 0.25 * u * u);
    for (let row = 0; row <= TOOTH_ROWS; row++) {
      const w = row / TOOTH_ROWS;
      const gum = smoothstep(0.78, 0.86, w + 0.12 * gap);
      const bulge =
        0.13 * Math.sin(Math.PI * Math.min(1, w * 1.1 + 0.12)) - 0.07 * gap * (1 - w * 0.4) - (row === 0 ? 0.16 : 0) + 0.05 * gum;
      const rise = w * height + (row === 0 ? 0.05 * gap : 0) + (isUpper ? 0.34 : 0.05) * u * u;
      points.push({
        position: [x + outward[0] * bulge, edgeY + (isUpper ? rise : -rise), z + outward[2] * bulge],
        kind: 'teeth',
        jawWeight: isUpper ? 0 : 1,
      });
      const colour = layerColours(enamel, [
        [enamelShade, 0.3 * gap + 0.35 * u * u],
        [gumColour, gum],
      ]);
      // Darker with depth: towards the cheeks, and above, where the lip covers them until the mouth opens wide.
      colours.push(
        scale(colour, (isUpper ? 1 : 0.6) * (1 - 0.75 * smoothstep(0.45, 1, Math.abs(u))) * (1 - 0.35 * smoothstep(0.3, 0.9, w))),
      );
    }
  }
  const triangles = gridTriangles(columns, TOOTH_ROWS + 1, { isFlipped: isUpper });
  return { name: 'teeth', shading: 'teeth', binding: 'Head', points, triangles, colours, isDeformable: true };
}

export function tongue(character: Character): Part {
  const root = linearFromHex('#4f161c');
  const tip = linearFromHex('#a3484a');
  const sections = 15;
  const sides = 14;
  const points: FacePoint[] = [];
  const colours: Vec3[] = [];
  const centreY = (u: number): number => character.mouth.y - 1.2 + 0.35 * Math.sin(u * Math.PI * 0.8);
  for (let section = 0; section < sections; section++) {
    const u = section / (sections - 1);
    const width = 1.62 * Math.sqrt(clamp(1 - ((u - 0.46) / 0.57) ** 2 + 0.03));
    const height = 0.42 * Math.sqrt(clamp(1 - u ** 4)) + 0.03;
    for (let side = 0; side < sides; side++) {
      const angle = (side / sides) * 2 * Math.PI;
      const furrow = Math.sin(angle) > 0 ? 0.1 * gaussian(Math.cos(angle), 0.25) * (1 - u * 0.5) : 0;
      points.push({
        position: [width * Math.cos(angle), centreY(u) + height * Math.sin(angle) - furrow, 2.3 + u * 4.05],
        kind: 'tongue',
        jawWeight: 0.92,
        tongueReach: smoothstep(0, 1, u),
      });
      colours.push(layerColours(root, [[tip, u]]));
    }
  }
  const triangles = gridTriangles(sections, sides, { isClosed: true });
  const tipIndex = points.push({ position: [0, centreY(1), 6.4], kind: 'tongue', jawWeight: 0.92, tongueReach: 1 }) - 1;
  colours.push(tip);
  const lastRow = (sections - 1) * sides;
  for (let side = 0; side < sides; side++) triangles.push(lastRow + side, lastRow + ((side + 1) % sides), tipIndex);
  return {
    name: 'tongue',
    shading: 'teeth',
    binding: 'Head',
    points,
    triangles,
    colours,
    isDeformable: true,
    gloss: points.map(() => 0.5),
  };
}
