import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ServedProcess } from '../../helpers/node/served-process.js';

describe('The example of a speech endpoint', () => {
  const example = new ServedProcess((port) => ({ args: ['demo/speech-endpoint/server.js'], env: { PORT: String(port) } }));
  const ask = (body: string): Promise<Response> => fetch(`${example.url}/api/speech`, { method: 'POST', body });

  beforeEach(() => example.start());
  afterEach(() => example.kill());

  it('answers words with speech, and says why it cannot', async () => {
    const answer = await ask('{"text":"Hello there."}');
    if (answer.ok) {
      assert.match(answer.headers.get('content-type')!, /^audio\/pcm;rate=\d+$/);
      const samples = new Int16Array(await answer.arrayBuffer());
      assert.ok(samples.length > 8000);
      assert.ok(samples.some((sample) => Math.abs(sample) > 3000));
    } else {
      // A machine without a speech engine.
      assert.equal(answer.status, 501);
      assert.match(await answer.text(), /espeak-ng/);
    }
    for (const body of ['{"text":"  "}', '{}', 'no JSON']) {
      const refusal = await ask(body);
      assert.equal(refusal.status, 400);
      assert.equal(((await refusal.json()) as { message: string }).message, 'There is nothing to say.');
    }
  });
});
