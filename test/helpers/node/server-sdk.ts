/** Configurations and readings for tests of the Server SDK. */

import { decodeMessage } from '../../../src/motion/protocol/envelope.js';
import { motionPayloadFrom } from '../../../src/motion/protocol/motion-payload.js';
import type { AvatarSessionConfig } from '../../../src/server-sdk/session-config.js';
import type { MotionMessage } from '../../../src/server-sdk/speech.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { TEST_API_KEY, TEST_APP_ID } from './motion-server.js';

export function sessionConfig(serverUrl: string, options: Partial<AvatarSessionConfig> = {}): AvatarSessionConfig {
  return { serverUrl, apiKey: TEST_API_KEY, appId: TEST_APP_ID, avatarId: 'aria', ...options };
}

export async function collect(messages: AsyncIterable<MotionMessage>): Promise<MotionMessage[]> {
  const all: MotionMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

/** Frames of motion in some envelopes of our own server. */
export function frameCountOf(messages: readonly MotionMessage[]): number {
  let count = 0;
  for (const { envelope } of messages) {
    const { data } = decodeMessage(envelope);
    if (data.case !== 'serverResponseAnimation') throw new Error(`${data.case} among the motion`);
    const payload = motionPayloadFrom(data.value);
    if (payload.kind === 'packed') count += payload.frames.frameCount;
  }
  return count;
}

/** What a promise rejects with, which must be one of our errors. */
export async function failureOf<Failure extends AvatarError = AvatarError>(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AvatarError) return error as Failure;
    throw error;
  }
  throw new Error('nothing was thrown');
}
