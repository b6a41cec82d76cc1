/** The Motion Server in a process of its own: motion on the wire, time to the first motion, sessions at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

import { ENGINE_LOOKAHEAD_SECONDS } from '../../src/motion/engine/motion-engine.js';
import { createMessage, encodeMessage } from '../../src/motion/protocol/envelope.js';
import { packageFolder } from '../../src/server/package-folder.js';
import { IngressClient } from '../helpers/node/motion-server.js';
import { figure, milliseconds, quantile, title } from './helpers/report.js';
import { benchSpeech } from './helpers/speech.js';

/** On a machine with two cores these clients share them with the server. */
const THREADS = Math.min(2, availableParallelism());
const API_KEY = 'bench-key';
const RATE_HZ = 16000;
const CHUNK_MS = 100;
const CHUNK_BYTES = (RATE_HZ * 2 * CHUNK_MS) / 1000;
const STEPS = [50, 100, 150, 200, 300, 400, 600];
const STEP_SECONDS = 5;
const MAX_LATENCY_MS = 100;
/** Wire bytes around the payload: header and mask of a WebSocket frame with a 16-bit length, server to client. */
const FRAME_HEADER_BYTES = 4;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface ServerProcess {
  child: ChildProcess;
  open(): Promise<IngressClient>;
  /** CPU time it used so far, s; NaN where the system does not tell. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

async function startProcess(): Promise<ServerProcess> {
  const options = ['--port', '0', '--max-sessions', '2000', '--threads', String(THREADS)];
  const child = spawn(process.execPath, [join(packageFolder(), 'build/src/server/cli.js'), 'serve', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SPATIUS_API_KEY: API_KEY, SPATIUS_APP_ID: 'app_demo' },
  });
  const exit = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (part: Buffer) => {
      output += part.toString();
      const match = output.match(/at (http:\S+)\//);
      if (match) resolve(match[1]);
    });
    void exit.then(() => reject(new Error(`the server ended: ${output}`)));
  });
  // A token of the public endpoint is for 4 sessions.
  const response = await fetch(`${url}/v1/console/session-tokens`, {
    method: 'POST',
    headers: { 'x-api-key': API_KEY },
    body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 3600 }),
  });
  const { sessionToken } = (await response.json()) as { sessionToken: string };
  return {
    child,
    async open() {
      const client = await IngressClient.connect(
        `${url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=app_demo&sessionKey=${sessionToken}`,
      );
      client.send({ case: 'clientConfigureSession', value: { sampleRate: RATE_HZ } });
      await client.next();
      return client;
    },
    cpuSeconds() {
      try {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        return NaN;
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** Sends at 1× and counts what comes back, frame headers included. */
async function measureBytes(server: ServerProcess, pcm: Uint8Array): Promise<void> {
  for (const [name, isPaced] of [
    ['sent at 1×', true],
    ['sent at once', false],
  ] as const) {
    const client = await server.open();
    let bytes = 0;
    let messages = 0;
    client.socket.on('message', (data: Buffer) => {
      bytes += data.length + FRAME_HEADER_BYTES;
      messages++;
    });
    const seconds = Math.min(pcm.length / 2 / RATE_HZ, 8);
    const part = pcm.subarray(0, seconds * RATE_HZ * 2);
    const answered = client.answer('r');
    const begin = performance.now();
    for (let start = 0; start < part.length; start += CHUNK_BYTES) {
      if (isPaced) await sleep(begin + (start / 2 / RATE_HZ) * 1000 - performance.now());
      client.sendAudio('r', part.subarray(start, start + CHUNK_BYTES), start + CHUNK_BYTES >= part.length);
    }
    await answered;
    figure(`motion on the wire, ${name}`, `${(bytes / 1000 / seconds).toFixed(2)} kB/s`, '≤ 2.5 kB/s');
    figure(`messages, ${name}`, `${(messages / seconds).toFixed(1)} /s`);
    await client.close();
  }
}

/** First audio of a request → its first motion, on a session that is open. */
async function measureFirstMotion(server: ServerProcess, pcm: Uint8Array): Promise<void> {
  const client = await server.open();
  for (const [name, chunkMs, isPaced] of [
    ['1 s at once', 1000, false],
    ['20 ms chunks at 1×', 20, true],
  ] as const) {
    const times: number[] = [];
    for (let round = 0; round < (isPaced ? 20 : 100); round++) {
      const reqId = `${name} ${round}`;
      const chunkBytes = (RATE_HZ * 2 * chunkMs) / 1000;
      const begin = performance.now();
      const first = client.next().then(() => performance.now() - begin);
      let isAnswered = false;
      void first.then(() => (isAnswered = true));
      for (let start = 0; !isAnswered && start < RATE_HZ * 2; start += chunkBytes) {
        client.sendAudio(reqId, pcm.subarray(start, start + chunkBytes));
        await sleep(isPaced ? begin + (start / chunkBytes + 1) * chunkMs - performance.now() : 0);
      }
      times.push(await first);
      const rest = client.answer(reqId);
      client.sendAudio(reqId, new Uint8Array(0), true);
      await rest;
    }
    figure(`first audio → first motion, ${name}: p50`, milliseconds(quantile(times, 0.5), 1));
    figure(`first audio → first motion, ${name}: p99`, milliseconds(quantile(times, 0.99), 1), '≤ 150 ms');
  }
  await client.close();
}

/** One speaker at 1×: how late motion comes after the audio it needs. */
async function speak(client: IngressClient, pcm: Uint8Array, seconds: number, latencies: number[]): Promise<void> {
  const sentMs: number[] = [];
  // Everybody begins at another moment, as speakers do.
  await sleep(Math.random() * CHUNK_MS);
  client.socket.removeAllListeners('message');
  let coveredFrames = 0;
  client.socket.on('message', (data: Buffer) => {
    const arrivedMs = performance.now();
    coveredFrames += frameCountOf(data);
    const neededSeconds = coveredFrames / 50 + ENGINE_LOOKAHEAD_SECONDS;
    const sent = sentMs[Math.ceil((neededSeconds * 1000) / CHUNK_MS) - 1];
    if (sent !== undefined) latencies.push(arrivedMs - sent);
  });
  const reqId = `s${Math.random()}`;
  const begin = performance.now();
  for (let index = 0; index < (seconds * 1000) / CHUNK_MS; index++) {
    await sleep(begin + index * CHUNK_MS - performance.now());
    const start = (index * CHUNK_BYTES) % (pcm.length - CHUNK_BYTES);
    sentMs.push(performance.now());
    client.socket.send(
      encodeMessage(createMessage({ case: 'clientAudioInput', value: { reqId, audio: pcm.subarray(start, start + CHUNK_BYTES) } })),
    );
  }
  await sleep(300);
  await client.close();
}

/** `frame_count` of a motion message, without decoding the rest: this process must not become the bottleneck. */
function frameCountOf(message: Buffer): number {
  const field = message.indexOf(Buffer.from([0xa2, 0x06]));
  if (field < 0) return 0;
  // packed_motion: length, then start_frame (1) unless 0, frame_count (2).
  let position = field + 2;
  while (message[position++] & 0x80);
  if (message[position] === 0x08) for (position++; message[position++] & 0x80; );
  return message[position] === 0x10 ? message[position + 1] : 0;
}

async function measureSessions(server: ServerProcess, pcm: Uint8Array): Promise<void> {
  let most = 0;
  let failures = 0;
  for (const count of STEPS) {
    const clients = await Promise.all(Array.from({ length: count }, () => server.open()));
    // Opening them all at once is no part of the measure.
    await sleep(500);
    const latencies: number[] = [];
    const ownBefore = process.cpuUsage();
    const [cpuBefore, begin] = [server.cpuSeconds(), performance.now()];
    await Promise.all(clients.map((client) => speak(client, pcm, STEP_SECONDS, latencies)));
    const seconds = (performance.now() - begin) / 1000;
    const own = process.cpuUsage(ownBefore);
    const load = Math.round(((server.cpuSeconds() - cpuBefore) / seconds) * 100);
    const p99 = quantile(latencies, 0.99);
    figure(`${count} sessions at 1×: audio → motion p50 / p99`, `${milliseconds(quantile(latencies, 0.5), 0)} / ${milliseconds(p99, 0)}`);
    const ownLoad = Math.round((own.user + own.system) / 1e4 / seconds);
    figure('  CPU: server / these clients', `${load} % / ${ownLoad} %`);
    if (p99 <= MAX_LATENCY_MS) most = count;
    else if (++failures === 2) break;
  }
  figure(`sessions at 1× with p99 ≤ ${MAX_LATENCY_MS} ms`, String(most), '≥ 200');
}

const { pcm, name } = benchSpeech();
const loadBefore = loadavg()[0];
title(`Motion Server, ${THREADS} engine threads, with ${name}; audio → motion is counted from the last audio that the motion needs`);
figure('load average of the machine before', loadBefore.toFixed(1));
const server = await startProcess();
try {
  await measureBytes(server, pcm);
  await measureFirstMotion(server, pcm);
  await measureSessions(server, pcm);
} finally {
  await server.stop();
}
