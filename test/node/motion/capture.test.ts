import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { decodeMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import { MessageType } from '../../../src/motion/protocol/generated/message_pb.js';
import { FLAME_SHAPE, motionPayloadFrom } from '../../../src/motion/protocol/motion-payload.js';
import { packageFolder } from '../../../src/server/package-folder.js';

const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
const file = join(assets, 'captures/motion_response.json');
const skip = existsSync(file) ? false : `no recorded answer at ${file}`;

describe('the recorded answer of a Spatius Motion Server', { skip }, () => {
  const load = (): Uint8Array[] => {
    const { animation_messages_base64: messages } = JSON.parse(readFileSync(file, 'utf8')) as { animation_messages_base64: string[] };
    return messages.map((message) => Uint8Array.from(Buffer.from(message, 'base64')));
  };

  it('decodes to 50 and 100 keyframes of the documented shape, then the rest with the end flag', () => {
    const counts = load().map((bytes) => {
      const { type, data } = decodeMessage(bytes);
      assert.equal(type, MessageType.MESSAGE_SERVER_RESPONSE_ANIMATION);
      if (data.case !== 'serverResponseAnimation') throw new Error(`${data.case}`);
      assert.equal(data.value.connectionId, '20251223042742_F_g87iqY1k2L');
      assert.equal(data.value.reqId, '20251223042742_Oja7E-8NzYGi');
      const payload = motionPayloadFrom(data.value);
      if (payload.kind !== 'flame') throw new Error(payload.kind);
      for (const keyframe of payload.keyframes) {
        for (const [name, length] of Object.entries(FLAME_SHAPE)) assert.lengthOf(keyframe[name as keyof typeof FLAME_SHAPE], length, name);
      }
      return [payload.keyframes.length, data.value.end];
    });
    assert.deepEqual(counts, [
      [50, false],
      [100, false],
      [57, true],
    ]);
  });

  it('is written again byte for byte', () => {
    for (const bytes of load()) assert.deepEqual(encodeMessage(decodeMessage(bytes)), bytes);
  });
});
