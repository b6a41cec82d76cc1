/**
 * How well FLAME motion fits our faces: what a Motion Server answered, retargeted, beside what our engine makes of the same
 * sound. Recordings are JSON files as public demos of Spatius hold them (`sample_rate`, `audio_base64`,
 * `animation_messages_base64`), named in FLAME_RECORDINGS, separated by commas. docs/flame.md says what came of it.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MotionEngine } from '../../src/motion/engine/motion-engine.js';
import { loadMouthModel, setMouthModelReader } from '../../src/motion/engine/mouth-model.js';
import { decodeMessage } from '../../src/motion/protocol/index.js';
import { FLAME_LEAD_SECONDS } from '../../src/motion/retarget/flame-stream.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../src/shared/contracts/motion-frames.js';
import { MotionReader } from '../../src/speech/sources/motion-reader.js';
import { closuresF1, correlation } from './helpers/curves.js';
import { figure, title } from './helpers/report.js';

const CHANNELS: readonly Channel[] = [
  'jawOpen',
  'mouthFunnel',
  'mouthPucker',
  'mouthStretchLeft',
  'mouthPressLeft',
  'mouthRollLower',
  'mouthLowerDownLeft',
  'mouthUpperUpLeft',
];
const FRAME_RATE = 50;

interface Recording {
  sample_rate: number;
  audio_base64: string;
  animation_messages_base64: string[];
}

title('FLAME motion of a Motion Server beside our engine on the same sound');
setMouthModelReader(() => readFile('models/mouth.bin'));
await loadMouthModel();
const files = (process.env.FLAME_RECORDINGS ?? '').split(',').filter(Boolean);
if (files.length === 0) figure('no recordings', 'name them in FLAME_RECORDINGS');
for (const file of files) {
  const recording = JSON.parse(await readFile(file, 'utf8')) as Recording;
  const engine = engineCurves(recording);
  const flame = flameCurves(recording);
  const name = basename(file);
  for (const channel of CHANNELS) {
    figure(`${name}: r of ${channel}, as shown`, compare(flame(channel), engine(channel), 0).toFixed(2));
  }
  const jaws = [flame('jawOpen'), engine('jawOpen')] as const;
  figure(`${name}: r of jawOpen without making up for the lead`, compare(...jaws, -FLAME_LEAD_SECONDS).toFixed(2));
  figure(`${name}: lead beyond what is made up for`, `${bestShift(...jaws)} ms`);
  const quarter = Math.floor(jaws[0].length / 4);
  const quarters = [0, 1, 2, 3].map((i) =>
    bestShift(jaws[0].slice(i * quarter, (i + 1) * quarter), jaws[1].slice(i * quarter, (i + 1) * quarter)),
  );
  figure(`${name}: the same in each quarter`, `${quarters.join(', ')} ms`);
  const { precision, recall, f1, count } = closuresF1(flame('mouthPressLeft'), engine('mouthPressLeft'), FRAME_RATE);
  figure(`${name}: lip closures found of ${count}`, `F1 ${f1.toFixed(2)}, precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`);
}

type Curves = (channel: Channel) => Float32Array;

function engineCurves({ sample_rate: sampleRateHz, audio_base64: audio }: Recording): Curves {
  const bytes = Uint8Array.from(Buffer.from(audio, 'base64'));
  const samples = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  const engine = new MotionEngine({ sampleRateHz, seed: 1 });
  return curvesOf([engine.push(samples), engine.finish()]);
}

function flameCurves({ animation_messages_base64: messages }: Recording): Curves {
  const reader = new MotionReader(0);
  return curvesOf(
    messages.map((message) => {
      const { data } = decodeMessage(Uint8Array.from(Buffer.from(message, 'base64')));
      return data.case === 'serverResponseAnimation' ? reader.read(data.value, Infinity) : null;
    }),
  );
}

function curvesOf(runs: (MotionFrames | null)[]): Curves {
  const known = runs.filter((run) => run !== null);
  const length = Math.max(...known.map(({ startFrame, frameCount }) => startFrame + frameCount));
  return (channel) => {
    const curve = new Float32Array(length);
    for (const { startFrame, frameCount, values } of known) {
      for (let i = 0; i < frameCount; i++) curve[startFrame + i] = values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]];
    }
    return curve;
  };
}

/** Correlation when the first curve is shifted, later for positive seconds. */
function compare(one: Float32Array, other: Float32Array, seconds: number): number {
  const shift = Math.round(seconds * FRAME_RATE);
  const length = Math.min(one.length, other.length) - Math.abs(shift);
  return correlation(one.subarray(Math.max(0, -shift)).subarray(0, length), other.subarray(Math.max(0, shift)).subarray(0, length));
}

/** The shift, in ms, at which the first curve fits the other best; positive when it came too early. */
function bestShift(one: Float32Array, other: Float32Array): number {
  const shifts = Array.from({ length: 31 }, (_, i) => (i - 15) / FRAME_RATE);
  return Math.round(1000 * shifts.reduce((best, shift) => (compare(one, other, shift) > compare(one, other, best) ? shift : best), 0));
}
