/**
 * A page with one avatar that talks, in Chromium, before a real Motion Server; and what can be seen of it from outside:
 * the audio context's own clock, what the worklet reported, the frames the render thread drew.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import { createMotionServer } from '../../../src/server/motion-server.js';
import type { PlaybackState } from '../../../src/shared/contracts/playback-messages.js';
import type { TracedFrame } from '../../../src/shared/contracts/stage.js';

const FLAGS = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export interface TalkingPageOptions {
  /** CSS pixels of the square avatar. Default 512. */
  size?: number;
  /** Takes the way to a worker from the canvas, so that the stage runs on the page. */
  isRenderingOnPage?: boolean;
  /** Collects evidence of the sound. Costs the page thread about 3 ms per second. Default true. */
  isWatched?: boolean;
}

/** Proportional set size in bytes by type of process. Another Chromium on the machine shares pages and lowers it. */
export type MemoryByProcess = Record<string, number>;

export interface TalkingPage {
  page: Page;
  cdp: CDPSession;
  /** Of the Motion Server, whose API key is `bench`. */
  serverUrl: string;
  /** A URL that answers after two seconds. */
  slowUrl: string;
  /** What the whole browser holds. */
  memory(): Promise<MemoryByProcess>;
  close(): Promise<void>;
}

/** What the page collects; times in ms since the epoch unless said otherwise. */
export interface Evidence {
  trace: TracedFrame[];
  states: PlaybackState[];
  /** Pairs read from `getOutputTimestamp()`: context time in s, audible at that moment. */
  clock: { epochMs: number; contextSeconds: number }[];
}

export async function openTalkingPage({
  size = 512,
  isRenderingOnPage = false,
  isWatched = true,
}: TalkingPageOptions = {}): Promise<TalkingPage> {
  const server = createMotionServer({ apiKey: 'bench', appId: 'app_bench' });
  const url = await server.listen(0);
  const slow = createServer(
    (_request, response) => void setTimeout(() => response.writeHead(200, { 'access-control-allow-origin': '*' }).end('late'), 2000),
  );
  await new Promise<void>((resolve) => void slow.listen(0, '127.0.0.1', resolve));
  const browser = await launch(size);
  // A page that is fulfilled here and not served may else not ask a port of this machine.
  const page = await browser.newPage({ viewport: { width: size + 100, height: size + 100 }, permissions: ['local-network-access'] });
  if (isWatched) await page.addInitScript(watchAudio);
  if (isRenderingOnPage)
    await page.addInitScript(() => void Reflect.deleteProperty(HTMLCanvasElement.prototype, 'transferControlToOffscreen'));
  await page.route(`${url}/bench`, (route) => route.fulfill({ contentType: 'text/html', body: pageHtml(size) }));
  await page.goto(`${url}/bench`);
  await page.evaluate(waitUntilShown);
  return {
    page,
    cdp: await page.context().newCDPSession(page),
    serverUrl: url,
    slowUrl: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`,
    memory: () => memoryOf(browser),
    async close() {
      await browser.close();
      slow.close();
      await server.close();
    },
  };
}

/** What a browser holds whose only page is empty: below this no avatar can get. */
export async function emptyPageMemory(size = 512): Promise<MemoryByProcess> {
  const browser = await launch(size);
  const page = await browser.newPage({ viewport: { width: size + 100, height: size + 100 } });
  await page.setContent('<!doctype html>');
  await page.waitForTimeout(2000);
  const memory = await memoryOf(browser);
  await browser.close();
  return memory;
}

/** Milliseconds of the page thread so far. Reading it costs that thread something as well. */
export async function pageThreadMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
}

/** What a worker that does nothing but clear its canvas costs the page thread, per second: below this no avatar can get. */
export async function bareCanvasCost(size: number, seconds: number): Promise<{ taskMs: number; framesPerSecond: number }> {
  const browser = await launch(size);
  const page = await browser.newPage({ viewport: { width: size + 100, height: size + 100 } });
  await page.setContent(`<!doctype html><canvas width="${size}" height="${size}"></canvas>`);
  await page.evaluate(() => {
    const draw = (scope: { onmessage: unknown; postMessage(count: number): void }): void => {
      let [count, context] = [0, null as WebGL2RenderingContext | null];
      const clear = (timeMs: number): void => {
        count++;
        context!.clearColor(timeMs % 1, 0, 0, 1);
        context!.clear(context!.COLOR_BUFFER_BIT);
        requestAnimationFrame(clear);
      };
      scope.onmessage = ({ data }: MessageEvent<OffscreenCanvas | null>): void => {
        if (!data) return scope.postMessage(count);
        context = data.getContext('webgl2');
        requestAnimationFrame(clear);
      };
    };
    const worker = new Worker(URL.createObjectURL(new Blob([`(${draw})(self)`])));
    const canvas = document.querySelector('canvas')!.transferControlToOffscreen();
    worker.postMessage(canvas, [canvas]);
    Object.assign(globalThis, { worker });
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const framesDrawn = () =>
    page.evaluate(() => {
      const { worker } = globalThis as unknown as { worker: Worker };
      worker.postMessage(null);
      return new Promise<number>((resolve) => (worker.onmessage = ({ data }) => resolve(data as number)));
    });
  await page.waitForTimeout(1000);
  const [before, startMs] = [await framesDrawn(), await pageThreadMs(cdp)];
  await page.waitForTimeout(seconds * 1000);
  const taskMs = (await pageThreadMs(cdp)) - startMs;
  const frames = (await framesDrawn()) - before;
  await browser.close();
  return { taskMs: taskMs / seconds, framesPerSecond: frames / seconds };
}

function launch(size: number): Promise<Browser> {
  const args = [...FLAGS, `--window-size=${size + 200},${size + 200}`];
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args });
}

function pageHtml(size: number): string {
  return `<!doctype html><meta charset="utf-8"><script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar mode="direct" app-id="app_bench" token-endpoint="/api/session-token" style="display:block;width:${size}px;height:${size}px"></spatius-avatar>`;
}

/** Runs in the page before its scripts: keeps the audio context and what the worklet says. */
function watchAudio(): void {
  const evidence = { states: [] as unknown[], clock: [] as unknown[] };
  const scope = globalThis as unknown as Record<string, unknown>;
  scope.evidence = evidence;
  scope.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      setInterval(() => {
        const { contextTime, performanceTime } = this.getOutputTimestamp();
        if (contextTime && performanceTime)
          evidence.clock.push({ epochMs: performance.timeOrigin + performanceTime, contextSeconds: contextTime });
      }, 100);
    }
  };
  scope.AudioWorkletNode = class extends AudioWorkletNode {
    constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
      super(context, name, options);
      this.port.addEventListener('message', ({ data }) => {
        if (data && typeof data === 'object' && 'state' in data) evidence.states.push(data);
      });
    }
  };
}

async function waitUntilShown(): Promise<void> {
  await customElements.whenDefined('spatius-avatar');
  const avatar = document.querySelector('spatius-avatar')!;
  const start = performance.now();
  while (!((await avatar.stats()).framesDrawn > 10)) {
    if (performance.now() - start > 20_000) throw new Error('The avatar was not shown within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function memoryOf(browser: Browser): Promise<MemoryByProcess> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { id: number; type: string }[] };
  await session.detach();
  const bytes: MemoryByProcess = {};
  for (const { id, type } of processInfo) {
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
    bytes[type] = (bytes[type] ?? 0) + 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return bytes;
}
