import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';
import { IngressClient, startMotionServer, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';

const CLI = join(packageFolder(), 'build/src/server/cli.js');

interface Run {
  child: ChildProcess;
  output: () => string;
  /** Resolves when the output shows the pattern. */
  shows(pattern: RegExp): Promise<RegExpMatchArray>;
  exit: Promise<number | null>;
}

function run(args: string[], env: Record<string, string> = {}): Run {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SPATIUS_')));
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const wakers = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (part: Buffer) => {
      output += part.toString();
      for (const wake of wakers) wake();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return {
    child,
    output: () => output,
    exit,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = output.match(pattern);
          if (match) resolve(match);
        };
        wakers.add(look);
        look();
        void exit.then(() => reject(new Error(`ended without ${pattern}: ${output}`)));
      }),
  };
}

describe('spatius-avatar serve', () => {
  it('makes up a key, prints where it is, serves speech, and ends with 0 on SIGTERM after the last answer', async () => {
    const cli = run(['serve', '--port', '0']);
    const url = (await cli.shows(/at (http:\/\/127\.0\.0\.1:\d+)\//))[1];
    await cli.shows(/Motion Server/);
    assert.match(cli.output(), /API key +dev_[\w-]{24} /);
    const { appId, tokenEndpoint } = (await (await fetch(`${url}/api/config`)).json()) as { appId: string; tokenEndpoint: string };
    assert.equal(appId, 'app_demo');
    const { sessionToken } = (await (await fetch(url + tokenEndpoint, { method: 'POST' })).json()) as { sessionToken: string };
    const client = await IngressClient.connect(
      `${url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=${appId}&sessionKey=${sessionToken}`,
    );
    client.send({ case: 'clientConfigureSession', value: {} });
    await client.next();
    client.sendAudio('r', voicePcm(20), true);
    await client.next();
    cli.child.kill('SIGTERM');
    assert.isTrue((await client.answer('r')).responses.at(-1)!.end);
    assert.equal((await client.closed).code, 1001);
    assert.equal(await cli.exit, 0);
  });

  it('takes key and app id from the environment and never prints the key', async () => {
    const cli = run(['serve', '--port', '0'], { SPATIUS_API_KEY: 'hush-hush', SPATIUS_APP_ID: 'app_env' });
    const url = (await cli.shows(/at (http:\S+)\//))[1];
    await cli.shows(/Motion Server/);
    assert.notInclude(cli.output(), 'hush');
    assert.include(cli.output(), 'app_env');
    const response = await fetch(`${url}/v1/console/session-tokens`, {
      method: 'POST',
      headers: { 'x-api-key': 'hush-hush' },
      body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 60 }),
    });
    assert.equal(response.status, 200);
    cli.child.kill('SIGINT');
    assert.equal(await cli.exit, 0);
  });

  it('computes in as many threads as it is told, and ends after the last answer', async () => {
    const cli = run(['serve', '--port', '0', '--threads', '3']);
    const url = (await cli.shows(/at (http:\S+)\//))[1];
    await cli.shows(/Motion Server/);
    const { sessionToken } = (await (await fetch(`${url}/api/session-token`, { method: 'POST' })).json()) as { sessionToken: string };
    const clients = await Promise.all(
      Array.from({ length: 4 }, () =>
        IngressClient.connect(`${url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=app_demo&sessionKey=${sessionToken}`),
      ),
    );
    for (const client of clients) {
      client.send({ case: 'clientConfigureSession', value: {} });
      await client.next();
      client.sendAudio('r', voicePcm(5), true);
    }
    cli.child.kill('SIGINT');
    for (const client of clients) {
      assert.isTrue((await client.answer('r')).responses.at(-1)!.end);
      assert.equal((await client.closed).code, 1001);
    }
    assert.equal(await cli.exit, 0);
  });

  it('serves other machines with a strong key and a decision about tokens, and refuses a weak one', async () => {
    const strong = randomBytes(32).toString('base64url');
    const outside = ['serve', '--port', '0', '--host', '0.0.0.0'];
    const weak = run([...outside, '--token-endpoint', 'off'], { SPATIUS_API_KEY: 'hunter2', SPATIUS_APP_ID: 'app_env' });
    assert.equal(await weak.exit, 1);
    assert.match(weak.output(), /the API key has less than 128 bits; make one with: node -p/);
    assert.notInclude(weak.output(), 'hunter2');
    const undecided = run(outside, { SPATIUS_API_KEY: strong, SPATIUS_APP_ID: 'app_env' });
    assert.equal(await undecided.exit, 1);
    assert.match(undecided.output(), /not decided who may have tokens/);
    const cli = run([...outside, '--token-endpoint', 'off'], { SPATIUS_API_KEY: strong, SPATIUS_APP_ID: 'app_env' });
    const url = (await cli.shows(/at (http:\S+)\//))[1];
    await cli.shows(/token endpoint +off/);
    assert.equal((await fetch(`${url}/api/session-token`, { method: 'POST' })).status, 404);
    cli.child.kill('SIGTERM');
    assert.equal(await cli.exit, 0);
  });

  it('prints a command whose key it accepts', async () => {
    const command = run(['serve', '--host', '0.0.0.0']);
    await command.exit;
    const [, expression] = /node -p "(.+)"/.exec(command.output())!;
    const key = execFileSync(process.execPath, ['-p', expression], { encoding: 'utf8' }).trim();
    const cli = run(['serve', '--port', '0', '--host', '0.0.0.0', '--token-endpoint', 'public'], { SPATIUS_API_KEY: key });
    await cli.shows(/Motion Server/);
    cli.child.kill('SIGTERM');
    assert.equal(await cli.exit, 0);
  });

  it('warns of --local-network', async () => {
    const cli = run(['serve', '--port', '0', '--host', '0.0.0.0', '--local-network']);
    await cli.shows(/Warning: --local-network gives tokens and sessions to every device/);
    cli.child.kill('SIGTERM');
    assert.equal(await cli.exit, 0);
  });

  it('serves several apps from a file, and replaces their keys on SIGHUP without ending a session', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spatius-apps-'));
    const file = join(folder, 'apps.json');
    const write = (apps: object[]): Promise<void> => writeFile(file, JSON.stringify(apps));
    await write([
      { appId: 'app_a', apiKey: 'key-a' },
      { appId: 'app_b', apiKey: 'key-b' },
    ]);
    const cli = run(['serve', '--port', '0', '--apps', file]);
    const url = (await cli.shows(/at (http:\S+)\//))[1];
    const tokenFor = async (apiKey: string): Promise<[number, string]> => {
      const response = await fetch(`${url}/v1/console/session-tokens`, {
        method: 'POST',
        headers: { 'x-api-key': apiKey },
        body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 60 }),
      });
      return [response.status, ((await response.json()) as { sessionToken: string }).sessionToken];
    };
    const open = (appId: string, token: string): Promise<IngressClient> =>
      IngressClient.connect(`${url.replace('http', 'ws')}/v2/driveningress/websocket?id=aria&appId=${appId}&sessionKey=${token}`);
    const [, ofB] = await tokenFor('key-b');
    const client = await open('app_b', ofB);
    client.send({ case: 'clientConfigureSession', value: {} });
    await client.next();
    await write([{ appId: 'app_b', apiKey: 'key-b-new', previousApiKeys: ['key-b'] }]);
    cli.child.kill('SIGHUP');
    await cli.shows(/the apps were read again/);
    client.sendAudio('r', voicePcm(0.2), true);
    assert.isNull((await client.answer('r')).error);
    // Tokens of the key before are taken, and those of the new one; the app that was removed is unknown.
    await (await open('app_b', ofB)).close();
    await (await open('app_b', (await tokenFor('key-b-new'))[1])).close();
    assert.equal((await tokenFor('key-a'))[0], 401);
    await writeFile(file, '[{"appId": 1}]');
    cli.child.kill('SIGHUP');
    await cli.shows(/the apps stay as they were: .*appId is unknown or has a wrong value/);
    await client.close();
    cli.child.kill('SIGTERM');
    assert.equal(await cli.exit, 0);
    await rm(folder, { recursive: true });
  });

  it('tells its version', async () => {
    const cli = run(['--version']);
    assert.equal(await cli.exit, 0);
    assert.match(cli.output(), /^\d+\.\d+\.\d+\n$/);
  });

  it('says what is wrong with its options and ends with 1', async () => {
    for (const [args, complaint] of [
      [['serve', '--port', 'x'], /--port must be a whole number/],
      [['serve', '--port', '70000'], /--port must be a whole number from 0 to 65535/],
      [['serve', '--max-sessions', '0'], /--max-sessions must be/],
      [['serve', '--threads', '0'], /--threads must be/],
      [['serve', '--port', '-1'], /--port must be a whole number/],
      [['serve', '--port'], /--port needs a value/],
      [['serve', '--host', '--port', '0'], /--host needs a value/],
      [['serve', '--avatars', 'no-such-folder'], /--avatars must be a folder; no-such-folder does not exist/],
      [['serve', '--demo', 'package.json'], /--demo must be a folder; package\.json is none/],
      [['serve', '8080'], /serve takes options only, not "8080"/],
      [['token', '--console', 'http://a', '--region', 'b'], /--console or --region, not both/],
      [['serve', '--host', '203.0.113.1', '--local-network'], /cannot listen on 203\.0\.113\.1/],
      [['serve', '--host', '0.0.0.0'], /set SPATIUS_API_KEY and SPATIUS_APP_ID.*randomBytes/],
      [['serve', '--token-endpoint', 'public'], /needs a key of yours/],
      [['serve', '--token-endpoint', 'maybe'], /must be public or off/],
      [['serve', '--apps', '/nowhere.json'], /the apps cannot be read/],
      [['serve', '--allowed-origins', 'example.com'], /an allowed origin must be like/],
      [['serve', '--trusted-proxies', 'nginx'], /a trusted proxy must be an address/],
      [['serve', '--nonsense'], /--nonsense/],
      [['dance'], /unknown command "dance"/],
    ] as const) {
      const cli = run([...args]);
      assert.equal(await cli.exit, 1);
      assert.match(cli.output(), complaint);
      assert.notMatch(cli.output(), /\n +at /, 'no stack trace');
    }
  });
});

describe('spatius-avatar token', () => {
  it('prints a token that a server accepts', async () => {
    const running = await startMotionServer();
    const cli = run(['token', '--console', `${running.url}/v1/console`], { SPATIUS_API_KEY: TEST_API_KEY, SPATIUS_APP_ID: TEST_APP_ID });
    assert.equal(await cli.exit, 0);
    const client = await IngressClient.connect(
      `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${cli.output().trim()}`,
    );
    await client.close();
    await running.close();
  });

  it('says what is missing or refused, without the key', async () => {
    const bare = run(['token']);
    assert.equal(await bare.exit, 1);
    assert.match(bare.output(), /set SPATIUS_API_KEY and SPATIUS_APP_ID/);
    const running = await startMotionServer();
    const wrong = run(['token', '--console', `${running.url}/v1/console`], { SPATIUS_API_KEY: 'wrong-key', SPATIUS_APP_ID: TEST_APP_ID });
    assert.equal(await wrong.exit, 1);
    assert.match(wrong.output(), /session_token_request_failed.*401/);
    assert.notInclude(wrong.output(), 'wrong-key');
    await running.close();
  });
});

describe('spatius-avatar', () => {
  it('names the nearest option or command for one that it does not know', async () => {
    for (const [args, complaint] of [
      [['serve', '--prot', '8080'], /serve has no option --prot; did you mean --port\?/],
      [['serve', '--log_level=info'], /no option --log_level; did you mean --log-level\?/],
      [['animate', 'x.wav', '--Out', 'x.json'], /no option --Out; did you mean --out\?/],
      [['token', '--tll', '60'], /no option --tll; did you mean --ttl\?/],
      [['token', '--nothing-like-it'], /no option --nothing-like-it; there are --console, --region, --ttl/],
      [['serve', '-p', '1'], /serve has no option -p/],
      [['sevre'], /unknown command "sevre"; did you mean serve\?/],
      [['dance'], /unknown command "dance"; there are serve, token, animate/],
      [['constructor'], /unknown command "constructor"/],
    ] as const) {
      const cli = run([...args]);
      assert.equal(await cli.exit, 1, args.join(' '));
      assert.match(cli.output(), complaint);
    }
  });

  it('prints the options of every command, also beside other arguments', async () => {
    const usages = { serve: '--max-sessions', token: '--ttl', animate: '--intensity' };
    for (const [command, option] of Object.entries(usages)) {
      for (const args of [
        [command, '--help'],
        [command, '--nonsense', '-h'],
        ['help', command],
      ]) {
        const cli = run(args);
        assert.equal(await cli.exit, 0, args.join(' '));
        assert.include(cli.output(), option);
        for (const other of Object.values(usages)) if (other !== option) assert.notInclude(cli.output(), other);
      }
    }
    const all = run(['--help']);
    assert.equal(await all.exit, 0);
    for (const option of Object.values(usages)) assert.include(all.output(), option);
  });
});
