import { expect } from '@playwright/test';
import { MotionEngine } from '../../src/motion/engine/motion-engine.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { type RunningServer, startMotionServer, TEST_APP_ID } from '../helpers/node/motion-server.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING } from '../helpers/node/slow.js';

const AUDIO_SECONDS = 3;
/** Real seconds the slow server takes per second of speech. */
const SLOWNESS = 2.5;

/** An engine on a machine that is too small for it. */
class SlowEngine extends MotionEngine {
  private readonly rateHz: number;

  constructor(options: { sampleRateHz: number; seed: number }) {
    super(options);
    this.rateHz = options.sampleRateHz;
  }

  override push(samples: Int16Array | Float32Array): ReturnType<MotionEngine['push']> {
    const milliseconds = (samples.length / this.rateHz) * SLOWNESS * 1000;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    return super.push(samples);
  }
}

let server: RunningServer;
test.beforeAll(async () => void (server = await startMotionServer({ createEngine: (options) => new SlowEngine(options) })));
test.afterAll(() => server.close());

const avatarWith = (attributes: string): string =>
  `<spatius-avatar id="avatar" mode="direct" app-id="${TEST_APP_ID}" token-endpoint="/api/session-token" ${attributes}></spatius-avatar>`;
const motionSeconds = (avatar: AvatarPage): Promise<number> =>
  avatar.page.evaluate(
    async () => (await (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).stats()).motionSeconds,
  );

test('in strict sync the sound waits for late motion, both go on, and nothing is lost', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, avatarWith('frame-starvation="strict-sync"'));
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', AUDIO_SECONDS);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const startMs = Date.now();
  await avatar.waitForEvent('avatar', 'playback-stall true');
  await avatar.waitForEvent('avatar', 'playback-stall false');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  // It cannot have been quicker than the motion.
  expect(Date.now() - startMs).toBeGreaterThan(AUDIO_SECONDS * 1000 * 1.3);
  expect(await motionSeconds(avatar)).toBeGreaterThan(AUDIO_SECONDS - 0.1);
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
});

test('audio-independent sound does not wait for late motion', SLOW_TIMING, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, avatarWith(''));
  await avatar.speak('avatar', AUDIO_SECONDS);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('playback-stall'));
});
