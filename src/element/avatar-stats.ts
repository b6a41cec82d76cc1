import type { MotionSessionStats, StageStats } from '../workers/worker-api.js';

/** How an avatar is doing; every figure is explained where it is measured. */
export interface AvatarStats extends StageStats, MotionSessionStats {
  /** First audio of the newest conversation → its first audible sample, ms; NaN before. */
  firstSoundMs: number;
}

/** Figures of an avatar that has no stage yet. */
export const NO_STAGE_STATS: StageStats = {
  framesPerSecond: 0,
  frameCpuMs: NaN,
  framesDrawn: 0,
  skewP50Ms: NaN,
  skewP95Ms: NaN,
  starvedFrames: 0,
};

/** Figures of an avatar that has not spoken yet. */
export const NO_SPEECH_STATS: Omit<AvatarStats, keyof StageStats> = {
  motionBytes: 0,
  motionSeconds: 0,
  firstMotionMs: NaN,
  firstSoundMs: NaN,
  discardedMessages: 0,
  reconnects: 0,
};
