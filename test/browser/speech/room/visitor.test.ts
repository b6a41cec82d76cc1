import { assert } from 'chai';
import { Room, RoomEvent } from 'livekit-client';
import type { PageSessionListener } from '../../../../src/speech/page-session.js';
import { openRoom } from '../../../../src/speech/room/room-session.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('A visitor who speaks into the room', () => {
  it('is told to the avatar, pauses for breath apart, until they fall silent or the room is left', async () => {
    const told: boolean[] = [];
    const room = new Room();
    const listener = new Proxy({} as PageSessionListener, { get: () => () => undefined });
    const session = openRoom(
      { kind: 'livekit', url: '', identity: null, room, connectTimeoutMs: 1000, firstRound: 1 },
      listener,
      {
        handleOutputLatency: () => undefined,
        handleDisposed: () => undefined,
        handleVisitor: (isSpeaking) => told.push(isSpeaking),
      },
      null,
    );
    await session.open();
    const speak = (isSpeaking: boolean) => {
      room.localParticipant.setIsSpeaking(isSpeaking);
      room.emit(RoomEvent.ActiveSpeakersChanged, isSpeaking ? [room.localParticipant] : []);
    };
    speak(true);
    assert.deepEqual(told, [true]);
    speak(false);
    await wait(300);
    speak(true);
    assert.deepEqual(told, [true]);
    speak(false);
    await wait(1200);
    assert.deepEqual(told, [true, false]);
    speak(true);
    session.dispose();
    assert.deepEqual(told, [true, false, true, false]);
  });
});
