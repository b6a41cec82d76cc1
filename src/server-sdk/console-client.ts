/** Requests a Session Token from a console. Uses only fetch, so that it runs wherever the token endpoint does. */

import { readText } from '../shared/core/read-text.js';

export interface SessionTokenRequest {
  /** Console API up to and without `/session-tokens`. */
  consoleUrl: string;
  /** Secret. */
  apiKey: string;
  appId: string;
  /** Unix time, s; at most 24 h away. */
  expireAt: number;
  /** Time for the whole exchange, ms. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** How the console is reached. Default: the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** `unreachable`: no response. `refused`: an error response. `unreadable`: no JSON object, or too long. `missing`: no token in it. */
export type ConsoleFailureKind = 'unreachable' | 'refused' | 'unreadable' | 'missing';

/** A console's refusal; its texts never contain the API key. */
export interface ConsoleAnswer {
  status: number;
  /** `code`, or in a flat answer `error`. */
  code?: string;
  title?: string;
  detail?: string;
  rawBody: string;
}

/** A failed request to the console; the message is safe to show. */
export class ConsoleFailure extends Error {
  readonly kind: ConsoleFailureKind;
  readonly answer: ConsoleAnswer | null;

  constructor(kind: ConsoleFailureKind, detail: string, options: { answer?: ConsoleAnswer; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.kind = kind;
    this.answer = options.answer ?? null;
  }
}

const MAX_ANSWER_BYTES = 1024 * 1024;
/** Length of `rawBody`. */
const MAX_KEPT_CHARACTERS = 8192;
// Names under which console versions have sent the token, at the top or inside `data`.
const TOKEN_FIELDS = ['sessionToken', 'sessionKey', 'token', 'session_token'];

/**
 * @returns The Session Token.
 * @throws {ConsoleFailure}, and the reason of `signal` when it aborts.
 */
export async function requestSessionToken(options: SessionTokenRequest): Promise<string> {
  const { apiKey, appId, expireAt, timeoutMs } = options;
  const headers = headersWith(apiKey);
  const { status, text } = await withTimeout(timeoutMs, options.signal, async (signal) => {
    const request = new Request(`${options.consoleUrl.replace(/\/+$/, '')}/session-tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ appId, expireAt }),
      // A redirect would carry the API key to wherever it points.
      redirect: 'manual',
      signal,
    });
    const response = await (options.fetch ?? fetch)(request);
    return { status: response.status, text: await readText(response.body, MAX_ANSWER_BYTES, signal) };
  });
  if (text === null) throw new ConsoleFailure('unreadable', 'the response of the console is too long');
  const body = jsonObjectFrom(text);
  const refusal = body && firstErrorOf(body);
  if (status !== 200 || refusal) {
    const answer = {
      status,
      ...withoutKey(refusal ?? {}, apiKey),
      rawBody: text.split(apiKey).join('[api key]').slice(0, MAX_KEPT_CHARACTERS),
    };
    const reason = summaryOf(answer);
    throw new ConsoleFailure('refused', `the console answered with status ${status}${reason && `: ${reason}`}`, { answer });
  }
  if (!body) throw new ConsoleFailure('unreadable', 'the response of the console is not a JSON object');
  const token = tokenIn(body) ?? tokenIn(body.data);
  if (!token) throw new ConsoleFailure('missing', 'the response of the console contains no session token');
  return token;
}

function headersWith(apiKey: string): Headers {
  try {
    return new Headers({ 'x-api-key': apiKey, 'content-type': 'application/json', accept: 'application/json' });
  } catch {
    // The reason would quote the key.
    throw new ConsoleFailure('unreachable', 'the API key contains characters that cannot be sent in a header');
  }
}

function tokenIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const name of TOKEN_FIELDS) {
    const token = (value as Record<string, unknown>)[name];
    if (typeof token === 'string' && token !== '') return token;
  }
  return null;
}

type Refusal = Pick<ConsoleAnswer, 'code' | 'title' | 'detail'>;

/** Consoles send a list of errors, with any status, 200 included; some send one flat object. */
function firstErrorOf(body: Record<string, unknown>): Refusal | null {
  const errors = body.errors;
  const first: unknown = Array.isArray(errors) && errors.length > 0 ? errors[0] : body.error || body.code ? body : null;
  if (typeof first === 'string') return { detail: first };
  if (typeof first !== 'object' || first === null) return null;
  const { code, error, title, detail, message } = first as Record<string, unknown>;
  // `code: 0` in an answer that holds a token is a success marker, no failure.
  if (code === 0 && !error) return null;
  const refusal = { ...textAs('code', code ?? error), ...textAs('title', title), ...textAs('detail', detail ?? message) };
  return Object.keys(refusal).length > 0 ? refusal : null;
}

function textAs(name: keyof Refusal, value: unknown): Refusal {
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : {};
}

function summaryOf({ code, title, detail }: Refusal): string {
  return [code, detail ?? title]
    .filter((part) => part !== undefined)
    .join(' ')
    .slice(0, 300);
}

function withoutKey(refusal: Refusal, apiKey: string): Refusal {
  return Object.fromEntries(Object.entries(refusal).map(([name, text]) => [name, text.split(apiKey).join('[api key]')]));
}

export function jsonObjectFrom(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Rejects after `timeoutMs` or when `outer` aborts, whether or not what runs listens to its signal: a custom `fetch` may not. */
async function withTimeout<Result>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  let stop!: (reason: unknown) => void;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (reason) => {
      reject(reason);
      controller.abort();
    };
  });
  const timer = setTimeout(() => stop(new ConsoleFailure('unreachable', `the console did not answer within ${timeoutMs} ms`)), timeoutMs);
  const onAbort = (): void => stop(outer!.reason);
  outer?.addEventListener('abort', onAbort);
  const running = run(controller.signal).catch((cause: unknown) => {
    throw new ConsoleFailure('unreachable', 'the console cannot be reached', { cause });
  });
  try {
    return await Promise.race([running, stopped]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onAbort);
    // The promise that lost the race may still reject.
    running.catch(() => undefined);
  }
}
