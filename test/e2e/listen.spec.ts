import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING, slowUnless, TIMING } from '../helpers/node/slow.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const LOCAL = '<spatius-avatar id="avatar" motion="calm"></spatius-avatar>';

/** Speaks a live source in the page and stores the result in `window.outcome`. */
function speakLive(page: Page, kind: 'element' | 'stream' | 'silent stream', sound?: 'delayed' | 'elsewhere'): Promise<void> {
  return page.evaluate(
    async ([kind, sound]) => {
      const avatar = document.querySelector('spatius-avatar')!;
      const own = new AudioContext();
      const state = window as unknown as { outcome: string; endStream(): void };
      state.outcome = 'speaking';
      let source: MediaStream | HTMLMediaElement;
      if (kind === 'element') {
        source = new Audio('/speech/welcome-en.mp3');
        await source.play();
      } else {
        const destination = own.createMediaStreamDestination();
        source = destination.stream;
        const buffer = own.createBufferSource();
        buffer.buffer = await own.decodeAudioData(await (await fetch('/speech/welcome-en.mp3')).arrayBuffer());
        buffer.connect(destination);
        buffer.start(own.currentTime + 0.5);
        if (kind === 'silent stream') destination.stream.getTracks().forEach((track) => track.stop());
        state.endStream = () => destination.stream.getTracks().forEach((track) => track.stop());
      }
      avatar.speakLive(source, sound && { sound }).then(
        () => (state.outcome = 'ended'),
        ({ code }: { code: string }) => (state.outcome = code),
      );
    },
    [kind, sound] as const,
  );
}

/** What a page with a call from elsewhere tells and takes. */
interface CallPage {
  /** The caller says the welcome from now on; resolves with the time of its first sample, ms since the epoch. */
  say(): Promise<number>;
  /** The caller is silent from now on. */
  hush(): void;
  outcome: string;
  /** The page's own element, where it plays the call. */
  player: HTMLAudioElement | null;
  received: MediaStream;
}

/** A call by a loopback `RTCPeerConnection`, of which the page speaks the remote stream, or an element with it. */
async function openCall(page: Page, way: 'stream' | 'played stream' | 'element'): Promise<void> {
  await page.evaluate(async (way) => {
    const state = window as unknown as CallPage;
    const caller = new AudioContext();
    const voice = caller.createMediaStreamDestination();
    const [sending, receiving] = [new RTCPeerConnection(), new RTCPeerConnection()];
    sending.onicecandidate = ({ candidate }) => candidate && receiving.addIceCandidate(candidate);
    receiving.onicecandidate = ({ candidate }) => candidate && sending.addIceCandidate(candidate);
    const track = new Promise<MediaStream>((resolve) => (receiving.ontrack = ({ streams }) => resolve(streams[0])));
    sending.addTrack(voice.stream.getAudioTracks()[0], voice.stream);
    await sending.setLocalDescription(await sending.createOffer());
    await receiving.setRemoteDescription(sending.localDescription!);
    await receiving.setLocalDescription(await receiving.createAnswer());
    await sending.setRemoteDescription(receiving.localDescription!);
    state.received = await track;
    const words = await caller.decodeAudioData(await (await fetch('/speech/welcome-en.mp3')).arrayBuffer());
    // Its first loud part over and over: a pause would end the utterance.
    const first = words.getChannelData(0).findIndex((sample) => Math.abs(sample) > 0.02) / words.sampleRate;
    let said: AudioBufferSourceNode | null = null;
    state.say = async () => {
      const buffer = (said = new AudioBufferSourceNode(caller, { buffer: words, loop: true, loopStart: first, loopEnd: first + 0.4 }));
      buffer.connect(voice);
      const at = caller.currentTime + 0.05;
      buffer.start(at, first);
      return performance.timeOrigin + performance.now() + (at - caller.currentTime) * 1000;
    };
    state.hush = () => said?.stop();
    state.player = way === 'stream' ? null : new Audio();
    if (state.player) state.player.srcObject = state.received;
    if (way === 'played stream') state.player!.muted = true;
    await state.player?.play();
    const source = way === 'element' ? state.player! : state.received;
    state.outcome = 'speaking';
    document
      .querySelector('spatius-avatar')!
      .speakLive(source)
      .then(
        () => (state.outcome = 'ended'),
        ({ code }: { code: string }) => (state.outcome = code),
      );
  }, way);
}

const callPage = {
  say: (page: Page) => page.evaluate(() => (window as unknown as CallPage).say()),
  hush: (page: Page) => page.evaluate(() => (window as unknown as CallPage).hush()),
  state: (page: Page) => page.evaluate(() => document.querySelector('spatius-avatar')!.conversationState),
};

for (const way of ['stream', 'played stream', 'element'] as const) {
  test(`a call moves the face through silences and interruptions (${way})`, slowUnless(way === 'stream', TIMING), async ({ page }) => {
    const avatar = await AvatarPage.open(page, server.url, LOCAL);
    await avatar.waitForEvent('avatar', 'ready');
    await openCall(page, way);
    await avatar.waitForEvent('avatar', 'conversation-motion local');
    // Connected, and nothing is said yet.
    await page.waitForTimeout(500);
    expect(await callPage.state(page)).toBe('idle');
    await avatar.traceJaw();
    const saidMs = await callPage.say(page);
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    await page.waitForTimeout(600);
    const frames = await avatar.takeTrace();
    const moved = frames.find(({ jawOpen }) => jawOpen > 0.05);
    expect(moved).toBeDefined();
    // The delay of the face, 180 ms, and that of the call: its packets and their jitter buffer.
    const firstMovementMs = moved!.epochMs - saidMs;
    test.info().annotations.push({ type: 'first movement', description: `${Math.round(firstMovementMs)} ms` });
    expect(firstMovementMs).toBeLessThan(500);
    if (way === 'element') expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
    else expect(await avatar.loudness(300)).toBe(0);
    // Silence is idle, and speech after it is heard again.
    await callPage.hush(page);
    await avatar.waitForEvent('avatar', 'conversation-state idle', 3000);
    for (let interruption = 0; interruption < 2; interruption++) {
      await avatar.forgetEvents();
      await callPage.say(page);
      await avatar.waitForEvent('avatar', 'conversation-state playing', 5000);
      await page.evaluate(() => document.querySelector('spatius-avatar')!.interrupt());
      expect(await callPage.state(page)).toBe('idle');
      // The rest of what is being said is dropped: the caller does not know of the interruption yet.
      await page.waitForTimeout(400);
      await avatar.takeTrace();
      await page.waitForTimeout(400);
      expect(await avatar.widestJaw()).toBeLessThan(0.05);
      expect(await callPage.state(page)).toBe('idle');
      await callPage.hush(page);
      await page.waitForTimeout(1200);
    }
    await avatar.forgetEvents();
    await callPage.say(page);
    await avatar.waitForEvent('avatar', 'conversation-state playing', 5000);
    await page.waitForTimeout(500);
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
    expect(await outcome(page)).toBe('speaking');
    expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
    await page.evaluate(() => (window as unknown as CallPage).received.getTracks().forEach((track) => track.stop()));
    await expect.poll(() => outcome(page)).toBe('ended');
    expect(await page.evaluate(() => (window as unknown as CallPage).player?.muted ?? null)).toBe(
      { stream: null, 'played stream': true, element: false }[way],
    );
  });
}

test('a track that is switched off is reported within a second, and found by diagnose()', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, LOCAL);
  await avatar.waitForEvent('avatar', 'ready');
  await openCall(page, 'stream');
  await callPage.say(page);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.evaluate(() => (window as unknown as CallPage).received.getTracks().forEach((track) => (track.enabled = false)));
  await avatar.waitForEvent('avatar', 'error noAudio', 1500);
  const codes = () =>
    page.evaluate(async () => (await document.querySelector('spatius-avatar')!.diagnose()).findings.map(({ code }) => code));
  expect(await codes()).toEqual(expect.arrayContaining(['mouth-live-silence', 'sound-live-silence']));
  await page.evaluate(() => (window as unknown as CallPage).received.getTracks().forEach((track) => (track.enabled = true)));
  await expect.poll(codes).not.toContain('sound-live-silence');
  expect(await outcome(page)).toBe('speaking');
});

for (const redirected of [false, true]) {
  const what = redirected ? 'that redirects to another origin' : 'of another origin';
  test(`an element ${what} without CORS is refused, and stays audible`, async ({ page }) => {
    const { port, hostname } = new URL(server.url);
    const other = `http://${hostname === 'localhost' ? '127.0.0.1' : 'localhost'}:${port}/speech/welcome-en.mp3`;
    await page.route('**/moved.mp3', (route) => route.fulfill({ status: 302, headers: { location: other } }));
    const avatar = await AvatarPage.open(page, server.url, LOCAL);
    await avatar.waitForEvent('avatar', 'ready');
    const outcome = await page.evaluate(
      async (url) => {
        const element = new Audio(url);
        await element.play();
        const code = await document
          .querySelector('spatius-avatar')!
          .speakLive(element)
          .catch(({ code }: { code: string }) => code);
        // An element can be given to Web Audio once: it was not given away.
        const own = new AudioContext();
        return [code, own.createMediaElementSource(element).mediaElement === element, element.paused, element.muted];
      },
      redirected ? '/moved.mp3' : other,
    );
    expect(outcome).toEqual(['invalidAudioInput', true, false, false]);
  });
}

const outcome = (page: Page) => page.evaluate(() => (window as unknown as { outcome: string }).outcome);

test('an audio element is heard through the avatar, with the face in time, and to its end', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, LOCAL);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await speakLive(page, 'element');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(2000)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle', 40_000);
  expect(await outcome(page)).toBe('ended');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  const stats = await page.evaluate(() => document.querySelector('spatius-avatar')!.stats());
  // The motion is there when its sound is: nearly no frame was drawn without it.
  expect(stats.starvedFrames / stats.framesDrawn).toBeLessThan(0.1);
  expect(stats.skewP95Ms).toBeLessThan(100);
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
});

test('a stream that is played elsewhere moves the face without a sound, also while the page is blocked', { tag: '@timing' }, async ({
  page,
}) => {
  const avatar = await AvatarPage.open(page, server.url, LOCAL);
  await avatar.waitForEvent('avatar', 'ready');
  await speakLive(page, 'stream');
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  expect(await avatar.loudness(1000)).toBe(0);
  await avatar.traceJaw();
  await page.evaluate(() => {
    for (const end = performance.now() + 1500; performance.now() < end; );
  });
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  await page.evaluate(() => (window as unknown as { endStream(): void }).endStream());
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await outcome(page)).toBe('ended');
});

test('in direct mode the browser listens too; speech takes over and a dead stream is refused', SLOW_TIMING, async ({ page }) => {
  const direct = 'mode="direct" app-id="app_demo" token-endpoint="/api/session-token"';
  const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" ${direct}></spatius-avatar>`);
  await avatar.waitForEvent('avatar', 'ready');
  await speakLive(page, 'stream', 'delayed');
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  expect(await avatar.loudness(2000)).toBeGreaterThan(0.01);
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  expect(await outcome(page)).toBe('aborted');
  await speakLive(page, 'silent stream');
  await expect.poll(() => outcome(page)).toBe('noAudio');
});
