/**
 * Mouth shapes before they are converted to ARKit's: the contract between a mouth (rules or a net) and the face.
 * `[8]`, each 0..1.
 */
export const MOUTH_SHAPES = [
  /** Jaw angle. */
  'jawOpen',
  /** How much of the jaw's opening the lips take back. */
  'mouthClose',
  /** Lips pushed forward and open: sh, o. */
  'mouthFunnel',
  /** Lips pushed forward and narrow: u, w. */
  'mouthPucker',
  /** Corners pulled apart: ee, s. */
  'mouthStretch',
  /** Lips pressed together: p, b, m. */
  'lipsPress',
  /** Tongue behind the upper teeth: t, n, l. */
  'tongueUp',
  /** Lower lip under the upper teeth: f, v. */
  'lowerLipBite',
] as const;

export const MOUTH_SHAPE_COUNT = MOUTH_SHAPES.length;
export const MouthShape = {
  jawOpen: 0,
  mouthClose: 1,
  mouthFunnel: 2,
  mouthPucker: 3,
  mouthStretch: 4,
  lipsPress: 5,
  tongueUp: 6,
  lowerLipBite: 7,
} as const satisfies Record<(typeof MOUTH_SHAPES)[number], number>;
