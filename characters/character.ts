import type { Hairline } from './hair/hairline.js';

/**
 * The parameters of a character. Lengths in cm, angles in degrees, colours sRGB hex.
 *
 * Ranges are those in which the sculpt was tested. Eye radius ≤ 2.45 and nose width ≤ 1.0 belong together: beyond
 * them the rings of the lids meet the nose (`skin-mesh.ts` throws on the folded triangles that result).
 */
export interface Character {
  /** Written to the file, lower case. */
  name: string;
  /** Random seed, for fill points and hair. */
  seed: number;
  eye: {
    /** Centre of the left eyeball. */
    centre: readonly [number, number, number];
    /** Eyeball, 1.9..2.45. Twice the natural size: eyes dominate the impression of a face. */
    radius: number;
    /** Half opening above / below the centre, 24..32 / 23..28; above asin(irisFraction) white shows over the iris. */
    upperOpening: number;
    lowerOpening: number;
    /** Outer corner higher than the inner one, -2..6. */
    tilt: number;
    /** As a fraction of the eyeball's radius, 0.48..0.58. */
    irisFraction: number;
    /** As a fraction of the iris radius, 0.35..0.55. */
    pupilFraction: number;
  };
  head: {
    /** Half width at the cheekbones, 5.5..6.3. */
    faceWidth: number;
    /** Half width of the chin ball, 2.2..3.3. */
    jawWidth: number;
    /** Corners of the jaw below the ears, 0 (none) .. 1 (square). */
    jawCorner: number;
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
    /** Thickness of the lips, 1..1.2: in thinner ones a ring beside the corners folds over. */
    fullness: number;
  };
  brow: {
    /** Added to the height of 3.45 above the eyes, -0.4..0.4: high is friendly. */
    height: number;
    /** 0.8..1.4. */
    thickness: number;
  };
  /** Depth of the folds beside the mouth and of the bags below the eyes, 0 (young) .. 1 (seventy). */
  age: number;
  /** null = none. */
  glasses: Glasses | null;
  /** Colour of the studs in the earlobes; null = none. */
  earrings: string | null;
  /** 0..1.2. */
  lashLength: number;
  /** Length of a beard, in the colours of hair and brows: 0 none, 0.15 stubble, 0.5 short, 1 full (4 mm). */
  beard: number;
  body: {
    /** Height of the collar, 0.4 (crew neck) .. 1 (roll-neck). */
    collar: number;
    /** Breadth of the shoulders, 0.95..1.15. */
    shoulders: number;
    /** Raised shoulders make a shorter neck, cm, 0..1.5. */
    lift: number;
  };
  hair: BobHair | ShortHair | CurlsHair;
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
  /** ARKit weights baked into the neutral shape: a resting smile makes a face friendlier than any other change. */
  restingExpression: Readonly<Record<string, number>>;
}

export interface Glasses {
  colour: string;
  /** 0 (rectangular) .. 1 (round). */
  roundness: number;
  /** Radius of the frame, cm, 0.1..0.26. */
  thickness: number;
}

/** With a side parting, from chin-long to shoulder-long. */
export interface BobHair {
  style: 'bob';
  /** Angle of the parting from the middle, positive = the character's left. */
  parting: number;
  /** Length below the skull, 4 (ears) .. 9 (chin) .. 16 (shoulders). */
  drop: number;
  /** Thickness above the skull, 0.8..1.8. */
  volume: number;
  /** How far the tips turn in, cm, -0.5..2. */
  curl: number;
}

/** Short at the sides, longer on top, brushed back. */
export interface ShortHair {
  style: 'short';
  hairline: Hairline;
  /** Thickness on top, 0.8..1.8. */
  volume: number;
  /** How much the strands drift to the character's right on their way back, -0.6..0.6. */
  sweep: number;
}

/** A round cloud of tight curls. */
export interface CurlsHair {
  style: 'curls';
  hairline: Hairline;
  /** Thickness above the skull, 1..4. */
  volume: number;
  /** Curls on the whole sphere around the head, 150..400. */
  curlCount: number;
  /** Height of a curl over its neighbours, 0.4..1.2. */
  curlHeight: number;
}

/** Chestnut bob, hazel eyes, teal roll-neck. */
export const aria: Character = {
  name: 'aria',
  seed: 7,
  eye: { centre: [3.2, -0.1, 4.95], radius: 2.45, upperOpening: 26.5, lowerOpening: 26, tilt: 4, irisFraction: 0.54, pupilFraction: 0.41 },
  head: { faceWidth: 5.8, jawWidth: 2.6, jawCorner: 0, chinY: -7.2, cheek: 2.55, taper: 0.075, neckRadius: 3.2 },
  nose: { length: 0.85, width: 0.84 },
  mouth: { y: -5.3, halfWidth: 2.28, fullness: 1.02 },
  brow: { height: 0.1, thickness: 1.12 },
  lashLength: 1,
  age: 0,
  glasses: null,
  earrings: null,
  beard: 0,
  body: { collar: 1, shoulders: 1, lift: 0 },
  hair: { style: 'bob', parting: 24, drop: 9.2, volume: 1.25, curl: 1.7 },
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

/** Short dark hair brushed back, a short beard, grey-blue eyes, midnight blue crew neck. */
export const theo: Character = {
  name: 'theo',
  seed: 11,
  eye: { centre: [3.2, -0.1, 4.95], radius: 2.3, upperOpening: 25, lowerOpening: 24.5, tilt: 1.5, irisFraction: 0.55, pupilFraction: 0.4 },
  head: { faceWidth: 6.05, jawWidth: 3.25, jawCorner: 0.9, chinY: -7.5, cheek: 2.35, taper: 0.01, neckRadius: 4 },
  nose: { length: 1.2, width: 0.97 },
  mouth: { y: -5.4, halfWidth: 2.3, fullness: 1 },
  brow: { height: -0.2, thickness: 1.45 },
  lashLength: 0.45,
  age: 0,
  glasses: null,
  earrings: null,
  beard: 0.5,
  body: { collar: 0.6, shoulders: 1.12, lift: 0.8 },
  hair: { style: 'short', hairline: { front: 7.5, temple: 0.7, sideburn: -2, nape: -5.5 }, volume: 1.3, sweep: 0.45 },
  colours: {
    skin: '#dcad90',
    blush: '#c4705a',
    hollow: '#9c5f43',
    light: '#e6b993',
    lip: '#b0695c',
    innerLip: '#7a3535',
    mouthInside: '#420e12',
    hair: '#452c1e',
    brow: '#2a1a14',
    cloth: '#2d3f63',
    iris: '#5f6f7c',
    irisRim: '#161d26',
  },
  restingExpression: { mouthSmileLeft: 0.2, mouthSmileRight: 0.2 },
};

/** A cloud of dark curls, deep brown skin, dark brown eyes, marigold roll-neck. */
export const nia: Character = {
  name: 'nia',
  seed: 23,
  eye: { centre: [3.2, -0.1, 4.95], radius: 2.43, upperOpening: 26.5, lowerOpening: 26, tilt: 5, irisFraction: 0.55, pupilFraction: 0.42 },
  head: { faceWidth: 5.75, jawWidth: 2.45, jawCorner: 0, chinY: -7.15, cheek: 2.65, taper: 0.06, neckRadius: 3.2 },
  nose: { length: 0.82, width: 0.98 },
  mouth: { y: -5.3, halfWidth: 2.3, fullness: 1.2 },
  brow: { height: 0.05, thickness: 1.15 },
  lashLength: 1.1,
  age: 0,
  glasses: null,
  earrings: '#e0b04c',
  beard: 0,
  body: { collar: 1, shoulders: 0.98, lift: 0.3 },
  hair: { style: 'curls', hairline: { front: 7.5, temple: 0, sideburn: 0.4, nape: -5 }, volume: 3.7, curlCount: 420, curlHeight: 0.95 },
  colours: {
    skin: '#8e5b41',
    blush: '#96453a',
    hollow: '#4f2a1b',
    light: '#b07c58',
    lip: '#964a4c',
    innerLip: '#54262a',
    mouthInside: '#380b10',
    hair: '#3b251c',
    brow: '#1d110d',
    cloth: '#c98f3c',
    iris: '#5a3418',
    irisRim: '#180b05',
  },
  restingExpression: { mouthSmileLeft: 0.18, mouthSmileRight: 0.18, mouthPucker: 0.04 },
};

/** All built-in characters, the default one first. */
export const CHARACTERS: readonly Character[] = [aria, theo, nia];
