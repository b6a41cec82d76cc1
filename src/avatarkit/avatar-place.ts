/** From an avatar's id to its file. */
import { BUILT_IN_AVATARS, type BuiltInAvatar, DEFAULT_AVATAR } from '../avatar/built-in-avatars.js';
import type { Configuration } from './configuration.js';
import { AvatarError, ErrorCode } from './errors.js';

export interface AvatarPlace {
  /** Its file: an absolute URL, or a built-in avatar. */
  readonly file: { readonly url: string } | { readonly builtIn: BuiltInAvatar };
  /** Id that is sent to a Motion Server. */
  readonly motionId: string;
}

/** Ids with a slash, a scheme or a file's ending are URLs. */
const URL_LIKE = /\/|^(?:blob|data):|\.(?:glb|vrm|zip)$/i;

/**
 * @param pageUrl Base of relative URLs.
 * @throws {AvatarError} `avatarIDUnrecognized`.
 */
export function avatarPlace(id: string, configuration: Configuration, pageUrl: string): AvatarPlace {
  const { avatarUrls, region, environment, customEndpoint } = configuration;
  if (avatarUrls && Object.hasOwn(avatarUrls, id)) {
    // A Spatius Motion Server knows the id; one of one's own knows the built-in ones.
    const isKnown = !customEndpoint && (region ?? environment) !== undefined;
    return { file: urlOf(String(avatarUrls[id]), pageUrl, id), motionId: isKnown ? id : DEFAULT_AVATAR };
  }
  const builtIn = BUILT_IN_AVATARS.find((name) => name === id);
  if (builtIn) return { file: { builtIn }, motionId: builtIn };
  if (typeof id === 'string' && URL_LIKE.test(id)) return { file: urlOf(id, pageUrl, id), motionId: DEFAULT_AVATAR };
  throw new AvatarError(
    ErrorCode.avatarIDUnrecognized,
    `There is no avatar "${id}": use ${BUILT_IN_AVATARS.join(', ')}, the URL of a file, or name its file in avatarUrls.`,
  );
}

function urlOf(place: string, pageUrl: string, id: string): { url: string } {
  try {
    return { url: new URL(place, pageUrl).href };
  } catch {
    throw new AvatarError(ErrorCode.avatarIDUnrecognized, `The avatar "${id}" has no valid URL: ${place}`);
  }
}
