import { assert, describe, it } from '#test';

import { createMessage, encodeMessage } from '../../../../src/motion/protocol/envelope.js';
import { motionHeaderOf } from '../../../../src/motion/protocol/envelope-header.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';

type Data = Parameters<typeof createMessage>[0];
const bytesOf = (data: Data): Uint8Array => encodeMessage(createMessage(data));
const joined = (...parts: (Uint8Array | number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('the header of an envelope', () => {
  it('tells request and end of motion, whatever else is in the message', () => {
    const keyframes = Array.from({ length: 20 }, () => ({ expression: new Array<number>(100).fill(0.5) }));
    const whole = bytesOf({
      case: 'serverResponseAnimation',
      value: { connectionId: 'c', reqId: 'r-1', end: true, avatarId: 'a', animation: { keyframes } },
    });
    assert.deepEqual(motionHeaderOf(whole), { reqId: 'r-1', isLast: true });
    assert.deepEqual(motionHeaderOf(bytesOf({ case: 'serverResponseAnimation', value: { reqId: 'r-2' } })), {
      reqId: 'r-2',
      isLast: false,
    });
    assert.deepEqual(motionHeaderOf(bytesOf({ case: 'serverResponseAnimation', value: {} })), { reqId: '', isLast: false });
    // A varint field 999 and a text field 998, before and after.
    assert.deepEqual(motionHeaderOf(joined([0xb8, 0x3e, 5], whole, [0xb2, 0x3e, 2, 65, 66])), { reqId: 'r-1', isLast: true });
  });

  it('is that of the merged message when the field comes twice, as protobuf has it', () => {
    const first = bytesOf({ case: 'serverResponseAnimation', value: { reqId: 'one', end: true } });
    const second = bytesOf({ case: 'serverResponseAnimation', value: { reqId: 'two' } });
    assert.deepEqual(motionHeaderOf(joined(first, second)), { reqId: 'two', isLast: true });
  });

  it('is null for messages without motion', () => {
    assert.isNull(motionHeaderOf(bytesOf({ case: 'serverError', value: { reqId: 'r', code: 3 } })));
    assert.isNull(motionHeaderOf(bytesOf({ case: 'serverConfirmSession', value: { connectionId: 'c' } })));
    assert.isNull(motionHeaderOf(new Uint8Array(0)));
  });

  it('refuses bytes that are no message with `protocolError`', () => {
    const whole = bytesOf({ case: 'serverResponseAnimation', value: { reqId: 'request', end: true } });
    for (let length = 1; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      try {
        // Cut between two fields it is a message still.
        motionHeaderOf(cut);
      } catch (error) {
        assert.instanceOf(error, AvatarError);
        assert.equal((error as AvatarError).code, 'protocolError');
      }
    }
    for (const wrong of [
      [0xff, 0xff],
      [0x32, 0x7f, 0x0a],
      [0x32, 0x02, 0x12, 0x7f],
    ]) {
      assert.throws(() => motionHeaderOf(Uint8Array.from(wrong)), AvatarError);
    }
  });
});
