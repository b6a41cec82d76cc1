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
/** A frame that kept its 58 numbers would cost 70 kB a second. */
const MOST_GROWTH_BYTES = 300_000;

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
    hear();
    collect();
    const before = process.memoryUsage();
    for (let i = 1; i < MINUTES; i++) hear();
    collect();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    assert.ok(grown < MOST_GROWTH_BYTES, `${grown} bytes more after ${MINUTES - 1} minutes`);
    frameCount += (engine.finish()?.frameCount ?? 0) + (styler.finish()?.frameCount ?? 0);
    assert.equal(frameCount, MINUTES * 60 * 50);
  });
});
