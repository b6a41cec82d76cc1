/** The element's texts: their types, and the English ones that the first picture needs. */

/** Texts above the picture. */
export interface OverlayStrings {
  /** Accessible name of the element. */
  readonly avatar: string;
  readonly loading: string;
  readonly error: string;
  readonly retry: string;
  /** On the button that unlocks the sound. */
  readonly sound: string;
}

/** Texts of the control bar. */
export interface ControlsStrings {
  /** The bar as a whole. */
  readonly controls: string;
  readonly start: string;
  readonly pause: string;
  readonly resume: string;
  readonly stop: string;
  readonly mute: string;
  readonly volume: string;
  readonly captions: string;
  readonly connecting: string;
  readonly notConnected: string;
  /** Speech waits for data. */
  readonly waiting: string;
}

/** Short, as on buttons. */
export interface AvatarStrings extends OverlayStrings, ControlsStrings {}

/** The control bar has its own English texts. */
export type KnownStrings = OverlayStrings & Partial<ControlsStrings>;

export const ENGLISH: OverlayStrings = {
  avatar: 'Talking avatar',
  loading: 'Loading',
  error: 'The avatar could not be shown.',
  retry: 'Try again',
  sound: 'Turn on sound',
};
