/** Messages of a Motion Server, as a backend forwards them. */
import { create } from '@bufbuild/protobuf';
import {
  FlameAnimationSchema,
  FlameSchema,
  ServerErrorSchema,
  ServerResponseAnimationSchema,
} from '../../src/motion/protocol/generated/message_pb.js';
import { createMessage, encodeMessage, packMotion } from '../../src/motion/protocol/index.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../src/shared/contracts/channels.js';

/** Our own packed motion, 50 frames a second, the jaw at a constant weight. */
export function packedMessage(
  reqId: string,
  startFrame: number,
  frameCount: number,
  { isEnd = false, jawOpen = 0.5 } = {},
): Uint8Array<ArrayBuffer> {
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  for (let i = 0; i < frameCount; i++) values[i * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen] = jawOpen;
  const packedMotion = frameCount > 0 ? packMotion({ frameRate: 50, startFrame, frameCount, values }) : undefined;
  return bytes({ case: 'serverResponseAnimation', value: create(ServerResponseAnimationSchema, { reqId, end: isEnd, packedMotion }) });
}

/** FLAME keyframes, 25 a second; `salt` tells messages apart. */
export function flameMessage(reqId: string, keyframeCount: number, { isEnd = false, salt = 0 } = {}): Uint8Array<ArrayBuffer> {
  const keyframes = Array.from({ length: keyframeCount }, () => create(FlameSchema, { jawPose: [0.05, 0, salt] }));
  return bytes({
    case: 'serverResponseAnimation',
    value: create(ServerResponseAnimationSchema, { reqId, end: isEnd, animation: create(FlameAnimationSchema, { keyframes }) }),
  });
}

export function errorMessage(reqId: string, code: number, message: string): Uint8Array<ArrayBuffer> {
  return bytes({ case: 'serverError', value: create(ServerErrorSchema, { reqId, code, message }) });
}

function bytes(data: Parameters<typeof createMessage>[0]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encodeMessage(createMessage(data)));
}
