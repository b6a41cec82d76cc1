import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';
import { int16FromPcmBytes } from '../../../src/shared/samples/pcm.js';
import { TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';
import { RecordedServerSource } from '../../helpers/node/recorded-server-source.js';
import { ServedProcess } from '../../helpers/node/served-process.js';
import { until } from '../../helpers/until.js';

const CLI = join(packageFolder(), 'build/src/server/cli.js');
const API_KEY = 'a-key-for-tests-alone-0123456789-abcdefghijk';
const SERVERS = 3;
const CLIENTS = 6;
const SPEECH_SECONDS = 1.5;

interface Proxy {
  name: string;
  /** The configuration in `deploy/`, for servers on these ports. */
  configuration(ports: readonly number[], port: number): Promise<string>;
  arguments(file: string, folder: string): string[];
}

const deployed = (name: string): Promise<string> => readFile(join(packageFolder(), 'deploy', name), 'utf8');

/** Replaces the lines of the two servers by one for each port. */
function withServers(text: string, line: RegExp, ports: readonly number[]): string {
  const [first] = line.exec(text)!;
  const lines = ports.map((port, index) => first.replace(/motion-1:8080/, `127.0.0.1:${port}`).replace(/motion-1/, `motion-${index + 1}`));
  return text.replace(first, lines.join('\n')).replace(/^.*motion-2:8080.*\n/m, '');
}

const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    configuration: async (ports, port) =>
      withServers(await deployed('nginx.conf'), /^ *server motion-1:8080.*$/m, ports).replace('listen 8080', `listen 127.0.0.1:${port}`),
    arguments: (file, folder) => ['-c', file, '-g', `daemon off; pid ${folder}/nginx.pid;`],
  },
  {
    name: 'haproxy',
    configuration: async (ports, port) =>
      withServers(await deployed('haproxy.cfg'), /^ *server motion-1 .*$/m, ports)
        .replace('bind :8080', `bind 127.0.0.1:${port}`)
        // More than a test machine may open.
        .replace('maxconn 16384', 'maxconn 1000'),
    arguments: (file) => ['-db', '-f', file],
  },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('three servers behind a reverse proxy with the configuration in deploy/', { timeout: 180_000 }, () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function startServers(): Promise<ServedProcess[]> {
    const env = {
      SPATIUS_API_KEY: API_KEY,
      SPATIUS_APP_ID: TEST_APP_ID,
      SPATIUS_TOKEN_ENDPOINT: 'public',
      SPATIUS_TRUSTED_PROXIES: '127.0.0.1',
    };
    const servers = Array.from(
      { length: SERVERS },
      () => new ServedProcess((port) => ({ args: [CLI, 'serve', '--port', String(port), '--threads', '1', '--drain-delay', '3'], env })),
    );
    for (const server of servers) {
      await server.start();
      cleanUps.push(() => server.kill());
    }
    return servers;
  }

  async function startProxy(proxy: Proxy, servers: readonly ServedProcess[]): Promise<{ url: string; output: () => string }> {
    const folder = await mkdtemp(join(tmpdir(), 'spatius-avatar-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const port = await freePort();
    const file = join(folder, 'proxy.conf');
    const ports = servers.map(({ url }) => Number(new URL(url).port));
    await writeFile(file, await proxy.configuration(ports, port));
    // A file, as nginx opens /dev/stdout, which it cannot where that is a socket.
    const log = join(folder, 'output');
    const stream = openSync(log, 'a');
    const child: ChildProcess = spawn(proxy.name, proxy.arguments(file, folder), { stdio: ['ignore', stream, stream] });
    closeSync(stream);
    const output = (): string => readFileSync(log, 'utf8');
    cleanUps.push(async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    });
    const url = `http://127.0.0.1:${port}`;
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${proxy.name} ended: ${output()}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    });
    return { url, output };
  }

  for (const proxy of PROXIES) {
    const isInstalled = spawnSync(proxy.name, ['-v']).status === 0;
    it(`loses no round behind ${proxy.name} while all restart and one is killed, and logs no token`, {
      skip: isInstalled ? false : `${proxy.name} is not installed`,
    }, async () => {
      const servers = await startServers();
      const { url, output } = await startProxy(proxy, servers);
      const tokens: string[] = [];
      const requestToken = async (): Promise<string> => {
        const response = await fetch(`${url}/api/session-token`, { method: 'POST' });
        const { sessionToken } = (await response.json()) as { sessionToken: string };
        tokens.push(sessionToken);
        return sessionToken;
      };
      const speech = int16FromPcmBytes(voicePcm(SPEECH_SECONDS));
      let isOver = false;
      const rounds = Array.from({ length: CLIENTS }, async () => {
        const serverUrl = `${url.replace(/^http/, 'ws')}/v2/driveningress`;
        const client = new RecordedServerSource({ serverUrl, requestToken, connectTimeoutMs: 20_000 });
        cleanUps.push(() => client.source.close());
        await client.source.open();
        let round = 0;
        while (!isOver) {
          round++;
          // In real time, as an agent speaks.
          for (let part = 0; part < 3; part++) {
            client.source.send(round, speech.subarray((part * speech.length) / 3, ((part + 1) * speech.length) / 3), part === 2);
            await new Promise((resolve) => setTimeout(resolve, 150));
          }
          await client.until(() => client.ended.includes(round) || client.roundErrors.length > 0);
          assert.deepEqual(client.roundErrors, []);
          assert.approximately(client.coveredSeconds(round), SPEECH_SECONDS, 0.05);
        }
        return round;
      });
      const failure = Promise.all(rounds);
      failure.catch(() => undefined);
      for (const server of servers) {
        await server.stop();
        await server.start();
        await until(async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.ok);
      }
      await servers[0].kill();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      isOver = true;
      const counts = await failure;
      assert.isAbove(Math.min(...counts), 5);
      assert.match(output(), /websocket/, 'requests are logged');
      assert.isAbove(tokens.length, CLIENTS - 1);
      for (const token of tokens) assert.notInclude(output(), token);
      assert.notMatch(output(), /sessionKey/);
      assert.equal((await fetch(`${url}/metrics`)).status, 403);
    });
  }
});
