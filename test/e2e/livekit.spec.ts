import { expect, type Page } from '@playwright/test';
import { EgressType } from '../../src/motion/protocol/generated/message_pb.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { IngressClient, voicePcm } from '../helpers/node/motion-server.js';
import { RoomServer, type RoomTokenOptions } from '../helpers/node/room-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING } from '../helpers/node/slow.js';

let server: ServedDemo;
let rooms: RoomServer;
let backends: IngressClient[] = [];

test.beforeEach(async () => {
  rooms = await RoomServer.start();
  server = new ServedDemo({ SPATIUS_LIVEKIT_HOSTS: new URL(rooms.url).host });
  await server.start();
});
test.afterEach(async () => {
  for (const backend of backends) backend.socket.terminate();
  backends = [];
  await server.kill();
  await rooms.close();
});

/** A backend whose Motion Server session speaks in the room. */
async function startBackend(options: RoomTokenOptions = {}): Promise<IngressClient> {
  const answer = await fetch(`${server.url}/api/session-token`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const { sessionToken } = (await answer.json()) as { sessionToken: string };
  const url = `${server.url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=app_demo&sessionKey=${sessionToken}`;
  const backend = await IngressClient.connect(url);
  backends.push(backend);
  const apiToken = await rooms.token('avatar', { kind: 'agent', ...options });
  backend.send({
    case: 'clientConfigureSession',
    value: { sampleRate: 16000, egressType: EgressType.LIVEKIT, livekitEgress: { url: rooms.url, apiToken } },
  });
  expect((await backend.next()).data.case).toBe('serverConfirmSession');
  return backend;
}

async function openPage(page: Page, attributes = '', script?: string): Promise<AvatarPage> {
  await page.route('**/api/room-token', async (route) => route.fulfill({ json: { token: await rooms.token('visitor') } }));
  const tag = `<spatius-avatar id="avatar" mode="livekit" livekit-url="${rooms.url}" livekit-token-endpoint="/api/room-token" ${attributes}></spatius-avatar>`;
  const avatar = await AvatarPage.open(page, server.url, tag, script);
  await avatar.waitForEvent('avatar', 'ready');
  return avatar;
}

/** The way to the voice, which is nobody's business but a test's. */
interface Hidden {
  lifecycle: {
    avatar: { pageSession: { source: { sound: { voice: { track: { receiver: RTCRtpReceiver }; element: HTMLMediaElement } | null } } } };
  };
}

/** Energy of the voice that the browser has played so far, and the volume it plays it with; 0 before there is one. */
function heard(page: Page): Promise<{ energy: number; volume: number }> {
  return page.evaluate(async () => {
    const voice = (document.getElementById('avatar') as unknown as Hidden).lifecycle.avatar.pageSession.source.sound.voice;
    let energy = 0;
    (await voice?.track.receiver.getStats())?.forEach((stats: { type: string; totalAudioEnergy?: number }) => {
      if (stats.type === 'inbound-rtp') energy = stats.totalAudioEnergy ?? 0;
    });
    return { energy, volume: voice?.element.volume ?? 0 };
  });
}

const start = (page: Page): Promise<void> => page.evaluate(() => document.querySelector('spatius-avatar')!.start());
const subscribed = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () => (document.getElementById('avatar') as unknown as Hidden).lifecycle.avatar.pageSession.source.sound.voice !== null,
  );

test('the voice of a room is heard, and the face moves with it', { tag: '@timing' }, async ({ page }) => {
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  await avatar.traceJaw();
  backend.sendAudio('one', voicePcm(3), true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const events = await avatar.events();
  expect(events.filter((event) => event.startsWith('connection'))).toEqual(['connection-state connecting', 'connection-state connected']);
  expect(events).toContain('conversation-motion server');
  expect(events.filter((event) => event.startsWith('error'))).toEqual([]);
  expect((await heard(page)).energy).toBeGreaterThan(0.001);
  const speaking = (await avatar.takeTrace()).filter(({ round }) => round > 0);
  expect(Math.max(...speaking.map(({ jawOpen }) => jawOpen))).toBeGreaterThan(0.1);
  expect(speaking.at(-1)!.mediaSeconds).toBeGreaterThan(2);
  await backend.answer('one');

  // The next conversation is a round of its own.
  await avatar.forgetEvents();
  backend.sendAudio('two', voicePcm(1), true);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test('interrupt() silences the room and shuts the mouth, and the next speech is heard', { tag: '@timing' }, async ({ page }) => {
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  backend.sendAudio('long', voicePcm(30), true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const state = await page.evaluate(() => {
    const element = document.querySelector('spatius-avatar')!;
    element.interrupt();
    return element.conversationState;
  });
  expect(state).toBe('idle');
  expect((await heard(page)).volume).toBe(0);
  const answer = await backend.answer('long');
  expect(answer.responses.at(-1)!.end).toBe(true);
  await avatar.forgetEvents();
  backend.sendAudio('next', voicePcm(1), true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect((await heard(page)).volume).toBe(1);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test("the visitor's voice interrupts the room's", SLOW_TIMING, async ({ page }) => {
  const avatar = await openPage(page, 'interruptible');
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  await page.evaluate(async () => {
    const context = new AudioContext();
    const mouth = new MediaStreamAudioDestinationNode(context);
    const file = await (await fetch('/speech/gruss-de.mp3')).arrayBuffer();
    const person = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(file), loop: true });
    person.connect(mouth);
    const element = document.querySelector('spatius-avatar')!;
    element.microphone = mouth.stream;
    element.addEventListener('avatar-conversation-state', ({ state }) => state === 'playing' && person.start(context.currentTime + 1), {
      once: true,
    });
  });
  backend.sendAudio('long', voicePcm(30), true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await heard(page)).volume).toBe(0);
  expect((await backend.answer('long')).responses.at(-1)!.end).toBe(true);
});

test("record() keeps the room's voice", SLOW_TIMING, async ({ page }) => {
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  const recording = page.evaluate(async () => {
    const file = await document.querySelector('spatius-avatar')!.record();
    const sound = (await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await file.arrayBuffer())).getChannelData(0);
    return { seconds: sound.length / 16_000, rms: Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length) };
  });
  await avatar.forgetEvents();
  backend.sendAudio('kept', voicePcm(3), true);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const { seconds, rms } = await recording;
  expect(seconds).toBeGreaterThan(2.5);
  expect(rms).toBeGreaterThan(0.01);
});

test('volume, mute, microphone and leaving reach the room', SLOW_TIMING, async ({ page }) => {
  const avatar = await openPage(page, 'volume="0.5"');
  await start(page);
  await startBackend();
  await subscribed(page);
  expect((await heard(page)).volume).toBe(0.5);
  await page.evaluate(async () => {
    const element = document.querySelector('spatius-avatar')!;
    element.muted = true;
    await element.updateComplete;
    await element.publishMicrophone();
  });
  expect(
    await page.evaluate(
      () => (document.getElementById('avatar') as unknown as Hidden).lifecycle.avatar.pageSession.source.sound.voice!.element.muted,
    ),
  ).toBe(true);
  await expect.poll(() => rooms.peer('visitor')?.info.tracks.length).toBe(1);
  await page.evaluate(() => document.querySelector('spatius-avatar')!.publishMicrophone(false));
  const refusals = await page.evaluate(() => {
    const element = document.querySelector('spatius-avatar')!;
    const codeOf = (action: () => unknown): string => {
      try {
        action();
        return '';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    return [codeOf(() => element.send(new Uint8Array(320), true)), codeOf(() => element.yieldAudioData(new Uint8Array(320), true))];
  });
  expect(refusals).toEqual(['networkLayerNotAvailable', 'networkLayerNotAvailable']);
  await page.evaluate(() => document.querySelector('spatius-avatar')!.close());
  await expect.poll(() => rooms.peer('visitor')).toBeUndefined();
  expect((await avatar.events()).at(-1)).toBe('connection-state disconnected');
});

test('a lost connection is taken up again, and the voice goes on', { tag: '@timing' }, async ({ page }) => {
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  await avatar.forgetEvents();
  rooms.peer('visitor')!.cut();
  await avatar.waitForEvent('avatar', 'connection-state connecting');
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await subscribed(page);
  await avatar.forgetEvents();
  backend.sendAudio('after', voicePcm(2), true);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test('a publisher that falls silent in mid-speech: a stall is told, the avatar rests, and it recovers', SLOW_TIMING, async ({ page }) => {
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  backend.sendAudio('long', voicePcm(20), true);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  rooms.weather.isCut = true;
  await avatar.waitForEvent('avatar', 'playback-stall true');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await avatar.forgetEvents();
  rooms.weather.isCut = false;
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'playback-stall false');
});

test('bad weather on the line costs no conversation: jitter, repeated and lost packets', SLOW_TIMING, async ({ page }) => {
  Object.assign(rooms.weather, {
    dataDelayMs: 30,
    dataJitterMs: 120,
    audioDelayMs: 30,
    audioJitterMs: 30,
    lostShare: 0.5,
    repeatedShare: 0.3,
  });
  const avatar = await openPage(page);
  await start(page);
  const backend = await startBackend();
  await subscribed(page);
  await avatar.traceJaw();
  backend.sendAudio('stormy', voicePcm(3), true);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
});

test("a room of the app's own is followed, and not left", SLOW_TIMING, async ({ page }) => {
  const avatar = await openPage(page);
  const token = await rooms.token('visitor');
  await page.evaluate(
    async ([url, participantToken]) => {
      const module = '/dist/vendor/livekit-client.js';
      const { Room } = (await import(module)) as typeof import('livekit-client');
      const room = new Room();
      const element = document.querySelector('spatius-avatar')!;
      element.room = room;
      await element.updateComplete;
      await element.start();
      await room.connect(url!, participantToken!);
    },
    [rooms.url, token] as const,
  );
  await avatar.waitForEvent('avatar', 'connection-state connected');
  const backend = await startBackend({ attributes: { 'lk.publish_on_behalf': 'agent' } });
  await subscribed(page);
  backend.sendAudio('one', voicePcm(1), true);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await page.evaluate(() => document.querySelector('spatius-avatar')!.close());
  expect(rooms.peer('visitor')).toBeDefined();
});

test('a refused token is a failed connection', { tag: '@timing' }, async ({ page }) => {
  const avatar = await openPage(page);
  await page.unroute('**/api/room-token');
  await page.route('**/api/room-token', (route) => route.fulfill({ json: { participant_token: 'nonsense' } }));
  const code = await page.evaluate(() =>
    document
      .querySelector('spatius-avatar')!
      .start()
      .then(
        () => '',
        (error: { code: string }) => error.code,
      ),
  );
  expect(code).toBe('sessionTokenInvalid');
  expect((await avatar.events()).filter((event) => /connection|error/.test(event))).toEqual([
    'connection-state connecting',
    'connection-state failed',
    'error sessionTokenInvalid',
  ]);
});

test('a classic script of another origin joins a room as well', SLOW_TIMING, async ({ page }) => {
  const script = `<script src="${server.url.replace('127.0.0.1', 'localhost')}/dist/spatius-avatar.iife.min.js"></script>`;
  const avatar = await openPage(page, '', script);
  await start(page);
  await avatar.waitForEvent('avatar', 'connection-state connected');
});
