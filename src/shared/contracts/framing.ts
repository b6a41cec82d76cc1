/** How an avatar is framed: shared by page and render worker. */

export type View = 'portrait' | 'bust' | 'full';

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
