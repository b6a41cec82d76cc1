/** How an avatar is framed: shared by page and render worker. */

/** `portrait`: the head; `bust`: head and shoulders; `full`: the whole figure. */
export const VIEWS = ['portrait', 'bust', 'full'] as const;
export type View = (typeof VIEWS)[number];

/** Where the parts of a character are at rest, metres, y up, face towards +z. */
export interface FramingAnchors {
  /** Middle between the eyes. */
  eyes: { x: number; y: number; z: number };
  /** Highest point of head and hair. */
  topY: number;
  /** Highest point of the model, such as a raised hand. Default: `topY`. */
  highestY?: number;
  /** Lowest point of the model. */
  bottomY: number;
  /** Half width of the model about the middle between the eyes. */
  halfWidth: number;
  /** Foremost point of the model. Default: the eyes. */
  frontZ?: number;
  /** Extent of the head with hair and hat, up to `topY`. Default: an adult's, as seen from the distance between eyes and top. */
  head?: HeadExtent;
}

export interface HeadExtent {
  /** Lowest point of the head itself: long hair and beards may hang below. */
  bottomY: number;
  /** Half width about the middle between the eyes. */
  halfWidth: number;
  /** Foremost point: nose, snout or beak. */
  frontZ: number;
}
