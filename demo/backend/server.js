/**
 * A complete backend for `<spatius-avatar mode="backend">`: text or audio → speech → Motion Server → relay → page.
 *
 *     npm start                      # a Motion Server, in another terminal
 *     node demo/backend/server.js    # then open http://localhost:8765
 *
 * Environment: PORT (8765) · SPATIUS_SERVER_URL (http://localhost:8080) · SPATIUS_API_KEY and SPATIUS_APP_ID of that
 * server. Default without a key: its token endpoint is used, for trying it out.
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createRelay, createSessionPool } from 'spatius-avatar/server';
import { findEngine, listClips, speechOfClip, speechOfText, turnOf } from './speech.js';

const { PORT = '8765', SPATIUS_SERVER_URL: serverUrl = 'http://localhost:8080', SPATIUS_API_KEY: apiKey, SPATIUS_APP_ID } = process.env;
const MAX_TEXT_LENGTH = 2000;

const engine = await findEngine();
const clips = await listClips();
const pool = createSessionPool({
  serverUrl,
  appId: SPATIUS_APP_ID ?? (await appIdOf(serverUrl)),
  avatarId: 'aria',
  ...(apiKey ? { apiKey } : { sessionToken: () => tokenOf(serverUrl) }),
  minSessions: 2,
  onError: ({ message }) => console.error(`Motion Server: ${message}`),
});
const relay = createRelay({ motion: pool, avatarId: 'aria' });
relay.on('turn-end', ({ outcome, audioSeconds, firstMotionMs, error }) => {
  const motion = error ? `no motion: ${error.message}` : `motion after ${Math.round(firstMotionMs)} ms`;
  console.log(`turn ${outcome}: ${audioSeconds.toFixed(1)} s, ${motion}`);
});

// ---- requests of the page ---------------------------------------------------------------------------------------------

/** Starts a turn for the requesting page and interrupts its current one. */
function speak(context, { audio, sampleRateHz }) {
  const page = context.req.query('client');
  return relay.speak(audio, { sampleRateHz, clients: ({ id }) => id === page });
}

const app = new Hono();
// Audio needs no limit: the relay reads only as much as it can use.
app.use('/api/text', bodyLimit({ maxSize: 4 * MAX_TEXT_LENGTH }));
app.get('/api/config', (context) =>
  context.json({ engine: engine?.name ?? null, clips: clips.map(({ title, text }) => ({ title, text })) }),
);
app.post('/api/text', async (context) => {
  const text = (await context.req.text()).trim().slice(0, MAX_TEXT_LENGTH);
  if (!text) return context.json({ message: 'There is nothing to say.' }, 400);
  if (!engine) return context.json({ message: 'No speech engine is installed: espeak-ng, flite or piper.' }, 501);
  const { id } = speak(context, await speechOfText(engine, text));
  return context.json({ turnId: id, words: text });
});
app.post('/api/clip/:number', async (context) => {
  const clip = clips[Number(context.req.param('number'))];
  if (!clip) return context.notFound();
  const { id } = speak(context, await speechOfClip(clip));
  return context.json({ turnId: id, words: clip.text });
});
app.post('/api/sound', async (context) => {
  const turn = speak(context, await turnOf(context.req.raw.body ?? new Blob([]).stream()));
  // The audio plays while it is uploaded; a response would end the upload.
  const { outcome } = await turn.finished;
  return context.json({ turnId: turn.id, outcome, words: '' });
});
app.onError((error, context) => context.json({ message: error.message }, 400));
app.use('/dist/*', serveStatic({ root: folder('../..') }));
app.use('/*', serveStatic({ root: folder('page') }));

const server = createServer(getRequestListener(app.fetch));
server.on('upgrade', (request, socket, head) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const id = url.searchParams.get('client');
  if (url.pathname !== '/relay' || !id) return socket.destroy();
  void relay.handleUpgrade(request, socket, head, { id });
});
server.listen(Number(PORT), () => {
  console.log(`The example backend is at http://localhost:${server.address().port}/`);
  console.log(`  speech by        ${engine?.name ?? 'sample clips (install espeak-ng, flite or piper for text)'}`);
  console.log(`  motion by        ${serverUrl}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    await relay.close();
    await pool.close();
    server.closeAllConnections();
  });
}

// ---- the Motion Server of `npm start` --------------------------------------------------------------------------------

async function appIdOf(url) {
  for (;;) {
    try {
      return (await (await fetch(`${url}/api/config`)).json()).appId;
    } catch {
      console.log(`Waiting for a Motion Server at ${url}: npm start`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function tokenOf(url) {
  const response = await fetch(`${url}/api/session-token`, { method: 'POST' });
  return (await response.json()).sessionToken;
}

/** Absolute path of a folder beside this file. */
function folder(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
