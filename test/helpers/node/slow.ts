/** Marks specs that `npm test` leaves to `npm run test:all`: the further members of a family of which one runs always. */
export const SLOW = { tag: '@slow' };

/** @param isAlways Whether `npm test` runs it too. */
export const slowUnless = (isAlways: boolean): { tag?: string } => (isAlways ? {} : SLOW);
