import { createServer } from 'node:http';
import { createMotionServer, createRelay, createSessionPool } from 'spatius-avatar/server';
import { isRetryable } from 'spatius-avatar/server-sdk';
import { createTokenEndpoint } from 'spatius-avatar/token-endpoint';

const pool = createSessionPool({ serverUrl: 'http://localhost:8080', apiKey: 'key', appId: 'app', avatarId: 'aria' });
const relay = createRelay({ motion: pool, sampleRateHz: 16000 });
createServer().on('upgrade', (request, socket, head) => relay.handleUpgrade(request, socket, head));
export const server = createMotionServer({ apiKey: 'key', appId: 'app' });
export const POST: (request: Request) => Promise<Response> = createTokenEndpoint({
  apiKey: 'key',
  appId: 'app',
  consoleUrl: 'https://x.example',
});
export const retry: boolean = isRetryable(new Error());
