/**
 * A/V skew where it counts: what a camera sees on the screen against what a microphone hears, through the whole chain
 * (element, WebSocket, Motion Server, worklet, render worker, compositor, sound system). Needs Xvfb, PulseAudio and
 * ffmpeg; says so and measures nothing where they are missing. Positive: the picture is late.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { createMotionServer } from '../../src/server/motion-server.js';
import { beeps, FlashEngine, flashAvatar, offsetsOf } from './helpers/flash.js';
import { missingPrograms, openStudio } from './helpers/recording.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';

const RECORDINGS = 3;
const SPEECH_SECONDS = 14;
const RATE_HZ = 16_000;
const PAGE = `<!doctype html><style>html,body{margin:0;background:#000}spatius-avatar{position:fixed;inset:0;width:300px;height:300px}</style>
<script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar mode="direct" app-id="app_bench" token-endpoint="/api/session-token" src="/flash.glb" motion="calm"></spatius-avatar>`;

title('A/V skew at screen and loudspeaker');
const missing = missingPrograms();
if (missing.length > 0) figure('not measured: needs', missing.join(', '));
else await measure();

async function measure(): Promise<void> {
  const pages = await mkdtemp(join(tmpdir(), 'flash-'));
  await writeFile(join(pages, 'index.html'), PAGE);
  await writeFile(join(pages, 'flash.glb'), await flashAvatar());
  const server = createMotionServer({
    apiKey: 'bench',
    appId: 'app_bench',
    demoFolder: pages,
    createEngine: (options) => new FlashEngine(options),
  });
  const url = await server.listen(0);
  const studio = await openStudio(800, 700);
  const args = [
    '--no-sandbox',
    '--autoplay-policy=no-user-gesture-required',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--window-size=800,700',
    '--window-position=0,0',
    '--kiosk',
  ];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, headless: false, args, env: studio.env });
  try {
    const page = await browser.newPage({ viewport: null });
    await page.goto(url);
    const pcm = Buffer.from(beeps(SPEECH_SECONDS, RATE_HZ).buffer).toString('base64');
    // The sound device opens with the first speech, and takes up to two seconds over it in this studio.
    await page.evaluate(speakPcm, { pcm: Buffer.from(beeps(3, RATE_HZ).buffer).toString('base64'), rateHz: RATE_HZ });
    const medians: number[] = [];
    const all: number[] = [];
    for (let run = 0; run < RECORDINGS; run++) {
      const recording = studio.record(60, 60, 180, SPEECH_SECONDS + 2);
      await page.evaluate(speakPcm, { pcm, rateHz: RATE_HZ });
      const offsets = offsetsOf(await recording);
      all.push(...offsets);
      medians.push(median(offsets));
      figure(
        `recording ${run + 1}: ${offsets.length} events, median, spread`,
        `${milliseconds(median(offsets))}, ${milliseconds(quantile(offsets, 0.95) - quantile(offsets, 0.05))}`,
      );
    }
    figure('median of all recordings', milliseconds(median(medians)));
    figure('p95 of |skew|', milliseconds(quantile(all.map(Math.abs), 0.95)), '≤ 20 ms');
  } finally {
    await browser.close();
    await studio.close();
    await server.close();
    await rm(pages, { recursive: true });
  }
}

async function speakPcm({ pcm, rateHz }: { pcm: string; rateHz: number }): Promise<void> {
  await customElements.whenDefined('spatius-avatar');
  const bytes = Uint8Array.from(atob(pcm), (character) => character.charCodeAt(0));
  await document.querySelector('spatius-avatar')!.speak(new Int16Array(bytes.buffer), { sampleRateHz: rateHz });
}
