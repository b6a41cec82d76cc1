/**
 * Everything a page needs, on one port: the Motion Server's WebSocket, the console API that mints Session Tokens, the
 * developer's token endpoint, the demo and the built package.
 *
 *     GET  /livez                            200 while the process runs
 *     GET  /readyz, /healthz                 {status, sessions, maxSessions}; 503 while it takes no new sessions
 *     GET  /metrics                          for Prometheus, in the local network or with a token
 *     GET  /api/config                       {appId, avatarId, avatars, tokenEndpoint, serverUrl}: what a page must know
 *     POST /api/session-token                the token endpoint
 *     POST /v1/console/session-tokens        the console API
 *     WS   /v2/driveningress/websocket       speech in, motion out; a plain GET answers why an upgrade would be refused
 *     GET  /dist/…                           the built package, for pages of any origin
 *     GET  /…                                the demo
 */

import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono, type Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import { setMouthModelReader } from '../motion/engine/mouth-model.js';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { LineBudget, MAX_LINES_PER_SECOND, ServerLog, type ServerLogger } from '../shared/core/server-log.js';
import { ClientAddresses, isForwarded, isLocalAddress } from './client-address.js';
import { createConsoleApiOf, isSameSecret } from './console-api.js';
import { EnginePool } from './engine-pool.js';
import { Exposure } from './exposure.js';
import { INGRESS_PATH, Ingress } from './ingress.js';
import { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
import type { LiveKitOptions } from './livekit/livekit-configuration.js';
import { MemoryBudget } from './memory-budget.js';
import { packageFolder } from './package-folder.js';
import { Quotas } from './quotas.js';
import type { CreateEngine } from './request-queue.js';
import { type MotionServerApp, ServerApps } from './server-apps.js';
import { ServerMetrics } from './server-metrics.js';
import type { AuthorizeSession } from './session-authorization.js';
import { RATE_WINDOW_SECONDS, RateCounters, type Rates } from './shared/rates.js';
import { connectRedisStore, createMemoryStore } from './shared/shared-store.js';
import { serveFile } from './static-files.js';
import { createTokenHandler } from './token-endpoint.js';

export interface MotionServerOptions {
  /** Secret with which backends request tokens: at least 128 random bits where other machines reach the server. */
  apiKey?: string;
  /** The one app of this server. Public. */
  appId?: string;
  /** Signs Session Tokens; derived from the API key by default, so that servers with the same key share tokens. */
  tokenSecret?: string;
  /** API keys that were replaced: they and their tokens are accepted until they are removed from this list. */
  previousApiKeys?: readonly string[];
  /** Several apps, each with its keys, instead of `apiKey` and `appId`. Pages that name no app get the first. */
  apps?: readonly MotionServerApp[];
  /**
   * Who may have tokens from `/api/session-token`: visitors whom `authorize` accepts, everybody (`public`), or nobody: `false` leaves the
   * endpoint out. Undecided by default: then everybody, and the server works on this machine alone.
   */
  tokenEndpoint?: TokenPolicy | 'public' | false;
  /** Origins (`https://example.com`) of pages that may have tokens and sessions. Default: all. */
  allowedOrigins?: readonly string[];
  /** Serves this machine's local networks without strong keys and token policy, for tests on phones. Default false. */
  allowLocalNetwork?: boolean;
  /**
   * Addresses or networks of reverse proxies; their `X-Forwarded-For` tells the client's address. Empty: there is none, every peer is a
   * client. Default: peers with public addresses are clients; of the others the client is not known.
   */
  trustedProxies?: readonly string[];
  /** Validity of tokens from `/api/session-token`, s. Default 3300. */
  tokenTtlSeconds?: number;
  /** Folder of the built package. Default: this package's `dist`. */
  distFolder?: string;
  /** Folder of the pages. Default: this package's `demo`. */
  demoFolder?: string;
  /** Avatars are the `*.glb` files in here. Default: `avatars` in `distFolder`. */
  avatarsFolder?: string;
  /** Avatars for ids that this server does not have, such as `{ '*': 'aria' }`: `*` stands for every other id. Default: those get 404. */
  avatarAliases?: Readonly<Record<string, string>>;
  limits?: Partial<MotionServerLimits>;
  /** How much one address, token or app may use; beyond it sessions are closed with 4003 and new ones get 429. Default: no limit. */
  rates?: Rates;
  /** A Session Token opens one session; further ones get 401. Default false. */
  singleUseTokens?: boolean;
  /**
   * Redis (`redis://…`) that servers share: rates, and tokens that were used or revoked. Default: each server counts for itself. Needs the
   * packages `@redis/client` and `rate-limiter-flexible`.
   */
  redisUrl?: string;
  /** `/metrics` answers requests with `Authorization: Bearer <token>`. Default: requests from local networks that no proxy passed on. */
  metricsToken?: string;
  /** Who may open a session, and for how long; by default everybody with a valid token. */
  authorizeSession?: AuthorizeSession;
  /** Threads that compute the motion. Default: one for each core. */
  threads?: number;
  /** Computes the motion instead of the built-in engine, in the thread of the server. */
  createEngine?: CreateEngine;
  /** LiveKit servers whose rooms sessions may use. Default: none. Needs the package `@livekit/rtc-node`. */
  livekit?: LiveKitOptions;
  /**
   * Receives failures of the server itself: errors of `authorizeSession` that are no `AvatarError`, errors that were answered with
   * status 500, errors inside an engine, and why an engine thread ended. Default: `logger.error`, or `console.error` without one.
   */
  onError?: (error: unknown) => void;
  /**
   * Receives one structured line per event, such as a pino logger does: `info({connectionId, reqId, mediaSeconds, …}, 'request ended')`.
   * Lines hold no token, key or audio, and are limited to 10 a second for each client. Default: none.
   */
  logger?: ServerLogger;
}

export interface TokenPolicy {
  /** Whether a visitor may have a token: a session cookie, a rate limit. Answered with 403 if not. */
  authorize: (request: Request) => boolean | Promise<boolean>;
}

export interface MotionServer {
  /**
   * Begins to listen.
   *
   * @param port 0 takes a free one.
   * @param host Default `127.0.0.1`.
   * @returns The URL, without a slash at the end.
   * @throws {AvatarError} `invalidConfiguration` for an address that other machines reach while a key is weak or `tokenEndpoint` is not
   *   decided, and for one that cannot be listened on.
   */
  listen(port: number, host?: string): Promise<string>;
  /**
   * Replaces apps and keys; sessions that are open are not affected.
   *
   * @throws {AvatarError} `invalidConfiguration`; then nothing has changed.
   */
  setApps(apps: readonly MotionServerApp[]): void;
  /**
   * Refuses a token from now on, on all servers that share a Redis, and ends its sessions on this one with 4010.
   *
   * @param tokenId As in `SessionAttempt`.
   */
  revokeToken(tokenId: string): Promise<void>;
  /** Where it listens, or null when it does not. */
  readonly address: AddressInfo | null;
  /**
   * Answers `/readyz` with 503 and serves on for `drainDelayMs`, then accepts no new sessions, finishes requests in progress (up to
   * `drainTimeoutMs`) and closes sessions with 1001.
   */
  close(): Promise<void>;
}

/** The built-in avatar, known to every server even if no avatar was built. */
const DEFAULT_AVATAR_ID = 'aria';
const TOKEN_PATH = '/api/session-token';
const UPGRADE_REQUIRED = 426;
/** The longest validity of a Session Token. */
const MAX_TOKEN_SECONDS = 24 * 3600;

export function createMotionServer(options: MotionServerOptions): MotionServer {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const distFolder = options.distFolder ?? join(packageFolder(), 'dist');
  const demoFolder = options.demoFolder ?? join(packageFolder(), 'demo');
  const avatarsFolder = options.avatarsFolder ?? join(distFolder, 'avatars');
  const apps = new ServerApps(appsFrom(options));
  const exposure = new Exposure({
    secrets: () => apps.secrets,
    hasTokenPolicy: options.tokenEndpoint !== undefined,
    isForLocalNetwork: options.allowLocalNetwork ?? false,
  });
  const allowedOrigins = options.allowedOrigins?.map(originFrom) ?? null;
  const aliases = new Map(Object.entries(options.avatarAliases ?? {}));
  const modelPath = join(distFolder, 'models', 'mouth.bin');
  const livekit = options.livekit ?? { hosts: [] };
  const threadCount = options.threads ?? availableParallelism();
  if (!Number.isInteger(threadCount) || threadCount < 1) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `threads must be a whole number from 1, not ${threadCount}`);
  }
  const log = new ServerLog(options.logger ?? null, () => performance.now());
  const consoleBudget = new LineBudget(MAX_LINES_PER_SECOND);
  const onError = (error: unknown): void => {
    log.error('server failure', error);
    if (options.onError) options.onError(error);
    else if (!options.logger && consoleBudget.allow(performance.now())) console.error(error);
  };
  const addresses = new ClientAddresses(options.trustedProxies ?? null);
  const memory = new MemoryBudget(limits.memoryBudgetBytes);
  let isDraining = false;
  const status = (): string => (isDraining ? 'draining' : memory.isTight ? 'over memory budget' : 'ok');
  const metrics = new ServerMetrics(limits, {
    sessions: () => ingress.sessionCount,
    queuedBytes: () => ingress.queuedBytes,
    memoryBytes: () => memory.usedBytes,
    engineSeconds: () => engines.busySeconds,
    isReady: () => status() === 'ok',
  });
  const reportQuota = (quota: string, limit: number): void => log.warn('quota exceeded', { quota, limit });
  const quotas = new Quotas(reportQuota);
  const rates = new RateCounters({ rates: options.rates ?? {}, report: reportQuota, onError });
  let store = createMemoryStore();
  const engines = new EnginePool({
    onError,
    createEngine: options.createEngine ?? null,
    threadCount,
    modelPath,
    hasRooms: livekit.hosts.length > 0,
  });
  const ingress = new Ingress({
    apps,
    exposure,
    addresses,
    quotas,
    rates,
    tokenStore: () => store.tokens,
    isTokenSingleUse: options.singleUseTokens ?? false,
    memory,
    metrics,
    allowedOrigins,
    limits,
    authorizeSession: options.authorizeSession,
    findAvatar: async (avatarId) => {
      const ids = await avatarIdsIn(avatarsFolder);
      return [avatarId, aliases.get(avatarId), aliases.get('*')].find((id) => id !== undefined && ids.includes(id)) ?? null;
    },
    engines,
    livekit,
    log,
    onError,
  });

  const app = new Hono();
  const limitBody = bodyLimit({
    maxSize: limits.maxBodyBytes,
    onError: (context) => context.json({ message: 'Request body too large' }, 413),
  });
  for (const path of ['/v1/*', '/api/*', INGRESS_PATH]) app.use(path, (context, next) => logHttp(log, addresses, context, next));
  for (const path of ['/v1/*', '/api/*']) app.use(path, (context, next) => countBody(memory, limits.maxBodyBytes, context, next));
  app.use('/v1/*', limitBody);
  app.use('/api/*', limitBody);
  app.use('*', async (context, next) => {
    await next();
    // Whoever keeps the connection for later finds another server.
    if (isDraining) context.header('connection', 'close');
  });
  app.get('/livez', (context) => context.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }));
  for (const path of ['/readyz', '/healthz']) {
    app.get(path, (context) => {
      const body = { status: status(), sessions: ingress.sessionCount, maxSessions: limits.maxSessions };
      return context.json(body, body.status === 'ok' ? 200 : 503, { 'cache-control': 'no-store' });
    });
  }
  app.get('/metrics', async (context) => {
    if (!mayReadMetrics(incomingOf(context), options.metricsToken)) return context.json({ message: 'Not allowed' }, 403);
    return context.body(await metrics.text(), 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  });
  app.get('/api/config', async (context) =>
    context.json(
      {
        appId: apps.first.appId,
        avatarId: DEFAULT_AVATAR_ID,
        avatars: await avatarIdsIn(avatarsFolder),
        tokenEndpoint: options.tokenEndpoint === false ? null : TOKEN_PATH,
        serverUrl: INGRESS_PATH.replace(/\/websocket$/, ''),
      },
      200,
      { 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
    ),
  );
  for (const path of ['/v1/*', TOKEN_PATH]) app.use(path, (context, next) => keepInside(exposure, context, next));
  app.mount('/v1/console', createConsoleApiOf((apiKey) => apps.ofApiKey(apiKey)).fetch);
  if (options.tokenEndpoint === false) app.all(TOKEN_PATH, (context) => context.json({ error: 'not_found' }, 404));
  else {
    const policy = options.tokenEndpoint;
    const issueToken = createTokenHandler({
      fault: null,
      appIdFor: (asked) => (asked === null || apps.get(asked) ? (asked ?? apps.first.appId) : apps.first.appId),
      issue: (appId, expireAt) => apps.get(appId)!.tokens.issue(appId, expireAt, true),
      ...(typeof policy === 'object' && { authorize: policy.authorize }),
      ...(allowedOrigins && { allowOrigin: allowedOrigins }),
      ...(options.tokenTtlSeconds !== undefined && { ttlSeconds: options.tokenTtlSeconds }),
    });
    app.all(TOKEN_PATH, (context) => issueToken(context.req.raw));
  }
  app.get(INGRESS_PATH, async (context) => {
    // Browsers hide why a WebSocket was refused; a fetch of the same URL returns the reason.
    const admission = await ingress.admit(new URL(context.req.url), incomingOf(context));
    const [status, message] = admission.isAdmitted ? [UPGRADE_REQUIRED, 'Upgrade to WebSocket'] : [admission.status, admission.message];
    return new Response(`${JSON.stringify({ message })}\n`, {
      status,
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
    });
  });
  app.all('/dist/*', ({ req }) => serveFile({ path: distFolder, isShared: true }, req.path.slice('/dist'.length), req.raw));
  app.all('/*', ({ req }) => serveFile({ path: demoFolder, isShared: false }, req.path, req.raw));
  app.onError((error, context) => {
    // A client that leaves in the middle of its request is no failure of the server.
    const { complete, destroyed } = incomingOf(context);
    if (!complete && destroyed) return context.json({ message: 'Request aborted' }, 400);
    onError(error);
    return context.json({ message: 'Internal server error' }, 500);
  });

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs / 2),
    },
    getRequestListener(app.fetch),
  );
  server.maxConnections = limits.maxConnections;
  server.on('connection', (socket) => limitConnections(socket, addresses, quotas, limits.maxConnectionsPerAddress));
  // Connections that only wait give way to new ones.
  server.on('drop', () => server.closeIdleConnections());
  server.on('upgrade', (request, socket, head) => {
    ingress.handleUpgrade(request, socket, head).catch((error: unknown) => {
      socket.destroy();
      onError(error);
    });
  });

  setMouthModelReader(() => readFile(modelPath), createSimdLinears);
  return {
    async listen(port, host = '127.0.0.1') {
      exposure.checkHost(host);
      await engines.start();
      try {
        if (options.redisUrl) {
          store = await connectRedisStore(options.redisUrl, RATE_WINDOW_SECONDS, onError);
          if (store.consume) rates.share(store.consume);
        }
        const url = await listen(server, port, host);
        // Such as too many open files; unhandled it would end the process.
        server.on('error', onError);
        log.info('server listening', { url, threads: threadCount, maxSessions: limits.maxSessions });
        return url;
      } catch (error) {
        await engines.close();
        await store.close();
        throw error;
      }
    },
    setApps(next) {
      apps.set(next);
      log.info('apps replaced', { apps: next.length });
    },
    async revokeToken(tokenId) {
      await store.tokens.revoke(tokenId, MAX_TOKEN_SECONDS);
      ingress.endSessionsOf(tokenId);
      log.info('token revoked', { tokenId });
    },
    get address() {
      const address = server.address();
      return typeof address === 'object' ? address : null;
    },
    async close() {
      isDraining = true;
      if (limits.drainDelayMs > 0 && server.listening) {
        log.info('server draining', { delayMs: limits.drainDelayMs });
        await sleep(limits.drainDelayMs);
      }
      const endMs = performance.now() + limits.drainTimeoutMs;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await ingress.close(limits.drainTimeoutMs);
      await finishRequests(server, closed, endMs);
      await engines.close();
      rates.close();
      await store.close();
      await closed;
      log.info('server closed');
    },
  };
}

/** One line per request to an API. The query is left out: it may hold a token. */
async function logHttp(log: ServerLog, addresses: ClientAddresses, context: Context, next: Next): Promise<void> {
  const begunAtMs = performance.now();
  await next();
  const { method, path } = context.req;
  const { status } = context.res;
  const address = addresses.logKeyOf(incomingOf(context).socket.remoteAddress, (name) => context.req.header(name));
  const level = status >= 400 && status !== UPGRADE_REQUIRED ? 'warn' : method === 'POST' ? 'info' : 'debug';
  log.fromAddress(level, address, 'http request', { method, path, status, ms: performance.now() - begunAtMs });
}

const incomingOf = (context: Context): IncomingMessage => (context.env as HttpBindings).incoming;

/** A body is counted before it is read. */
async function countBody(memory: MemoryBudget, maxBytes: number, context: Context, next: Next): Promise<Response | void> {
  if (context.req.method !== 'POST') return next();
  if (memory.isTight) return context.json({ message: 'Server is over its memory budget' }, 503, { 'retry-after': '1' });
  const account = memory.open(null);
  account.set(Math.min(maxBytes, Number(context.req.header('content-length') ?? maxBytes)));
  try {
    await next();
  } finally {
    account.close();
  }
}

async function keepInside(exposure: Exposure, context: Context, next: Next): Promise<Response | void> {
  const { socket, headers } = incomingOf(context);
  const refusal = exposure.refusalOf(socket.remoteAddress, headers);
  if (!refusal) return next();
  return context.json({ error: 'forbidden', detail: refusal, message: refusal }, 403, { 'cache-control': 'no-store' });
}

function appsFrom({ apps, apiKey, appId, tokenSecret, previousApiKeys }: MotionServerOptions): readonly MotionServerApp[] {
  if (apps) return apps;
  return [
    {
      apiKey: apiKey ?? '',
      appId: appId ?? '',
      ...(tokenSecret !== undefined && { tokenSecret }),
      ...(previousApiKeys && { previousApiKeys }),
    },
  ];
}

function originFrom(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new AvatarError(ErrorCode.invalidConfiguration, `an allowed origin must be like https://example.com, not "${text}"`);
}

function mayReadMetrics({ headers, socket }: IncomingMessage, token: string | undefined): boolean {
  if (token !== undefined) return isSameSecret(headers.authorization ?? '', `Bearer ${token}`);
  return isLocalAddress(socket.remoteAddress) && !isForwarded(Object.keys(headers));
}

/** HTTP requests in progress get their answers; connections without any are closed. */
async function finishRequests(server: Server, closed: Promise<void>, endMs: number): Promise<void> {
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  for (;;) {
    server.closeIdleConnections();
    await sleep(0);
    if (isClosed || performance.now() >= endMs) break;
    await sleep(20);
  }
  server.closeAllConnections();
}

function limitConnections(socket: Socket, addresses: ClientAddresses, quotas: Quotas, limit: number): void {
  const address = addresses.ofConnection(socket.remoteAddress);
  if (address === null) return;
  const quota = [{ kind: 'connections', key: `connections of address ${address}`, limit, message: 'Too many connections' }];
  if (quotas.exceededBy(quota)) {
    socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    socket.destroySoon();
    return;
  }
  socket.once('close', quotas.claim(quota));
}

async function avatarIdsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.glb')).map((name) => name.slice(0, -'.glb'.length));
  return [...new Set([DEFAULT_AVATAR_ID, ...ids])];
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new AvatarError(ErrorCode.invalidConfiguration, `cannot listen on ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      // A browser cannot open a wildcard address.
      const isWildcard = address.address === '0.0.0.0' || address.address === '::';
      const name = isWildcard ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(`http://${name}:${address.port}`);
    });
  });
}
