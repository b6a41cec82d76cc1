/** The opening of the eye in angles about the eyeball's centre; shared by the lids, the lashes and their fields. */
import type { Character } from './character.js';
import type { Vec3 } from './vector.js';
import { DEGREES } from './vector.js';

/** The axis of the opening turns out by this much, following the round of the face. */
const AXIS_YAW = 7 * DEGREES;
const INNER_AZIMUTH = 42 * DEGREES;
const OUTER_AZIMUTH = 45 * DEGREES;

export class LidShape {
  readonly eyeRadius: number;
  private readonly leftCentre: Vec3;
  private readonly upper: number;
  private readonly lower: number;
  private readonly tilt: number;

  constructor({ eye }: Character) {
    this.eyeRadius = eye.radius;
    this.leftCentre = eye.centre;
    this.upper = eye.upperOpening * DEGREES;
    this.lower = eye.lowerOpening * DEGREES;
    this.tilt = eye.tilt * DEGREES;
  }

  /** Centre of an eyeball, 1 = left. */
  centre(eye: 1 | -1): Vec3 {
    return [eye * this.leftCentre[0], this.leftCentre[1], this.leftCentre[2]];
  }

  /** Azimuth of the rim at `angle` around the opening (0 = outer corner). */
  rimAzimuth(angle: number): number {
    const c = Math.cos(angle);
    return c * (c > 0 ? OUTER_AZIMUTH : INNER_AZIMUTH);
  }

  /** Elevation of the rim without the tilt. */
  rimElevation(angle: number): number {
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    return s > 0 ? this.upper * s ** 0.82 * (1 - 0.1 * c) : -this.lower * (-s) ** 0.9 * (1 + 0.1 * c);
  }

  tiltAt(angle: number): number {
    return this.tilt * Math.cos(angle);
  }

  /** Angle between the upper and the lower rim in the column of `angle`. */
  opening(angle: number): number {
    const up = Math.sin(angle) >= 0 ? angle : 2 * Math.PI - angle;
    return this.rimElevation(up) - this.rimElevation(2 * Math.PI - up);
  }

  /** Unit vector from the centre of an eye. */
  direction(azimuth: number, elevation: number, eye: 1 | -1): Vec3 {
    const yaw = azimuth + AXIS_YAW;
    return [eye * Math.sin(yaw) * Math.cos(elevation), Math.sin(elevation), Math.cos(yaw) * Math.cos(elevation)];
  }
}
