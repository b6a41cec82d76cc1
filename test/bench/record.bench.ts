/**
 * Picture against sound in the files of `record()`: what a player shows against what it plays, by the times that stand in the file. Needs
 * ffmpeg; says so and measures nothing where it is missing. Positive: the picture is late.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { createMotionServer } from '../../src/server/motion-server.js';
import { beeps, FlashEngine, flashAvatar, offsetsOf } from './helpers/flash.js';
import { missingPrograms, readRecording } from './helpers/recording.js';
import { figure, median, milliseconds, quantile, title } from './helpers/report.js';

const TYPES = ['video/webm;codecs=vp8,opus', 'video/webm;codecs=vp9,opus', 'video/mp4'];
const SPEECH_SECONDS = 14;
const RATE_HZ = 16_000;
const FLAGS = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const PAGE = `<!doctype html><style>spatius-avatar{width:128px;height:128px}</style>
<script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar mode="direct" app-id="app_bench" token-endpoint="/api/session-token" src="/flash.glb" motion="calm"></spatius-avatar>`;

title('A/V offset in recorded files');
const missing = missingPrograms(['ffmpeg', 'ffprobe']);
if (missing.length > 0) figure('not measured: needs', missing.join(', '));
else await measure();

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'record-'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'flash.glb'), await flashAvatar());
  const server = createMotionServer({
    apiKey: 'bench',
    appId: 'app_bench',
    demoFolder: folder,
    createEngine: (options) => new FlashEngine(options),
  });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 400 } });
    await page.addInitScript(() => addEventListener('avatar-ready', () => (document.title = 'ready'), { capture: true }));
    await page.goto(await server.listen(0));
    await page.waitForFunction(() => document.title === 'ready');
    const pcm = Buffer.from(beeps(SPEECH_SECONDS, RATE_HZ).buffer).toString('base64');
    for (const type of TYPES) {
      const recorded = await page.evaluate(record, { pcm, rateHz: RATE_HZ, type });
      if (recorded === null) {
        figure(type, 'not written here');
        continue;
      }
      const file = join(folder, 'recorded');
      await writeFile(file, Buffer.from(recorded, 'base64'));
      const recording = await readRecording(folder, file);
      const offsets = offsetsOf(recording);
      const { frames } = recording;
      figure(`${type}: ${offsets.length} events, median`, milliseconds(median(offsets)));
      figure('  p95 of |offset|', milliseconds(quantile(offsets.map(Math.abs), 0.95)));
      // A picture that was left out cannot flash: with few, the offset says little.
      figure('  pictures per second', ((frames.length - 1) / (frames.at(-1)!.seconds - frames[0].seconds)).toFixed(1));
    }
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

/** @returns The file in base64; null where the browser does not write the type. */
async function record({ pcm, rateHz, type }: { pcm: string; rateHz: number; type: string }): Promise<string | null> {
  if (!MediaRecorder.isTypeSupported(type)) return null;
  const avatar = document.querySelector('spatius-avatar')!;
  const samples = new Int16Array(Uint8Array.from(atob(pcm), (character) => character.charCodeAt(0)).buffer);
  const [file] = await Promise.all([avatar.record({ mimeType: type }), avatar.speak(samples, { sampleRateHz: rateHz })]);
  const reader = new FileReader();
  await new Promise((resolve) => {
    reader.onload = resolve;
    reader.readAsDataURL(file);
  });
  return String(reader.result).split(',').at(-1)!;
}
