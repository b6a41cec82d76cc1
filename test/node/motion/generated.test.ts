import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';

describe('the generated protocol code', () => {
  it('is what `npm run generate` makes of message.proto', () => {
    const root = packageFolder();
    const out = mkdtempSync(join(tmpdir(), 'spatius-avatar-'));
    const generated = 'src/motion/protocol/generated/message_pb.ts';
    // The plugin is found by its name, as npm scripts would find it.
    const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    const run = spawnSync('buf', ['generate', '--output', out], { cwd: root, encoding: 'utf8', env: { ...process.env, PATH: path } });
    assert.equal(run.status, 0, run.error ? String(run.error) : run.stderr);
    assert.equal(readFileSync(join(out, generated), 'utf8'), readFileSync(join(root, generated), 'utf8'));
    rmSync(out, { recursive: true });
  });
});
