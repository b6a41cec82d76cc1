/** Where avatars are: built-in names and the app's own files, as URLs that the stage loads. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import { BUILT_IN_AVATARS, DEFAULT_AVATAR } from './built-in-avatars.js';

export class AvatarManager {
  private readonly baseUrl: string;

  /** @param baseUrl Absolute URL of the folder of the built-in avatars, with a slash at its end. */
  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /**
   * The file of an avatar. `src` wins over `avatarId`; an id that is no built-in one names an avatar of the Motion
   * Server's account, whose face lives elsewhere, so the default face speaks for it.
   *
   * @param pageUrl Base of a relative `src`.
   * @throws {AvatarError} `invalidConfiguration` for a `src` that is no URL.
   */
  avatarUrl(src: string | null, avatarId: string | null, pageUrl: string): string {
    if (src) {
      try {
        return new URL(src, pageUrl).href;
      } catch {
        throw new AvatarError(ErrorCode.invalidConfiguration, `src is no valid URL: ${src}`);
      }
    }
    const isBuiltIn = (BUILT_IN_AVATARS as readonly string[]).includes(avatarId ?? '');
    return new URL(`${isBuiltIn ? avatarId : DEFAULT_AVATAR}.glb`, this.baseUrl).href;
  }
}
