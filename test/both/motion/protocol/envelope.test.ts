import { assert, describe, it } from '#test';

import { createMessage, decodeMessage, encodeMessage } from '../../../../src/motion/protocol/envelope.js';
import { MessageType } from '../../../../src/motion/protocol/generated/message_pb.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { codeOf } from '../../../helpers/code-of.js';

const bytes = (...parts: (number[] | Uint8Array)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('the message envelope', () => {
  it('writes the public field numbers: an audio chunk byte by byte', () => {
    const encoded = encodeMessage(
      createMessage({ case: 'clientAudioInput', value: { reqId: 'r1', end: true, audio: Uint8Array.of(1, 2) } }),
    );
    // type = 3; field 4: req_id (1), end (2), audio (3).
    assert.deepEqual([...encoded], [0x08, 3, 0x22, 10, 0x0a, 2, 0x72, 0x31, 0x10, 1, 0x1a, 2, 1, 2]);
  });

  it('gives each payload the type that belongs to it', () => {
    const types = [
      createMessage({ case: 'clientConfigureSession', value: { sampleRate: 16000 } }),
      createMessage({ case: 'serverConfirmSession', value: { connectionId: 'c' } }),
      createMessage({ case: 'clientAudioInput', value: { reqId: 'r' } }),
      createMessage({ case: 'serverError', value: { message: 'm' } }),
      createMessage({ case: 'serverResponseAnimation', value: { reqId: 'r' } }),
      createMessage({ case: 'clientInterrupt', value: { reqId: 'r' } }),
    ].map((message) => decodeMessage(encodeMessage(message)).type);
    assert.deepEqual(types, [
      MessageType.MESSAGE_CLIENT_CONFIGURE_SESSION,
      MessageType.MESSAGE_SERVER_CONFIRM_SESSION,
      MessageType.MESSAGE_CLIENT_AUDIO_INPUT,
      MessageType.MESSAGE_SERVER_ERROR,
      MessageType.MESSAGE_SERVER_RESPONSE_ANIMATION,
      MessageType.MESSAGE_CLIENT_INTERRUPT,
    ]);
  });

  it('keeps fields it does not know, at every level, when it writes the message again', () => {
    // Field 90 in the envelope, field 91 in the animation: a string and a varint.
    const response = bytes([0x12, 2], text('r1'), [0xd8, 0x05, 42]);
    const original = bytes([0x08, 5, 0x32, response.length], response, [0xd2, 0x05, 3], text('new'));
    const decoded = decodeMessage(original);
    assert.equal(decoded.data.case, 'serverResponseAnimation');
    assert.deepEqual([...encodeMessage(decoded)], [...original]);
  });

  it('refuses a message above the limit before looking at it', () => {
    const message = new Uint8Array(101).fill(0xff);
    assert.throws(() => decodeMessage(message, { maxBytes: 100 }), /101 bytes is above the limit of 100/);
    assert.equal(
      codeOf(() => decodeMessage(new Uint8Array(17 * 1024 * 1024))),
      'protocolError',
    );
  });

  it('refuses bytes that would become millions of objects', () => {
    // 1 MiB of empty keyframes (2 bytes each) inside an animation, and 1 MiB of unknown varints.
    const keyframes = new Uint8Array(1024 * 1024);
    for (let index = 0; index < keyframes.length; index += 2) keyframes[index] = 0x0a;
    const length = (value: number): number[] => [(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14];
    const animation = bytes([0x22], length(keyframes.length));
    const body = animation.length + keyframes.length;
    const flood = new Uint8Array(6 + body);
    flood.set([0x08, 5, 0x32, ...length(body)]);
    flood.set(animation, 6);
    flood.set(keyframes, 6 + animation.length);
    assert.throws(() => decodeMessage(flood), /too many fields/);

    const unknown = new Uint8Array(1024 * 1024).fill(0x70);
    assert.throws(() => decodeMessage(unknown), /too many fields/);
  });

  it('refuses messages nested without end and wrong wire types', () => {
    assert.equal(
      codeOf(() => decodeMessage(new Uint8Array(100_000).fill(0x0b))),
      'protocolError',
    );
    // `type` as a string, and a deprecated group that is never closed.
    assert.doesNotThrow(() => decodeMessage(Uint8Array.of(0x08, 5)));
    assert.equal(
      codeOf(() => decodeMessage(Uint8Array.of(0x9b, 0x06, 0x9b, 0x06))),
      'protocolError',
    );
  });

  it('refuses every truncation of a message', () => {
    const whole = encodeMessage(
      createMessage({ case: 'clientAudioInput', value: { reqId: 'request', audio: new Uint8Array(40), end: true } }),
    );
    // Cut after `type` (2 bytes) what is left is a valid message without payload.
    for (let length = 1; length < whole.length; length++) {
      if (length === 2) continue;
      assert.equal(
        codeOf(() => decodeMessage(whole.subarray(0, length))),
        'protocolError',
        `${length} bytes`,
      );
    }
  });

  it('makes a message or an AvatarError of random bytes, never anything else', () => {
    let state = 99;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let round = 0; round < 5000; round++) {
      const noise = Uint8Array.from({ length: next() }, next);
      if (round % 2 === 0 && noise.length > 4) noise.set([0x08, 1 + (round % 7), 0x12 + 8 * (round % 6), noise.length - 4]);
      try {
        encodeMessage(decodeMessage(noise));
      } catch (error) {
        assert.instanceOf(error, AvatarError);
      }
    }
  });
});
