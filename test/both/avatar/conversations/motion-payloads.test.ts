import { assert, describe, it } from '#test';

import { readMotionPayloads } from '../../../../src/avatar/conversations/motion-payloads.js';
import { codeOf } from '../../../helpers/code-of.js';
import { errorMessage, flameMessage, packedMessage } from '../../../helpers/forwarded-messages.js';

const isFinal = (...payloads: unknown[]): boolean => readMotionPayloads(payloads).isFinal;

describe('readMotionPayloads', () => {
  it('copies what is handed over, so that the caller may use its buffers again', () => {
    const pool = new Uint8Array([9, 1, 2, 3, 9]);
    const { messages } = readMotionPayloads([pool.subarray(1, 4), pool.buffer]);
    pool.fill(0);
    assert.deepEqual(
      messages.map((message) => [...message]),
      [
        [1, 2, 3],
        [9, 1, 2, 3, 9],
      ],
    );
    assert.deepEqual(
      messages.map(({ buffer }) => buffer.byteLength),
      [3, 5],
    );
  });

  it('finds the end of a request in either form of motion', () => {
    assert.isFalse(isFinal(packedMessage('a', 0, 50), flameMessage('a', 50)));
    assert.isTrue(isFinal(packedMessage('a', 0, 50, { isEnd: true })));
    assert.isTrue(isFinal(packedMessage('a', 0, 50), packedMessage('a', 50, 0, { isEnd: true })));
    assert.isTrue(isFinal(flameMessage('a', 100, { isEnd: true }).buffer));
    assert.isFalse(isFinal(errorMessage('a', 3, 'no')));
  });

  it('finds an end that a sender wrote behind the motion', () => {
    // type = 5, answer { animation of 3 bytes, end = true }
    assert.isTrue(isFinal(new Uint8Array([8, 5, 50, 7, 34, 3, 24, 1, 0, 24, 1])));
    assert.isFalse(isFinal(new Uint8Array([8, 5, 50, 7, 34, 3, 24, 1, 0, 24, 0])));
    assert.isFalse(isFinal(new Uint8Array([8, 5, 50, 5, 34, 3, 24, 1, 0])));
  });

  it('takes nothing for an empty list, and a missing payload for an empty one', () => {
    assert.deepEqual(readMotionPayloads(undefined), { messages: [], isFinal: false });
    assert.deepEqual(
      readMotionPayloads([undefined, null]).messages.map(({ length }) => length),
      [0, 0],
    );
  });

  it('refuses what is no list of bytes', () => {
    for (const wrong of [new Uint8Array(3), 'motion', 7, {}, [[1, 2]], ['a'], [new Float32Array(2)]]) {
      assert.equal(
        codeOf(() => readMotionPayloads(wrong)),
        'invalidMotionData',
      );
    }
  });

  it('is quick about bytes that are no message, and never finds an end beyond them', () => {
    const cases = [
      new Uint8Array(1_000_000).fill(0x80),
      new Uint8Array(1_000_000).fill(0xff),
      new Uint8Array(1_000_000),
      Uint8Array.from({ length: 1_000_000 }, (_, index) => (index % 2 === 0 ? 8 : 1)),
      new Uint8Array([50, 0xff, 0xff, 0xff, 0xff, 0x0f, 24, 0]),
      new Uint8Array([50]),
      new Uint8Array([50, 2, 24]),
      new Uint8Array([51, 24, 1]),
    ];
    for (const bytes of cases) assert.isFalse(isFinal(bytes));
    assert.isTrue(isFinal(new Uint8Array([13, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 50, 2, 24, 1])));
  });
});
