/** `spatius-avatar token`. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { createTokenEndpoint } from '../token-endpoint.js';
import { readCommandLine } from './command-line.js';
import { integerOption } from './options.js';

export const TOKEN_USAGE = `token                 asks a console for a Session Token and prints it
  --console <url>       e.g. http://127.0.0.1:8080/v1/console
  --region <name>       the Spatius console of a region, e.g. us-west
  --ttl <seconds>       default 3300
`;

const OPTIONS = ['console', 'region', 'ttl'] as const;

/** Prints a Session Token. @throws {AvatarError} `invalidConfiguration`, `tokenRequestFailed` */
export async function token(args: string[]): Promise<void> {
  const { values } = readCommandLine('token', args, OPTIONS);
  if (values.console !== undefined && values.region !== undefined) {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'give --console or --region, not both');
  }
  const { SPATIUS_API_KEY, SPATIUS_APP_ID, SPATIUS_CONSOLE_ENDPOINT, SPATIUS_REGION } = process.env;
  const missing = [!SPATIUS_API_KEY && 'SPATIUS_API_KEY', !SPATIUS_APP_ID && 'SPATIUS_APP_ID'].filter(Boolean);
  if (missing.length > 0) throw new AvatarError(ErrorCode.invalidConfiguration, `set ${missing.join(' and ')}`);
  // An option overrides both variables of the environment.
  const consoleUrl = values.console ?? (values.region === undefined ? SPATIUS_CONSOLE_ENDPOINT : undefined);
  const region = values.region ?? SPATIUS_REGION;
  const endpoint = createTokenEndpoint({
    apiKey: SPATIUS_API_KEY,
    appId: SPATIUS_APP_ID,
    consoleUrl,
    region,
    ...(values.ttl !== undefined && { ttlSeconds: integerOption(values.ttl, '--ttl', 60, 86_400) }),
  });
  const response = await endpoint(new Request('http://localhost/', { method: 'POST' }));
  const answer = (await response.json()) as { sessionToken?: string; error?: string; detail?: string };
  if (!answer.sessionToken) throw new AvatarError(ErrorCode.tokenRequestFailed, `${answer.error}: ${answer.detail ?? ''}`);
  console.log(answer.sessionToken);
}
