/** `spatius-avatar serve`. */
import { randomBytes } from 'node:crypto';

import { createJsonLogger, logLevelFrom } from '../json-logger.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { createMotionServer } from '../motion-server.js';
import { readCommandLine } from './command-line.js';
import { folderOption, integerOption } from './options.js';

export const SERVE_USAGE = `serve                 Motion Server, token endpoint and demo on one port
  --port <number>       default 8080; 0 takes a free one
  --host <address>      default 127.0.0.1; 0.0.0.0 for all interfaces
  --avatars <folder>    avatars are the *.glb files in it
  --demo <folder>       pages to serve instead of the demo
  --max-sessions <n>    default 500
  --threads <n>         threads that compute motion; default one per core
  --log-level <level>   off, error, warn, info or debug: JSON lines on standard error; default off
`;

const OPTIONS = ['port', 'host', 'avatars', 'demo', 'max-sessions', 'threads', 'log-level'] as const;
const DEFAULT_PORT = 8080;
const DEFAULT_APP_ID = 'app_demo';

/** Serves until a signal; resolves when it listens and has printed its URLs. @throws {AvatarError} `invalidConfiguration` */
export async function serve(args: string[]): Promise<void> {
  const { values } = readCommandLine('serve', args, OPTIONS);
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_TOKEN_SECRET, SPATIUS_LIVEKIT_HOSTS, SPATIUS_LOG } = process.env;
  const livekitHosts = (SPATIUS_LIVEKIT_HOSTS ?? '').split(/[\s,]+/).filter(Boolean);
  const apiKey = SPATIUS_API_KEY || `dev_${randomBytes(18).toString('base64url')}`;
  const appId = SPATIUS_APP_ID || DEFAULT_APP_ID;
  const maxSessions = integerOption(values['max-sessions'] ?? String(DEFAULT_LIMITS.maxSessions), '--max-sessions', 1, 100_000);
  const port = integerOption(values.port ?? String(DEFAULT_PORT), '--port', 0, 65_535);
  const level =
    values['log-level'] === undefined
      ? logLevelFrom(SPATIUS_LOG || 'off', 'SPATIUS_LOG')
      : logLevelFrom(values['log-level'], '--log-level');
  const logger = createJsonLogger(level);
  const server = createMotionServer({
    apiKey,
    appId,
    limits: { maxSessions },
    livekit: { hosts: livekitHosts.map((host) => ({ host })) },
    ...(logger && { logger }),
    ...(values.threads !== undefined && { threads: integerOption(values.threads, '--threads', 1, 128) }),
    ...(SPATIUS_TOKEN_SECRET && { tokenSecret: SPATIUS_TOKEN_SECRET }),
    ...(values.avatars !== undefined && { avatarsFolder: await folderOption(values.avatars, '--avatars') }),
    ...(values.demo !== undefined && { demoFolder: await folderOption(values.demo, '--demo') }),
  });
  // Before the URL is printed, because a reader may send a signal immediately.
  stopOnSignals(() => server.close());
  const url = await server.listen(port, values.host);

  console.log(`spatius-avatar is at ${url}/`);
  console.log(`  app id            ${appId}`);
  // A configured key is secret and never shown; a generated one must be shown to be of use.
  console.log(`  API key           ${SPATIUS_API_KEY ? 'from SPATIUS_API_KEY' : `${apiKey} (for development, new at every start)`}`);
  console.log(`  token endpoint    ${url}/api/session-token`);
  console.log(`  console API       ${url}/v1/console`);
  console.log(`  Motion Server     ${url.replace(/^http/, 'ws')}/v2/driveningress`);
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
