/** The curves of the closed mouth; shared by the mesh, the teeth and the deformation fields. */
import type { Character } from './character.js';
import { clamp, gaussian, smoothstep } from './vector.js';

export class MouthShape {
  /** Height of the seam in the middle. */
  readonly centreY: number;
  readonly halfWidth: number;
  private readonly fullness: number;

  constructor({ mouth }: Character) {
    this.centreY = mouth.y;
    this.halfWidth = mouth.halfWidth;
    this.fullness = mouth.fullness;
  }

  /** Seam height at t = x / halfWidth, |t| ≤ 1: corners up, a small dip under the Cupid's bow. */
  seamY(t: number): number {
    return this.centreY + 0.34 * t * t + 0.1 * t ** 6 - 0.06 * gaussian(t, 0.2);
  }

  /** The seam continued into the cheeks, for any x. */
  extendedSeamY(x: number): number {
    const t = Math.abs(x / this.halfWidth);
    return t < 1 ? this.seamY(t) : this.seamY(1) + (t - 1) * 0.35;
  }

  /** Height of the vermilion above the seam, with the Cupid's bow. */
  upperHeight(t: number): number {
    return this.fullness * 0.66 * (1 - Math.abs(t) ** 1.7) * (1 - 0.22 * gaussian(t, 0.14));
  }

  /** Height of the vermilion below the seam. */
  lowerHeight(t: number): number {
    return this.fullness * 0.84 * (1 - t * t);
  }

  /** Height of the lip over the sculpt along the normal: √q makes the roll at the seam, a groove the seam itself. */
  relief(across: number, t: number, isUpper: boolean): number {
    const fade = Math.sqrt(clamp(1 - t ** 4));
    const bulge = clamp(1 - t ** 4) ** 0.7;
    const body = Math.sqrt(clamp(across)) * (1 - smoothstep(0.42, 1.25, across)) * 1.35;
    const height = (isUpper ? 0.34 : 0.46) * this.fullness;
    return height * body * bulge - 0.1 * fade * gaussian(across, 0.12) - 0.2 * fade * (1 - fade) * gaussian(across, 0.5);
  }
}
