import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { MotionEngine } from '../../../src/motion/engine/motion-engine.js';
import { readSpeechModel } from '../../../src/motion/engine/speech-model.js';
import { MotionStyler } from '../../../src/motion/style/motion-styler.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** `npm run bench -- engine` hears an hour; this is enough to see what grows with every frame. */
const MINUTES = 4;
const RATE_HZ = 16000;
/** A frame that kept its 58 numbers, even in single precision, would cost 700 kB a minute. */
const LEAST_LEAK_BYTES = 100_000;

function minute(): Int16Array {
  return Int16Array.from({ length: 60 * RATE_HZ }, (_, n) => {
    const seconds = n / RATE_HZ;
    return ((seconds * 130) % 1 < 0.1 ? 9000 : -1000) * Math.max(0, Math.sin(seconds * 5 * Math.PI)) * (seconds % 5 < 4 ? 1 : 0);
  });
}

describe('The engine over minutes', () => {
  it('keeps to the memory it began with, and every frame to its time', async () => {
    const engine = new MotionEngine({
      sampleRateHz: RATE_HZ,
      model: readSpeechModel(await readFile('models/mouth.bin')),
      withVisemes: true,
    });
    const styler = new MotionStyler({ style: 'calm', intensity: 1 });
    const sound = minute();
    let frameCount = 0;
    const hear = (): void => {
      for (let at = 0; at < sound.length; at += 8000) {
        const motion = engine.push(sound.subarray(at, at + 8000));
        const styled = motion && styler.push(motion);
        assert.ok(!styled || styled.startFrame === frameCount);
        frameCount += styled?.frameCount ?? 0;
      }
    };
    const bytesUsed: number[] = [];
    for (let i = 0; i < MINUTES; i++) {
      hear();
      // What is held by weak references goes with the second collection.
      collect();
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      bytesUsed.push(heapUsed + arrayBuffers);
    }
    // A leak grows in every minute. In a single one the compiler may keep some hundred kB of code and of what it learnt of types.
    const growth = bytesUsed.slice(1).map((bytes, i) => bytes - bytesUsed[i]);
    assert.ok(Math.min(...growth) < LEAST_LEAK_BYTES, `${growth.join(', ')} bytes more in each minute`);
    frameCount += (engine.finish()?.frameCount ?? 0) + (styler.finish()?.frameCount ?? 0);
    assert.equal(frameCount, MINUTES * 60 * 50);
  });
});
