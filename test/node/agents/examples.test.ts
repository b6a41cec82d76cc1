import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import * as agents from '../../../src/agents/index.js';

const FOLDER = 'examples/agents';

describe('The examples of voice agents', () => {
  it('are short, and import what there is', async () => {
    const names = await readdir(FOLDER);
    assert.ok(names.length >= 8);
    for (const name of names) {
      const code = await readFile(`${FOLDER}/${name}`, 'utf8');
      assert.ok(code.split('\n').length <= 40, `${name} is long`);
      const [, imported] = /import \{ ([^}]+) \} from 'spatius-avatar\/agents'/.exec(code)!;
      for (const part of imported.split(', ')) assert.ok(part in agents, `${name} imports ${part}`);
      assert.match(code, /attachAgent\(document\.querySelector\('spatius-avatar'\)/);
    }
  });
});
