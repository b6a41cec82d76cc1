/** What a visitor sees and hears, in the browser that `TEST_BROWSER` names: the built script, a real server, recorded speech. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AvatarStats, SpatiusAvatar } from '../../src/index.js';
import { serveFile } from '../../src/server/static-files.js';
import type { Stage } from '../../src/shared/contracts/stage.js';
import { instrument } from '../helpers/node/avatar-page.js';
import { type RunningServer, startMotionServer, TEST_APP_ID } from '../helpers/node/motion-server.js';

const BROWSER = process.env.TEST_BROWSER ?? 'chromium';
const PICTURES = 'build/test-results';
const SPEECH = '/demo/speech/welcome-en.mp3';

interface Tab {
  readonly version: string;
  goto(url: string): Promise<unknown>;
  evaluate<Args extends unknown[], Value>(code: (...args: Args) => Value | Promise<Value>, ...args: Args): Promise<Value>;
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

interface Drawn {
  jaw: number;
  frames: number;
  rms: number;
}

/** A web site of its own: pages by their names, and the files of the repository. */
async function serveSite(pages: Record<string, string>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const page = pages[pathname];
    if (page !== undefined) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    const answer = await serveFile({ path: '.', isShared: false }, pathname, new Request(`http://localhost${pathname}`));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) Readable.fromWeb(answer.body as NodeReadableStream).pipe(response);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const page = (script: string, attributes: string): string => `<!doctype html>
<title>Speaking</title>
<script>(${instrument})()</script>
<script type="module" src="${script}"></script>
<spatius-avatar id="avatar" ${attributes} style="width: 320px; height: 400px"></spatius-avatar>`;

describe(`An avatar in ${BROWSER}`, () => {
  let server: RunningServer;
  let site: Server;
  let tab: Tab;
  let origin: string;

  before(async () => {
    const { openTab } = (await import(pathToFileURL('scripts/tabs.js').href)) as { openTab(browser: string): Promise<Tab> };
    server = await startMotionServer();
    const direct = `mode="direct" app-id="${TEST_APP_ID}" server-url="${server.url}" token-endpoint="${server.url}/api/session-token"`;
    site = await serveSite({
      '/local': page('/dist/spatius-avatar.min.js', 'mode="local"'),
      '/direct': page(`${server.url}/dist/spatius-avatar.min.js`, direct),
    });
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    tab = await openTab(BROWSER);
    await mkdir(PICTURES, { recursive: true });
  });
  after(async () => {
    await tab?.close();
    site?.closeAllConnections();
    site?.close();
    await server?.close();
  });

  for (const [mode, motion] of [
    ['local', 'local'],
    ['direct', 'server'],
  ] as const) {
    it(`speaks, through a blocked page too, with ${motion === 'local' ? 'motion of its own' : 'the motion of a server, its script from another origin'}`, async (test) => {
      await tab.goto(`${origin}/${mode}`);
      await waitForEvent(tab, 'ready');
      const rest = await tab.screenshot();
      const asked = startSpeaking(tab);
      await waitForEvent(tab, 'conversation-state playing');
      const drawn = await watchSpeech(tab, 3000);
      const talking = await tab.screenshot();
      await blockPage(tab, 1500);
      await writeFile(`${PICTURES}/${BROWSER}-${mode}.png`, talking);
      assert.equal(await asked, 'heard');
      await waitForEvent(tab, 'conversation-state idle');
      const stats = await tab.evaluate(() => (document.getElementById('avatar') as SpatiusAvatar).stats());
      const events = await eventsOf(tab);
      test.diagnostic(`${tab.version}: ${describeStats(stats, drawn)}`);

      // A blocked page costs no sound: the worklet has it all.
      assert.deepEqual(
        events.filter((event) => /error|stall/.test(event)),
        [],
      );
      assert.equal(stats.stalls, 0);
      assert.ok(events.includes(`conversation-motion ${motion}`), events.join());
      assert.ok(drawn.rms > 0.02, `heard at most ${drawn.rms}`);
      assert.ok(drawn.jaw > 0.15, `the jaw opened by ${drawn.jaw}`);
      assert.ok(drawn.frames > 10, `${drawn.frames} frames`);
      assert.ok(!rest.equals(talking), 'nothing moved on the screen');
      assert.ok(Number.isFinite(stats.skewP95Ms));
      assert.ok(stats.motionSeconds > 3, `${stats.motionSeconds} s of motion`);
    });
  }
});

async function eventsOf(tab: Tab): Promise<string[]> {
  return tab.evaluate(() => window.avatarEvents.avatar ?? []);
}

async function waitForEvent(tab: Tab, event: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; ) {
    const events = await eventsOf(tab).catch(() => ['not yet there']);
    if (events.includes(event)) return;
    if (Date.now() > deadline) throw new Error(`no ${event}, but ${events.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resolves with `heard`, or with what went wrong. */
function startSpeaking(tab: Tab): Promise<string> {
  return tab
    .evaluate((url) => {
      const avatar = document.getElementById('avatar') as SpatiusAvatar;
      (window as unknown as { speaking: Promise<string> }).speaking = avatar.speak(url).then(() => 'heard', String);
    }, SPEECH)
    .then(async () => {
      for (;;) {
        const state = await tab.evaluate(() =>
          Promise.race([
            (window as unknown as { speaking: Promise<string> }).speaking,
            new Promise<string>((resolve) => setTimeout(resolve, 500, '')),
          ]),
        );
        if (state) return state;
      }
    });
}

/** What is drawn and heard for some time: widest jaw 0..1, frames, loudest RMS of full scale. */
function watchSpeech(tab: Tab, milliseconds: number): Promise<Drawn> {
  return tab.evaluate(async (duration) => {
    const { openedStage: stage } = (document.getElementById('avatar') as unknown as { lifecycle: { avatar: { openedStage: Stage } } })
      .lifecycle.avatar;
    await stage.setTracing(true);
    let rms = 0;
    for (const end = performance.now() + duration; performance.now() < end; ) {
      rms = Math.max(rms, window.heardRms());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const trace = await stage.takeTrace();
    return { rms, frames: trace.length, jaw: Math.max(0, ...trace.map(({ jawOpen }) => jawOpen)) };
  }, milliseconds);
}

/** Keeps the page from doing anything else for a while. */
function blockPage(tab: Tab, milliseconds: number): Promise<void> {
  return tab.evaluate((duration) => {
    for (const end = performance.now() + duration; performance.now() < end; );
  }, milliseconds);
}

function describeStats(stats: AvatarStats, drawn: Drawn): string {
  const { skewP50Ms, skewP95Ms, framesPerSecond, firstSoundMs, stalls, resolutionScale } = stats;
  const figures = [skewP50Ms, skewP95Ms, framesPerSecond, firstSoundMs].map((value) => value.toFixed(1));
  return `skew ${figures[0]} ms, p95 ${figures[1]} ms; ${figures[2]} frames/s at ${resolutionScale}; first sound after ${figures[3]} ms; ${stalls} stalls; RMS ${drawn.rms.toFixed(3)}; jaw ${drawn.jaw.toFixed(2)}`;
}
