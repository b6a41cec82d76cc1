/** The element in a real page before a real Motion Server: sync, latency, a blocked page, costs. Software GL, 512². */

import type { SpatiusAvatar } from '../../src/element/spatius-avatar.js';
import type { Stage } from '../../src/shared/contracts/stage.js';
import { framesWithin, lostSoundMs, skewsOf } from './helpers/evidence.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';
import {
  bareCanvasCost,
  type Evidence,
  emptyPageMemory,
  type MemoryByProcess,
  openTalkingPage,
  pageThreadMs,
  type TalkingPage,
} from './helpers/talking-page.js';

const REPEATS = 5;
const BLOCK_MS = 2000;
const BLOCK_REPEATS = 3;
const COST_SECONDS = 3;

/** Installs `bench` in the page: the element, its stage, the sample speech as 16 kHz PCM. */
async function prepare(): Promise<void> {
  const element = document.querySelector('spatius-avatar')!;
  const clips = (await (await fetch('/speech/index.json')).json()) as { file: string }[];
  const encoded = await (await fetch(`/speech/${clips[0].file}`)).arrayBuffer();
  const decoded = (await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(encoded)).getChannelData(0);
  // Begins at the first sound, so that "first sound" and "first movement" have one meaning.
  const onset = decoded.findIndex((sample) => Math.abs(sample) > 0.02);
  const pcm = Int16Array.from(decoded.subarray(onset), (sample) => sample * 32767);
  const stage = (element as unknown as { lifecycle: { avatar: { openedStage: Stage } } }).lifecycle.avatar.openedStage;
  Object.assign(globalThis, { bench: { element, stage, pcm } });
  await element.start();
}

interface Bench {
  element: SpatiusAvatar;
  stage: Stage;
  pcm: Int16Array;
}
declare const bench: Bench;
declare const evidence: Evidence;

await measureCosts();
const { page, slowUrl, close } = await openTalkingPage();
try {
  await page.evaluate(prepare);
  await measureSkew();
  await measureStart();
  await measureInterrupt();
  await measureBlocked('in the render worker', page, slowUrl, BLOCK_REPEATS);
} finally {
  await close();
}
const onPage = await openTalkingPage({ isRenderingOnPage: true });
try {
  await onPage.page.evaluate(prepare);
  await measureBlocked('on the page, for comparison', onPage.page, onPage.slowUrl, 1);
} finally {
  await onPage.close();
}

async function measureSkew(): Promise<void> {
  title('A/V sync in the render worker, against the output clock of the audio context');
  const smooth = await page.evaluate(speakTraced, 0);
  const skews = skewsOf(smooth.evidence, smooth.round);
  const middle = median(skews);
  figure('media time drawn before audible: median (time to the screen)', milliseconds(middle, 1));
  figure(
    'deviation from it: p50',
    milliseconds(
      quantile(
        skews.map((skew) => Math.abs(skew - middle)),
        0.5,
      ),
      1,
    ),
  );
  figure(
    'deviation from it: p95',
    milliseconds(
      quantile(
        skews.map((skew) => Math.abs(skew - middle)),
        0.95,
      ),
      1,
    ),
    '≤ 20 ms',
  );
  const starved = await page.evaluate(speakTraced, 300);
  const after = skewsOf(starved.evidence, starved.round);
  figure(
    'the same with a 300 ms underrun in the speech: p95',
    milliseconds(
      quantile(
        after.map((skew) => Math.abs(skew - middle)),
        0.95,
      ),
      1,
    ),
    '≤ 20 ms',
  );
  const own = await page.evaluate(async () => bench.element.stats());
  figure('element.stats(): skew p50, p95', `${milliseconds(own.skewP50Ms, 1)}, ${milliseconds(own.skewP95Ms, 1)}`);
}

/** Speaks the clip; with a gap, the second half is handed over so late that sound runs dry for about `gapMs`. */
async function speakTraced(gapMs: number): Promise<{ round: number; evidence: Evidence }> {
  const { element, stage, pcm } = bench;
  evidence.states.length = 0;
  evidence.clock.length = 0;
  stage.setTracing(true);
  const isOver = new Promise<void>((resolve) => {
    element.addEventListener('avatar-conversation-state', (event) => {
      if ((event as unknown as { state: string }).state === 'idle') resolve();
    });
  });
  const half = gapMs > 0 ? pcm.length >> 1 : pcm.length;
  element.send(pcm.slice(0, half), half === pcm.length);
  if (gapMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, half / 16 + gapMs + 150));
    element.send(pcm.slice(half), true);
  }
  await isOver;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const trace = await stage.takeTrace();
  stage.setTracing(false);
  const round = evidence.states[evidence.states.length - 1].round;
  return { round, evidence: { trace, states: [...evidence.states], clock: [...evidence.clock] } };
}

async function measureStart(): Promise<void> {
  title('First audio handed over → first sound and moving face, connected, loopback server');
  const sound: number[] = [];
  const face: number[] = [];
  const motion: number[] = [];
  for (let run = 0; run < REPEATS; run++) {
    const result = await page.evaluate(startOnce);
    sound.push(result.soundMs);
    face.push(result.faceMs);
    motion.push(result.motionMs);
  }
  figure(`first motion from the server, median of ${REPEATS}`, milliseconds(median(motion)), '≤ 150 ms');
  figure(`first sound, median of ${REPEATS}`, milliseconds(median(sound)), '≤ 200 ms');
  figure(`first frame with a moving mouth, median of ${REPEATS}`, milliseconds(median(face)), '≤ 200 ms');
}

async function startOnce(): Promise<{ soundMs: number; faceMs: number; motionMs: number }> {
  const { element, stage, pcm } = bench;
  stage.setTracing(true);
  const begun = performance.timeOrigin + performance.now();
  element.send(pcm.slice(), true);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const stats = await element.stats();
  const trace = await stage.takeTrace();
  const moving = trace.find((frame) => frame.epochMs > begun && frame.mediaSeconds > 0 && frame.jawOpen > 0.03);
  element.interrupt();
  stage.setTracing(false);
  await new Promise((resolve) => setTimeout(resolve, 400));
  return { soundMs: stats.firstSoundMs, motionMs: stats.firstMotionMs, faceMs: (moving?.epochMs ?? Number.NaN) - begun };
}

async function measureInterrupt(): Promise<void> {
  title('interrupt() in the middle of speech');
  const silence: number[] = [];
  const mouth: number[] = [];
  for (let run = 0; run < REPEATS; run++) {
    const result = await page.evaluate(interruptOnce);
    silence.push(result.silenceMs);
    mouth.push(result.mouthMs);
  }
  figure(`→ silence rendered (6 ms fade included), median of ${REPEATS}`, milliseconds(median(silence)), '≤ 30 ms');
  figure(`→ closed mouth drawn, median of ${REPEATS}`, milliseconds(median(mouth)), '≤ 30 ms');
}

async function interruptOnce(): Promise<{ silenceMs: number; mouthMs: number }> {
  const { element, stage, pcm } = bench;
  evidence.states.length = 0;
  element.send(pcm.slice(), true);
  await new Promise((resolve) => setTimeout(resolve, 1200 + Math.random() * 400));
  stage.setTracing(true);
  const called = performance.now();
  element.interrupt();
  while (!evidence.states.some(({ state }) => state === 'flushed')) await new Promise((resolve) => setTimeout(resolve, 0));
  const silenceMs = performance.now() - called + 6;
  await new Promise((resolve) => setTimeout(resolve, 600));
  const trace = await stage.takeTrace();
  stage.setTracing(false);
  const calledEpoch = performance.timeOrigin + called;
  const closed = trace.find((frame) => frame.epochMs > calledEpoch && frame.jawOpen < 0.02);
  return { silenceMs, mouthMs: (closed?.epochMs ?? Number.NaN) - calledEpoch };
}

/** On a page that nothing else was measured on and nothing watches. */
async function measureCosts(): Promise<void> {
  title('Costs of one speaking avatar');
  const empty = await emptyPageMemory();
  const bare = await bareCanvasCost(512, REPEATS * COST_SECONDS);
  const { page, cdp, memory, close } = await openTalkingPage({ isWatched: false });
  try {
    await page.evaluate(prepare);
    await cdp.send('Performance.enable');
    await speakWhile(page, 2);
    const runs: { taskMs: number; framesPerSecond: number; frameCpuMs: number; wireBytes: number }[] = [];
    let used: MemoryByProcess = {};
    for (let run = 0; run < REPEATS; run++) {
      const [first, last] = await speakWhile(page, COST_SECONDS, () => pageThreadMs(cdp));
      runs.push({
        taskMs: (last.extra - first.extra) / COST_SECONDS,
        framesPerSecond: ((last.stats.framesDrawn - first.stats.framesDrawn) * 1000) / (last.atMs - first.atMs),
        frameCpuMs: last.stats.frameCpuMs,
        wireBytes: last.stats.motionBytes / last.stats.motionSeconds,
      });
      if (run === REPEATS - 1) used = await memory();
    }
    const middle = (key: keyof (typeof runs)[number]) => median(runs.map((run) => run[key]));
    figure(`page-thread time per second of speech, median of ${REPEATS}`, milliseconds(middle('taskMs'), 2), '≤ 1 ms');
    figure(
      `the same for a worker that only clears its canvas, ${bare.framesPerSecond.toFixed(0)} frames per second`,
      milliseconds(bare.taskMs, 2),
    );
    figure(`frames per second, built-in avatar, median of ${REPEATS}`, middle('framesPerSecond').toFixed(1), '≥ 30');
    figure('render-thread CPU per frame', milliseconds(middle('frameCpuMs'), 2));
    figure('motion on the wire', `${(middle('wireBytes') / 1000).toFixed(2)} kB/s`, '≤ 2.5 kB/s');
    figure('memory, whole browser, speaking', megabytes(used), '≤ 350 MB');
    figure('the same with an empty page', megabytes(empty));
    for (const type of Object.keys(used)) {
      const change = used[type] - (empty[type] ?? 0);
      if (Math.abs(change) > 2 ** 20) figure(`  more of it: ${type}`, `${(change / 2 ** 20).toFixed(0)} MB`);
    }
  } finally {
    await close();
  }
}

interface Reading {
  stats: Awaited<ReturnType<SpatiusAvatar['stats']>>;
  atMs: number;
  extra: number;
}

/** Readings at the begin and the end of some seconds in the middle of speech, which is over afterwards. */
async function speakWhile(
  page: TalkingPage['page'],
  seconds: number,
  readExtra: () => Promise<number> = async () => 0,
): Promise<[Reading, Reading]> {
  const read = () => page.evaluate(async () => ({ stats: await bench.element.stats(), atMs: performance.now() }));
  await page.evaluate(() => void bench.element.send(bench.pcm.slice(), true));
  await page.waitForTimeout(500);
  // What is read on the page costs it time, too: outside of the span of `extra`.
  const first = { ...(await read()), extra: await readExtra() };
  await page.waitForTimeout(seconds * 1000);
  const extra = await readExtra();
  const last = { ...(await read()), extra };
  await page.evaluate(() => bench.element.interrupt());
  await page.waitForTimeout(300);
  return [first, last];
}

function megabytes(memory: MemoryByProcess): string {
  return `${(Object.values(memory).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20).toFixed(0)} MB`;
}

/** Frame rates during the block, and within half its length on both sides of it. */
async function measureBlocked(where: string, target: TalkingPage['page'], url: string, repeats: number): Promise<void> {
  title(`Page thread blocked for ${BLOCK_MS / 1000} s while speaking, drawing ${where}`);
  for (const kind of ['waiting', 'busy'] as const) {
    const rates: { before: number; during: number; after: number }[] = [];
    const lost: number[] = [];
    for (let run = 0; run < repeats; run++) {
      const { round, evidence: seen, blockedFrom, blockedTo } = await target.evaluate(blockOnce, { kind, url, blockMs: BLOCK_MS });
      const half = (blockedTo - blockedFrom) / 2;
      const rate = (from: number, to: number) => (framesWithin(seen.trace, from, to) * 1000) / (to - from);
      rates.push({
        before: rate(blockedFrom - half, blockedFrom),
        during: rate(blockedFrom, blockedTo),
        after: rate(blockedTo, blockedTo + half),
      });
      lost.push(lostSoundMs(seen.states, round));
    }
    const middle = (key: 'before' | 'during' | 'after') => median(rates.map((rate) => rate[key]));
    const share = median(rates.map(({ before, during, after }) => (2 * during) / (before + after)));
    figure(
      `${kind}: frames per second before, during, after`,
      `${middle('before').toFixed(1)}, ${middle('during').toFixed(1)}, ${middle('after').toFixed(1)}`,
    );
    figure(`${kind}: during it, of before and after`, `${Math.round(100 * share)} %`, kind === 'waiting' ? '≥ 95 %' : '');
    figure(`${kind}: sound lost, most of ${repeats}`, milliseconds(Math.max(...lost)), '0 ms');
  }
}

async function blockOnce({
  kind,
  url,
  blockMs,
}: {
  kind: 'waiting' | 'busy';
  url: string;
  blockMs: number;
}): Promise<{ round: number; evidence: Evidence; blockedFrom: number; blockedTo: number }> {
  const { element, stage, pcm } = bench;
  evidence.states.length = 0;
  stage.setTracing(true);
  const spoken = element.speak(pcm.slice(), { sampleRateHz: 16_000 });
  await new Promise((resolve) => setTimeout(resolve, blockMs + 500));
  const blockedFrom = performance.timeOrigin + performance.now();
  if (kind === 'waiting') {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.send();
  } else {
    const start = performance.now();
    while (performance.now() - start < blockMs);
  }
  const blockedTo = performance.timeOrigin + performance.now();
  await spoken;
  const trace = await stage.takeTrace();
  stage.setTracing(false);
  const round = evidence.states[evidence.states.length - 1].round;
  return { round, evidence: { trace, states: [...evidence.states], clock: [] }, blockedFrom, blockedTo };
}
