/** Finds out why an upgrade was refused: a WebSocket in a browser tells neither status nor words. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { errorFromStatus } from './server-errors.js';

const PROBE_TIMEOUT_MS = 3000;
const MAX_BODY_CHARACTERS = 4096;

/**
 * Asks the same address by plain HTTP. A Motion Server checks such a request like an upgrade and answers with the same
 * `{"message"}`; anything else (no CORS, a proxy's page) says nothing.
 *
 * @param url The refused `ws(s)` URL, token included. Resolves always.
 */
export async function probeRefusal(url: string): Promise<AvatarError> {
  // Never the whole address: it holds the token.
  const { origin } = new URL(url);
  const unreachable = (why: string): AvatarError =>
    new AvatarError(ErrorCode.connectionFailed, `The Motion Server at ${origin} could not be reached${why}.`);
  try {
    const response = await fetch(url.replace(/^ws/, 'http'), {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      credentials: 'omit',
      cache: 'no-store',
    });
    if (response.ok || response.status === 426) return unreachable(', or refused the connection');
    const body = (await response.text()).slice(0, MAX_BODY_CHARACTERS);
    return /"message"/.test(body)
      ? errorFromStatus(response.status, body)
      : unreachable(`: what is there answers with status ${response.status}`);
  } catch {
    return unreachable(', or refused the connection');
  }
}

/** @throws {AvatarError} `tokenRequestFailed` when `answer` takes longer than `limitMs`. */
export async function requestWithin<Value>(limitMs: number, answer: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AvatarError(ErrorCode.tokenRequestFailed, `No Session Token within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
