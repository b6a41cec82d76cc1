/**
 * Input of the deformation fields: a vertex's rest position and its feature.
 * Fields are defined on these unposed points; the neutral shape of the file already carries the resting expression.
 */
import type { Vec3 } from './vector.js';

/** Position in the rings of the lips. */
export interface LipCoordinate {
  /** -1 (right corner) .. 1 (left corner). */
  along: number;
  /** 0 at the seam, 1 at the border of the vermilion, beyond in the skin around. */
  across: number;
  /** 1 upper, -1 lower, 0 a corner. */
  side: number;
  /** Distance of the mouth's lining behind the seam, cm; 0 outside. */
  depth: number;
  /** The vertex of the seam in the same column. */
  seam: Vec3;
}

/** Position in the rings of the lids: angles about the eyeball's centre, radians. */
export interface LidCoordinate {
  /** 1 left eye, -1 right eye. */
  eye: 1 | -1;
  /** Around the opening: 0 at the outer corner, π/2 the middle of the upper lid. */
  angle: number;
  azimuth: number;
  elevation: number;
  /** 1 at the rim, up to `LID_RING_SCALES`' last outside. */
  ring: number;
  /** Distance from the eyeball's centre. */
  radius: number;
  /** On the hidden inside of the rim. */
  isInner: boolean;
}

export interface FacePoint {
  position: Vec3;
  kind: 'fill' | 'lip' | 'mouthLining' | 'lid' | 'brow' | 'lash' | 'teeth' | 'tongue';
  lip?: LipCoordinate;
  lid?: LidCoordinate;
  /** Rigid parts only: share of the jaw's motion. */
  jawWeight?: number;
  /** Tongue only: 0 root, 1 tip. */
  tongueReach?: number;
}
