/** The wire format stays readable for version 0.1, whose reader is frozen in `test/fixtures`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';

import { createMessage, decodeMessage, encodeMessage, packMotion, unpackMotion } from '../../../src/motion/protocol/index.js';
import { MotionTimeline } from '../../../src/motion/timeline/motion-timeline.js';
import type { SessionProvider } from '../../../src/relay/relay-options.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import type { WebSocketConstructor } from '../../../src/speech/sources/direct-connection.js';
import { type RunningServer, startMotionServer, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend } from '../../helpers/node/relay-backend.js';

/** How 0.1 received motion. */
interface OldTransport {
  open(): Promise<void>;
  send(round: number, samples: Int16Array, isEnd: boolean): void;
  close(): void;
}

interface OldReader {
  DirectWebSocketTransport: new (options: object, handlers: object) => OldTransport;
  RelayTransport: new (options: object, handlers: object) => OldTransport;
  MotionTimeline: typeof MotionTimeline;
  decodeMessage: typeof decodeMessage;
  encodeMessage: typeof encodeMessage;
  createMessage: typeof createMessage;
  packMotion: typeof packMotion;
}

/** Node 20 has none of its own. */
const socketClass = WebSocket as unknown as WebSocketConstructor;
const SPEECH_SECONDS = 1.5;

/** An answer of the Motion Server as a newer one sends it: with extra channels. Other messages stay as they are. */
function withExtra(envelope: Uint8Array): Uint8Array {
  const message = decodeMessage(envelope);
  if (message.data.case !== 'serverResponseAnimation' || !message.data.value.packedMotion) return envelope;
  const frames = unpackMotion(message.data.value.packedMotion);
  const values = Float32Array.from({ length: frames.frameCount * EXTRA_CHANNEL_COUNT }, (_, i) => (i % 11) / 10);
  message.data.value.packedMotion = packMotion({ ...frames, extra: { layout: EXTRA_LAYOUT, values } });
  return encodeMessage(message);
}

/** A newer Motion Server: a real one behind a proxy that adds extra channels to its answers. */
async function startNewServer(target: string) {
  const proxy = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(proxy, 'listening');
  let addedCount = 0;
  proxy.on('connection', (client, { url }) => {
    const upstream = new WebSocket(`${target}${url!.replace(/^.*?(?=\/websocket)/, '')}`);
    const isOpen = once(upstream, 'open');
    client.on('message', (data: Buffer) => void isOpen.then(() => upstream.send(data)));
    upstream.on('message', (data: Buffer) => {
      const changed = withExtra(data);
      if (changed !== data) addedCount++;
      client.send(changed);
    });
    client.on('close', () => upstream.close());
    upstream.on('close', (code) => client.close(code === 1006 ? 1011 : code));
  });
  const { port } = proxy.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${port}/v2/driveningress`,
    addedCount: () => addedCount,
    close: () => {
      for (const client of proxy.clients) client.terminate();
      proxy.close();
    },
  };
}

describe("Version 0.1's reader", () => {
  let old: OldReader;
  let server: RunningServer;

  before(async () => {
    old = await import(pathToFileURL(join(packageFolder(), 'test/fixtures/reader-0.1.js')).href);
    server = await startMotionServer({ limits: { drainTimeoutMs: 50 } });
  });
  after(() => server.close());

  /** Plays what a transport of 0.1 brings; resolves at the end of the round. */
  function player(check: () => void) {
    const timeline = new old.MotionTimeline();
    const problems: unknown[] = [];
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const handlers = {
      handleState: (_state: string, error: unknown) => error && problems.push(error),
      handleMotion: (_round: number, frames: MotionFrames) => timeline.append(frames),
      handleMotionEnd: () => end(),
      handleRoundError: (_round: number, error: unknown) => {
        problems.push(error);
        end();
      },
      handleError: (error: unknown) => problems.push(error),
      handleTurn: () => 1,
      handleTurnAudio: () => undefined,
      handleTurnInterrupted: () => undefined,
    };
    return {
      handlers,
      async finish() {
        await ended;
        assert.deepEqual(problems, []);
        check();
        assert.ok(Math.abs(timeline.coveredUntil(0) - SPEECH_SECONDS) <= 0.04, `motion for ${timeline.coveredUntil(0)} s`);
        const pose = new Float32Array(CHANNEL_COUNT);
        let widest = 0;
        for (let t = 0; t < SPEECH_SECONDS - 0.05; t += 0.01) {
          assert.ok(timeline.sample(t, pose));
          widest = Math.max(widest, pose[CHANNEL_INDEX.jawOpen]);
        }
        assert.ok(widest > 0.1, `the jaw opens by ${widest}`);
      },
    };
  }

  it('plays the stream of a server that sends extra channels', async () => {
    const proxy = await startNewServer(server.ingressUrl);
    const { handlers, finish } = player(() => assert.ok(proxy.addedCount() > 0));
    const transport = new old.DirectWebSocketTransport(
      {
        serverUrl: proxy.url,
        appId: TEST_APP_ID,
        avatarId: 'aria',
        sampleRateHz: 16000,
        connectTimeoutMs: 5000,
        requestToken: server.token,
        WebSocket: socketClass,
      },
      handlers,
    );
    try {
      await transport.open();
      transport.send(1, new Int16Array(voicePcm(SPEECH_SECONDS).slice().buffer), true);
      await finish();
    } finally {
      transport.close();
      proxy.close();
    }
  });

  it('plays that stream from a relay', async () => {
    let addedCount = 0;
    const backend = await RelayBackend.start(
      server.url,
      {},
      {},
      (pool): SessionProvider => ({
        borrow: async (options) => {
          const session = await pool.borrow(options);
          return {
            async *speak(audio, given) {
              for await (const message of session.speak(audio, given)) {
                const envelope = withExtra(message.envelope);
                if (envelope !== message.envelope) addedCount++;
                yield { ...message, envelope };
              }
            },
            release: () => session.release(),
          };
        },
      }),
    );
    const { handlers, finish } = player(() => assert.ok(addedCount > 0));
    const transport = new old.RelayTransport({ url: `${backend.url}?id=old`, connectTimeoutMs: 5000, WebSocket: socketClass }, handlers);
    try {
      await transport.open();
      backend.relay.speak(voicePcm(SPEECH_SECONDS));
      await finish();
    } finally {
      transport.close();
      await backend.close();
    }
  });

  it('passes extra channels on when it writes a message again', () => {
    const frames = { frameRate: 50, startFrame: 3, frameCount: 4, values: new Float32Array(4 * CHANNEL_COUNT).fill(0.25) };
    const message = createMessage({ case: 'serverResponseAnimation', value: { reqId: 'r', packedMotion: packMotion(frames) } });
    const sent = withExtra(encodeMessage(message));
    const { data } = decodeMessage(old.encodeMessage(old.decodeMessage(sent)));
    assert.ok(data.case === 'serverResponseAnimation' && data.value.packedMotion);
    assert.equal(unpackMotion(data.value.packedMotion).extra?.values.length, 4 * EXTRA_CHANNEL_COUNT);
    assert.deepEqual(encodeMessage(decodeMessage(sent)), sent);
  });

  it('gets the 58 channels byte for byte as 0.1 sent them, and what 0.1 sent is read', () => {
    const values = Float32Array.from({ length: 40 * CHANNEL_COUNT }, (_, i) => 0.5 * Math.sin(i * i * 0.01));
    const frames = { frameRate: 50, startFrame: 7, frameCount: 40, values };
    const message = { case: 'serverResponseAnimation', value: { reqId: 'r', packedMotion: packMotion(frames) } } as const;
    const oldMessage = { case: 'serverResponseAnimation', value: { reqId: 'r', packedMotion: old.packMotion(frames) } } as const;
    const oldBytes = old.encodeMessage(old.createMessage(oldMessage));
    assert.deepEqual(encodeMessage(createMessage(message)), oldBytes);
    const { data } = decodeMessage(oldBytes);
    assert.ok(data.case === 'serverResponseAnimation' && data.value.packedMotion);
    const timeline = new MotionTimeline();
    timeline.append(unpackMotion(data.value.packedMotion));
    const extra = new Float32Array(EXTRA_CHANNEL_COUNT).fill(1);
    assert.ok(timeline.sample(0.3, new Float32Array(CHANNEL_COUNT), extra));
    assert.deepEqual(extra, new Float32Array(EXTRA_CHANNEL_COUNT));
  });
});
