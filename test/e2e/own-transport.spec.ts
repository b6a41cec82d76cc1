/** Backend mode with the page's own transport: what a backend got of a Motion Server is handed to the element. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { decodeMessage } from '../../src/motion/protocol/envelope.js';
import { MotionTimeline } from '../../src/motion/timeline/motion-timeline.js';
import { packageFolder } from '../../src/server/package-folder.js';
import { newAvatarSession } from '../../src/server-sdk/index.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../src/shared/contracts/channels.js';
import type { TracedFrame } from '../../src/shared/contracts/stage.js';
import { MotionReader } from '../../src/speech/sources/motion-reader.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING } from '../helpers/node/slow.js';

const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const open = (page: Page, attributes = ''): Promise<AvatarPage> =>
  AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" mode="backend" motion="calm" ${attributes}></spatius-avatar>`);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** What a backend gets of the Motion Server for some speech. */
async function motionFor(pcm: Uint8Array): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  let finish!: () => void;
  let fail!: (error: Error) => void;
  const finished = new Promise<void>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  await using session = newAvatarSession({
    serverUrl: server.url,
    appId: 'app_demo',
    avatarId: 'aria',
    sessionToken: async () =>
      ((await (await fetch(`${server.url}/api/session-token`, { method: 'POST' })).json()) as { sessionToken: string }).sessionToken,
    transportFrames: (envelope, isLast) => {
      messages.push(envelope.slice());
      if (isLast) finish();
    },
    onError: fail,
  });
  await session.init();
  await session.start();
  await session.sendAudio(pcm, true);
  await finished;
  return messages;
}

/** Hands speech and motion over in turns, as they would come; gives what the methods returned. */
function yieldTurn(
  page: Page,
  pcm: Uint8Array,
  messages: readonly Uint8Array[],
  isComplete = true,
): Promise<{ id: string | null; answers: boolean[] }> {
  return page.evaluate(
    ([speech, motion, ends]) => {
      const avatar = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
      const bytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const audio = bytes(speech);
      const id = avatar.yieldAudioData(audio.subarray(0, 6401));
      const answers = motion.map((message) => avatar.yieldFramesData([bytes(message)], id!));
      avatar.yieldAudioData(audio.subarray(6401), ends);
      return { id, answers };
    },
    [base64(pcm), messages.map(base64), isComplete] as const,
  );
}

/** How alike the drawn jaw is to that of the motion at the same media time: Pearson's r. */
function likeness(trace: readonly TracedFrame[], messages: readonly Uint8Array[]): number {
  const timeline = new MotionTimeline();
  const reader = new MotionReader(0);
  for (const message of messages) {
    const { data } = decodeMessage(message);
    const frames = data.case === 'serverResponseAnimation' ? reader.read(data.value, Infinity) : null;
    if (frames) timeline.append(frames);
  }
  const pose = new Float32Array(CHANNEL_COUNT);
  const pairs = trace.flatMap(({ round, mediaSeconds, jawOpen }) =>
    // The face eases out of rest at first and back into it at the end.
    round > 0 && mediaSeconds > 0.8 && mediaSeconds < timeline.endSeconds - 0.3 && timeline.sample(mediaSeconds, pose)
      ? [[jawOpen, pose[CHANNEL_INDEX.jawOpen]] as const]
      : [],
  );
  expect(pairs.length).toBeGreaterThan(10);
  const mean = (side: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [one, other] = [mean(0), mean(1)];
  const sum = (product: (a: number, b: number) => number): number =>
    pairs.reduce((total, [a, b]) => total + product(a - one, b - other), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b));
}

const stats = (page: Page) => page.evaluate(() => (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).stats());

test('speech and motion that a backend got of our server are heard and seen in sync', { tag: '@timing' }, async ({ page }) => {
  const pcm = voicePcm(4);
  const messages = await motionFor(pcm);
  const avatar = await open(page);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  const { id, answers } = await yieldTurn(page, pcm, messages);
  expect(id).toMatch(/^\d{14}_/);
  expect(answers).toEqual(answers.map((_, index) => index === answers.length - 1));
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(1000)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const trace = await avatar.takeTrace();
  expect(likeness(trace, messages)).toBeGreaterThan(0.8);
  const { motionSeconds, discardedMessages, skewP50Ms } = await stats(page);
  expect(Math.abs(motionSeconds - 4)).toBeLessThan(0.15);
  expect(discardedMessages).toBe(0);
  expect(Math.abs(skewP50Ms)).toBeLessThan(150);
  const events = await avatar.events();
  expect(events).toContain('conversation-motion server');
  expect(events).not.toContainEqual(expect.stringContaining('error'));
});

test('a page that is blocked for 2 s costs nothing of what it has handed over', { tag: '@timing' }, async ({ page }) => {
  const pcm = voicePcm(5);
  const messages = await motionFor(pcm);
  const avatar = await open(page);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await page.route('**/slow', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await route.fulfill({ body: '' });
  });
  await yieldTurn(page, pcm, messages);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const [from, to] = await page.evaluate(() => {
    const start = performance.timeOrigin + performance.now();
    const request = new XMLHttpRequest();
    request.open('GET', '/slow', false);
    request.send();
    return [start, performance.timeOrigin + performance.now()] as const;
  });
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const trace = await avatar.takeTrace();
  const within = trace.filter(({ epochMs }) => epochMs > from && epochMs < to);
  expect(to - from).toBeGreaterThan(1900);
  expect(within.length).toBeGreaterThan(4);
  expect(within.at(-1)!.mediaSeconds - within[0].mediaSeconds).toBeGreaterThan(1);
  expect(likeness(trace, messages)).toBeGreaterThan(0.8);
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('stall'));
});

test('an interruption drops a turn at once, its late motion is discarded, and the next turn speaks', { tag: '@timing' }, async ({
  page,
}) => {
  const pcm = voicePcm(3);
  const messages = await motionFor(pcm);
  const avatar = await open(page);
  await avatar.waitForEvent('avatar', 'ready');
  const first = await yieldTurn(page, pcm, messages.slice(0, -1), false);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const late = await page.evaluate(
    ([id, message]) => {
      const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
      const told: string[] = [];
      element.addEventListener('avatar-frames-discarded', ({ conversationId, payloadCount, reason }) =>
        told.push(`${conversationId} ${payloadCount} ${reason}`),
      );
      element.interrupt();
      const answer = element.yieldFramesData([Uint8Array.from(atob(message), (character) => character.charCodeAt(0))], id);
      return { told, answer };
    },
    [first.id!, base64(messages.at(-1)!)] as const,
  );
  expect(late).toEqual({ told: [`${first.id} 1 not-current`], answer: false });
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  // The state is told at once; the fade, and what the device has in its buffer, come after it.
  await expect.poll(() => avatar.loudness(300), { timeout: 3000 }).toBeLessThan(0.005);
  await avatar.forgetEvents();
  await avatar.traceJaw();
  const second = await yieldTurn(page, pcm, messages);
  expect(second.id).not.toBe(first.id);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(likeness(await avatar.takeTrace(), messages)).toBeGreaterThan(0.8);
  expect((await stats(page)).discardedMessages).toBe(1);
});

test('a turn without motion, or with motion that is none, is heard with the face at rest', SLOW_TIMING, async ({ page }) => {
  const avatar = await open(page);
  await avatar.waitForEvent('avatar', 'ready');
  for (const messages of [[new Uint8Array(0)], [Uint8Array.of(255, 255, 255)]]) {
    await avatar.forgetEvents();
    await avatar.traceJaw();
    await yieldTurn(page, voicePcm(3), messages);
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    expect(await avatar.widestJaw()).toBeLessThan(0.05);
    const events = await avatar.events();
    expect(events).toContain('conversation-motion none');
    expect(events.includes('error protocolError')).toBe(messages[0].length > 0);
  }
});

test('audio and motion that are handed over before the avatar is there are not lost, and pause holds them', { tag: '@timing' }, async ({
  page,
}) => {
  const pcm = voicePcm(4);
  const messages = await motionFor(pcm);
  const avatar = await open(page, 'loading="eager"');
  const { answers } = await yieldTurn(page, pcm, messages);
  expect(answers.at(-1)).toBe(true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.evaluate(() => (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).pause());
  await avatar.waitForEvent('avatar', 'conversation-state paused');
  await page.evaluate(() => (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).resume());
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await stats(page)).motionSeconds).toBeGreaterThan(3.85);
});

const capture = join(assets, 'captures/motion_response.json');
const speech = join(assets, 'audio/demo_1_16k.pcm');
test('what a real Motion Server sent moves the face when its sound is heard', SLOW_TIMING, async ({ page }) => {
  test.skip(!existsSync(capture) || !existsSync(speech), `no recordings in ${assets}`);
  const { animation_messages_base64: recorded } = JSON.parse(readFileSync(capture, 'utf8')) as { animation_messages_base64: string[] };
  const messages = recorded.map((message) => Uint8Array.from(Buffer.from(message, 'base64')));
  // 207 keyframes, 25 a second.
  const pcm = new Uint8Array(readFileSync(speech).subarray(0, Math.round(8.28 * 32_000) & ~1));
  const avatar = await open(page);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  const { answers } = await yieldTurn(page, pcm, messages);
  expect(answers).toEqual([false, false, true]);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const trace = await avatar.takeTrace();
  expect(Math.max(...trace.map(({ jawOpen }) => jawOpen))).toBeGreaterThan(0.2);
  expect(likeness(trace, messages)).toBeGreaterThan(0.8);
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
});
