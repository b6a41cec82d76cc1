/** `spatius-avatar serve`. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { DEFAULT_LIMITS } from '../limits.js';
import { createMotionServer } from '../motion-server.js';
import { isServingProcess, reportUrl, startProcesses } from '../server-processes.js';
import { integerOption } from './options.js';

export const SERVE_USAGE = `serve                 Motion Server, token endpoint and demo on one port
  --port <number>       default 8080; 0 takes a free one
  --host <address>      default 127.0.0.1; 0.0.0.0 for all interfaces
  --avatars <folder>    avatars are the *.glb files in it
  --demo <folder>       pages to serve instead of the demo
  --max-sessions <n>    default 500, in all
  --processes <n>       default 1; more use more cores (a core carries about 100 live speakers)
`;

const DEFAULT_PORT = 8080;
const DEFAULT_APP_ID = 'app_demo';

/** Serves until a signal; resolves when it listens and has said where. @throws {AvatarError} `invalidConfiguration` */
export async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      avatars: { type: 'string' },
      demo: { type: 'string' },
      'max-sessions': { type: 'string' },
      processes: { type: 'string' },
    },
  });
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_TOKEN_SECRET, SPATIUS_LIVEKIT_HOSTS } = process.env;
  const livekitHosts = (SPATIUS_LIVEKIT_HOSTS ?? '').split(/[\s,]+/).filter(Boolean);
  const apiKey = SPATIUS_API_KEY || `dev_${randomBytes(18).toString('base64url')}`;
  const appId = SPATIUS_APP_ID || DEFAULT_APP_ID;
  const processCount = integerOption(values.processes ?? '1', '--processes', 1, 128);
  const maxSessions = integerOption(values['max-sessions'] ?? String(DEFAULT_LIMITS.maxSessions), '--max-sessions', 1, 100_000);
  const port = integerOption(values.port ?? String(DEFAULT_PORT), '--port', 0, 65_535);
  let url: string;
  if (processCount > 1 && !isServingProcess()) {
    const processes = await startProcesses(processCount, { SPATIUS_API_KEY: apiKey, SPATIUS_APP_ID: appId });
    stopOnSignals(() => processes.close());
    url = processes.url;
  } else {
    const server = createMotionServer({
      apiKey,
      appId,
      limits: { maxSessions: Math.ceil(maxSessions / processCount) },
      livekit: { hosts: livekitHosts.map((host) => ({ host })) },
      ...(SPATIUS_TOKEN_SECRET && { tokenSecret: SPATIUS_TOKEN_SECRET }),
      ...(values.avatars !== undefined && { avatarsFolder: values.avatars }),
      ...(values.demo !== undefined && { demoFolder: values.demo }),
    });
    // Before the URL is printed: whoever reads it may send a signal at once.
    stopOnSignals(() => server.close());
    url = await server.listen(port, values.host);
    if (isServingProcess()) return reportUrl(url);
  }

  console.log(`spatius-avatar is at ${url}/`);
  console.log(`  app id            ${appId}`);
  // A key that was given is a secret and is never shown; one made up here is of no use unless it is.
  console.log(`  API key           ${SPATIUS_API_KEY ? 'from SPATIUS_API_KEY' : `${apiKey} (for development, new at every start)`}`);
  console.log(`  token endpoint    ${url}/api/session-token`);
  console.log(`  console API       ${url}/v1/console`);
  console.log(`  Motion Server     ${url.replace(/^http/, 'ws')}/v2/driveningress`);
}

/** The first SIGINT or SIGTERM ends things in order, a second one at once. */
function stopOnSignals(close: () => Promise<void>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(130);
    isStopping = true;
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  // Ctrl-C reaches every process of a terminal; the first process tells the serving ones.
  process.on('SIGINT', isServingProcess() ? () => {} : stop);
}
