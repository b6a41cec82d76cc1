/**
 * Hostile clients in a process of their own against a Motion Server, each in one run with a client that behaves: what the good one and the
 * probes notice.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

import { createMessage, encodeMessage } from '../../src/motion/protocol/envelope.js';
import { packageFolder } from '../../src/server/package-folder.js';
import { IngressClient, voicePcm } from '../helpers/node/motion-server.js';
import { figure, milliseconds, quantile, title } from './helpers/report.js';

const API_KEY = 'bench-key';
const ATTACK_MS = 8000;
const HALF_MESSAGES = 300;
const MESSAGE_BYTES = 8 * 1024 * 1024;
const BUDGET_MB = 256;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const audio = (reqId: string, bytes: Uint8Array, end = false): Uint8Array =>
  encodeMessage(createMessage({ case: 'clientAudioInput', value: { reqId, audio: bytes, end } }));
const configure = (audioFormat = 0): Uint8Array =>
  encodeMessage(createMessage({ case: 'clientConfigureSession', value: { sampleRate: 16000, audioFormat } }));

/** A configured session, or null when it was refused. */
async function openSocket(socketUrl: string, audioFormat = 0): Promise<WebSocket | null> {
  const socket = new WebSocket(socketUrl, { perMessageDeflate: false });
  socket.on('error', () => {});
  const isOpen = await new Promise<boolean>((resolve) => socket.once('open', () => resolve(true)).once('close', () => resolve(false)));
  if (!isOpen) return null;
  socket.send(configure(audioFormat));
  return socket;
}

// ---- the attackers, in a process of their own: they report what they reached ----

const ATTACKS: Record<string, (socketUrl: string) => Promise<unknown>> = {
  async flood(socketUrl) {
    const socket = (await openSocket(socketUrl))!;
    const tiny = audio('flood', new Uint8Array(2));
    const end = performance.now() + ATTACK_MS;
    let sent = 0;
    while (performance.now() < end) {
      for (let index = 0; index < 500 && socket.bufferedAmount < 1_000_000; index++, sent++) socket.send(tiny);
      // Pressed back by TCP: to spin here would take the cores from the server, which is no fault of it.
      await sleep(socket.bufferedAmount < 1_000_000 ? 0 : 10);
    }
    socket.terminate();
    return sent;
  },
  async floods(socketUrl) {
    return (await Promise.all(Array.from({ length: 20 }, () => ATTACKS.flood(socketUrl)))).length;
  },
  async sessions(socketUrl) {
    const sockets = await Promise.all(Array.from({ length: 60 }, () => openSocket(socketUrl)));
    return sockets.filter(Boolean).length;
  },
  async halves(socketUrl) {
    const { port, pathname, search } = new URL(socketUrl);
    const frame = Buffer.alloc(14 + MESSAGE_BYTES / 2);
    frame[0] = 0x82;
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(MESSAGE_BYTES), 2);
    await Promise.all(
      Array.from({ length: HALF_MESSAGES }, async () => {
        const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
        const key = Buffer.alloc(16).toString('base64');
        socket.write(
          `GET ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        );
        await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
        socket.resume().write(frame);
      }),
    );
    await sleep(ATTACK_MS);
    return 0;
  },
  async connections(socketUrl) {
    const { port } = new URL(socketUrl);
    let open = 0;
    for (let index = 0; index < 2000; index++) {
      const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2' });
      socket.on('connect', () => open++).on('close', () => open--);
      socket.on('error', () => {}).resume();
      if (index % 100 === 99) await sleep(10);
    }
    await sleep(ATTACK_MS / 2);
    return open;
  },
  async log(socketUrl) {
    const end = performance.now() + ATTACK_MS;
    const garbage = new Uint8Array(300);
    let requests = 0;
    const attack = async (): Promise<void> => {
      while (performance.now() < end) {
        const socket = await openSocket(socketUrl, 1);
        if (!socket) continue;
        for (let index = 0; index < 1000; index++, requests++) socket.send(audio(`r${index}`, garbage, true));
        await new Promise((resolve) => socket.once('close', resolve));
      }
    };
    await Promise.all(Array.from({ length: 4 }, attack));
    return requests;
  },
};

function attack(kind: string, socketUrl: string): { isRunning: boolean; result: Promise<unknown>; begun: Promise<void> } {
  const child = fork(fileURLToPath(import.meta.url), ['attack', kind, socketUrl]);
  const running = {
    isRunning: true,
    begun: new Promise<void>((resolve) => child.once('message', () => resolve())),
    result: new Promise<unknown>((resolve) => {
      child.on('message', (message: { result?: unknown }) => 'result' in message && resolve(message.result));
      child.on('exit', () => resolve(null));
    }),
  };
  void running.result.then(() => (running.isRunning = false));
  return running;
}

// ---- the server and what is measured of it ----

interface Served {
  child: ChildProcess;
  url: string;
  socketUrl: (token: string) => string;
  publicToken: () => Promise<string>;
  apiToken: () => Promise<string>;
  logLines: () => number;
  rssMb: () => number;
}

async function serve(...options: string[]): Promise<Served> {
  const cli = join(packageFolder(), 'build/src/server/cli.js');
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--threads', '2', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SPATIUS_API_KEY: API_KEY },
  });
  let lines = 0;
  child.stderr!.on('data', (part: Buffer) => (lines += part.toString().split('\n').length - 1));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (part: Buffer) => {
      output += part.toString();
      const match = output.match(/at (http:\S+)\//);
      if (match) resolve(match[1]);
    });
    child.on('exit', () => reject(new Error(`the server ended: ${output}`)));
  });
  const tokenFrom = async (response: Response): Promise<string> => ((await response.json()) as { sessionToken: string }).sessionToken;
  return {
    child,
    url,
    socketUrl: (token) => `${url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=app_demo&sessionKey=${token}`,
    publicToken: async () => tokenFrom(await fetch(`${url}/api/session-token`, { method: 'POST' })),
    apiToken: async () =>
      tokenFrom(
        await fetch(`${url}/v1/console/session-tokens`, {
          method: 'POST',
          headers: { 'x-api-key': API_KEY },
          body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 3600 }),
        }),
      ),
    logLines: () => lines,
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
  };
}

interface Noticed {
  firstMotionMs: number[];
  healthMs: number[];
  rssMb: number;
}

/** A client that speaks 0.5 s again and again, and a probe. */
async function behave(served: Served, whileTrue: () => boolean): Promise<Noticed> {
  const client = await IngressClient.connect(served.socketUrl(await served.apiToken()));
  client.socket.send(configure());
  await client.next();
  const noticed: Noticed = { firstMotionMs: [], healthMs: [], rssMb: 0 };
  const pcm = voicePcm(0.5);
  const speak = async (): Promise<void> => {
    for (let round = 0; whileTrue(); round++) {
      const begin = performance.now();
      client.sendAudio(`r${round}`, pcm);
      const { data } = await client.next();
      if (data.case === 'serverResponseAnimation') noticed.firstMotionMs.push(performance.now() - begin);
      client.sendAudio(`r${round}`, new Uint8Array(0), true);
      if (data.case === 'serverResponseAnimation' && !data.value.end) await client.answer(`r${round}`);
      await sleep(100);
    }
  };
  const probe = async (): Promise<void> => {
    while (whileTrue()) {
      const begin = performance.now();
      await (await fetch(`${served.url}/livez`)).text();
      noticed.healthMs.push(performance.now() - begin);
      noticed.rssMb = Math.max(noticed.rssMb, served.rssMb());
      await sleep(100);
    }
  };
  await Promise.all([speak(), probe()]);
  await client.close();
  return noticed;
}

async function withServer(options: string[], run: (served: Served) => Promise<void>): Promise<void> {
  const served = await serve(...options);
  const exit = new Promise((resolve) => served.child.once('exit', resolve));
  try {
    await run(served);
  } finally {
    served.child.kill('SIGKILL');
    await exit;
  }
}

const until = (ms: number): (() => boolean) => {
  const end = performance.now() + ms;
  return () => performance.now() < end;
};

async function measureFlood(kind: 'flood' | 'floods', target: string): Promise<void> {
  await withServer([], async (served) => {
    await behave(served, until(1000));
    const quiet = await behave(served, until(4000));
    const running = attack(kind, served.socketUrl(await served.apiToken()));
    await running.begun;
    const during = await behave(served, () => running.isRunning);
    const name = kind === 'flood' ? 'two-byte messages, one client' : 'two-byte messages, twenty clients';
    const [before, now] = [quantile(quiet.firstMotionMs, 0.5), quantile(during.firstMotionMs, 0.5)];
    figure(`${name}: first motion, quiet → attacked`, `${milliseconds(before)} → ${milliseconds(now)}`, target);
    figure(
      '  probe p50 / p99',
      `${milliseconds(quantile(during.healthMs, 0.5))} / ${milliseconds(quantile(during.healthMs, 0.99))}`,
      '≤ 100 ms',
    );
  });
}

async function measureAll(): Promise<void> {
  title('A Motion Server with two engine threads under attack, with a client that behaves beside it');
  await measureFlood('flood', '≤ 2 ×');
  await measureFlood('floods', '≤ 3 ×');
  await withServer([], async (served) => {
    const { result } = attack('sessions', served.socketUrl(await served.publicToken()));
    figure('one public token: sessions of 60', String(await result), '4');
  });
  await withServer([], async (served) => {
    await behave(served, until(2000));
    const idleMb = served.rssMb();
    const running = attack('halves', served.socketUrl(await served.apiToken()));
    await running.begun;
    const during = await behave(served, () => running.isRunning);
    figure(
      `${HALF_MESSAGES} halves of 8 MB messages: growth of RSS`,
      `${Math.round(during.rssMb - idleMb)} MB`,
      `≤ ${Math.round(BUDGET_MB * 1.2)} MB`,
    );
    figure(
      '  good client: answers, first motion p50',
      `${during.firstMotionMs.length}, ${milliseconds(quantile(during.firstMotionMs, 0.5))}`,
    );
  });
  await withServer(['--trusted-proxies', 'none'], async (served) => {
    const running = attack('connections', served.socketUrl(await served.apiToken()));
    await running.begun;
    const during = await behave(served, () => running.isRunning);
    figure('2000 connections of one address: open', String(await running.result), '≤ 100');
    figure(
      '  good client: answers, first motion p50',
      `${during.firstMotionMs.length}, ${milliseconds(quantile(during.firstMotionMs, 0.5))}`,
    );
  });
  await withServer(['--log-level', 'debug'], async (served) => {
    const token = await served.publicToken();
    const linesBefore = served.logLines();
    const begin = performance.now();
    const sent = await attack('log', served.socketUrl(token)).result;
    await sleep(500);
    const seconds = (performance.now() - begin) / 1000;
    figure(
      `failing requests of one client (${sent} sent): log lines`,
      `${((served.logLines() - linesBefore) / seconds).toFixed(1)} /s`,
      '≤ 10 /s',
    );
  });
}

const [mode, kind, socketUrl] = process.argv.slice(2);
if (mode === 'attack') {
  process.send!({ begun: true });
  const result = await ATTACKS[kind](socketUrl);
  process.send!({ result }, () => process.exit(0));
} else await measureAll();
