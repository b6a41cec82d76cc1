import { assert } from 'chai';
import { Room, RoomEvent } from 'livekit-client';
import { RoomLink } from '../../../../src/speech/room/room-link.js';
import { rejectionOf } from '../../../helpers/browser/elements.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A link, and all that it tells. */
function linkTo(room: Room | null, tokenMs = 0): { link: RoomLink; told: string[] } {
  const told: string[] = [];
  const link = new RoomLink(
    { kind: 'livekit', url: 'ws://127.0.0.1:9', identity: null, room, connectTimeoutMs: 300, firstRound: 1 },
    {
      handleRoom: () => told.push('room'),
      handleConnectionState: (state) => told.push(state),
      requestToken: async () => {
        await wait(tokenMs);
        return 'token';
      },
    },
  );
  return { link, told };
}

describe('The way into a room', () => {
  it('is closed to a token that comes after it was given up', async () => {
    const { link, told } = linkTo(null, 600);
    assert.equal(await rejectionOf(link.open()), 'connectTimeout');
    assert.deepEqual(told, ['connecting', 'failed']);
    await wait(600);
    assert.deepEqual(told, ['connecting', 'failed']);
    link.close();
  });

  it("leaves nothing behind on the app's own room", async () => {
    const room = new Room();
    const countOf = (): number => Object.values(RoomEvent).reduce((sum, name) => sum + room.listenerCount(name), 0);
    const before = countOf();
    const { link, told } = linkTo(room);
    for (let time = 0; time < 3; time++) await link.open();
    room.emit('reconnected');
    assert.equal(told.filter((state) => state === 'connected').length, 1);
    link.close();
    assert.equal(countOf(), before);
  });
});
