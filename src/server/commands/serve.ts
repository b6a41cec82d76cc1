/** `spatius-avatar serve`. */

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { isLoopbackHost } from '../client-address.js';
import { createJsonLogger, logLevelFrom } from '../json-logger.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { createMotionServer, type MotionServer } from '../motion-server.js';
import type { MotionServerApp } from '../server-apps.js';
import { readCommandLine } from './command-line.js';
import { folderOption, integerOption, listOption, pairsOption } from './options.js';
import { ratesFrom } from './rates-option.js';
import { serverKeys } from './server-keys.js';

export const SERVE_USAGE = `serve                 Motion Server, token endpoint and demo on one port
  --port <number>       default 8080; 0 takes a free one
  --host <address>      default 127.0.0.1; 0.0.0.0 for all interfaces, which needs keys and --token-endpoint
  --token-endpoint <who> who may have tokens from /api/session-token: public (everybody), or off (leaves it out)
  --allowed-origins <…> pages that may have tokens and sessions, such as https://example.com, by commas; default all
  --trusted-proxies <…> addresses or networks of reverse proxies, by commas; none: every peer is a client
  --local-network       serves phones in the local network without keys
  --apps <file>         JSON with several apps: [{"appId", "apiKey", "previousApiKeys", …}]; read again on SIGHUP
  --avatars <folder>    avatars are the *.glb files in it
  --avatar-aliases <…>  avatars for ids that this server does not have, such as *=aria for all of them, by commas
  --demo <folder>       pages to serve instead of the demo
  --max-sessions <n>    default 500
  --threads <n>         threads that compute motion; default one per core
  --drain-delay <s>     time for load balancers to leave after SIGTERM; default 5, on loopback 0
  --log-level <level>   off, error, warn, info or debug: JSON lines on standard error; default off
`;

const OPTIONS = [
  'port',
  'host',
  'token-endpoint',
  'allowed-origins',
  'trusted-proxies',
  'apps',
  'avatars',
  'avatar-aliases',
  'demo',
  'max-sessions',
  'threads',
  'drain-delay',
  'log-level',
] as const;
const DEFAULT_PORT = 8080;

/** Serves until a signal; resolves when it listens and has printed its URLs. @throws {AvatarError} `invalidConfiguration` */
export async function serve(args: string[]): Promise<void> {
  const { values, flags } = readCommandLine('serve', args, OPTIONS, false, ['local-network']);
  const { env } = process;
  const maxSessions = integerOption(values['max-sessions'] ?? String(DEFAULT_LIMITS.maxSessions), '--max-sessions', 1, 100_000);
  const port = integerOption(values.port ?? String(DEFAULT_PORT), '--port', 0, 65_535);
  const level =
    values['log-level'] === undefined
      ? logLevelFrom(env.SPATIUS_LOG || 'off', 'SPATIUS_LOG')
      : logLevelFrom(values['log-level'], '--log-level');
  const logger = createJsonLogger(level);
  const allowLocalNetwork = flags.has('local-network');
  const keys = serverKeys({ env, appsFile: values.apps, host: values.host, allowLocalNetwork });
  const tokenEndpoint = tokenEndpointFrom(values['token-endpoint'] ?? env.SPATIUS_TOKEN_ENDPOINT, keys.generatedKey !== null);
  const allowedOrigins = listOption(values['allowed-origins'] ?? env.SPATIUS_ALLOWED_ORIGINS);
  const trustedProxies = listOption(values['trusted-proxies'] ?? env.SPATIUS_TRUSTED_PROXIES);
  const avatarAliases = pairsOption(values['avatar-aliases'] ?? env.SPATIUS_AVATAR_ALIASES, '--avatar-aliases');
  const isOutside = !isLoopbackHost(values.host ?? '127.0.0.1');
  const drainSeconds = integerOption(values['drain-delay'] ?? (isOutside ? '5' : '0'), '--drain-delay', 0, 600);
  const server = createMotionServer({
    apps: keys.apps,
    limits: { maxSessions, drainDelayMs: drainSeconds * 1000 },
    ...(env.SPATIUS_METRICS_TOKEN && { metricsToken: env.SPATIUS_METRICS_TOKEN }),
    livekit: { hosts: (listOption(env.SPATIUS_LIVEKIT_HOSTS) ?? []).map((host) => ({ host })) },
    allowLocalNetwork,
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(allowedOrigins && { allowedOrigins }),
    ...(env.REDIS_URL && { redisUrl: env.REDIS_URL }),
    ...(env.SPATIUS_RATES && { rates: ratesFrom(env.SPATIUS_RATES) }),
    ...(env.SPATIUS_SINGLE_USE_TOKENS === '1' && { singleUseTokens: true }),
    ...(avatarAliases && { avatarAliases }),
    ...(trustedProxies && { trustedProxies: trustedProxies.filter((name) => name !== 'none') }),
    ...(logger && { logger }),
    ...(values.threads !== undefined && { threads: integerOption(values.threads, '--threads', 1, 128) }),
    ...(values.avatars !== undefined && { avatarsFolder: await folderOption(values.avatars, '--avatars') }),
    ...(values.demo !== undefined && { demoFolder: await folderOption(values.demo, '--demo') }),
  });
  // Before the URL is printed, because a reader may send a signal immediately.
  stopOnSignals(() => server.close());
  if (values.apps !== undefined) readAppsOnHangup(server, () => serverKeys({ env, appsFile: values.apps }).apps);
  const url = await server.listen(port, values.host);

  console.log(`spatius-avatar is at ${url}/`);
  console.log(`  app id            ${keys.apps.map(({ appId }) => appId).join(', ')}`);
  // A configured key is secret and never shown; a generated one must be shown to be of use.
  console.log(
    `  API key           ${keys.generatedKey ? `${keys.generatedKey} (for development, new at every start)` : `from ${keys.source}`}`,
  );
  console.log(`  token endpoint    ${tokenEndpoint === false ? 'off' : `${url}/api/session-token`}`);
  console.log(`  console API       ${url}/v1/console`);
  console.log(`  Motion Server     ${url.replace(/^http/, 'ws')}/v2/driveningress`);
  if (allowLocalNetwork) console.warn(LOCAL_NETWORK_WARNING);
}

const LOCAL_NETWORK_WARNING =
  'Warning: --local-network gives tokens and sessions to every device of the local network. For tests only; not behind a proxy or a tunnel.';

function tokenEndpointFrom(text: string | undefined, isKeyGenerated: boolean): 'public' | false | undefined {
  if (!text) return undefined;
  if (text !== 'public' && text !== 'off') {
    throw new AvatarError(ErrorCode.invalidConfiguration, `--token-endpoint must be public or off, not "${text}"`);
  }
  if (isKeyGenerated) {
    throw new AvatarError(ErrorCode.invalidConfiguration, '--token-endpoint needs a key of yours in SPATIUS_API_KEY, or --apps');
  }
  return text === 'public' ? text : false;
}

/** SIGHUP: keys are replaced without ending a session. */
function readAppsOnHangup(server: MotionServer, read: () => readonly MotionServerApp[]): void {
  process.on('SIGHUP', () => {
    try {
      server.setApps(read());
      console.log('the apps were read again');
    } catch (error) {
      console.error(`spatius-avatar: the apps stay as they were: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** The first SIGINT or SIGTERM closes gracefully, a second one exits immediately. */
function stopOnSignals(close: () => Promise<void>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(130);
    isStopping = true;
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
