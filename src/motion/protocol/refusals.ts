/**
 * The one dictionary of a server's refusals: texts, `ServerError` codes, close codes and HTTP statuses → a kind, and whether
 * another attempt can help. Browser and Server SDK map the kind to their own error codes.
 */

/** Whether a refused client may retry. */
export type Retry =
  /** After a transient failure of the network or the server: with growing delays. */
  | 'later'
  /** With a new Session Token. */
  | 'fresh-token'
  /** At the next request. */
  | 'on-demand'
  /** Not without a change of configuration, account or balance. */
  | 'never';

interface Entry {
  readonly retry: Retry;
  /** Matches the lower-case text of a server. */
  readonly text?: RegExp;
  /** `ServerError.code` and, from 4000, WebSocket close codes. */
  readonly codes?: readonly number[];
  /** HTTP statuses of a refused upgrade. */
  readonly statuses?: readonly number[];
}

/**
 * The text takes precedence over numbers, because one number covers many reasons; the first matching entry wins. Egress comes
 * before tokens: a room's server may have refused its own token.
 */
const ENTRIES = {
  creditsExhausted: { retry: 'never', text: /credits? exhausted|insufficient balance/, codes: [4001] },
  sessionDurationExceeded: { retry: 'later', text: /session time limit reached|maximum session duration/, codes: [4002] },
  concurrentLimitExceeded: { retry: 'later', text: /concurren(t|cy)/, codes: [4003], statuses: [429] },
  billingRequired: { retry: 'never', text: /session denied/, statuses: [402] },
  egressUnavailable: { retry: 'never', text: /egress client is not configured|failed to create egress connection/ },
  invalidEgressConfig: { retry: 'never', text: /livekit_egress|agora_egress|missing livekit credentials|provide api_token or both/ },
  sessionTokenExpired: { retry: 'fresh-token', text: /token is expired|token expired|expired token/, codes: [4010], statuses: [401] },
  sessionTokenInvalid: { retry: 'fresh-token', text: /invalid session token|empty token/, statuses: [400] },
  appIDMismatch: { retry: 'never', text: /app ?id mismatch/ },
  appIDUnrecognized: { retry: 'never', text: /app ?id ?unrecognized/, statuses: [404] },
  avatarNotFound: { retry: 'never', text: /avatar not found/ },
  unsupportedSampleRate: { retry: 'never', text: /unsupported sample rate/ },
  idleTimeout: { retry: 'on-demand', text: /silence timeout|no audio input for|idle timeout/ },
  upstreamError: { retry: 'later', text: /driven server (returned non-200 status code|request failed)/, codes: [4503] },
  protocolError: {
    retry: 'never',
    text: /expected clientconfiguresession|clientconfiguresession message is nil|unexpected message type|failed to unmarshal/,
  },
  /** Missing or wrong credentials, without saying which. */
  unauthenticated: { retry: 'fresh-token', text: /unauthenticated/, codes: [16] },
  invalidRequest: { retry: 'never', codes: [3, 400] },
  serverError: { retry: 'later' },
  /** No server answered, or something else than a server. */
  connectionFailed: { retry: 'later' },
  /** The server closed the connection for another reason. */
  connectionClosed: { retry: 'later' },
  /** The connection ended without a close frame. */
  connectionLost: { retry: 'later' },
} as const satisfies Record<string, Entry>;

export type RefusalKind = keyof typeof ENTRIES;

const TABLE = Object.entries(ENTRIES) as [RefusalKind, Entry][];
export const REFUSAL_KINDS: readonly RefusalKind[] = TABLE.map(([kind]) => kind);

const ABNORMAL_CLOSE = 1006;
/** gRPC's UNAVAILABLE: of the room where the session has one, else of the server. */
const UNAVAILABLE = 14;

function find(matches: (entry: Entry) => boolean | undefined): RefusalKind | undefined {
  return TABLE.find(([, entry]) => matches(entry))?.[0];
}

function kindOfText(text: string): RefusalKind | undefined {
  const lower = text.toLowerCase();
  return find((entry) => entry.text?.test(lower));
}

const kindOfCode = (code: number): RefusalKind | undefined => find((entry) => entry.codes?.includes(code));

export function retryOfRefusal(kind: RefusalKind): Retry {
  return ENTRIES[kind].retry;
}

/** @param hasEgress Whether the session asked for an egress. */
export function refusalInServerError(code: number, message: string, hasEgress = false): RefusalKind {
  const ofText = kindOfText(message);
  if (ofText) return ofText;
  if (code === 3 && /livekit|agora|egress/i.test(message)) return 'invalidEgressConfig';
  if (code === UNAVAILABLE && hasEgress) return 'egressUnavailable';
  return kindOfCode(code) ?? 'serverError';
}

/** A connection that the server closed, or that was lost. @param reason Text of the close frame. */
export function refusalInClose(closeCode: number, reason: string): RefusalKind {
  const found = kindOfText(reason) ?? (closeCode >= 4000 ? kindOfCode(closeCode) : undefined);
  return found ?? (closeCode === ABNORMAL_CLOSE ? 'connectionLost' : 'connectionClosed');
}

/** The HTTP response to a refused upgrade. */
export function refusalInUpgrade(status: number, body: string): RefusalKind {
  return kindOfText(messageInBody(body)) ?? find((entry) => entry.statuses?.includes(status)) ?? kindOfStatus(status);
}

/** The console's refusal to issue a Session Token. @param text Code, title and detail of its error. */
export function refusalOfConsole(status: number, text: string): RefusalKind {
  const ofText = kindOfText(text);
  // A console that refuses an API key answers UNAUTHENTICATED: no Session Token is involved yet.
  if (ofText && ofText !== 'unauthenticated') return ofText;
  if (status === 402) return 'billingRequired';
  if (status === 404) return 'appIDUnrecognized';
  return status >= 500 ? 'serverError' : 'invalidRequest';
}

function kindOfStatus(status: number): RefusalKind {
  if (status >= 500) return 'serverError';
  return status >= 400 ? 'invalidRequest' : 'connectionFailed';
}

/** `message` of a Motion Server's `{"message"}`; empty for anything else, such as the error page of a proxy. */
export function messageInBody(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed && 'message' in parsed) return String(parsed.message);
  } catch {
    // Not JSON.
  }
  return '';
}
