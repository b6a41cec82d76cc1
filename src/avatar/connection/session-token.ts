/**
 * Where Session Tokens come from: a fixed one, the app's token endpoint, or a function of the app.
 *
 * A token is kept until shortly before it expires, so that a reconnect costs no extra request, and is asked for anew
 * when the server refused it. Messages say what to do and never hold the token.
 */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { readText } from '../../shared/core/read-text.js';
import type { TokenSource } from './token-source.js';

export interface TokenProviderOptions {
  readonly source: TokenSource;
  readonly appId: string;
  /** Base of a relative endpoint. */
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
  /** ms after which an endpoint that does not answer counts as down. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

/** A token this close to its end, in ms, is not used for a new connection. */
const REFRESH_AHEAD_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Session Tokens, then participants' tokens of LiveKit, by all their spellings. */
const TOKEN_NAMES = [
  'sessionToken',
  'sessionKey',
  'token',
  'session_token',
  'participantToken',
  'participant_token',
  'accessToken',
  'access_token',
];
/** A token endpoint answers with a few hundred bytes; more is some other page. */
const MAX_ANSWER_BYTES = 65_536;

export interface ReadToken {
  readonly token: string;
  /** Unix ms, or null when the answer does not say and the token is no JWT. */
  readonly expiresAtMs: number | null;
}

export class TokenProvider {
  private readonly options: TokenProviderOptions;
  private readonly now: () => number;
  private cached: ReadToken | null = null;
  private pending: Promise<ReadToken> | null = null;

  constructor(options: TokenProviderOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /**
   * @param isRefresh The last token was refused: a kept one is not used again.
   * @throws {AvatarError} `tokenRequestFailed`, or `invalidConfiguration` without any source.
   */
  async token(isRefresh: boolean): Promise<string> {
    const { sessionToken, tokenEndpoint, requestToken } = this.options.source;
    if (requestToken) return this.askApp(requestToken, isRefresh);
    if (tokenEndpoint) {
      if (isRefresh) this.cached = null;
      if (this.cached && !this.isStale(this.cached)) return this.cached.token;
      this.pending ??= this.fetchToken(tokenEndpoint).finally(() => (this.pending = null));
      this.cached = await this.pending;
      return this.cached.token;
    }
    if (sessionToken) return sessionToken;
    throw new AvatarError(
      ErrorCode.invalidConfiguration,
      'There is no way to a token: set token-endpoint or session-token, in LiveKit mode livekit-token-endpoint.',
    );
  }

  private isStale(token: ReadToken): boolean {
    return token.expiresAtMs !== null && token.expiresAtMs - REFRESH_AHEAD_MS <= this.now();
  }

  private async askApp(request: (isRefresh: boolean) => Promise<string>, isRefresh: boolean): Promise<string> {
    let token: unknown;
    try {
      token = await request(isRefresh);
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.tokenRequestFailed, 'The app could not provide a Session Token');
    }
    if (typeof token === 'string' && token !== '') return token;
    throw new AvatarError(ErrorCode.tokenRequestFailed, 'The app provided no Session Token: a non-empty string is expected.');
  }

  private async fetchToken(endpoint: string | URL): Promise<ReadToken> {
    const { appId, baseUrl, timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    const send = this.options.fetch ?? globalThis.fetch;
    let url: URL;
    try {
      url = new URL(endpoint, baseUrl);
    } catch {
      throw new AvatarError(ErrorCode.invalidConfiguration, `token-endpoint is no valid URL: ${String(endpoint)}`);
    }
    const place = `${url.origin}${url.pathname}`;
    let response: Response;
    let text: string | null;
    try {
      response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ appId }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await readText(response.body, MAX_ANSWER_BYTES);
    } catch (reason) {
      const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
      const words = isTimeout ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
      throw new AvatarError(
        ErrorCode.tokenRequestFailed,
        `The token endpoint ${place} ${words}. Is it running, and does it allow this page's origin (CORS)?`,
        { cause: reason },
      );
    }
    return tokenFromAnswer(response.status, text, place);
  }
}

/**
 * Reads the answer of a token endpoint, whatever spelling it uses.
 *
 * @param text Null: too long to be read.
 * @param place Shown in messages: the endpoint without its query.
 * @throws {AvatarError} `tokenRequestFailed`.
 */
export function tokenFromAnswer(status: number, text: string | null, place: string): ReadToken {
  const fail = (words: string): AvatarError => new AvatarError(ErrorCode.tokenRequestFailed, `The token endpoint ${place} ${words}`);
  if (text === null) throw fail('answered with far more than a token.');
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const detail = errorDetail(answer);
  if (status < 200 || status > 299) {
    const hint =
      status === 401 || status === 403
        ? ' Does it need a login, or a valid API key on its side?'
        : status === 404 || status === 405
          ? ' Is the path right, and does it take POST?'
          : '';
    throw fail(`answered ${status}${detail ? `: ${detail}` : '.'}${hint}`);
  }
  if (answer === undefined) {
    throw fail(
      /^\s*</.test(text) ? 'answered with an HTML page instead of JSON. Is the path right?' : 'answered with something that is no JSON.',
    );
  }
  // The console API may answer 200 with a list of errors.
  if (detail && isRecord(answer) && 'errors' in answer) throw fail(`answered with an error: ${detail}`);
  const holder = isRecord(answer) && isRecord(answer.data) ? { ...answer, ...answer.data } : answer;
  const token = isRecord(holder) ? firstString(holder, TOKEN_NAMES) : null;
  if (!token) throw fail('answered with JSON that holds no sessionToken or token.');
  return { token, expiresAtMs: expiryFromAnswer(holder as Record<string, unknown>) ?? expiryFromJwt(token) };
}

function expiryFromAnswer(answer: Record<string, unknown>): number | null {
  for (const key of ['expiredAt', 'expiresAt', 'expireAt', 'expire_at', 'expires_at']) {
    const value = answer[key];
    // Unix seconds until 5138, ms from then on.
    if (typeof value === 'number' && value > 0) return value < 1e11 ? value * 1000 : value;
    if (typeof value === 'string') {
      const ms = /^\d+$/.test(value) ? Number(value) * (Number(value) < 1e11 ? 1000 : 1) : Date.parse(value);
      if (Number.isFinite(ms)) return ms;
    }
  }
  return null;
}

function expiryFromJwt(token: string): number | null {
  const payload = token.split('.')[1];
  if (!payload) return null;
  try {
    const claims: unknown = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return isRecord(claims) && typeof claims.exp === 'number' ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}

/** The human words of an error answer: JSON:API-like lists and flat objects. */
function errorDetail(answer: unknown): string | null {
  if (!isRecord(answer)) return null;
  const list = answer.errors;
  const first: unknown = Array.isArray(list) ? list[0] : answer;
  if (!isRecord(first)) return null;
  const words = firstString(first, ['detail', 'message', 'title', 'error', 'code']);
  return words ? words.slice(0, 200) : null;
}

function firstString(holder: Record<string, unknown>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = holder[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
