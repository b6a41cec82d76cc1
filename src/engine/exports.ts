/** What `spatius-avatar/engine` offers on every runtime. */
export { ENGINE_FRAME_RATE, ENGINE_LOOKAHEAD_SECONDS, MotionEngine, type EngineMotion, type MotionEngineOptions } from '../motion/engine/motion-engine.js';
export { animateGlb, SPEECH_ANIMATION_NAME } from '../motion/files/glb-animation.js';
export { LiveLinkCsvWriter } from '../motion/files/live-link-csv.js';
export { MotionJsonWriter } from '../motion/files/motion-json.js';
export { motionMessages } from '../motion/files/motion-messages.js';
export type { MotionTextWriter } from '../motion/files/motion-writer.js';
export { MotionStyler } from '../motion/style/motion-styler.js';
export { mouthFromTimings, readTimings, type MouthTimings } from '../motion/timings/index.js';
export { ARKIT_CHANNELS, CHANNEL_INDEX, CHANNELS, HEAD_CHANNELS, type ArkitChannel, type Channel } from '../shared/contracts/channels.js';
export { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
export type { MotionFrames } from '../shared/contracts/motion-frames.js';
export { expressionFrom, SPEECH_STYLES, type Expression, type SpeechStyle } from '../shared/contracts/speech-style.js';
export type { SpeechManner, TimedPhoneme, TimedViseme, TimedWord } from '../shared/contracts/speech-manner.js';
export { VISEME_INDEX, VISEMES, type Viseme } from '../shared/contracts/visemes.js';
