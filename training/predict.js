/**
 * What the engine says to the clips of a test set, in the format of the scorer. After `npm run build`:
 *     node training/predict.js models/mouth.bin TEST_FOLDER OUT.json [--frames | --rules]
 * `--frames` writes the finished ARKit channels of `MotionEngine` instead of the mouth shapes of the net; `--rules` the same
 * of the mouth by rule that needs no model.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { AcousticFrontEnd } from '../build/src/motion/engine/acoustic-front-end.js';
import { MotionEngine } from '../build/src/motion/engine/motion-engine.js';
import { MOUTH_SHAPES } from '../build/src/motion/engine/mouth-shapes.js';
import { readSpeechModel } from '../build/src/motion/engine/speech-model.js';
import { TRAINED_MOUTH_LOOK_AHEAD_FRAMES, TrainedMouth } from '../build/src/motion/engine/trained-mouth.js';
import { CHANNELS } from '../build/src/shared/contracts/channels.js';

const [modelPath, folder, outPath, mode] = process.argv.slice(2);
const model = readSpeechModel(readFileSync(modelPath));
const round = (values) => Array.from(values, (x) => Math.round(x * 1e4) / 1e4);

/** 16 kHz mono, 16 bits, as the test set has it. */
function samplesOf(path) {
  const bytes = readFileSync(path);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length - ((bytes.length - 44) % 2)));
}

function mouthOf(samples) {
  const mouth = new TrainedMouth(model);
  const levels = [];
  const frames = [];
  const visemes = [];
  const wanted = Math.ceil(samples.length / 320);
  const frontEnd = new AcousticFrontEnd(({ logMel, levelDb }) => {
    levels.push(levelDb);
    const index = levels.length - 1 - TRAINED_MOUTH_LOOK_AHEAD_FRAMES;
    if (!mouth.push(logMel, levels[Math.max(0, index)]) || index < 0 || frames.length === wanted) return;
    frames.push(Object.fromEntries(MOUTH_SHAPES.map((name, i) => [name, Math.round(mouth.shapes[i] * 1e4) / 1e4])));
    visemes.push(round(mouth.visemes));
  });
  frontEnd.push(Float32Array.from(samples, (x) => x / 32768));
  frontEnd.push(new Float32Array(4000));
  return { fps: 50, t0: 0, frames, visemes };
}

function faceOf(samples) {
  const engine = new MotionEngine({ sampleRateHz: 16000, model: mode === '--rules' ? null : model });
  const parts = [engine.push(samples), engine.finish()].filter(Boolean);
  const frames = parts.flatMap(({ frameCount, values }) =>
    Array.from({ length: frameCount }, (_, i) => Object.fromEntries(CHANNELS.map((name, k) => [name, values[i * CHANNELS.length + k]]))),
  );
  return { fps: 50, t0: 0, frames };
}

const started = process.cpuUsage();
let seconds = 0;
const items = readdirSync(folder)
  .filter((name) => name.endsWith('.wav'))
  .sort()
  .map((name) => {
    const samples = samplesOf(`${folder}/${name}`);
    seconds += samples.length / 16000;
    return { id: name.slice(0, -'.wav'.length), ...(mode ? faceOf(samples) : mouthOf(samples)) };
  });
const { user } = process.cpuUsage(started);
writeFileSync(outPath, JSON.stringify({ items }));
console.log(
  `${items.length} clips, ${seconds.toFixed(0)} s of audio, real time factor ${(user / 1e6 / seconds).toFixed(4)} with the writing`,
);
