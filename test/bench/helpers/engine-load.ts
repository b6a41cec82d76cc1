/** One load for the engine, in whatever runtime: imported by the benchmark in Node and by a worker in the browser. */

import { createPlainLinears } from '../../../src/motion/engine/linear.js';
import { MotionEngine } from '../../../src/motion/engine/motion-engine.js';
import { createSimdLinears } from '../../../src/motion/engine/simd-linears.js';
import { readSpeechModel } from '../../../src/motion/engine/speech-model.js';

/** What a socket or a worklet hands over at a time. */
const CHUNK_SECONDS = 0.04;
/** Long enough for the compiler to have finished with it. */
const WARM_UP_SECONDS = 60;

/** Speech-like sound: a buzz of 120 Hz in syllables of 200 ms, and a little breath. */
export function chunkAt(start: number, rateHz: number): Int16Array {
  return Int16Array.from({ length: rateHz * CHUNK_SECONDS }, (_, i) => {
    const time = (start + i) / rateHz;
    return ((time * 120) % 1 < 0.1 ? 9000 : -1000) * Math.max(0, Math.sin(time * 5 * Math.PI)) + Math.random() * 100;
  });
}

/**
 * @param modelFile `models/mouth.bin`, or null for the mouth by rule.
 * @param isSimd As Node multiplies; else as pages do.
 * @param clock Seconds, CPU time where the runtime tells it.
 * @returns Seconds of sound for each second spent in the engine: the median over seconds of sound, so that what else the
 *   machine does in between does not count.
 */
export function engineSpeed(rateHz: number, seconds: number, modelFile: Uint8Array | null, isSimd: boolean, clock: () => number): number {
  const model = modelFile && readSpeechModel(modelFile, isSimd ? createSimdLinears : createPlainLinears);
  const engine = new MotionEngine({ sampleRateHz: rateHz, model });
  const spent: number[] = [];
  for (let second = 0; second < WARM_UP_SECONDS + seconds; second++) {
    let sum = 0;
    for (let start = 0; start < rateHz; start += rateHz * CHUNK_SECONDS) {
      const chunk = chunkAt(second * rateHz + start, rateHz);
      const before = clock();
      engine.push(chunk);
      sum += clock() - before;
    }
    if (second >= WARM_UP_SECONDS) spent.push(sum);
  }
  return 1 / spent.sort((a, b) => a - b)[spent.length >> 1];
}
