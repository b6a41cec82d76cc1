/** A simple avatar in place of each built-in one, for tests whose subject is not the avatar; see `test/helpers/small-avatars.js`. */
import { BUILT_IN_AVATARS } from '../../../src/avatar/built-in-avatars.js';

/** For `setAssetUrls`. */
export const SMALL_AVATARS = {
  files: Object.fromEntries(BUILT_IN_AVATARS.map((name) => [`avatars/${name}.glb`, `/small-avatars/${name}.glb`])),
};
