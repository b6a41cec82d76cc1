#!/usr/bin/env node
/** The command `spatius-avatar`. The only file of this folder with side effects on import. */
import { createRequire } from 'node:module';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { ANIMATE_USAGE, animate } from './commands/animate.js';
import { SERVE_USAGE, serve } from './commands/serve.js';
import { TOKEN_USAGE, token } from './commands/token.js';

const USAGE = `Usage: spatius-avatar <command> [options]

${SERVE_USAGE}
${TOKEN_USAGE}
${ANIMATE_USAGE}
Environment
  SPATIUS_API_KEY           secret; serve makes one up when it is missing
  SPATIUS_APP_ID            serve uses app_demo when it is missing
  SPATIUS_TOKEN_SECRET      signs tokens instead of a key derived from the API key
  SPATIUS_LIVEKIT_HOSTS     LiveKit servers that serve may join, host or host:port, by commas; needs @livekit/rtc-node
  SPATIUS_LOG               default of --log-level
  SPATIUS_CONSOLE_ENDPOINT  default of --console
  SPATIUS_REGION            default of --region
`;

async function main([command, ...args]: string[]): Promise<void> {
  if (command === 'serve') return serve(args);
  if (command === 'token') return token(args);
  if (command === 'animate') return animate(args);
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') return void console.log(USAGE);
  if (command === '--version' || command === '-v') return void console.log(version());
  throw new AvatarError(ErrorCode.invalidConfiguration, `unknown command "${command}"\n\n${USAGE}`);
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
