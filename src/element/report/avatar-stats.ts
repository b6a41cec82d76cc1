import type { Avatar } from '../../avatar/avatar.js';
import type { SpeechStats } from '../../avatar/speech-events.js';
import type { StageStats } from '../../shared/contracts/stage.js';

/** How an avatar is doing; every figure is explained where it is measured. */
export interface AvatarStats extends StageStats, SpeechStats {}

/** Figures of an avatar that has no stage yet. */
const NO_STAGE_STATS: StageStats = {
  framesPerSecond: 0,
  frameCpuMs: NaN,
  drawMs: NaN,
  framesDrawn: 0,
  resolutionScale: 1,
  renderer: 'webgl',
  skewP50Ms: NaN,
  skewP95Ms: NaN,
  starvedFrames: 0,
  droppedFrames: 0,
};

/** Figures of an avatar that has not spoken yet. */
const NO_SPEECH_STATS: SpeechStats = {
  motionBytes: 0,
  motionSeconds: 0,
  firstMotionMs: NaN,
  firstSoundMs: NaN,
  discardedMessages: 0,
  reconnects: 0,
  stalls: 0,
  bufferedSeconds: 0,
};

/** @param avatar Null outside a document. */
export async function avatarStats(avatar: Avatar | null): Promise<AvatarStats> {
  const hasSpoken = avatar?.speech.newestConversationId != null;
  const [stage, speech] = await Promise.all([avatar?.stageStats(), hasSpoken ? avatar?.speech.stats() : null]);
  return { ...NO_SPEECH_STATS, ...NO_STAGE_STATS, ...speech, ...stage };
}
