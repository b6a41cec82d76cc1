#!/usr/bin/env node
/** `spatius-avatar`: everything a developer starts from a shell. The one file of this folder that acts on import. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { AvatarError, ErrorCode } from '../shared/errors.js';
import { DEFAULT_LIMITS } from './limits.js';
import { createMotionServer } from './motion-server.js';
import { isServingProcess, reportUrl, startProcesses } from './server-processes.js';
import { createTokenEndpoint } from './token-endpoint.js';

const USAGE = `Usage: spatius-avatar <command> [options]

serve                 Motion Server, token endpoint and demo on one port
  --port <number>       default 8080; 0 takes a free one
  --host <address>      default 127.0.0.1; 0.0.0.0 for all interfaces
  --avatars <folder>    avatars are the *.glb files in it
  --demo <folder>       pages to serve instead of the demo
  --max-sessions <n>    default 500, in all
  --processes <n>       default 1; more use more cores (a core carries about 100 live speakers)

token                 asks a console for a Session Token and prints it
  --console <url>       e.g. http://127.0.0.1:8080/v1/console
  --region <name>       the Spatius console of a region, e.g. us-west
  --ttl <seconds>       default 3300

Environment
  SPATIUS_API_KEY           secret; serve makes one up when it is missing
  SPATIUS_APP_ID            serve uses app_demo when it is missing
  SPATIUS_TOKEN_SECRET      signs tokens instead of a key derived from the API key
  SPATIUS_CONSOLE_ENDPOINT  default of --console
  SPATIUS_REGION            default of --region
`;

const DEFAULT_PORT = 8080;
const DEFAULT_APP_ID = 'app_demo';

async function serve(args: string[]): Promise<void> {
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
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_TOKEN_SECRET } = process.env;
  const apiKey = SPATIUS_API_KEY || `dev_${randomBytes(18).toString('base64url')}`;
  const appId = SPATIUS_APP_ID || DEFAULT_APP_ID;
  const processCount = integer(values.processes ?? '1', '--processes', 1, 128);
  const maxSessions = integer(values['max-sessions'] ?? String(DEFAULT_LIMITS.maxSessions), '--max-sessions', 1, 100_000);
  const port = integer(values.port ?? String(DEFAULT_PORT), '--port', 0, 65_535);
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

async function token(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { console: { type: 'string' }, region: { type: 'string' }, ttl: { type: 'string' } },
  });
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_CONSOLE_ENDPOINT, SPATIUS_REGION } = process.env;
  const missing = [!SPATIUS_API_KEY && 'SPATIUS_API_KEY', !SPATIUS_APP_ID && 'SPATIUS_APP_ID'].filter(Boolean);
  if (missing.length > 0) throw new AvatarError(ErrorCode.invalidConfiguration, `set ${missing.join(' and ')}`);
  const consoleUrl = values.console ?? SPATIUS_CONSOLE_ENDPOINT;
  const region = values.region ?? SPATIUS_REGION;
  const endpoint = createTokenEndpoint({
    apiKey: SPATIUS_API_KEY,
    appId: SPATIUS_APP_ID,
    consoleUrl,
    region,
    ...(values.ttl !== undefined && { ttlSeconds: integer(values.ttl, '--ttl', 60, 86_400) }),
  });
  const response = await endpoint(new Request('http://localhost/', { method: 'POST' }));
  const answer = (await response.json()) as { sessionToken?: string; error?: string; detail?: string };
  if (!answer.sessionToken) throw new AvatarError(ErrorCode.tokenRequestFailed, `${answer.error}: ${answer.detail ?? ''}`);
  console.log(answer.sessionToken);
}

function integer(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

async function main([command, ...args]: string[]): Promise<void> {
  if (command === 'serve') return serve(args);
  if (command === 'token') return token(args);
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') return void console.log(USAGE);
  throw new AvatarError(ErrorCode.invalidConfiguration, `unknown command "${command}"\n\n${USAGE}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`spatius-avatar: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
  // Its channel to the first process would keep it alive.
  if (isServingProcess()) process.exit();
}
