#!/usr/bin/env node
/** The command `spatius-avatar`. The only file of this folder with side effects on import. */
import { createRequire } from 'node:module';

import { ANIMATE_USAGE, animate } from './commands/animate.js';
import { unknownName } from './commands/command-line.js';
import { SERVE_USAGE, serve } from './commands/serve.js';
import { TOKEN_USAGE, token } from './commands/token.js';

interface Command {
  readonly usage: string;
  readonly run: (args: string[]) => Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: { usage: SERVE_USAGE, run: serve },
  token: { usage: TOKEN_USAGE, run: token },
  animate: { usage: ANIMATE_USAGE, run: animate },
};
const HELP = ['help', '--help', '-h'];

const ENVIRONMENT = `Environment
  SPATIUS_API_KEY           secret; serve makes one up when it is missing
  SPATIUS_APP_ID            serve uses app_demo when it is missing
  SPATIUS_PREVIOUS_API_KEYS keys that were replaced, by commas: they and their tokens are still accepted
  SPATIUS_TOKEN_SECRET      signs tokens instead of a key derived from the API key
  SPATIUS_APPS              several apps, as the file of --apps
  SPATIUS_TOKEN_ENDPOINT, SPATIUS_ALLOWED_ORIGINS, SPATIUS_TRUSTED_PROXIES  defaults of the options of serve
  SPATIUS_METRICS_TOKEN     /metrics of serve asks for it; without it, it answers the local network
  SPATIUS_RATES             limits by address, token and app: {"address": {"requestsPerSecond": 5}}
  SPATIUS_SINGLE_USE_TOKENS 1: a token opens one session
  REDIS_URL                 Redis for what servers share: rates, used and revoked tokens
  SPATIUS_LIVEKIT_HOSTS     LiveKit servers that serve may join, host or host:port, by commas; needs @livekit/rtc-node
  SPATIUS_LOG               default of --log-level
  SPATIUS_CONSOLE_ENDPOINT  default of --console
  SPATIUS_REGION            default of --region
`;

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined || HELP.includes(name)) return printHelp(args[0]);
  if (name === '--version' || name === '-v') return console.log(version());
  const command = commandNamed(name);
  if (args.some((arg) => arg === '--help' || arg === '-h')) return printHelp(name);
  await command.run(args);
}

/** @throws {AvatarError} `invalidConfiguration`, with the nearest name. */
function commandNamed(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command;
  throw unknownName(`unknown command "${name}"`, name, Object.keys(COMMANDS));
}

/** @param name Of a command. Default: all of them. */
function printHelp(name?: string): void {
  const usages = name === undefined ? Object.values(COMMANDS).map(({ usage }) => usage) : [commandNamed(name).usage];
  console.log(['Usage: spatius-avatar <command> [options]\n', ...usages, ENVIRONMENT].join('\n'));
}

function version(): string {
  return (createRequire(import.meta.url)('spatius-avatar/package.json') as { version: string }).version;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`spatius-avatar: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
