import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { assert } from 'chai';

describe('The package without a DOM', () => {
  it('can be imported, as server-side rendering does', () => {
    const script =
      "const { SpatiusAvatar, AvatarError } = await import('./build/src/index.js');" +
      "console.log(typeof SpatiusAvatar, new AvatarError('aborted', '').code)";
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(output.trim(), 'function aborted');
  });
});
