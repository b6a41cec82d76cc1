/** How the sound of an avatar is played. Its owner on the page is `AvatarLifecycle`; everything that plays gets the whole. */
export interface SoundSettings {
  /** 0..1. */
  readonly volume: number;
  readonly isMuted: boolean;
  /** Added to the measured output latency, s; for Bluetooth speakers that do not report theirs. */
  readonly latencyOffsetSeconds: number;
}

export const DEFAULT_SOUND_SETTINGS: SoundSettings = Object.freeze({ volume: 1, isMuted: false, latencyOffsetSeconds: 0 });
