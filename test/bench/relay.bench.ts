/** Backend mode: from the backend's first audio to sound and face in the browser, and what a relay costs for many clients. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { SpatiusAvatar } from '../../src/element/spatius-avatar.js';
import { createMotionServer } from '../../src/server/motion-server.js';
import type { Stage } from '../../src/shared/contracts/stage.js';
import type { RelayOrder, RelayReport } from './helpers/relay-process.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';
import { openTalkingPage, type TalkingPage } from './helpers/talking-page.js';

const REPEATS = 7;
const CLIENTS = 100;
const PACED_SECONDS = 10;
const BURST_SECONDS = 60;

class RelayProcess {
  private readonly child: ChildProcess;
  private readonly reports: RelayReport[] = [];
  private wake: (() => void) | null = null;

  constructor(motionUrl: string) {
    this.child = fork(fileURLToPath(new URL('./helpers/relay-process.js', import.meta.url)), [motionUrl]);
    this.child.on('message', (report) => {
      this.reports.push(report as RelayReport);
      this.wake?.();
    });
  }

  tell(order: RelayOrder): void {
    this.child.send(order);
  }

  /** The next report of a kind; those before it are dropped. */
  async next<Type extends RelayReport['type']>(type: Type): Promise<Extract<RelayReport, { type: Type }>> {
    for (;;) {
      const report = this.reports.shift();
      if (report?.type === type) return report as Extract<RelayReport, { type: Type }>;
      if (!report) await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async usage(): Promise<Extract<RelayReport, { type: 'usage' }>> {
    this.tell({ type: 'usage' });
    return this.next('usage');
  }

  end(): void {
    this.child.disconnect();
  }
}

interface Bench {
  element: SpatiusAvatar;
  stage: Stage;
  playingEpochMs: number;
}
declare const bench: Bench;

async function measureStart(): Promise<void> {
  title('Backend mode: first audio in the backend → browser; backend, Motion Server and browser on one machine');
  const { page, serverUrl, close } = await openTalkingPage();
  const relay = new RelayProcess(serverUrl);
  try {
    const { url } = await relay.next('ready');
    await page.evaluate(listenTo, url);
    for (const isCold of [false, true]) {
      const sound: number[] = [];
      const face: number[] = [];
      const motion: number[] = [];
      // The first turn warms up what only a first turn has to load.
      for (let run = 0; run <= REPEATS; run++) {
        const result = await startOnce(page, relay, isCold);
        if (run === 0) continue;
        sound.push(result.soundMs);
        face.push(result.faceMs);
        motion.push(result.motionMs);
      }
      const pool = isCold ? 'cold (token and handshake)' : 'warm pool';
      figure(`${pool}: first motion at the relay, median of ${REPEATS}`, milliseconds(median(motion)));
      figure(`${pool}: first sound, median of ${REPEATS}`, milliseconds(median(sound)), isCold ? '' : '≤ 200 ms');
      figure(`${pool}: first frame with a moving mouth, median`, milliseconds(median(face)), isCold ? '' : '≤ 200 ms');
    }
  } finally {
    relay.end();
    await close();
  }
}

async function listenTo(url: string): Promise<void> {
  const element = document.querySelector('spatius-avatar')!;
  Object.assign(element, { mode: 'backend', relayUrl: url });
  await element.updateComplete;
  await element.start();
  const stage = (element as unknown as { lifecycle: { avatar: { openedStage: Stage } } }).lifecycle.avatar.openedStage;
  Object.assign(globalThis, { bench: { element, stage, playingEpochMs: Number.NaN } });
  element.addEventListener('avatar-conversation-state', (event) => {
    if ((event as unknown as { state: string }).state === 'playing') bench.playingEpochMs = performance.timeOrigin + performance.now();
  });
}

async function startOnce(
  page: TalkingPage['page'],
  relay: RelayProcess,
  isCold: boolean,
): Promise<{ soundMs: number; faceMs: number; motionMs: number }> {
  await page.evaluate(() => {
    bench.playingEpochMs = Number.NaN;
    bench.stage.setTracing(true);
  });
  relay.tell({ type: 'speak', seconds: 2.5, isPaced: false, isCold });
  const { epochMs } = await relay.next('begun');
  const { firstMotionMs } = await relay.next('finished');
  await page.waitForTimeout(1500);
  const { trace, playingEpochMs } = await page.evaluate(async () => ({
    trace: await bench.stage.takeTrace(),
    playingEpochMs: bench.playingEpochMs,
  }));
  await page.evaluate(() => {
    bench.element.interrupt();
    bench.stage.setTracing(false);
  });
  await page.waitForTimeout(500);
  const moving = trace.find((frame) => frame.epochMs > epochMs && frame.mediaSeconds > 0 && frame.jawOpen > 0.03);
  return { soundMs: playingEpochMs - epochMs, faceMs: (moving?.epochMs ?? Number.NaN) - epochMs, motionMs: firstMotionMs };
}

/** A client that counts what it gets, and when. */
class Counter {
  bytes = 0;
  lastAtMs = 0;
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('message', (data) => {
      this.bytes += (data as Buffer).length;
      this.lastAtMs = performance.now();
    });
    this.socket.on('open', () => this.socket.send('{"action":"start","version":1}'));
  }
}

async function measureManyClients(): Promise<void> {
  title(`One relay process, ${CLIENTS} clients that all hear one turn (16 kHz speech)`);
  const motion = createMotionServer({ apiKey: 'bench', appId: 'app_bench' });
  const relay = new RelayProcess(await motion.listen(0));
  try {
    const { url } = await relay.next('ready');
    await pause(1000);
    const alone = await relay.usage();
    const clients = Array.from({ length: CLIENTS }, () => new Counter(url));
    await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once('open', resolve))));
    await pause(500);
    const before = await relay.usage();
    figure('memory of the process without clients', megabytes(alone.rssBytes));
    figure(`more with ${CLIENTS} clients that hear nothing`, megabytes(before.rssBytes - alone.rssBytes));

    relay.tell({ type: 'speak', seconds: PACED_SECONDS, isPaced: true, isCold: false });
    await relay.next('finished');
    const paced = await relay.usage();
    const seconds = PACED_SECONDS;
    figure(
      `speech at its own pace, ${seconds} s: CPU of the relay`,
      `${((100 * (paced.cpuSeconds - before.cpuSeconds)) / seconds).toFixed(1)} % of a core`,
    );
    figure('more memory by then', megabytes(paced.rssBytes - before.rssBytes));
    figure('to each client', `${((paced.sentBytes - before.sentBytes) / CLIENTS / seconds / 1000).toFixed(1)} kB/s`);

    const bytesBefore = clients.map(({ bytes }) => bytes);
    const begunMs = performance.now();
    relay.tell({ type: 'speak', seconds: BURST_SECONDS, isPaced: false, isCold: false });
    await relay.next('finished');
    await pause(1000);
    const burst = await relay.usage();
    const tookMs = clients.map(({ lastAtMs }) => lastAtMs - begunMs);
    const megabytesSent = clients.reduce((sum, { bytes }, index) => sum + bytes - bytesBefore[index], 0) / 1e6;
    figure(`${BURST_SECONDS} s of speech at once: all of it at the last client after`, milliseconds(Math.max(...tookMs)));
    figure('throughput until then', `${((1000 * megabytesSent) / Math.max(...tookMs)).toFixed(0)} MB/s`);
    figure('spread between the quickest and the slowest client', milliseconds(Math.max(...tookMs) - quantile(tookMs, 0)));
    figure('CPU of the relay per MB sent', milliseconds((1000 * (burst.cpuSeconds - paced.cpuSeconds)) / megabytesSent, 1));
    figure('memory of the process afterwards', megabytes(burst.rssBytes));
    figure('of it media of the turn, once for all clients', megabytes(burst.heldBytes));
    for (const { socket } of clients) socket.terminate();
  } finally {
    relay.end();
    await motion.close();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

await measureStart();
await measureManyClients();
