import { assert, describe, it } from '#test';

import {
  decodeRelayFrame,
  encodeRelayAction,
  encodeRelayFrame,
  type RelayFrame,
  relayErrorText,
  relayEventFrom,
} from '../../../../src/motion/protocol/relay-frames.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { codeOf } from '../../../helpers/code-of.js';

/** Deterministic noise. */
function* noise(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 24;
  }
}

describe('relay frames', () => {
  it('are laid out as the public host-server framing says, byte by byte', () => {
    const audio = encodeRelayFrame({ type: 'audio', pcm: Uint8Array.of(1, 2, 3, 4), isLast: false });
    assert.deepEqual([...audio], [1, 0, 1, 2, 3, 4]);
    const motion = encodeRelayFrame({ type: 'motion', envelopes: [Uint8Array.of(9), Uint8Array.of(7, 8)], isLast: true });
    assert.deepEqual([...motion], [2, 1, 0, 0, 0, 2, 0, 0, 0, 1, 9, 0, 0, 0, 2, 7, 8]);
    const metadata = encodeRelayFrame({ type: 'metadata', fields: { a: 'ü' } });
    assert.deepEqual([...metadata], [3, 0, ...new TextEncoder().encode('{"a":"ü"}')]);
    assert.equal(encodeRelayFrame({ type: 'error', fields: {} })[0], 4);
    assert.equal(encodeRelayAction({ action: 'interrupt', turn_id: 't' }), '{"action":"interrupt","turn_id":"t"}');
  });

  it('come back as they were', () => {
    const frames: RelayFrame[] = [
      { type: 'audio', pcm: new Uint8Array(0), isLast: true },
      { type: 'audio', pcm: Uint8Array.of(255, 0, 1), isLast: false },
      { type: 'motion', envelopes: [], isLast: true },
      { type: 'motion', envelopes: [new Uint8Array(0), new Uint8Array(300).fill(5)], isLast: false },
      { type: 'metadata', fields: { event: 'turn', turn_id: 'x', nested: { deep: [1, null] } } },
      { type: 'error', fields: { error: 'broken' } },
    ];
    for (const frame of frames) assert.deepEqual(decodeRelayFrame(encodeRelayFrame(frame)), frame);
  });

  it('are read where they lie in a longer buffer', () => {
    const encoded = encodeRelayFrame({ type: 'motion', envelopes: [Uint8Array.of(4, 5)], isLast: false });
    const shifted = new Uint8Array(encoded.length + 10);
    shifted.set(encoded, 7);
    const frame = decodeRelayFrame(shifted.subarray(7, 7 + encoded.length));
    assert.deepEqual(frame, { type: 'motion', envelopes: [Uint8Array.of(4, 5)], isLast: false });
  });

  for (const [name, bytes] of [
    ['nothing', []],
    ['half a header', [1]],
    ['an unknown type', [9, 0, 1]],
    ['motion without a count', [2, 0, 0, 0]],
    ['a count that the bytes cannot hold', [2, 0, 255, 255, 255, 255]],
    ['a count above the limit', [2, 0, 0, 0, 4, 0, ...new Array<number>(5000).fill(0)]],
    ['an envelope that is cut off', [2, 0, 0, 0, 0, 1, 0, 0, 0, 5, 1, 2]],
    ['a length of four gigabytes', [2, 0, 0, 0, 0, 1, 255, 255, 255, 255, 1]],
    ['a second envelope without a length', [2, 0, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2]],
    ['bytes after the envelopes', [2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9]],
    ['metadata that is no JSON', [3, 0, 123, 34]],
    ['metadata that is no UTF-8', [3, 0, 34, 0xff, 34]],
    ['metadata that is a list', [3, 0, 91, 93]],
    ['metadata that is null', [3, 0, ...new TextEncoder().encode('null')]],
    ['metadata without end', [3, 0, ...new Uint8Array(70_000).fill(32)]],
  ] as const) {
    it(`refuse ${name}`, () => {
      assert.equal(
        codeOf(() => decodeRelayFrame(Uint8Array.from(bytes))),
        'protocolError',
      );
    });
  }

  it('refuse a message above the limit before looking at it', () => {
    const bytes = encodeRelayFrame({ type: 'audio', pcm: new Uint8Array(100), isLast: false });
    assert.equal(
      codeOf(() => decodeRelayFrame(bytes, { maxBytes: 101 })),
      'protocolError',
    );
    assert.equal(decodeRelayFrame(bytes, { maxBytes: 102 }).type, 'audio');
  });

  it('survive any bytes: a frame or a protocol error, nothing else', () => {
    const random = noise(7);
    const next = (): number => random.next().value as number;
    let read = 0;
    for (let run = 0; run < 5000; run++) {
      const bytes = Uint8Array.from({ length: next() % 60 }, next);
      // Half of it shall get past the type.
      if (bytes.length > 0 && run % 2 === 0) bytes[0] = 1 + ((run / 2) % 4);
      if (run % 3 === 0) bytes.fill(0, 2, 5);
      try {
        const frame = decodeRelayFrame(bytes);
        if (frame.type === 'metadata') relayEventFrom(frame.fields);
        read++;
      } catch (error) {
        assert.instanceOf(error, AvatarError);
        assert.equal((error as AvatarError).code, 'protocolError');
      }
    }
    assert.isAbove(read, 100);
  });
});

describe('relay events', () => {
  it('tell where in a turn the client is', () => {
    const fields = { event: 'turn', turn_id: 't1', sample_rate: 24000, frame: 12, start_seconds: 1.5, start_keyframe: 50 };
    const turn = { event: 'turn', turnId: 't1', sampleRateHz: 24000, frame: 12, startSeconds: 1.5, startKeyframe: 50 } as const;
    assert.deepEqual(relayEventFrom(fields), turn);
    assert.deepEqual(relayEventFrom({ ...fields, event: 'resync' }), turn);
    assert.deepEqual(relayEventFrom({ event: 'turn', turn_id: 't1', sample_rate: 24000 }), {
      ...turn,
      frame: 0,
      startSeconds: 0,
      startKeyframe: 0,
    });
  });

  it('take the metadata of the public format for a readiness that tells the rate', () => {
    const ready = { event: 'ready', sampleRateHz: 16000, resumeToken: null, turnId: null } as const;
    assert.deepEqual(relayEventFrom({ sample_rate: 16000, channels: 1, avatar_id: 'a', connection_id: 'c' }), ready);
    assert.deepEqual(relayEventFrom({}), { ...ready, sampleRateHz: null });
  });

  it('of a later version are passed over', () => {
    assert.isNull(relayEventFrom({ event: 'applause' }));
    assert.isNull(relayEventFrom({ event: 5 }));
  });

  it('with fields that cannot be are refused', () => {
    for (const fields of [
      { event: 'turn', sample_rate: 16000 },
      { event: 'turn', turn_id: '', sample_rate: 16000 },
      { event: 'turn', turn_id: 't'.repeat(300), sample_rate: 16000 },
      { event: 'turn', turn_id: 't' },
      { event: 'turn', turn_id: 't', sample_rate: 1 },
      { event: 'turn', turn_id: 't', sample_rate: '16000' },
      { event: 'turn', turn_id: 't', sample_rate: 16000, start_seconds: -1 },
      { event: 'turn', turn_id: 't', sample_rate: 16000, start_seconds: 1e9 },
      { event: 'resync', turn_id: 't', sample_rate: 16000, frame: Number.NaN },
      { event: 'interrupt', turn_id: 7 },
      { sample_rate: 0 },
    ]) {
      assert.equal(
        codeOf(() => relayEventFrom(fields)),
        'protocolError',
        JSON.stringify(fields),
      );
    }
  });

  it('keep error texts to one bounded line', () => {
    assert.equal(relayErrorText({ error: 'a\n b' }), 'a b');
    assert.equal(relayErrorText({ error: 7 }), 'no reason given');
    assert.equal(relayErrorText({ error: 'x'.repeat(5000) }).length, 300);
  });
});
