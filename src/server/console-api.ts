/** The console API: exchanges the API key for Session Tokens, as the documented console does. */
import { createHash, timingSafeEqual } from 'node:crypto';

import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { createLogId } from '../shared/core/ids.js';
import type { SessionTokens } from './session-tokens.js';
import { tokenAnswer } from './token-endpoint.js';

const MAX_VALIDITY_SECONDS = 24 * 3600;

/** Answers requests as the Fetch API knows them; mount it in any server that does. */
export interface ConsoleApi {
  fetch(request: Request): Response | Promise<Response>;
}

export interface ConsoleApiOptions {
  apiKey: string;
  appId: string;
  tokens: SessionTokens;
}

/**
 * `POST /session-tokens` with `X-Api-Key` and `{expireAt | expire_at, appId?}` answers `{sessionToken, session_token}`. Times are Unix
 * seconds, in the future and at most 24 h away. Failures are `{errors: [{id, status, code, title, detail}]}`.
 */
export function createConsoleApi({ apiKey, appId, tokens }: ConsoleApiOptions): ConsoleApi {
  return createConsoleApiOf((given) => (isSameSecret(given, apiKey) ? { appId, tokens } : null));
}

/** The console API of several apps. @param appOf The app that an API key belongs to. */
export function createConsoleApiOf(appOf: (apiKey: string) => Pick<ConsoleApiOptions, 'appId' | 'tokens'> | null): ConsoleApi {
  const api = new Hono();
  api.post('/session-tokens', async (context) => {
    const app = appOf(context.req.header('x-api-key') ?? '');
    if (!app) {
      // Not UNAUTHENTICATED: stock SDKs take that for the credentials of an egress.
      return failure(context, 401, 'INVALID_API_KEY', 'Invalid API Key', 'the X-Api-Key header holds no API key of this server');
    }
    let body: unknown;
    try {
      body = await context.req.json();
    } catch {
      return failure(context, 400, 'INVALID_ARGUMENT', 'Invalid Argument', 'the body is not valid JSON');
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return failure(context, 400, 'INVALID_ARGUMENT', 'Invalid Argument', 'the body is not a JSON object');
    }
    const fields = body as Record<string, unknown>;
    const expireAt = fields.expireAt ?? fields.expire_at;
    const detail = faultOfExpiry(expireAt);
    if (detail) return failure(context, 400, 'INVALID_ARGUMENT', 'Invalid Argument', detail);
    const { appId, tokens } = app;
    const requestedAppId = fields.appId ?? fields.app_id ?? appId;
    if (requestedAppId !== appId) return failure(context, 404, 'NOT_FOUND', 'Not Found', 'app id unrecognized');
    return context.json(tokenAnswer(await tokens.issue(appId, expireAt as number)), 200, { 'cache-control': 'no-store' });
  });
  api.all('/session-tokens', (context) => {
    context.header('allow', 'POST');
    return failure(context, 405, 'METHOD_NOT_ALLOWED', 'Method Not Allowed', 'use POST');
  });
  return { fetch: (request) => api.fetch(request) };
}

function faultOfExpiry(expireAt: unknown): string | null {
  if (typeof expireAt !== 'number' || !Number.isInteger(expireAt)) return 'expire_at must be an integer, Unix seconds';
  const nowSeconds = Date.now() / 1000;
  if (expireAt <= nowSeconds) return 'expire_at must be in the future';
  if (expireAt > nowSeconds + MAX_VALIDITY_SECONDS) return 'expire_at must be within 24 hours from now';
  return null;
}

function failure(context: Context, status: ContentfulStatusCode, code: string, title: string, detail: string): Response {
  return context.json({ errors: [{ id: createLogId(), status, code, title, detail }] }, status);
}

/** Compares in constant time. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
