/**
 * A speech endpoint for `<spatius-avatar speech-endpoint="/api/speech">`: streams speech for a text.
 * docs/speech-endpoint.md specifies request and response.
 *
 *     node demo/speech-endpoint/server.js    # then open http://localhost:8766
 *
 * Uses the first installed engine of piper, espeak-ng and flite. Environment: PORT (8766).
 */
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { findEngine, speechOfText } from '../backend/speech.js';

const MAX_TEXT_LENGTH = 2000;
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const engine = await findEngine();

const app = new Hono();
app.use('/api/speech', bodyLimit({ maxSize: 4 * MAX_TEXT_LENGTH }));
app.post('/api/speech', async (context) => {
  const { text } = await context.req.json().catch(() => ({}));
  const words = typeof text === 'string' ? text.trim().slice(0, MAX_TEXT_LENGTH) : '';
  if (!words) return context.json({ message: 'There is nothing to say.' }, 400);
  if (!engine) return context.json({ message: 'No speech engine is installed: espeak-ng, flite or piper.' }, 501);
  const { audio, sampleRateHz } = await speechOfText(engine, words, context.req.raw.signal);
  const bytes = ReadableStream.from(audio).pipeThrough(
    new TransformStream({
      transform: (samples, out) => out.enqueue(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    }),
  );
  return new Response(bytes, { headers: { 'content-type': `audio/pcm;rate=${sampleRateHz}`, 'cache-control': 'no-store' } });
});
app.use('/dist/*', serveStatic({ root: folder('../..') }));
app.get('/', serveStatic({ path: folder('index.html') }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8766) }, ({ port }) => {
  console.log(`The speech endpoint is at http://localhost:${port}, engine: ${engine?.name ?? 'none'}`);
});
