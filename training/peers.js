/**
 * What two published packages say to the clips of a test set, in the format of the scorer. In the root, after the build:
 *     node training/peers.js TEST_FOLDER OUT_FOLDER
 * They are fetched with `npm pack` into a temporary folder; nothing of theirs is part of this project. Their own delay is
 * taken off in their favour (`DELAY_SECONDS`), and HeadAudio's raw answers are taken, without its easing.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RealFft } from '../build/src/motion/engine/real-fft.js';
import { Resampler } from '../build/src/shared/samples/resampler.js';

const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou'];
const OTHER_NAMES = { I: 'ih', O: 'oh', U: 'ou' };
const DELAY_SECONDS = 0.06;
const [testFolder, outFolder] = process.argv.slice(2);
mkdirSync(outFolder, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'peers-'));

function unpack(name) {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', name, '--json', '--silent'], { cwd: folder, encoding: 'utf8' }));
  const target = mkdtempSync(join(folder, 'package-'));
  execFileSync('tar', ['xzf', filename.replace('@', '').replace('/', '-'), '-C', target], { cwd: folder });
  return join(target, 'package');
}

function samplesOf(path) {
  const bytes = readFileSync(path);
  return Float32Array.from(
    new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length - (bytes.length % 2))),
    (x) => x / 32768,
  );
}

/** `[seconds, viseme]` in order → one viseme per 20 ms, the delay removed. */
function frames(events, seconds) {
  const visemes = [];
  for (let i = 0, at = 0, now = 0; i < Math.ceil(seconds * 50); i++) {
    while (at < events.length && events[at][0] <= i / 50 + DELAY_SECONDS) now = events[at++][1];
    visemes.push(VISEMES.map((_, k) => (k === now ? 1 : 0)));
  }
  // The scorer wants curves too; a press is all that can be read from a class.
  return {
    fps: 50,
    t0: 0,
    visemes,
    frames: visemes.map((v) => ({ jawOpen: v[10] + 0.5 * v[11] + 0.5 * v[13], mouthClose: 0, lipsPress: v[1] })),
  };
}

const indexOf = (name) => {
  const bare = name.replace('viseme_', '');
  return VISEMES.indexOf(OTHER_NAMES[bare] ?? bare);
};

async function headAudio() {
  const place = unpack('@met4citizen/headaudio');
  const load = (name) => import(pathToFileURL(join(place, 'modules', `${name}.mjs`)).href);
  const [{ Processor }, { Training }] = await Promise.all([load('processor'), load('training')]);
  const file = readFileSync(join(place, 'dist/model-en-mixed.bin'));
  globalThis.fetch = async () => new Response(file);
  const { model } = await new Training().loadModel('model');
  const names = readFileSync(join(place, 'modules/headaudio.mjs'), 'utf8')
    .match(/visemeNames = \[([^\]]+)\]/)[1]
    .match(/viseme_\w+/g)
    .map(indexOf);
  return (samples) => {
    const events = [];
    let time = 0;
    const postMessage = ({ event, viseme }) => {
      if (event === 'viseme' && viseme !== null) events.push([time, names[viseme]]);
      if (event === 'ended') events.push([time, 0]);
    };
    const processor = new Processor({ sampleRate: 16000 }, { port: { postMessage } });
    processor._onmessage({ data: { event: 'model', model } });
    for (let i = 0; i < samples.length; i += 128) {
      time = (i + 128) / 16000;
      processor.process(samples.subarray(i, i + 128));
    }
    return events;
  };
}

/** An AnalyserNode as the Web Audio specification describes it, at 48 kHz. */
class Analyser {
  fftSize = 2048;
  frequencyBinCount = 1024;
  recent = new Float32Array(2048);
  smoothed = new Float32Array(1024);
  fft = new RealFft(2048);
  window = Float32Array.from(
    { length: 2048 },
    (_, n) => 0.42 - 0.5 * Math.cos((2 * Math.PI * n) / 2048) + 0.08 * Math.cos((4 * Math.PI * n) / 2048),
  );
  getByteFrequencyData(out) {
    const re = new Float32Array(1025);
    const im = new Float32Array(1025);
    this.fft.transform(
      this.recent.map((x, i) => x * this.window[i]),
      re,
      im,
    );
    for (let k = 0; k < 1024; k++) {
      this.smoothed[k] = 0.8 * this.smoothed[k] + (0.2 * Math.hypot(re[k], im[k])) / 2048;
      out[k] = Math.max(0, Math.min(255, Math.floor((255 * (20 * Math.log10(this.smoothed[k] + 1e-12) + 100)) / 70)));
    }
  }
}

async function wawa() {
  const place = unpack('wawa-lipsync');
  const { Lipsync } = await import(pathToFileURL(join(place, 'dist/wawa-lipsync.es.js')).href);
  return (samples) => {
    const analyser = new Analyser();
    globalThis.window = {
      AudioContext: class {
        sampleRate = 48000;
        createAnalyser = () => analyser;
      },
    };
    let time = 0;
    const clock = performance.now;
    performance.now = () => time * 1000;
    const lipsync = new Lipsync();
    const sound = new Resampler(16000, 48000).push(samples);
    const events = [];
    for (let end = 800; end <= sound.length; end += 800) {
      time = end / 48000;
      analyser.recent.fill(0);
      const part = sound.subarray(Math.max(0, end - 2048), end);
      analyser.recent.set(part, 2048 - part.length);
      lipsync.processAudio();
      events.push([time, indexOf(lipsync.viseme)]);
    }
    performance.now = clock;
    return events;
  };
}

try {
  for (const [name, start] of [
    ['headaudio', headAudio],
    ['wawa-lipsync', wawa],
  ]) {
    const listen = await start();
    const items = readdirSync(testFolder)
      .filter((file) => file.endsWith('.wav'))
      .sort()
      .map((file) => {
        const samples = samplesOf(join(testFolder, file));
        return { id: file.slice(0, -'.wav'.length), ...frames(listen(samples), samples.length / 16000) };
      });
    writeFileSync(join(outFolder, `${name}.json`), JSON.stringify({ items }));
    console.log(`${name}: ${items.length} clips`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
