/** The avatars that come with the package, in `avatars/<id>.glb`. */
export const BUILT_IN_AVATARS = ['aria', 'theo', 'nia'] as const;
export type BuiltInAvatar = (typeof BUILT_IN_AVATARS)[number];

export const DEFAULT_AVATAR: BuiltInAvatar = 'aria';

/**
 * The built-in avatar that is shown for an id. Another id names an avatar of the Motion Server's account, whose face is not here: the
 * default avatar takes its place.
 */
export function builtInAvatar(avatarId: string | null): BuiltInAvatar {
  return BUILT_IN_AVATARS.find((name) => name === avatarId) ?? DEFAULT_AVATAR;
}
