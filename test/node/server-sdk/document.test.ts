import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';
import type { SessionPool } from '../../../src/server-sdk/session-pool.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';

interface Example {
  pool: SessionPool;
  say(pcm: Uint8Array, send: (envelope: Uint8Array, isLast: boolean) => void): Promise<void>;
}

describe('the example of docs/server-sdk.md', () => {
  const file = join(packageFolder(), 'build/test/node/server-sdk/document-example.mjs');
  const variables = ['SPATIUS_SERVER_URL', 'SPATIUS_API_KEY', 'SPATIUS_APP_ID'] as const;
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(async () => {
    for (const name of variables) delete process.env[name];
    await rm(file, { force: true });
    await running.close();
  });

  it('runs as it is written', async () => {
    const document = await readFile(join(packageFolder(), 'docs', 'server-sdk.md'), 'utf8');
    const code = /```js node\n([^]*?)```/.exec(document)![1];
    assert.include(code, "'spatius-avatar/server-sdk'");
    await writeFile(file, code.replace("'spatius-avatar/server-sdk'", "'../../../src/server-sdk/index.js'"));
    [running.url, TEST_API_KEY, TEST_APP_ID].forEach((value, index) => (process.env[variables[index]] = value));
    const { pool, say } = (await import(pathToFileURL(file).href)) as Example;
    const pieces: boolean[] = [];
    await say(voicePcm(0.5), (_envelope, isLast) => pieces.push(isLast));
    assert.isTrue(pieces.at(-1));
    await pool.close();
  });
});
