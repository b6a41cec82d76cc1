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
  /** Lowest point of the model. */
  bottomY: number;
  /** Half width of the model about the middle between the eyes. */
  halfWidth: number;
}
