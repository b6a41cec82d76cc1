import { CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { createMessage, encodeMessage } from '../protocol/envelope.js';
import { packMotion } from '../protocol/packed-motion.js';

/** A client accepts a minute in one message; shorter ones are unpacked without holding up anything. */
const FRAMES_PER_MESSAGE = 250;
const REQUEST_ID = 'motion';

/**
 * Motion as a Motion Server would send it, whole and ended: what `yieldFramesData()` of an avatar in backend mode takes, so
 * that motion made in advance, or by hand, is played in sync with its sound.
 *
 * @param motion At least one frame; the first belongs to the start of the sound.
 * @throws {AvatarError} `invalidMotionData` for no frames, non-finite values or a wrong array length.
 */
export function motionMessages({ frameRate, frameCount, values }: MotionFrames): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let startFrame = 0; startFrame < Math.max(1, frameCount); startFrame += FRAMES_PER_MESSAGE) {
    const count = Math.min(FRAMES_PER_MESSAGE, frameCount - startFrame);
    const part = values.subarray(startFrame * CHANNEL_COUNT, (startFrame + count) * CHANNEL_COUNT);
    const packedMotion = packMotion({ frameRate, startFrame, frameCount: count, values: part });
    const end = startFrame + count === frameCount;
    messages.push(encodeMessage(createMessage({ case: 'serverResponseAnimation', value: { reqId: REQUEST_ID, end, packedMotion } })));
  }
  return messages;
}
