import { afterEach, assert, beforeEach, describe, it } from '#test';

import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';
import { AppSource } from '../../../../src/speech/sources/app-source.js';
import { errorMessage, flameMessage, packedMessage } from '../../../helpers/forwarded-messages.js';
import { NO_OWN_ROUNDS } from '../../../helpers/source-listener.js';

const RATE_HZ = 16_000;
const speech = (seconds: number): Int16Array => new Int16Array(Math.round(seconds * RATE_HZ));
const turns = (ms = 30): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('AppSource', () => {
  let source: AppSource;
  let motion: { round: number; frames: MotionFrames }[];
  let told: string[];

  /** Start and end of each run of frames that was passed on, s. */
  const spans = (): [number, number][] =>
    motion.map(({ frames: { startFrame, frameCount, frameRate } }) => [startFrame / frameRate, (startFrame + frameCount) / frameRate]);

  beforeEach(() => {
    motion = [];
    told = [];
    source = new AppSource(
      { kind: 'app', sampleRateHz: RATE_HZ, connectTimeoutMs: 1000, startTimeoutMs: 3000, fallback: 'audio' },
      {
        handleState: (state) => told.push(state),
        handleMotion: (round, frames) => motion.push({ round, frames }),
        handleMotionEnd: (round) => told.push(`end ${round}`),
        handleRoundError: (round, error) => told.push(`${round} ${error?.code ?? 'audio only'}`),
        handleError: (error) => told.push(error.code),
        ...NO_OWN_ROUNDS,
      },
    );
  });
  afterEach(() => source.close());

  it('is connected at once', async () => {
    await source.open();
    assert.deepEqual(told, ['connected']);
  });

  it('passes on packed motion and FLAME keyframes of one request at their places', () => {
    source.send(1, speech(1), false);
    source.receive(1, [packedMessage('a', 0, 25), packedMessage('a', 25, 25)]);
    assert.deepEqual(spans(), [
      [0, 0.5],
      [0.5, 1],
    ]);
    source.send(2, speech(4), false);
    source.receive(2, [flameMessage('b', 50), flameMessage('b', 25, { salt: 1 })]);
    // 48 and 73 keyframes later by the lead of FLAME motion, whose last keyframe waits for the next.
    assert.deepEqual(spans().slice(2), [
      [0, 2.06],
      [2.06, 3.06],
    ]);
    assert.deepEqual(
      motion.map(({ round }) => round),
      [1, 1, 2, 2],
    );
  });

  it('takes motion that is far ahead of the speech, but not what no speech can reach', () => {
    source.send(1, speech(0.1), false);
    source.receive(1, [packedMessage('a', 50 * 500, 50)]);
    assert.deepEqual(spans(), [[500, 501]]);
    source.receive(1, [packedMessage('a', 50 * 5000, 50), packedMessage('a', 0, 50)]);
    assert.deepEqual(told, ['1 invalidMotionData']);
    assert.lengthOf(motion, 1);
    assert.equal(source.discardedMessages, 1);
  });

  it('tells the end once speech and motion have both ended, in either order', () => {
    source.send(1, speech(1), false);
    source.receive(1, [packedMessage('a', 0, 50, { isEnd: true })]);
    assert.deepEqual(told, []);
    source.send(1, speech(0), true);
    assert.deepEqual(told, ['end 1']);
    source.send(2, speech(1), true);
    source.receive(2, [packedMessage('b', 0, 50)]);
    source.receive(2, [packedMessage('b', 50, 0, { isEnd: true })]);
    assert.deepEqual(told, ['end 1', 'end 2']);
  });

  it('joins the motion of several requests of one round', () => {
    source.send(1, speech(3), false);
    source.receive(1, [packedMessage('a', 0, 50, { isEnd: true })]);
    source.receive(1, [packedMessage('b', 0, 25), packedMessage('b', 25, 25, { isEnd: true })]);
    source.send(1, speech(0), true);
    assert.deepEqual(spans(), [
      [0, 1],
      [1, 1.5],
      [1.5, 2],
    ]);
    assert.deepEqual(told, ['end 1']);
  });

  it('leaves packed motion that comes twice or out of order in its place, and drops FLAME keyframes that come twice', () => {
    source.send(1, speech(3), false);
    source.receive(1, [packedMessage('a', 50, 50), packedMessage('a', 0, 50), packedMessage('a', 0, 50)]);
    assert.deepEqual(spans(), [
      [1, 2],
      [0, 1],
      [0, 1],
    ]);
    source.send(2, speech(3), false);
    const first = flameMessage('b', 25);
    source.receive(2, [first, first.slice(), flameMessage('b', 25, { salt: 1 })]);
    assert.lengthOf(motion, 5);
    assert.equal(source.discardedMessages, 1);
  });

  it('drops what follows the end of a request', () => {
    source.send(1, speech(3), false);
    source.receive(1, [packedMessage('a', 0, 50, { isEnd: true }), packedMessage('a', 50, 50), errorMessage('a', 3, 'late')]);
    assert.lengthOf(motion, 1);
    assert.equal(source.discardedMessages, 2);
    assert.deepEqual(told, []);
  });

  it('goes on without motion after an empty message or none, and ignores what comes then', () => {
    source.send(1, speech(3), false);
    source.receive(1, [packedMessage('a', 0, 50)]);
    source.receive(1, []);
    source.receive(1, [packedMessage('a', 50, 50)]);
    assert.lengthOf(motion, 1);
    assert.deepEqual(told, ['1 audio only']);
    assert.equal(source.discardedMessages, 1);
    source.send(2, speech(3), false);
    source.receive(2, [new Uint8Array(0), packedMessage('b', 0, 50)]);
    assert.deepEqual(told, ['1 audio only', '2 audio only']);
    assert.lengthOf(motion, 1);
  });

  it('takes nothing at the end for what it is: all has come', () => {
    source.send(1, speech(1), true);
    source.receive(1, [packedMessage('a', 0, 50, { isEnd: true })]);
    source.receive(1, []);
    assert.deepEqual(told, ['end 1']);
  });

  it('says what a Motion Server complained of, and what is no message', () => {
    source.send(1, speech(1), false);
    source.receive(1, [errorMessage('a', 4001, 'credits exhausted')]);
    source.send(2, speech(1), false);
    source.receive(2, [Uint8Array.from({ length: 2000 }, (_, index) => (index * 73) & 255)]);
    source.send(3, speech(1), false);
    source.receive(3, [packedMessage('c', 0, 50).slice(0, -3)]);
    assert.deepEqual(told, ['1 insufficientBalance', '2 protocolError', '3 protocolError']);
    assert.lengthOf(motion, 0);
  });

  it('refuses more than any speech could need, and goes on without motion', () => {
    source.send(1, speech(1), false);
    source.receive(1, [new Uint8Array(17 * 1024 * 1024).fill(1)]);
    source.send(2, speech(1), false);
    const large = new Uint8Array(16 * 1024 * 1024).fill(1);
    source.receive(2, [large, large, large, large, large]);
    assert.deepEqual(told, ['1 protocolError', '2 invalidMotionData']);
    assert.equal(source.discardedMessages, 5);
  });

  it('drops the motion of a round that another has followed', () => {
    source.send(1, speech(1), false);
    source.interrupt(2);
    source.receive(1, [packedMessage('a', 0, 50)]);
    source.send(2, speech(1), false);
    source.receive(1, [packedMessage('a', 0, 50)]);
    assert.lengthOf(motion, 0);
    assert.equal(source.discardedMessages, 2);
  });

  it('reads a recording of minutes in slices that let an interruption through', async () => {
    source.send(1, speech(1), false);
    source.receive(
      1,
      Array.from({ length: 3000 }, (_, index) => flameMessage('a', 10, { salt: index })),
    );
    assert.isBelow(motion.length, 3000);
    source.interrupt(2);
    const count = motion.length;
    await turns();
    assert.lengthOf(motion, count);
    assert.equal(source.discardedMessages, 3000 - count);
  });

  it('reads all of a recording of minutes', async () => {
    source.send(1, speech(1), true);
    source.receive(
      1,
      Array.from({ length: 1000 }, (_, index) => flameMessage('a', 10, { salt: index, isEnd: index === 999 })),
    );
    while (!told.includes('end 1')) await turns(5);
    assert.lengthOf(motion, 1000);
  });
});
