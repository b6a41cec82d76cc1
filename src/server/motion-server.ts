/**
 * Everything a page needs, on one port: the Motion Server's WebSocket, the console API that mints Session Tokens, the
 * developer's token endpoint, the demo and the built package.
 *
 *     GET  /healthz                          {status, sessions, maxSessions}
 *     GET  /api/config                       {appId, avatarId, avatars, tokenEndpoint, serverUrl}: what a page must know
 *     POST /api/session-token                the token endpoint
 *     POST /v1/console/session-tokens        the console API
 *     WS   /v2/driveningress/websocket       speech in, motion out; a plain GET answers why an upgrade would be refused
 *     GET  /dist/…                           the built package, for pages of any origin
 *     GET  /…                                the demo
 */

import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono, type Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import { setMouthModelReader } from '../motion/engine/mouth-model.js';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { createConsoleApi } from './console-api.js';
import { EnginePool } from './engine-pool.js';
import { INGRESS_PATH, Ingress } from './ingress.js';
import { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
import type { LiveKitOptions } from './livekit/livekit-configuration.js';
import { packageFolder } from './package-folder.js';
import type { CreateEngine } from './request-queue.js';
import { ServerLog, type ServerLogger } from './server-log.js';
import type { AuthorizeSession } from './session-authorization.js';
import { createSessionTokens } from './session-tokens.js';
import { serveFile } from './static-files.js';
import { createTokenEndpoint } from './token-endpoint.js';

export interface MotionServerOptions {
  /** Secret with which backends request tokens. */
  apiKey: string;
  /** The one app of this server. Public. */
  appId: string;
  /** Signs Session Tokens; derived from the API key by default, so that servers with the same key share tokens. */
  tokenSecret?: string;
  /** Validity of tokens from `/api/session-token`, s. Default 3300. */
  tokenTtlSeconds?: number;
  /** Folder of the built package. Default: this package's `dist`. */
  distFolder?: string;
  /** Folder of the pages. Default: this package's `demo`. */
  demoFolder?: string;
  /** Avatars are the `*.glb` files in here. Default: `avatars` in `distFolder`. */
  avatarsFolder?: string;
  limits?: Partial<MotionServerLimits>;
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

export interface MotionServer {
  /**
   * Begins to listen.
   *
   * @param port 0 takes a free one.
   * @param host Default `127.0.0.1`.
   * @returns The URL, without a slash at the end.
   */
  listen(port: number, host?: string): Promise<string>;
  /** Where it listens, or null when it does not. */
  readonly address: AddressInfo | null;
  /** Accepts no new sessions, finishes requests in progress (up to `drainTimeoutMs`), closes sessions with 1001. */
  close(): Promise<void>;
}

/** The built-in avatar, known to every server even if no avatar was built. */
const DEFAULT_AVATAR_ID = 'aria';
const UPGRADE_REQUIRED = 426;

export function createMotionServer(options: MotionServerOptions): MotionServer {
  const { apiKey, appId } = options;
  if (!apiKey || !appId) throw new AvatarError(ErrorCode.invalidConfiguration, 'a Motion Server needs an API key and an app id');
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const distFolder = options.distFolder ?? join(packageFolder(), 'dist');
  const demoFolder = options.demoFolder ?? join(packageFolder(), 'demo');
  const avatarsFolder = options.avatarsFolder ?? join(distFolder, 'avatars');
  const tokens = createSessionTokens(apiKey, options.tokenSecret);
  const modelPath = join(distFolder, 'models', 'mouth.bin');
  const livekit = options.livekit ?? { hosts: [] };
  const threadCount = options.threads ?? availableParallelism();
  if (!Number.isInteger(threadCount) || threadCount < 1) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `threads must be a whole number from 1, not ${threadCount}`);
  }
  const log = new ServerLog(options.logger ?? null);
  const onError = (error: unknown): void => {
    log.error('server failure', error);
    if (options.onError) options.onError(error);
    else if (!options.logger) console.error(error);
  };
  const engines = new EnginePool({
    onError,
    createEngine: options.createEngine ?? null,
    threadCount,
    modelPath,
    hasRooms: livekit.hosts.length > 0,
  });
  const ingress = new Ingress({
    appId,
    tokens,
    limits,
    authorizeSession: options.authorizeSession,
    hasAvatar: async (avatarId) => (await avatarIdsIn(avatarsFolder)).includes(avatarId),
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
  for (const path of ['/v1/*', '/api/*', INGRESS_PATH]) app.use(path, (context, next) => logHttp(log, context, next));
  app.use('/v1/*', limitBody);
  app.use('/api/*', limitBody);
  app.get('/healthz', (context) =>
    context.json({ status: 'ok', sessions: ingress.sessionCount, maxSessions: limits.maxSessions }, 200, { 'cache-control': 'no-store' }),
  );
  app.get('/api/config', async (context) =>
    context.json(
      {
        appId,
        avatarId: DEFAULT_AVATAR_ID,
        avatars: await avatarIdsIn(avatarsFolder),
        tokenEndpoint: '/api/session-token',
        serverUrl: INGRESS_PATH.replace(/\/websocket$/, ''),
      },
      200,
      { 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
    ),
  );
  app.mount('/v1/console', createConsoleApi({ apiKey, appId, tokens }).fetch);
  const tokenEndpoint = createTokenEndpoint({
    apiKey,
    appId,
    consoleUrl: 'http://localhost/v1/console',
    fetch: async (request) => app.fetch(request),
    ...(options.tokenTtlSeconds !== undefined && { ttlSeconds: options.tokenTtlSeconds }),
  });
  app.all('/api/session-token', (context) => tokenEndpoint(context.req.raw));
  app.get(INGRESS_PATH, async (context) => {
    // Browsers hide why a WebSocket was refused; a fetch of the same URL returns the reason.
    const admission = await ingress.admit(new URL(context.req.url), (name) => context.req.header(name));
    const [status, message] = admission.isAdmitted ? [UPGRADE_REQUIRED, 'Upgrade to WebSocket'] : [admission.status, admission.message];
    return new Response(`${JSON.stringify({ message })}\n`, {
      status,
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
    });
  });
  app.all('/dist/*', ({ req }) => serveFile({ path: distFolder, isShared: true }, req.path.slice('/dist'.length), req.raw));
  app.all('/*', ({ req }) => serveFile({ path: demoFolder, isShared: false }, req.path, req.raw));
  app.onError((error, context) => {
    onError(error);
    return context.json({ message: 'Internal server error' }, 500);
  });

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs / 2),
    },
    getRequestListener(app.fetch),
  );
  server.maxConnections = limits.maxConnections;
  server.on('upgrade', (request, socket, head) => {
    ingress.handleUpgrade(request, socket, head).catch((error: unknown) => {
      socket.destroy();
      onError(error);
    });
  });

  setMouthModelReader(() => readFile(modelPath), createSimdLinears);
  return {
    async listen(port, host = '127.0.0.1') {
      await engines.start();
      try {
        const url = await listen(server, port, host);
        log.info('server listening', { url, threads: threadCount, maxSessions: limits.maxSessions });
        return url;
      } catch (error) {
        await engines.close();
        throw error;
      }
    },
    get address() {
      const address = server.address();
      return typeof address === 'object' ? address : null;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await ingress.close(limits.drainTimeoutMs);
      server.closeAllConnections();
      await engines.close();
      await closed;
      log.info('server closed');
    },
  };
}

/** One line per request to an API. The query is left out: it may hold a token. */
async function logHttp(log: ServerLog, context: Context, next: Next): Promise<void> {
  const begunAtMs = performance.now();
  await next();
  const { method, path } = context.req;
  const { status } = context.res;
  // Undefined for the token endpoint's own call of the console API.
  const address = (context.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress;
  if (address === undefined) return;
  const level = status >= 400 && status !== UPGRADE_REQUIRED ? 'warn' : method === 'POST' ? 'info' : 'debug';
  log.fromAddress(level, address, 'http request', { method, path, status, ms: performance.now() - begunAtMs });
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
