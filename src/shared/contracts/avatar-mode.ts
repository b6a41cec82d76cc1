/** Where the motion of speech is computed: see `AvatarOptions.mode`. */
export const AVATAR_MODES = ['local', 'direct', 'backend', 'livekit'] as const;
export type AvatarMode = (typeof AVATAR_MODES)[number];
