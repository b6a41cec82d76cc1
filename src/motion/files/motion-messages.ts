import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { createMessage, encodeMessage } from '../protocol/envelope.js';
import { packMotion } from '../protocol/packed-motion.js';
import { sliceFrames } from '../timeline/frame-runs.js';

/** A client accepts a minute in one message; shorter ones are unpacked without blocking. */
const FRAMES_PER_MESSAGE = 250;
const REQUEST_ID = 'motion';

/**
 * Motion as the complete messages of a Motion Server, for `yieldFramesData()` of an avatar in backend mode: plays motion that was
 * made in advance, or by hand, in sync with its sound.
 *
 * @param motion At least one frame; the first belongs to the start of the sound.
 * @throws {AvatarError} `invalidMotionData` for no frames, non-finite values or a wrong array length.
 */
export function motionMessages(motion: MotionFrames): Uint8Array[] {
  const run = { ...motion, startFrame: 0 };
  const messages: Uint8Array[] = [];
  for (let startFrame = 0; startFrame < Math.max(1, run.frameCount); startFrame += FRAMES_PER_MESSAGE) {
    const endFrame = Math.min(startFrame + FRAMES_PER_MESSAGE, run.frameCount);
    const packedMotion = packMotion(sliceFrames(run, startFrame, endFrame));
    const end = endFrame === run.frameCount;
    messages.push(encodeMessage(createMessage({ case: 'serverResponseAnimation', value: { reqId: REQUEST_ID, end, packedMotion } })));
  }
  return messages;
}
