/** The avatars that come with the package, in `avatars/<id>.glb`. */
export const BUILT_IN_AVATARS = ['aria', 'theo', 'nia'] as const;
export type BuiltInAvatar = (typeof BUILT_IN_AVATARS)[number];

export const DEFAULT_AVATAR: BuiltInAvatar = 'aria';
