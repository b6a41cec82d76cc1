import { dispose } from '@livekit/rtc-node';
import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { RoomAgent } from '../helpers/node/room-agent.js';
import { RoomServer, type RoomTokenOptions } from '../helpers/node/room-server.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { TIMING } from '../helpers/node/slow.js';

let server: ServedDemo;
let rooms: RoomServer;
let others: RoomAgent[] = [];

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});
test.afterAll(() => dispose());
test.beforeEach(async () => {
  rooms = await RoomServer.start();
});
test.afterEach(async () => {
  for (const other of others) await other.leave();
  others = [];
  await rooms.close();
});

async function join(identity: string, options: RoomTokenOptions = {}): Promise<RoomAgent> {
  const other = await RoomAgent.join(rooms.url, await rooms.token(identity, options));
  others.push(other);
  return other;
}

async function openPage(page: Page, attributes = ''): Promise<AvatarPage> {
  await page.route('**/api/room-token', async (route) => route.fulfill({ json: { token: await rooms.token('visitor') } }));
  const tag = `<spatius-avatar id="avatar" mode="livekit" livekit-url="${rooms.url}" livekit-token-endpoint="/api/room-token" ${attributes}></spatius-avatar>`;
  const avatar = await AvatarPage.open(page, server.url, tag);
  await avatar.waitForEvent('avatar', 'ready');
  await page.evaluate(() => document.querySelector('spatius-avatar')!.start());
  return avatar;
}

/** Resolves when the page plays the agent's voice itself, with motion of its own. */
const isAlone = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () =>
      (
        document.getElementById('avatar') as unknown as {
          lifecycle: { avatar: { pageSession: { source: { isVoiceAlone: boolean } } } };
        }
      ).lifecycle.avatar.pageSession.source.isVoiceAlone,
  );

test('an agent without motion is given a face, again after an interruption; another visitor is not', { tag: TIMING }, async ({ page }) => {
  const avatar = await openPage(page);
  const visitor = await join('other visitor');
  const agent = await join('agent', { kind: 'agent', attributes: { 'lk.agent.state': 'listening' } });
  await isAlone(page);
  await avatar.traceJaw();
  await visitor.speak(2);
  expect((await avatar.events()).filter((event) => event.startsWith('conversation-state'))).toEqual([]);
  expect(await avatar.widestJaw()).toBeLessThan(0.05);

  await agent.speak(2);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect(await avatar.events()).toEqual(expect.arrayContaining(['conversation-motion local', 'conversation-state playing']));

  await avatar.forgetEvents();
  const long = agent.speak(4);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  const heard = await page.evaluate(() => document.querySelector('spatius-avatar')!.interrupt());
  expect(heard!.heardSeconds).toBeGreaterThan(0);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await long;
  // The next utterance begins after a silence.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await avatar.forgetEvents();
  await agent.speak(2);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);

  await page.evaluate(() => document.querySelector('spatius-avatar')!.close());
  await expect.poll(() => rooms.peer('visitor')).toBeUndefined();
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
});

interface Told {
  states: string[];
  texts: string[];
  cues: string[];
}

test("the agent's state moves the face, its words become captions; another visitor's text does not", { tag: TIMING }, async ({ page }) => {
  const avatar = await openPage(page, 'captions');
  const visitor = await join('other visitor');
  const agent = await join('agent', { kind: 'agent', attributes: { 'lk.agent.state': 'listening' } });
  await isAlone(page);
  await page.evaluate(() => {
    const element = document.querySelector('spatius-avatar')!;
    const told: Told = { states: [], texts: [], cues: [] };
    (window as unknown as { told: Told }).told = told;
    element.addEventListener('avatar-agent-state', (event) => told.states.push((event as unknown as { state: string }).state));
    element.addEventListener('avatar-transcript', (event) => {
      const { role, text, isFinal } = event as unknown as { role: string; text: string; isFinal: boolean };
      if (isFinal) told.texts.push(`${role}: ${text}`);
    });
    element.addEventListener('avatar-cue-change', ({ cues }) => told.cues.push(...cues.map(({ text }) => text)));
  });
  const state = (name: string): Promise<unknown> => page.waitForSelector(`spatius-avatar[agent-state=${name}]`, { state: 'attached' });
  await state('listening');
  await agent.room.localParticipant!.setAttributes({ 'lk.agent.state': 'thinking' });
  await state('thinking');
  expect(await page.evaluate(() => document.querySelector('spatius-avatar')!.mood)).toBe('thinking');

  const words = { topic: 'lk.transcription', attributes: { 'lk.segment_id': 'one', 'lk.transcription_final': 'true' } };
  await visitor.room.localParticipant!.sendText('I am no agent.', words);
  await agent.room.localParticipant!.setAttributes({ 'lk.agent.state': 'speaking' });
  await agent.room.localParticipant!.sendText('Good morning to you.', words);
  await agent.speak(3);
  await agent.room.localParticipant!.setAttributes({ 'lk.agent.state': 'listening' });
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await state('listening');
  const told = await page.evaluate(() => (window as unknown as { told: Told }).told);
  expect(told.states).toEqual(['thinking', 'speaking', 'listening']);
  expect(told.texts).toEqual(['agent: Good morning to you.']);
  expect(told.cues).toContain('Good morning to you.');
  expect(await page.evaluate(() => document.querySelector('spatius-avatar')!.mood)).not.toBe('thinking');

  await page.evaluate(() => document.querySelector('spatius-avatar')!.close());
  await expect.poll(() => page.evaluate(() => document.querySelector('spatius-avatar')!.hasAttribute('agent-state'))).toBe(false);
});
