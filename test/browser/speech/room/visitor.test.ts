import { assert } from 'chai';
import { Room, RoomEvent } from 'livekit-client';
import type { MotionSink } from '../../../../src/shared/contracts/motion-session.js';
import { LiveKitSession } from '../../../../src/speech/room/livekit-session.js';
import type { RoomListener } from '../../../../src/speech/room/open-room.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('A visitor who speaks into the room', () => {
  it('is told to the avatar, pauses for breath apart, until they fall silent or the room is left', async () => {
    const told: boolean[] = [];
    const room = new Room();
    const listener = new Proxy({ nextRound: 1 } as RoomListener, { get: (target, name) => Reflect.get(target, name) ?? (() => {}) });
    const sink: MotionSink = {
      receive() {},
      flush() {},
      stats: async () => ({ motionBytes: 0, motionSeconds: 0, discardedMessages: 0 }),
      dispose() {},
    };
    const [playheads, motion] = [new MessageChannel(), new MessageChannel()];
    const session = new LiveKitSession({
      source: { kind: 'livekit', url: '', identity: null, room, connectTimeoutMs: 1000 },
      firstRound: 1,
      sink,
      playheadPort: playheads.port1,
      stagePorts: [playheads.port2, motion.port2],
      listener,
      events: { handleOutputLatency() {}, handleVisitor: (isSpeaking) => told.push(isSpeaking) },
    });
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
