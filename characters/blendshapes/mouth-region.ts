/** Masks relative to the mouth, from which the jaw and lip fields are built. All 0..1, smooth. */
import type { FacePoint } from '../face-point.js';
import type { MouthShape } from '../mouth-shape.js';
import { clamp, gaussian, smoothstep } from '../vector.js';

export class MouthRegion {
  readonly shape: MouthShape;

  constructor(shape: MouthShape) {
    this.shape = shape;
  }

  /** x in half widths of the mouth: ±1 at the corners. */
  along({ position }: FacePoint): number {
    return position[0] / this.shape.halfWidth;
  }

  /** Height above the seam, cm. */
  aboveSeam({ position }: FacePoint): number {
    return position[1] - this.shape.extendedSeamY(position[0]);
  }

  /** 1 above the seam, -1 below, 0 in a corner. */
  sideOf(point: FacePoint): number {
    if (point.lip) return point.lip.side;
    return this.aboveSeam(point) > 0 ? 1 : -1;
  }

  /** 1 on the lips, fading over `reach` cm around them and into the mouth. */
  lips(point: FacePoint, reach: number): number {
    if (point.kind === 'mouthLining') return 1 - smoothstep(0.6, 2.2, point.lip!.depth);
    if (point.lip && point.lip.across <= 1) return 1;
    const above = this.aboveSeam(point);
    const outward = Math.max(0, Math.abs(this.along(point)) - 1) * this.shape.halfWidth;
    const vertical = Math.max(0, Math.abs(above) - (above > 0 ? 0.6 : 0.85));
    return gaussian(vertical, reach) * gaussian(outward, reach) * smoothstep(2, 5, point.position[2]);
  }

  /** Around one corner of the mouth, `reach` cm wide. */
  corner({ position }: FacePoint, side: number, reach: number): number {
    const dx = position[0] - side * this.shape.halfWidth;
    const dy = position[1] - this.shape.seamY(1);
    return Math.exp(-(dx * dx + dy * dy * 0.9) / (reach * reach)) * smoothstep(1, 4.5, position[2]);
  }

  /** Fades out between the upper lip and the nose. */
  belowNose({ position }: FacePoint): number {
    return 1 - smoothstep(this.shape.centreY + 1, this.shape.centreY + 1.75, position[1]);
  }

  /** |t|^power, up to 1 at the corners: keeps the middle of the lips still. */
  towardsCorner(point: FacePoint, power: number): number {
    return clamp(Math.abs(this.along(point))) ** power;
  }

  /** 1 in the middle, 0 at the corners. */
  middle(point: FacePoint, power = 2.2): number {
    return clamp(1 - Math.abs(clamp(this.along(point), -1, 1)) ** power);
  }

  /** Distance by which the seam must sink to become flat: its curve would turn rounded lips into a V. */
  seamRise(point: FacePoint): number {
    return this.shape.seamY(clamp(Math.abs(this.along(point)))) - this.shape.centreY;
  }
}

/** One half of the face with a soft middle; left + right = 1, so that halves add up to the whole. */
export const halfMask = ({ position }: FacePoint, side: number): number => smoothstep(-0.9, 0.9, position[0] * side);
