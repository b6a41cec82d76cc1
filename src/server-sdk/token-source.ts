/** Session Tokens for sessions: requested from the console, and cached for reuse by `prewarm()` and pools. */
import { ConsoleFailure, requestSessionToken } from './console-client.js';
import { abortedError } from './sdk-error.js';
import { errorFromConsole } from './server-refusals.js';

export interface TokenRequest {
  consoleUrl: string;
  apiKey: string;
  appId: string;
  expireAt: Date | undefined;
  timeoutMs: number;
}

export interface HeldToken {
  token: string;
  /** Unix time, ms. */
  expiresAtMs: number;
}

const DEFAULT_TTL_MS = 3_600_000;
/** A token is not handed out when it would expire within this time, ms. */
const SPARE_MS = 60_000;

/**
 * @throws {SessionTokenError}
 * @throws {AvatarError} `aborted`.
 */
export async function requestToken(request: TokenRequest, signal?: AbortSignal): Promise<HeldToken> {
  const expireAt = Math.floor((request.expireAt?.getTime() ?? Date.now() + DEFAULT_TTL_MS) / 1000);
  try {
    return { token: await requestSessionToken({ ...request, expireAt, signal }), expiresAtMs: expireAt * 1000 };
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal);
    throw error instanceof ConsoleFailure ? errorFromConsole(error) : error;
  }
}

/**
 * Tokens shared by several sessions, one per key, app and console. The first caller fetches it; concurrent callers wait
 * with it.
 */
export class SessionTokenCache {
  private readonly held = new Map<string, HeldToken>();
  private readonly pending = new Map<string, Promise<HeldToken>>();

  /** A token that is good for a minute at least, or null. */
  find(request: TokenRequest): HeldToken | null {
    const name = nameOf(request);
    const held = this.held.get(name);
    if (held && held.expiresAtMs - SPARE_MS > Date.now()) return held;
    this.held.delete(name);
    return null;
  }

  /** The token that is held, or a new one, which is then held. Not abortable: others may be waiting for the same. */
  async get(request: TokenRequest): Promise<HeldToken> {
    const held = this.find(request);
    if (held) return held;
    const name = nameOf(request);
    let pending = this.pending.get(name);
    if (!pending) {
      pending = requestToken(request)
        .then((fresh) => {
          this.held.set(name, fresh);
          return fresh;
        })
        .finally(() => this.pending.delete(name));
      this.pending.set(name, pending);
    }
    return pending;
  }

  /** Forgets a token that was refused. */
  drop(token: string): void {
    for (const [name, held] of this.held) if (held.token === token) this.held.delete(name);
  }

  clear(): void {
    this.held.clear();
  }
}

function nameOf({ consoleUrl, apiKey, appId }: TokenRequest): string {
  return JSON.stringify([consoleUrl, apiKey, appId]);
}

/** Filled by `prewarm()` and pools, used by every session of this process. */
export const sharedTokens = new SessionTokenCache();
