/** Marks specs that `npm test` leaves to `npm run test:all`: the further members of a family of which one runs always. */
interface Details {
  tag: string[];
}

const TAG = '@slow';
/** Tag of specs that measure real time. */
export const TIMING = '@timing';
export const SLOW: Details = { tag: [TAG] };
export const SLOW_TIMING: Details = { tag: [TIMING, TAG] };

/** @param isAlways Whether `npm test` runs it too. @param tags Further tags. */
export const slowUnless = (isAlways: boolean, ...tags: string[]): Details => ({ tag: isAlways ? tags : [...tags, TAG] });
