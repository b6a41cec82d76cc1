/** Words that the page shows before it knows its language. */
/** Words above the picture. */
export interface OverlayStrings {
  /** What the element is, for people who do not see it. */
  readonly avatar: string;
  readonly loading: string;
  readonly error: string;
  readonly retry: string;
  /** On the button that unlocks the sound. */
  readonly sound: string;
}

export const ENGLISH: OverlayStrings = {
  avatar: 'Talking avatar',
  loading: 'Loading',
  error: 'The avatar could not be shown.',
  retry: 'Try again',
  sound: 'Turn on sound',
};
