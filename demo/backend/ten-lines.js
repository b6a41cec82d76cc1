import { createServer } from 'node:http';
import { createRelay, createSessionPool } from 'spatius-avatar/server';

const { SPATIUS_SERVER_URL: serverUrl, SPATIUS_API_KEY: apiKey, SPATIUS_APP_ID: appId, PORT = 8765 } = process.env;
const pool = createSessionPool({ serverUrl, apiKey, appId, avatarId: 'aria' });
const relay = createRelay({ motion: pool, sampleRateHz: 16000 });

const server = createServer(async (request, response) => {
  const turn = relay.speak(request); // raw PCM as it arrives: here the body of a POST, otherwise your text-to-speech
  response.end((await turn.finished).outcome);
});
relay.on('error', ({ error }) => console.error(error.message));
server.on('upgrade', (request, socket, head) => relay.handleUpgrade(request, socket, head));
server.listen(PORT);
