/** A backend with its relay as a process of its own: `fork` it with the URL of a Motion Server, and tell it what to do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelay } from '../../../src/relay/relay.js';
import type { SessionProvider } from '../../../src/relay/relay-options.js';
import { createSessionPool } from '../../../src/server-sdk/session-pool.js';
import { benchSpeech } from './speech.js';

export type RelayOrder =
  /** Speaks to everybody; begins at the first sound. */
  { type: 'speak'; seconds: number; isPaced: boolean; isCold: boolean } | { type: 'interrupt' } | { type: 'usage' };
export type RelayReport =
  | { type: 'ready'; url: string }
  /** The first audio is about to be handed over. */
  | { type: 'begun'; epochMs: number }
  | { type: 'finished'; firstMotionMs: number }
  | { type: 'usage'; cpuSeconds: number; rssBytes: number; sentBytes: number; heldBytes: number; clients: number };

const config = { serverUrl: process.argv[2], apiKey: 'bench', appId: 'app_bench', avatarId: 'aria' };
const warm = createSessionPool(config);
let isCold = false;
const lender: SessionProvider = {
  async borrow(options) {
    if (!isCold) return warm.borrow(options);
    const pool = createSessionPool({ ...config, minSessions: 0 });
    const session = await pool.borrow(options);
    return {
      speak: (audio, given) => session.speak(audio, given),
      release() {
        session.release();
        void pool.close();
      },
    };
  },
};
const relay = createRelay({ motion: lender });
const server = createServer();
server.on('upgrade', (request, socket, head) => void relay.handleUpgrade(request, socket, head));
server.listen(0, '127.0.0.1', () => report({ type: 'ready', url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` }));
process.on('message', (order: RelayOrder) => void obey(order));
process.on('disconnect', () => process.exit());

function report(message: RelayReport): void {
  process.send!(message);
}

async function obey(order: RelayOrder): Promise<void> {
  if (order.type === 'interrupt') relay.interrupt();
  if (order.type === 'usage') {
    const { user, system } = process.cpuUsage();
    const { sentBytes, heldBytes, clients } = relay.stats();
    report({ type: 'usage', cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage().rss, sentBytes, heldBytes, clients });
  }
  if (order.type === 'speak') {
    isCold = order.isCold;
    const turn = relay.speak(speech(order.seconds, order.isPaced), { sampleRateHz: 16_000 });
    const { firstMotionMs } = await turn.finished;
    report({ type: 'finished', firstMotionMs });
  }
}

async function* speech(seconds: number, isPaced: boolean): AsyncGenerator<Uint8Array> {
  const { pcm } = benchSpeech();
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length >> 1);
  const onset = 2 * samples.findIndex((sample) => Math.abs(sample) > 600);
  const stepBytes = 3200;
  report({ type: 'begun', epochMs: performance.timeOrigin + performance.now() });
  const begunMs = performance.now();
  for (let at = 0; at < seconds * 32_000; at += stepBytes) {
    const from = onset + (at % (pcm.length - onset - stepBytes));
    yield pcm.subarray(from - (from % 2), from - (from % 2) + stepBytes);
    const waitMs = isPaced ? at / 32 - (performance.now() - begunMs) : 0;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
