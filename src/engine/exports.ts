/** Exports of `spatius-avatar/engine` on every runtime. */
export {
  ENGINE_FRAME_RATE,
  ENGINE_LOOKAHEAD_SECONDS,
  type EngineMotion,
  MotionEngine,
  type MotionEngineOptions,
} from '../motion/engine/motion-engine.js';
export { animateGlb, SPEECH_ANIMATION_NAME } from '../motion/files/glb-animation.js';
export { LiveLinkCsvWriter } from '../motion/files/live-link-csv.js';
export { MotionJsonWriter } from '../motion/files/motion-json.js';
export { motionMessages } from '../motion/files/motion-messages.js';
export type { MotionTextWriter } from '../motion/files/motion-writer.js';
export { MotionStyler } from '../motion/style/motion-styler.js';
export { type MouthTimings, mouthFromTimings, readTimings } from '../motion/timings/index.js';
export { ARKIT_CHANNELS, type ArkitChannel, CHANNEL_INDEX, CHANNELS, type Channel, HEAD_CHANNELS } from '../shared/contracts/channels.js';
export { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
export type { MotionFrames } from '../shared/contracts/motion-frames.js';
export type { SpeechManner, TimedPhoneme, TimedViseme, TimedWord } from '../shared/contracts/speech-manner.js';
export { type Expression, expressionFrom, SPEECH_STYLES, type SpeechStyle } from '../shared/contracts/speech-style.js';
export { VISEME_INDEX, VISEMES, type Viseme } from '../shared/contracts/visemes.js';
