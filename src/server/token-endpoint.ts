/**
 * The developer's own token endpoint: the browser requests a Session Token from it, and it requests one from the console with the API key,
 * which never leaves it. Uses nothing but fetch, so it drops into Hono, Next, Workers, Deno or Bun as it is.
 */

import { ConsoleFailure, type ConsoleFailureKind, jsonObjectFrom, requestSessionToken } from '../server-sdk/console-client.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { isRegionName, regionHosts } from '../shared/contracts/region-hosts.js';
import { readText } from '../shared/core/read-text.js';

export interface TokenEndpointOptions {
  /** Secret. `undefined`, as an environment may hold it, is answered with `invalid_server_env`. */
  apiKey: string | undefined;
  /** The app that tokens are for. Without it every request must name one. */
  appId?: string | undefined;
  /** Console API up to and without `/session-tokens`, e.g. `https://host/v1/console`. Wins over `region`. */
  consoleUrl?: string | undefined;
  /** Region of the Spatius console, e.g. `us-west`. */
  region?: string | undefined;
  /** Validity of a token, s, 60..86,400. Default 3300: 55 minutes. */
  ttlSeconds?: number;
  /** Time for one exchange with the console, ms. Default 10,000. */
  timeoutMs?: number;
  /**
   * Answer to `Access-Control-Allow-Origin`; `null` sends none. A list: pages of other origins get 403, and the answer names the
   * origin of the page. Default `*`.
   */
  allowOrigin?: string | readonly string[] | null;
  /** Whether this visitor may have a token (a session cookie, a rate limit). Answered with 403 if not. Default: everybody. */
  authorize?: (request: Request) => boolean | Promise<boolean>;
  /** How the console is reached. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

const DEFAULT_TTL_SECONDS = 3300;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_REQUEST_BYTES = 16 * 1024;

/** Error names of this endpoint for failures of the console. */
const FAILURES: Readonly<Record<ConsoleFailureKind, string>> = {
  unreachable: 'session_token_request_failed',
  refused: 'session_token_request_failed',
  unreadable: 'session_token_payload_invalid',
  missing: 'session_token_missing',
};

/**
 * Makes the handler. `POST` with an optional body `{appId}` answers
 * `{sessionToken, session_token, expiresAt, expiredAt}`: ISO 8601, both spellings of token and moment.
 * Failures are `{error, detail?}`: 400 `missing_app_id`, `app_id_mismatch`, `invalid_request`; 403 `forbidden`, `origin_not_allowed`; 405
 * `method_not_allowed`; 500 `invalid_server_env` with `missingKeys` and `placeholderKeys`, where the key or the app id has
 * not been filled in; 502 `session_token_request_failed`, `session_token_missing`, `session_token_payload_invalid`.
 *
 * @throws {AvatarError} `invalidConfiguration` without a way to the console, or with a wrong validity.
 */
export function createTokenEndpoint(options: TokenEndpointOptions): (request: Request) => Promise<Response> {
  const consoleUrl = consoleUrlFrom(options);
  const { apiKey, timeoutMs = DEFAULT_TIMEOUT_MS, fetch } = options;
  const fault = environmentFaultOf(options);
  return createTokenHandler({
    ...options,
    fault,
    appIdFor: (asked) => options.appId || asked,
    issue: (appId, expireAt) => requestSessionToken({ consoleUrl, apiKey: apiKey!, appId, expireAt, timeoutMs, fetch }),
  });
}

export interface TokenHandlerOptions extends Pick<TokenEndpointOptions, 'ttlSeconds' | 'allowOrigin' | 'authorize'> {
  /** Answered with 500 to every request; null: none. */
  fault: object | null;
  /** The app to issue a token for when a page asks for one, or for none (`null`); null where neither is known. */
  appIdFor: (asked: string | null) => string | null;
  /** @param expireAt Unix time, s. @throws {ConsoleFailure} */
  issue: (appId: string, expireAt: number) => Promise<string>;
}

/** The HTTP half of the endpoint. @throws {AvatarError} `invalidConfiguration` for a wrong validity. */
export function createTokenHandler(options: TokenHandlerOptions): (request: Request) => Promise<Response> {
  const { ttlSeconds = DEFAULT_TTL_SECONDS, allowOrigin = '*', fault } = options;
  if (!(ttlSeconds >= 60 && ttlSeconds <= 86_400)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `a token validity of ${ttlSeconds} s is not within 60..86400`);
  }
  return async (request) => {
    const origin = request.headers.get('origin');
    const isRefused = Array.isArray(allowOrigin) && origin !== null && !allowOrigin.includes(origin);
    const answer = responder(Array.isArray(allowOrigin) ? (isRefused ? null : origin) : (allowOrigin as string | null));
    if (isRefused) return answer(403, { error: 'origin_not_allowed' });
    if (request.method === 'OPTIONS') return answer(204, null);
    if (request.method !== 'POST') return answer(405, { error: 'method_not_allowed' }, { allow: 'POST, OPTIONS' });
    if (fault) return answer(500, fault);
    if (options.authorize && !(await options.authorize(request))) return answer(403, { error: 'forbidden' });
    const asked = await appIdOf(request);
    if (asked === INVALID_BODY)
      return answer(400, { error: 'invalid_request', detail: 'the body is not a JSON object with a string appId' });
    const appId = options.appIdFor(asked);
    if (!appId) return answer(400, { error: 'missing_app_id' });
    if (asked && asked !== appId)
      return answer(400, { error: 'app_id_mismatch', detail: 'this endpoint issues tokens for another app id' });

    const expireAt = Math.floor(Date.now() / 1000) + ttlSeconds;
    try {
      const sessionToken = await options.issue(appId, expireAt);
      const expiry = new Date(expireAt * 1000).toISOString();
      return answer(200, { ...tokenAnswer(sessionToken), expiresAt: expiry, expiredAt: expiry });
    } catch (error) {
      if (!(error instanceof ConsoleFailure)) throw error;
      return answer(502, { error: FAILURES[error.kind], detail: error.message });
    }
  };
}

/** Some SDKs read only one of the names. */
export function tokenAnswer(token: string): { sessionToken: string; session_token: string } {
  return { sessionToken: token, session_token: token };
}

/** `https://console.{region}.{domain}/v1/console`, unless a URL is given. */
function consoleUrlFrom({ consoleUrl, region }: TokenEndpointOptions): string {
  if (consoleUrl) {
    if (!/^https?:\/\//.test(consoleUrl))
      throw new AvatarError(ErrorCode.invalidConfiguration, 'the console URL must begin with http:// or https://');
    return consoleUrl;
  }
  if (!region || !isRegionName(region)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'the token endpoint needs a console URL or a region such as us-west');
  }
  return regionHosts(region).consoleUrl;
}

/** Placeholders of examples that were not replaced. */
const PLACEHOLDER = /^(replace[-_ ]?me|change[-_ ]?me|your[-_ ].*|<.*>|x{3,}|\.{3}|…)$/i;

/** Returned as a response, not thrown: a module that throws on import shows only the framework's error page. */
function environmentFaultOf({ apiKey, appId }: TokenEndpointOptions): object | null {
  const missingKeys = apiKey ? [] : ['SPATIUS_API_KEY'];
  const placeholderKeys = [
    ...(PLACEHOLDER.test(apiKey ?? '') ? ['SPATIUS_API_KEY'] : []),
    ...(PLACEHOLDER.test(appId ?? '') ? ['SPATIUS_APP_ID'] : []),
  ];
  return missingKeys.length + placeholderKeys.length > 0 ? { error: 'invalid_server_env', missingKeys, placeholderKeys } : null;
}

const INVALID_BODY = Symbol('invalid body');

async function appIdOf(request: Request): Promise<string | null | typeof INVALID_BODY> {
  const text = await readText(request.body, MAX_REQUEST_BYTES);
  if (text === null) return INVALID_BODY;
  if (text.trim() === '') return null;
  const body = jsonObjectFrom(text);
  const appId = body ? (body.appId ?? body.app_id ?? null) : INVALID_BODY;
  return typeof appId === 'string' || appId === null || appId === INVALID_BODY
    ? (appId as string | null | typeof INVALID_BODY)
    : INVALID_BODY;
}

function responder(allowOrigin: string | null) {
  return (status: number, body: object | null, headers: Record<string, string> = {}): Response =>
    new Response(body && JSON.stringify(body), {
      status,
      headers: {
        'cache-control': 'no-store',
        ...(body && { 'content-type': 'application/json' }),
        ...(allowOrigin !== null && {
          'access-control-allow-origin': allowOrigin,
          'access-control-allow-methods': 'POST, OPTIONS',
          'access-control-allow-headers': 'content-type, authorization',
          ...(allowOrigin !== '*' && { vary: 'origin' }),
        }),
        ...headers,
      },
    });
}
