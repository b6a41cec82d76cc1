import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import { PCM_SAMPLE_RATES } from '../../../src/shared/samples/sample-rates.js';
import { type Answer, type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';

function frameCountOf(answer: Answer): number {
  return answer.frames.reduce((sum, frames) => sum + frames.frameCount, 0);
}

function assertConsecutive(answer: Answer): void {
  let next = 0;
  for (const frames of answer.frames) {
    assert.equal(frames.startFrame, next);
    assert.equal(frames.frameRate, 50);
    next += frames.frameCount;
  }
}

function valuesOf(answer: Answer): number[] {
  return answer.frames.flatMap((frames: MotionFrames) => [...frames.values]);
}

describe('speech through the Motion Server', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  it('answers audio with motion of the same length, in order, the end flag on the last message only', async () => {
    const client = await running.open();
    client.sendAudio('r1', voicePcm(3), true);
    const answer = await client.answer('r1');
    assert.isNull(answer.error);
    assertConsecutive(answer);
    assert.equal(frameCountOf(answer), 150);
    assert.deepEqual(
      answer.responses.map(({ end }) => end),
      [...answer.responses.slice(1).map(() => false), true],
    );
    for (const response of answer.responses) {
      assert.equal(response.avatarId, 'aria');
      assert.match(response.connectionId, /^\d{14}_[\w-]{12}$/);
    }
    const jaw = answer.frames.flatMap(({ values, frameCount }) =>
      Array.from({ length: frameCount }, (_, frame) => values[frame * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen]),
    );
    assert.isAbove(Math.max(...jaw), 0.1);
    await client.close();
  });

  for (const sampleRate of PCM_SAMPLE_RATES) {
    it(`hears ${sampleRate} Hz`, async () => {
      const client = await running.open({ sampleRate });
      client.sendAudio('r', voicePcm(1, sampleRate), true);
      const answer = await client.answer('r');
      assert.equal(frameCountOf(answer), 50);
      await client.close();
    });
  }

  it('takes 16000 Hz for a rate that is left out', async () => {
    const client = await running.open({ sampleRate: 0 });
    client.sendAudio('r', voicePcm(1), true);
    assert.equal(frameCountOf(await client.answer('r')), 50);
    await client.close();
  });

  it('sends the first motion before the request has ended, 40 ms of it, and 100 ms in the next message', async () => {
    const client = await running.open();
    client.sendAudio('r', voicePcm(0.5), false);
    const { data } = await client.next();
    if (data.case !== 'serverResponseAnimation') return assert.fail(`${data.case}`);
    assert.isFalse(data.value.end);
    assert.equal(data.value.packedMotion?.frameCount, 2);
    client.sendAudio('r', new Uint8Array(0), true);
    const rest = await client.answer('r');
    assert.equal(rest.frames[0].frameCount, 5);
    assert.equal(2 + frameCountOf(rest), 25);
    await client.close();
  });

  it('makes the same motion however the bytes are cut, a sample split over two chunks included', async () => {
    const client = await running.open();
    const pcm = voicePcm(1);
    client.sendAudio('same', pcm, true);
    const whole = valuesOf(await client.answer('same'));
    // A second connection, as an id is used only once and seeds the blinks.
    const other = await running.open();
    for (let start = 0, size = 1; start < pcm.length; start += size, size = (size * 7) % 1013) {
      other.sendAudio('same', pcm.subarray(start, start + size));
    }
    other.sendAudio('same', new Uint8Array(0), true);
    const pieces = valuesOf(await other.answer('same'));
    assert.lengthOf(pieces, whole.length);
    // Messages are cut elsewhere, but every frame is rounded to the same grid.
    assert.isBelow(Math.max(...pieces.map((value, index) => Math.abs(value - whole[index]))), 0.002);
    await Promise.all([client.close(), other.close()]);
  });

  it('serves one request after the other on a connection', async () => {
    const client = await running.open();
    for (let index = 0; index < 20; index++) {
      client.sendAudio(`r${index}`, voicePcm(0.2), true);
      assert.equal(frameCountOf(await client.answer(`r${index}`)), 10);
    }
    await client.close();
  });

  it('ends a request without any audio with an empty answer', async () => {
    const client = await running.open();
    client.sendAudio('empty', new Uint8Array(0), true);
    const answer = await client.answer('empty');
    assert.lengthOf(answer.responses, 1);
    assert.isTrue(answer.responses[0].end);
    assert.isUndefined(answer.responses[0].packedMotion);
    await client.close();
  });

  it('accepts audio sent together with the configuration, before it was confirmed', async () => {
    const client = await running.connect();
    client.send({ case: 'clientConfigureSession', value: { sampleRate: 16000 } });
    client.sendAudio('early', voicePcm(0.2), true);
    assert.equal((await client.next()).data.case, 'serverConfirmSession');
    assert.equal(frameCountOf(await client.answer('early')), 10);
    await client.close();
  });
});
