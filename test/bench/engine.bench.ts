/** The motion engine by itself on one core: time spent against time of sound, in Node and in a browser worker. */
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chromium } from '@playwright/test';
import { ENGINE_LOOKAHEAD_SECONDS, MotionEngine } from '../../src/motion/engine/motion-engine.js';
import { readSpeechModel } from '../../src/motion/engine/speech-model.js';
import { chunkAt, engineSpeed } from './helpers/engine-load.js';
import { figure, milliseconds, title } from './helpers/report.js';

const SECONDS = 120;
const MODEL = 'models/mouth.bin';
const RATES_HZ = [16_000, 48_000];
const ORIGIN = 'http://engine.localhost';
/** A browser's clock ticks every 0.1 ms and knows no CPU time; many short calls are right on average. */
const WORKER = `
  import { engineSpeed } from '/test/bench/helpers/engine-load.js';
  onmessage = ({ data: [rates, seconds, model] }) =>
    postMessage(rates.map((rateHz) => engineSpeed(rateHz, seconds, model && Uint8Array.from(model), false, () => performance.now() / 1000)));
`;

title('Motion engine on one core, sound in chunks of 40 ms');
for (const mouth of ['trained', 'ruled'] as const) {
  const model = mouth === 'trained' ? new Uint8Array(await readFile(MODEL)) : null;
  for (const rateHz of RATES_HZ) {
    for (const isSimd of mouth === 'trained' ? [true, false] : [true]) {
      const speed = engineSpeed(rateHz, SECONDS, model, isSimd, cpuSeconds);
      figure(`Node, ${mouth} mouth${isSimd ? '' : ' in plain code'}, ${rateHz} Hz`, figureOf(speed), isSimd ? '≥ 200 ×, RTF ≤ 0.005' : '');
    }
  }
  for (const [i, speed] of (await speedsInBrowser(model)).entries()) {
    figure(`browser worker, ${mouth} mouth, ${RATES_HZ[i]} Hz`, figureOf(speed), '≥ 100 ×');
  }
}
figure('memory: growth over an hour of sound, trained mouth', `${Math.round((await growthOverAnHour()) / 1000)} kB`, 'bounded');
figure('look-ahead: sound needed beyond a frame', milliseconds(ENGINE_LOOKAHEAD_SECONDS * 1000), '≤ 120 ms');

/** Bytes held after an hour beyond those held after its first minute. */
async function growthOverAnHour(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const engine = new MotionEngine({ sampleRateHz: 16_000, model: readSpeechModel(await readFile(MODEL)), withVisemes: true });
  let before = 0;
  for (let second = 0; second < 3600; second++) {
    if (second === 60) before = held();
    for (let chunk = 0; chunk < 25; chunk++) engine.push(chunkAt(second * 16_000 + chunk * 640, 16_000));
  }
  return held() - before;
}

/** And the real time factor. */
function figureOf(speed: number): string {
  return `${Math.round(speed)} × (${(1 / speed).toFixed(4)})`;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function speedsInBrowser(model: Uint8Array | null): Promise<number[]> {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>engine</title>' });
      return route.fulfill({
        contentType: 'text/javascript',
        body: pathname === '/worker.js' ? WORKER : await readFile(`build${pathname}`, 'utf8'),
      });
    });
    await page.goto(ORIGIN);
    return await page.evaluate(
      ([rates, seconds, bytes]) =>
        new Promise<number[]>((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data as number[]);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage([rates, seconds, bytes]);
        }),
      [RATES_HZ, SECONDS, model && [...model]] as const,
    );
  } finally {
    await browser.close();
  }
}
