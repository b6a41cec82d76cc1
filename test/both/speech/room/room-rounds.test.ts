import { assert, beforeEach, describe, it } from '#test';
import type { PlayheadReport } from '../../../../src/shared/contracts/playback-messages.js';
import type { RoomPacket } from '../../../../src/shared/contracts/room-packets.js';
import { RoomRounds, STALL_MS } from '../../../../src/speech/room/room-rounds.js';
import { TrackClock } from '../../../../src/speech/room/track-clock.js';

describe('The rounds of a room', () => {
  let rounds: RoomRounds;
  let told: string[];
  let playheads: PlayheadReport[];
  let sequence: number;
  beforeEach(() => {
    told = [];
    playheads = [];
    sequence = 0;
    rounds = new RoomRounds(new TrackClock(), 5, {
      handleRoundOpened: (round, id) => told.push(`open ${round} ${id}`),
      handleRoundHeard: (round, hasMotion) => told.push(`motion ${round} ${hasMotion ? 'server' : 'none'}`),
      handlePlaybackState: ({ round, state }) => told.push(`${state} ${round}`),
      handlePlayhead: (report) => playheads.push(report),
      handleMotion: (round, message) => told.push(`frames ${round} ${message[0]}`),
      handleDropped: (beforeRound) => told.push(`dropped ${beforeRound}`),
    });
  });

  function packet(type: RoomPacket['type'], mediaSeconds: number, nowMs: number, more: Partial<RoomPacket> = {}): void {
    const conversation = more.conversation ?? 1;
    rounds.handlePacket(
      {
        type,
        conversation,
        conversationId: `c${conversation}`,
        run: conversation,
        sequence: ++sequence,
        mediaSeconds,
        runStartSeconds: 0,
        payload: Uint8Array.of(9),
        ...more,
      },
      nowMs,
    );
  }

  /** A whole conversation as the packets say it, its start at `startMs`. */
  function converse(startMs: number, seconds: number, conversation = 1): void {
    packet('motion', 0, startMs, { conversation });
    for (let ms = 0; ms <= seconds * 1000; ms += 100) {
      packet('clock', ms / 1000, startMs + ms, { conversation });
      rounds.tick(startMs + ms);
    }
    packet('ended', seconds, startMs + seconds * 1000, { conversation });
    for (let ms = seconds * 1000; ms <= seconds * 1000 + 400; ms += 20) rounds.tick(startMs + ms);
  }

  it('are numbered on, opened when they are heard, and over when their last sample is', () => {
    converse(1000, 1);
    assert.deepEqual(told, ['frames 5 9', 'open 5 c1', 'motion 5 server', 'started 5', 'ended 5']);
    assert.isTrue(playheads.at(-1)!.isOver);
    assert.isFalse(playheads.at(-1)!.isInterrupted);
    assert.approximately(playheads.at(-1)!.mediaSeconds, 1, 1e-6);
    assert.isFalse(rounds.isActive);
    told.length = 0;
    converse(5000, 0.5, 2);
    assert.deepEqual(told, ['frames 6 9', 'open 6 c2', 'motion 6 server', 'started 6', 'ended 6']);
  });

  it('hold and go on with the voice', () => {
    packet('motion', 0, 1000);
    for (let ms = 0; ms <= 500; ms += 50) packet('clock', ms / 1000, 1000 + ms);
    rounds.tick(1300);
    packet('held', 0.5, 1500);
    rounds.tick(2000);
    assert.equal(told.at(-1), 'stalled 5');
    assert.isTrue(rounds.isWaiting);
    for (let ms = 0; ms <= 300; ms += 50) packet('clock', 0.5 + ms / 1000, 3000 + ms, { run: 2, runStartSeconds: 0.5 });
    rounds.tick(3300);
    assert.equal(told.at(-1), 'recovered 5');
  });

  it('end when nothing is heard of them for five seconds, and begin again when they come back', () => {
    packet('motion', 0, 1000);
    packet('clock', 0, 1000);
    packet('clock', 0.3, 1300);
    rounds.tick(1400);
    rounds.tick(1300 + STALL_MS);
    assert.equal(told.at(-1), 'started 5');
    rounds.tick(1301 + STALL_MS);
    assert.deepEqual(told.slice(-3), ['stalled 5', 'flushed 5', 'dropped 6']);
    packet('clock', 6, 7000);
    packet('clock', 6.5, 7500);
    rounds.tick(7600);
    assert.includeMembers(told, ['open 6 c1', 'started 6', 'recovered 6']);
  });

  it('are silent at once when they are interrupted here, and stay so', () => {
    packet('motion', 0, 1000);
    packet('clock', 0, 1000);
    rounds.tick(1300);
    assert.isTrue(rounds.interrupt(6, 1300));
    assert.deepEqual(told.slice(-2), ['flushed 5', 'dropped 6']);
    assert.isTrue(playheads.at(-1)!.isInterrupted);
    packet('clock', 0.5, 1500);
    packet('motion', 0.5, 1500);
    rounds.tick(1600);
    assert.equal(told.at(-1), 'dropped 6');
    assert.equal(rounds.discarded, 2);
    assert.isFalse(rounds.interrupt(7, 1700), 'nothing is left to interrupt');
  });

  it('shut the mouth when the voice is cut off in the room, once that is heard', () => {
    packet('motion', 0, 1000);
    for (let ms = 0; ms <= 500; ms += 50) packet('clock', ms / 1000, 1000 + ms);
    rounds.tick(1500);
    packet('cut', 0.45, 1500);
    rounds.tick(1510);
    assert.equal(told.at(-1), 'started 5');
    rounds.tick(1800);
    assert.deepEqual(told.slice(-2), ['flushed 5', 'dropped 6']);
  });

  it('take motion twice, late and out of order without harm', () => {
    packet('motion', 0, 1000, { payload: Uint8Array.of(2) });
    packet('motion', 0, 1001, { payload: Uint8Array.of(1) });
    packet('motion', 0, 1002, { payload: Uint8Array.of(1) });
    assert.deepEqual(told, ['frames 5 2', 'frames 5 1', 'frames 5 1']);
    assert.isFalse(playheads.length > 0);
  });
});
