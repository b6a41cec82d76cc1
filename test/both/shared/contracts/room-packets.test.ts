import { assert, describe, it } from '#test';
import { decodeRoomPacket, encodeRoomPacket, type RoomPacket } from '../../../../src/shared/contracts/room-packets.js';

const PACKET: RoomPacket = {
  type: 'motion',
  conversation: 7,
  conversationId: '20261121120000_äbc',
  run: 3,
  sequence: 4_000_000_000,
  mediaSeconds: 1.234567,
  runStartSeconds: 0.5,
  payload: Uint8Array.of(1, 2, 3),
};

describe('A packet of a room', () => {
  it('comes back as it was sent, from any place in a buffer', () => {
    const bytes = encodeRoomPacket(PACKET);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    const packet = decodeRoomPacket(shifted.subarray(5))!;
    assert.deepEqual({ ...packet, payload: [...packet.payload] }, { ...PACKET, payload: [1, 2, 3] });
  });

  it('is small without motion', () => {
    assert.isBelow(encodeRoomPacket({ ...PACKET, type: 'clock', payload: new Uint8Array(0) }).length, 64);
  });

  it('is null for what is none: other versions, other types, cut off, not finite, noise', () => {
    const bytes = encodeRoomPacket(PACKET);
    const changed = (at: number, value: number): Uint8Array => Uint8Array.from(bytes, (byte, index) => (index === at ? value : byte));
    assert.isNull(decodeRoomPacket(changed(0, 2)));
    assert.isNull(decodeRoomPacket(changed(1, 0)));
    assert.isNull(decodeRoomPacket(changed(1, 9)));
    assert.isNull(decodeRoomPacket(changed(28, 255)));
    assert.isNull(decodeRoomPacket(bytes.subarray(0, 20)));
    assert.isNull(decodeRoomPacket(encodeRoomPacket({ ...PACKET, mediaSeconds: NaN })));
    assert.isNull(decodeRoomPacket(new Uint8Array(0)));
  });
});
