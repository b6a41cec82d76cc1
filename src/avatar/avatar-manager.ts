/** Where avatars are: built-in names and the app's own files, as URLs that the stage loads. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { type BuiltInAvatar, builtInAvatar } from './built-in-avatars.js';

export class AvatarManager {
  private readonly locate: (avatar: BuiltInAvatar) => Promise<string>;

  /** @param locate Gives the absolute URL of a built-in avatar's file. */
  constructor(locate: (avatar: BuiltInAvatar) => Promise<string>) {
    this.locate = locate;
  }

  /**
   * The file of an avatar. `src` overrides `avatarId`; see `builtInAvatar` for other ids.
   *
   * @param pageUrl Base of a relative `src`.
   * @throws {AvatarError} `invalidConfiguration` for a `src` that is no URL.
   */
  async avatarUrl(src: string | null, avatarId: string | null, pageUrl: string): Promise<string> {
    if (src) {
      try {
        return new URL(src, pageUrl).href;
      } catch {
        throw new AvatarError(ErrorCode.invalidConfiguration, `src is no valid URL: ${src}`);
      }
    }
    return this.locate(builtInAvatar(avatarId));
  }
}
