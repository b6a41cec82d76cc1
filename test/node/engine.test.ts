import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { assert } from 'chai';

import { AvatarError, CHANNELS, loadMouthModel, MotionEngine, MotionJsonWriter, VISEMES } from '../../src/engine/node.js';
import { int16FromPcmBytes } from '../../src/shared/samples/pcm.js';

async function spokenFixture(): Promise<Int16Array> {
  const { pcm } = JSON.parse(await readFile('test/fixtures/speech-net.json', 'utf8')) as { pcm: string };
  return int16FromPcmBytes(Buffer.from(pcm, 'base64'));
}

describe('spatius-avatar/engine', () => {
  it('says which weights cannot be had, and goes on with the simple mouth', async () => {
    for (const source of ['/no/such/mouth.bin', new Uint8Array(7)]) {
      try {
        await loadMouthModel(source);
        assert.fail('nothing thrown');
      } catch (error) {
        assert.instanceOf(error, AvatarError);
        assert.equal((error as AvatarError).code, 'invalidConfiguration');
      }
    }
    const engine = new MotionEngine({ sampleRateHz: 16000 });
    assert.isAbove(engine.push(await spokenFixture())!.frameCount, 50);
  });

  it('turns speech into motion and motion into a file', async () => {
    await loadMouthModel();
    const engine = new MotionEngine({ sampleRateHz: 16000, withVisemes: true });
    const writer = new MotionJsonWriter(50);
    let text = writer.begin();
    const parts = [engine.push(await spokenFixture()), engine.finish()];
    for (const motion of parts) if (motion) text += writer.add(motion);
    text += [...writer.end()].join('');
    const { channels, visemes, frames, visemeFrames } = JSON.parse(text) as Record<string, unknown[]>;
    assert.deepEqual([channels, visemes], [[...CHANNELS], [...VISEMES]]);
    assert.lengthOf(frames!, 75);
    assert.lengthOf(visemeFrames!, 75);
  });

  it('resolves by its name in the package as it is shipped, with its weights', async () => {
    const code = `const { loadMouthModel, MotionEngine } = await import('spatius-avatar/engine');
      await loadMouthModel();
      console.log(new MotionEngine({ sampleRateHz: 8000 }).push(new Int16Array(16000)).frameCount > 80);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    assert.equal(stdout.trim(), 'true');
  });
});
