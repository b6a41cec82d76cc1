/**
 * Lips. Seal rule: a shape that must keep closed lips closed is the same function above and below the seam.
 * Numbers are cm at weight 1 for a mouth of half width 2.15.
 */
import type { FacePoint } from '../face-point.js';
import type { Vec3 } from '../vector.js';
import { clamp, distance, gaussian, lerp, scale, smoothstep, ZERO } from '../vector.js';
import type { Field, FieldTable } from './field.js';
import { isRigid, SIDES, soft } from './field.js';
import type { MouthRegion } from './mouth-region.js';
import { halfMask } from './mouth-region.js';

export function mouthFields(region: MouthRegion): FieldTable {
  return { ...roundedFields(region), ...rollFields(region), ...sidedFields(region) };
}

/**
 * Behind rounded lips the upper teeth move back and up by `rise` cm, as animators do it: a full row of them would close the round
 * opening of an oo.
 */
const withTeeth =
  (rise: number, field: Field): Field =>
  (point) => {
    if (isRigid(point)) return point.kind === 'teeth' && point.jawWeight === 0 ? [0, rise, -0.3] : ZERO;
    return field(point);
  };

function roundedFields(region: MouthRegion): FieldTable {
  return {
    mouthFunnel: withTeeth(0.12, (point) => {
      const lips = region.lips(point, 1.3);
      const t = clamp(Math.abs(region.along(point)));
      const middle = (1 - t * t) ** 0.6;
      const side = region.sideOf(point);
      // An arch that sinks as a whole: round, and the upper lip stays in front of the teeth.
      const part = side > 0 ? 0.3 : side < 0 ? -0.42 : 0;
      return [-point.position[0] * 0.34 * lips, lips * (middle * part - 0.2 - region.seamRise(point) * 0.75), lips * (0.4 + 0.4 * middle)];
    }),
    mouthPucker: withTeeth(0.6, (point) => {
      const lips = region.lips(point, 1.4);
      const t = clamp(Math.abs(region.along(point)));
      const above = region.aboveSeam(point);
      const thicken = Math.sign(above) * Math.min(0.8, Math.abs(above)) * (0.18 + 0.55 * t * t);
      const middle = region.middle(point);
      return [-point.position[0] * 0.43 * lips, lips * (thicken - 0.06 - region.seamRise(point) * 1.2), lips * (0.5 + 0.5 * middle)];
    }),
    cheekPuff: soft((point) => {
      const [x, y, z] = point.position;
      if (point.kind === 'mouthLining') return ZERO;
      const near = gaussian(distance([Math.abs(x), y, z], [3.9, -5.2, 5.9]), 2.2);
      const weight = near * (point.lip ? lerp(0.4, 1, smoothstep(0.4, 1.8, point.lip.across)) : 1);
      return [Math.sign(x) * 0.65 * weight * smoothstep(0, 2, Math.abs(x)), 0, 0.5 * weight];
    }),
  };
}

function rollFields(region: MouthRegion): FieldTable {
  /** 0 at the seam, 1 at the border of the vermilion. */
  const depthIn = (point: FacePoint, height: number): number =>
    point.kind === 'mouthLining' ? 0 : clamp(Math.abs(region.aboveSeam(point)) / height);
  return {
    mouthRollLower: soft((point) => {
      if (region.sideOf(point) > 0) return ZERO;
      const lips = region.lips(point, 0.7) * region.middle(point);
      const q = depthIn(point, 0.86);
      return [0, lips * (0.12 + 0.38 * q), -lips * (0.34 + 0.12 * (1 - Math.abs(q - 0.5) * 2))];
    }),
    mouthRollUpper: soft((point) => {
      if (region.sideOf(point) < 0) return ZERO;
      const lips = region.lips(point, 0.7) * region.middle(point);
      return [0, -lips * (0.02 + 0.38 * depthIn(point, 0.62)), -lips * 0.18];
    }),
    mouthShrugLower: soft((point) => {
      // The pushed-up lower lip takes the upper one along, up to the philtrum.
      const reach = region.sideOf(point) > 0 ? 0.45 : 1.6;
      const lips = region.lips(point, reach) * gaussian(region.along(point), 1) * region.belowNose(point);
      return [0, 0.35 * lips, lips * 0.22 * lerp(1, 0.5, smoothstep(-0.5, 0.5, region.aboveSeam(point)))];
    }),
    mouthShrugUpper: soft((point) => {
      const lips = region.lips(point, 0.8) * gaussian(region.along(point), 1) * region.belowNose(point);
      return [0, 0.3 * lips, lips * 0.2 * lerp(0.5, 1, smoothstep(-0.5, 0.5, region.aboveSeam(point)))];
    }),
  };
}

function sidedFields(region: MouthRegion): FieldTable {
  const table: FieldTable = {};
  /** Raises or lowers one lip; the profile fades to the corner, softer in the skin around. */
  const lipLift = (side: number, lip: 1 | -1, reach: number, delta: Vec3): Field =>
    soft((point) => {
      if (region.sideOf(point) === -lip) return ZERO;
      const t = region.along(point);
      const around = gaussian(Math.max(0, Math.abs(t) - 0.5), 0.5);
      const outside = point.lip ? smoothstep(1, 2.2, point.lip.across) : 1;
      const profile = lerp(region.middle(point) ** 0.8, around, outside);
      return scale(delta, region.lips(point, reach) * profile * halfMask(point, side));
    });
  const atCorner = (side: number, reach: number, power: number, delta: Vec3): Field =>
    soft((point) => {
      const weight = region.corner(point, side, reach) * region.towardsCorner(point, power) * halfMask(point, side);
      return [side * delta[0] * weight, delta[1] * weight, delta[2] * weight];
    });
  for (const [name, side] of SIDES) {
    table[`mouth${name}`] = soft((point) => {
      const lips = region.lips(point, 1.5);
      return [side * 0.8 * lips, 0, -0.12 * lips];
    });
    table[`mouthSmile${name}`] = soft((point) => {
      const half = halfMask(point, side);
      // Without |t|^1.9 the middle would rise too and the mouth become a V.
      const weight = (region.corner(point, side, 2) * region.towardsCorner(point, 1.9) + 0.1 * region.lips(point, 0.9)) * half;
      const [x, y, z] = point.position;
      const cheek = gaussian(distance([Math.abs(x), y, z], [4.2, -3.2, 6.4]), 2.1) * half;
      return [side * (0.62 * weight + 0.12 * cheek), 0.72 * weight + 0.42 * cheek, -0.42 * weight + 0.28 * cheek];
    });
    table[`mouthFrown${name}`] = atCorner(side, 1.7, 1.8, [0.05, -0.65, -0.1]);
    table[`mouthDimple${name}`] = atCorner(side, 1.2, 0, [0.3, 0.08, -0.5]);
    table[`mouthStretch${name}`] = atCorner(side, 2.1, 1.1, [0.75, -0.18, -0.45]);
    table[`mouthPress${name}`] = soft((point) => {
      const lips = region.lips(point, 0.6) * halfMask(point, side);
      // Shorter and straighter, otherwise pressed lips look like a thin smile.
      return [-0.07 * point.position[0] * lips, (-0.24 * region.aboveSeam(point) - 0.3 * region.seamRise(point)) * lips, -0.1 * lips];
    });
    table[`mouthUpperUp${name}`] = lipLift(side, 1, 1.5, [0, 0.55, 0.1]);
    table[`mouthLowerDown${name}`] = lipLift(side, -1, 1.3, [0, -0.62, 0.02]);
  }
  table.tongueOut = ({ tongueReach: reach }) =>
    reach === undefined ? ZERO : [0, 0.95 * smoothstep(0.15, 0.6, reach) - 0.75 * smoothstep(0.72, 1, reach), 3.7 * reach];
  return table;
}
