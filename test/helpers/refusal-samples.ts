/** Refusals as servers send them, with what browser and Server SDK make of each. */

type Given =
  | { readonly serverError: number; readonly text?: string; readonly hasEgress?: boolean }
  | { readonly close: number; readonly text?: string }
  | { readonly upgrade: number; readonly body?: string };

export interface RefusalSample {
  readonly given: Given;
  readonly kind: string;
  /** `AvatarError.code` in the browser. */
  readonly page: string;
  /** `AvatarSDKError.code`. */
  readonly sdk: string;
}

const message = (text: string): string => `${JSON.stringify({ message: text })}\n`;

const row = (given: Given, kind: string, page: string = kind, sdk: string = kind): RefusalSample => ({ given, kind, page, sdk });

export const REFUSAL_SAMPLES: readonly RefusalSample[] = [
  // Text decides, whatever the number.
  row({ serverError: 0, text: 'Credits exhausted' }, 'creditsExhausted', 'insufficientBalance'),
  row({ serverError: 0, text: 'insufficient balance' }, 'creditsExhausted', 'insufficientBalance'),
  row({ serverError: 3, text: 'session denied: credits exhausted' }, 'creditsExhausted', 'insufficientBalance'),
  row({ serverError: 0, text: 'session time limit reached' }, 'sessionDurationExceeded', 'sessionTimeout'),
  row({ serverError: 0, text: 'Maximum session duration' }, 'sessionDurationExceeded', 'sessionTimeout'),
  row({ serverError: 0, text: 'concurrency limit' }, 'concurrentLimitExceeded', 'concurrentLimitExceeded', 'serverError'),
  row({ serverError: 0, text: 'session denied' }, 'billingRequired'),
  row({ serverError: 0, text: 'Session token expired' }, 'sessionTokenExpired'),
  row({ serverError: 0, text: 'token is expired' }, 'sessionTokenExpired'),
  row({ serverError: 0, text: 'Invalid session token' }, 'sessionTokenInvalid'),
  row({ serverError: 0, text: 'empty token' }, 'sessionTokenInvalid'),
  row({ serverError: 0, text: 'App ID mismatch' }, 'appIDMismatch'),
  row({ serverError: 0, text: 'appIDUnrecognized' }, 'appIDUnrecognized'),
  row({ serverError: 0, text: 'Avatar not found: bob' }, 'avatarNotFound', 'avatarIDUnrecognized'),
  row({ serverError: 0, text: 'unsupported sample rate: 12345' }, 'unsupportedSampleRate'),
  row({ serverError: 0, text: 'no audio input for 30 s' }, 'idleTimeout'),
  row({ serverError: 0, text: 'LiveKit silence timeout' }, 'idleTimeout'),
  row({ serverError: 13, text: 'driven server request failed: 500' }, 'upstreamError', 'serverError'),
  row({ serverError: 0, text: 'expected ClientConfigureSession message' }, 'protocolError'),
  row({ serverError: 14, text: 'egress client is not configured on server' }, 'egressUnavailable'),
  row({ serverError: 16, text: 'livekit_egress: token is expired' }, 'invalidEgressConfig'),
  row({ serverError: 3, text: 'agora: no channel' }, 'invalidEgressConfig'),
  row({ serverError: 0, text: 'Unauthenticated' }, 'unauthenticated', 'sessionTokenInvalid', 'invalidEgressConfig'),
  row({ serverError: 0, text: 'the sky is falling' }, 'serverError'),
  // Numbers decide where the text says nothing.
  row({ serverError: 3, text: 'sorry' }, 'invalidRequest'),
  row({ serverError: 400 }, 'invalidRequest'),
  row({ serverError: 14 }, 'serverError'),
  row({ serverError: 14, hasEgress: true }, 'egressUnavailable'),
  row({ serverError: 16 }, 'unauthenticated', 'sessionTokenInvalid', 'invalidEgressConfig'),
  row({ serverError: 4001 }, 'creditsExhausted', 'insufficientBalance'),
  row({ serverError: 4002, text: 'sorry' }, 'sessionDurationExceeded', 'sessionTimeout'),
  row({ close: 1006 }, 'connectionLost', 'websocketClosedAbnormally', 'connectionClosed'),
  row({ close: 1011, text: 'oops' }, 'connectionClosed', 'websocketClosedUnexpected'),
  row({ close: 1008, text: 'no audio input for 600 s' }, 'idleTimeout'),
  row({ close: 400 }, 'connectionClosed', 'websocketClosedUnexpected'),
  row({ close: 4001 }, 'creditsExhausted', 'insufficientBalance'),
  row({ close: 4002 }, 'sessionDurationExceeded', 'sessionTimeout'),
  row({ close: 4003 }, 'concurrentLimitExceeded', 'concurrentLimitExceeded', 'connectionClosed'),
  row({ close: 4010 }, 'sessionTokenExpired'),
  row({ close: 4010, text: 'invalid session token' }, 'sessionTokenInvalid'),
  row({ close: 4503 }, 'upstreamError', 'serverError'),
  row({ close: 4999 }, 'connectionClosed', 'websocketClosedUnexpected'),
  row({ upgrade: 400 }, 'sessionTokenInvalid'),
  row({ upgrade: 400, body: message('app id mismatch') }, 'appIDMismatch'),
  row({ upgrade: 401, body: message('nope') }, 'sessionTokenExpired'),
  row({ upgrade: 402, body: message('session denied: no plan') }, 'billingRequired'),
  row({ upgrade: 402, body: message('credits exhausted') }, 'creditsExhausted', 'insufficientBalance'),
  row({ upgrade: 404, body: message('Avatar not found: bob') }, 'avatarNotFound', 'avatarIDUnrecognized'),
  row({ upgrade: 404 }, 'appIDUnrecognized'),
  row({ upgrade: 429, body: message('concurrency limit') }, 'concurrentLimitExceeded', 'concurrentLimitExceeded', 'invalidRequest'),
  row({ upgrade: 429 }, 'concurrentLimitExceeded', 'concurrentLimitExceeded', 'invalidRequest'),
  row({ upgrade: 503, body: '<html>avatar not found</html>' }, 'serverError'),
  row({ upgrade: 302 }, 'connectionFailed'),
];
