/** `spatius-avatar token`. */
import { parseArgs } from 'node:util';

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { createTokenEndpoint } from '../token-endpoint.js';
import { integerOption } from './options.js';

export const TOKEN_USAGE = `token                 asks a console for a Session Token and prints it
  --console <url>       e.g. http://127.0.0.1:8080/v1/console
  --region <name>       the Spatius console of a region, e.g. us-west
  --ttl <seconds>       default 3300
`;

/** Prints a Session Token. @throws {AvatarError} `invalidConfiguration`, `tokenRequestFailed` */
export async function token(args: string[]): Promise<void> {
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
    ...(values.ttl !== undefined && { ttlSeconds: integerOption(values.ttl, '--ttl', 60, 86_400) }),
  });
  const response = await endpoint(new Request('http://localhost/', { method: 'POST' }));
  const answer = (await response.json()) as { sessionToken?: string; error?: string; detail?: string };
  if (!answer.sessionToken) throw new AvatarError(ErrorCode.tokenRequestFailed, `${answer.error}: ${answer.detail ?? ''}`);
  console.log(answer.sessionToken);
}
