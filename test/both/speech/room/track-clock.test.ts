import { assert, beforeEach, describe, it } from '#test';
import { TrackClock } from '../../../../src/speech/room/track-clock.js';

const BUFFER_MS = 100;
/** What a voice needs beyond its packets: encoding, then the jitter buffer. */
const VOICE_DELAY_MS = 16.5 + BUFFER_MS;

describe('The clock of a track', () => {
  let clock: TrackClock;
  beforeEach(() => void (clock = new TrackClock()));

  /** RTP time of media time 0 of the publisher, whose voice started at page time 1000. */
  const rtpAt = (atMs: number, base = 5_000_000): { timestamp: number; atMs: number } => ({
    timestamp: (base + Math.round((atMs - 1000 - VOICE_DELAY_MS) * 48)) >>> 0,
    atMs,
  });
  const say = (
    mediaSeconds: number,
    arrivalMs: number,
    more: { conversation?: number; run?: number; runStartSeconds?: number } = {},
  ): void => clock.handleVoiceTime({ conversation: 1, run: 1, runStartSeconds: 0, ...more, mediaSeconds }, arrivalMs);

  it('knows nothing before the first word', () => {
    clock.handlePlayout(rtpAt(900), BUFFER_MS);
    assert.isNull(clock.heardAt(1000));
  });

  it('tells what is heard: the clock, less what the voice needs longer', () => {
    clock.handlePlayout(null, BUFFER_MS);
    for (let ms = 0; ms <= 1000; ms += 50) say(ms / 1000, 1000 + ms);
    assert.isNull(clock.heardAt(1000 + VOICE_DELAY_MS - 1));
    assert.approximately(clock.heardAt(1500)!.mediaSeconds, (500 - VOICE_DELAY_MS) / 1000, 1e-6);
    assert.isTrue(clock.heardAt(1500)!.isAdvancing);
  });

  it('believes the packets that were least late', () => {
    clock.handlePlayout(rtpAt(1000), BUFFER_MS);
    for (let ms = 0; ms <= 2000; ms += 50) say(ms / 1000, 1000 + ms + ((ms * 7) % 90));
    assert.approximately(clock.heardAt(3000)!.mediaSeconds, (2000 - VOICE_DELAY_MS) / 1000, 1e-3);
  });

  it('follows RTP time through a buffer that grows, without a new packet', () => {
    clock.handlePlayout(rtpAt(1000), BUFFER_MS);
    for (let ms = 0; ms <= 500; ms += 50) say(ms / 1000, 1000 + ms);
    const before = clock.heardAt(1600)!.mediaSeconds;
    // 80 ms were stretched in.
    clock.handlePlayout({ ...rtpAt(1700), timestamp: rtpAt(1620).timestamp }, BUFFER_MS + 80);
    assert.approximately(clock.heardAt(1700)!.mediaSeconds, before + 0.02, 1e-3);
  });

  it('lets RTP time wrap around', () => {
    const base = 2 ** 32 - 24_000;
    clock.handlePlayout(rtpAt(1000, base), BUFFER_MS);
    for (let ms = 0; ms <= 2000; ms += 100) {
      clock.handlePlayout(rtpAt(1000 + ms, base), BUFFER_MS);
      say(ms / 1000, 1000 + ms);
    }
    assert.approximately(clock.heardAt(3000)!.mediaSeconds, (2000 - VOICE_DELAY_MS) / 1000, 1e-3);
  });

  it('starts anew with another stream of the same voice', () => {
    clock.handlePlayout(rtpAt(1000), BUFFER_MS);
    for (let ms = 0; ms <= 500; ms += 50) say(ms / 1000, 1000 + ms);
    clock.heardAt(1500);
    clock.handlePlayout({ timestamp: 77, atMs: 1600 }, BUFFER_MS);
    assert.approximately(clock.heardAt(1600)!.mediaSeconds, (600 - VOICE_DELAY_MS) / 1000, 0.002);
  });

  it('keeps to what is heard until the next run is audible, and stops where a run is held', () => {
    clock.handlePlayout(null, BUFFER_MS);
    say(0, 1000);
    say(0.5, 1500);
    clock.handleEnd({ conversation: 1, run: 1, mediaSeconds: 0.5, runStartSeconds: 0 }, 'held');
    assert.deepEqual(clock.heardAt(1900), { conversation: 1, mediaSeconds: 0.5, isAdvancing: false, end: 'held' });
    say(0.5, 2500, { run: 2, runStartSeconds: 0.5 });
    assert.equal(clock.heardAt(2500 + VOICE_DELAY_MS - 2)!.end, 'held');
    assert.isTrue(clock.heardAt(2500 + VOICE_DELAY_MS + 10)!.isAdvancing);
    assert.approximately(clock.heardAt(2500 + VOICE_DELAY_MS + 10)!.mediaSeconds, 0.51, 1e-6);
  });

  it('goes from one conversation to the next where its voice begins', () => {
    clock.handlePlayout(null, BUFFER_MS);
    say(0, 1000);
    say(0.4, 1400);
    clock.handleEnd({ conversation: 1, run: 1, mediaSeconds: 0.5, runStartSeconds: 0 }, 'ended');
    say(0, 1550, { conversation: 2, run: 2 });
    assert.equal(clock.heardAt(1550)!.conversation, 1);
    assert.equal(clock.heardAt(1630)!.end, 'ended');
    assert.equal(clock.heardAt(1550 + VOICE_DELAY_MS + 5)!.conversation, 2);
    say(0.45, 1700);
    assert.equal(clock.heardAt(1800)!.conversation, 2, 'a late word on the first changes nothing');
  });

  it('corrects slowly what is heard already', () => {
    clock.handlePlayout(null, BUFFER_MS);
    say(0, 1030);
    const first = clock.heardAt(1200)!.mediaSeconds;
    say(0.2, 1200);
    const second = clock.heardAt(1200)!.mediaSeconds;
    assert.isAbove(second, first);
    assert.isAtMost(second - first, 0.0021);
  });
});
