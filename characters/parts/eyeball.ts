/**
 * An eyeball about its own centre, looking along +z. One closed surface with a slight cornea: the stage draws the
 * iris in its shader, other viewers see it in the vertex colours.
 */
import type { Character } from '../character.js';
import { layerColours, linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { gridTriangles, rigidPoint } from '../part.js';
import type { Vec3 } from '../vector.js';
import { gaussian, smoothstep } from '../vector.js';

const SEGMENTS = 32;
/** The back of the ball is never visible. */
const BACK_ANGLE = 1.75;
/** As a share of the radius; 0.13 would pass through the closed lid. */
const CORNEA_BULGE = 0.03;

export function eyeball(character: Character, name: 'eyeLeft' | 'eyeRight'): Part {
  const { radius, irisFraction, pupilFraction } = character.eye;
  const irisAngle = Math.asin(irisFraction);
  const pupilAngle = Math.asin(irisFraction * pupilFraction);
  // Rings are denser at the edges of pupil and iris, where the colour changes.
  const angles = [0.02, pupilAngle * 0.6, pupilAngle - 0.015, pupilAngle + 0.015];
  for (const share of [0.3, 0.6, 0.86]) angles.push(pupilAngle + (irisAngle - pupilAngle) * share);
  angles.push(irisAngle - 0.01, irisAngle + 0.03);
  for (const share of [0.12, 0.3, 0.5, 0.75, 1]) angles.push(irisAngle + (BACK_ANGLE - irisAngle) * share);

  const sclera: Vec3 = [0.78, 0.75, 0.72];
  const scleraEdge: Vec3 = [0.5, 0.38, 0.34];
  const pupil: Vec3 = [0.004, 0.003, 0.003];
  const iris = linearFromHex(character.colours.iris);
  const rim = linearFromHex(character.colours.irisRim);
  const positions: Vec3[] = [];
  const colours: Vec3[] = [];
  for (const angle of angles) {
    const across = Math.sin(angle) / irisFraction;
    const cornea = radius * CORNEA_BULGE * Math.max(0, 1 - (across / 1.12) ** 2) ** 1.5 * (angle < 1 ? 1 : 0);
    for (let segment = 0; segment < SEGMENTS; segment++) {
      const turn = (segment / SEGMENTS) * 2 * Math.PI;
      const y = Math.sin(turn) * Math.sin(angle);
      positions.push([radius * Math.cos(turn) * Math.sin(angle), radius * y, radius * Math.cos(angle) + cornea]);
      const white = layerColours(sclera, [[scleraEdge, smoothstep(0.7, 1.1, angle) * 0.6 + 0.5 * smoothstep(0.1, 0.75, y)]]);
      const light = layerColours(iris, [
        [rim, 0.55 * smoothstep(0.1, 0.5, y)],
        [rim, gaussian(across - 1, 0.16)],
        [rim, gaussian(across - pupilFraction, 0.06)],
      ]);
      colours.push(angle > irisAngle + 0.005 ? white : angle < pupilAngle ? pupil : light);
    }
  }
  const triangles = gridTriangles(angles.length, SEGMENTS, { isClosed: true, isFlipped: true });
  const front = positions.push([0, 0, radius * (1 + CORNEA_BULGE)]) - 1;
  colours.push(pupil);
  for (let segment = 0; segment < SEGMENTS; segment++) triangles.push(front, segment, (segment + 1) % SEGMENTS);
  return {
    name,
    shading: 'eye',
    binding: name === 'eyeLeft' ? 'LeftEye' : 'RightEye',
    points: positions.map((position) => rigidPoint(position)),
    triangles,
    colours,
    isDeformable: false,
    knownNormals: positions.map((p) => [p[0] / radius, p[1] / radius, p[2] / radius]),
  };
}
