import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';
import { voicePcm } from '../../helpers/node/motion-server.js';

const CLI = join(packageFolder(), 'build/src/server/cli.js');

/** Slow: it computes motion for twelve minutes of speech. */
describe('spatius-avatar animate', () => {
  it('needs no more memory for a long recording than for a short one', async () => {
    const peakMegabytes = async (seconds: number): Promise<number> => {
      const probe = `process.argv.splice(1, 0, ''); process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS)); await import(${JSON.stringify(CLI)});`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', probe, 'animate', '-', '--format', 'csv'], {
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let output = '';
      child.stderr.on('data', (part: Buffer) => (output += part.toString()));
      const second = voicePcm(1);
      for (let i = 0; i < seconds; i++) if (!child.stdin.write(second)) await new Promise((resolve) => child.stdin.once('drain', resolve));
      child.stdin.end();
      assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, output);
      return Number(/peak (\d+)/.exec(output)![1]) / 1024;
    };
    const short = await peakMegabytes(20);
    // As floats of 16 kHz alone, these would be 46 MB.
    assert.isBelow(await peakMegabytes(720), short + 40);
  });
});
