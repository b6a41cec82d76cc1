/**
 * What makes one character differ from another. Lengths in cm, angles in degrees, colours sRGB hex.
 *
 * Ranges are where the sculpt was seen to hold. Eye radius ≤ 2.45 and nose width ≤ 1.0 belong together: beyond
 * them the rings of the lids meet the nose (`skin-mesh.ts` throws on the folded triangles that result).
 */
export interface Character {
  /** Written to the file, lower case. */
  name: string;
  /** Seed of everything random: fill points, hair. */
  seed: number;
  eye: {
    /** Centre of the left eyeball. */
    centre: readonly [number, number, number];
    /** Eyeball, 1.9..2.45. Twice nature: the first read of a face are its eyes. */
    radius: number;
    /** Half opening above / below the centre, 26..32 / 23..28. */
    upperOpening: number;
    lowerOpening: number;
    /** Outer corner higher than the inner one, -2..6. */
    tilt: number;
    /** Of the eyeball's radius, 0.48..0.58. */
    irisFraction: number;
    /** Of the iris radius, 0.35..0.55. */
    pupilFraction: number;
  };
  head: {
    /** Half width at the cheekbones, 5.5..6.3. */
    faceWidth: number;
    /** Half width of the chin ball, 2.2..3.3. */
    jawWidth: number;
    /** Height of the chin ball's centre, -7.6..-6.9. */
    chinY: number;
    /** Radius of the cheek balls, 2.3..2.9. */
    cheek: number;
    /** Narrowing of the lower face, 0 (square) .. 0.12 (heart). */
    taper: number;
    /** 3.2..4.2. */
    neckRadius: number;
  };
  nose: {
    /** How far the tip stands out, 0.75..1.3. */
    length: number;
    /** 0.7..1.0. */
    width: number;
  };
  mouth: {
    /** Height of the seam in the middle, -5.6..-5.0. */
    y: number;
    /** Seam, 1.9..2.5. */
    halfWidth: number;
    /** Thickness of the lips, 0.65..1.2. */
    fullness: number;
  };
  brow: {
    /** Added to the height of 3.45 above the eyes, -0.4..0.4: high is friendly. */
    height: number;
    /** 0.8..1.4. */
    thickness: number;
  };
  /** 0..1.2. */
  lashLength: number;
  hair: {
    /** Angle of the parting from the middle, positive = the character's left. */
    parting: number;
    /** Length of the bob below the ears' middle, 4..11. */
    drop: number;
    /** Thickness above the skull, 0.8..1.8. */
    volume: number;
    /** How far the tips turn in, -0.5..2. */
    curl: number;
  };
  colours: {
    skin: string;
    /** Cheeks, nose tip, chin. */
    blush: string;
    /** Hollows and creases. */
    hollow: string;
    /** Forehead. */
    light: string;
    lip: string;
    innerLip: string;
    mouthInside: string;
    hair: string;
    brow: string;
    cloth: string;
    iris: string;
    irisRim: string;
  };
  /** ARKit weights baked into the neutral shape: a resting smile is the largest single gain in warmth. */
  restingExpression: Readonly<Record<string, number>>;
}

/** The built-in avatar: chestnut bob, hazel eyes, teal roll-neck. */
export const aria: Character = {
  name: 'aria',
  seed: 7,
  eye: { centre: [3.2, -0.1, 4.95], radius: 2.45, upperOpening: 30.5, lowerOpening: 26.5, tilt: 4, irisFraction: 0.54, pupilFraction: 0.41 },
  head: { faceWidth: 5.8, jawWidth: 2.6, chinY: -7.2, cheek: 2.55, taper: 0.075, neckRadius: 3.2 },
  nose: { length: 0.85, width: 0.84 },
  mouth: { y: -5.3, halfWidth: 2.28, fullness: 1.02 },
  brow: { height: 0.1, thickness: 1.12 },
  lashLength: 1,
  hair: { parting: 24, drop: 9.2, volume: 1.25, curl: 1.7 },
  colours: {
    skin: '#eec7b0',
    blush: '#e08676',
    hollow: '#bd7759',
    light: '#f6d3b8',
    lip: '#c96f67',
    innerLip: '#8e3a3e',
    mouthInside: '#480f14',
    hair: '#5f3422',
    brow: '#4a2a1e',
    cloth: '#2f7378',
    iris: '#8a5a30',
    irisRim: '#2b1509',
  },
  restingExpression: { mouthSmileLeft: 0.17, mouthSmileRight: 0.17, mouthPucker: 0.06 },
};
