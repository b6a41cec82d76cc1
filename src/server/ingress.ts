/** The Motion Server's WebSocket endpoint: checks every upgrade and turns admitted ones into sessions. */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { ServerLog } from '../shared/core/server-log.js';
import type { ClientAddresses, HeaderReader } from './client-address.js';
import type { EnginePool } from './engine-pool.js';
import type { Exposure } from './exposure.js';
import { FairScheduler } from './fair-scheduler.js';
import { IngressSession } from './ingress-session.js';
import type { MotionServerLimits } from './limits.js';
import type { LiveKitOptions } from './livekit/livekit-configuration.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Quota, Quotas } from './quotas.js';
import type { ServerApps } from './server-apps.js';
import { ServerErrorCode } from './server-error-code.js';
import type { ServerMetrics } from './server-metrics.js';
import { type AuthorizeSession, refusalFrom } from './session-authorization.js';
import type { SessionTokenClaims } from './session-tokens.js';
import type { RateCounters, RateOwner } from './shared/rates.js';
import type { TokenStore } from './shared/token-store.js';

export interface IngressOptions {
  apps: ServerApps;
  exposure: Exposure;
  addresses: ClientAddresses;
  /** Origins of pages that may open sessions; null: all. Clients that send no origin are not pages. */
  allowedOrigins: readonly string[] | null;
  /** The avatar that an id means; null: unknown. */
  findAvatar: (avatarId: string) => Promise<string | null>;
  authorizeSession?: AuthorizeSession | undefined;
  limits: MotionServerLimits;
  quotas: Quotas;
  rates: RateCounters;
  /** Of the tokens that were used or revoked. */
  tokenStore: () => TokenStore;
  /** A token opens one session. */
  isTokenSingleUse: boolean;
  memory: MemoryBudget;
  metrics: ServerMetrics;
  engines: EnginePool;
  livekit: LiveKitOptions;
  log: ServerLog;
  /** Receives errors of `authorizeSession` that are not refusals. */
  onError: (error: unknown) => void;
}

export type Admission =
  | {
      isAdmitted: true;
      avatarId: string;
      claims: SessionTokenClaims;
      quotas: readonly Quota[];
      owners: readonly RateOwner[];
      creditsSignal?: AbortSignal | undefined;
    }
  | Refusal;

interface Refusal {
  isAdmitted: false;
  status: number;
  message: string;
}

const TOO_MANY: Refusal = { isAdmitted: false, status: 503, message: 'Too many sessions' };
const NO_STORE: Refusal = { isAdmitted: false, status: 503, message: 'Session tokens cannot be checked now' };
const REVOKED: Refusal = { isAdmitted: false, status: 401, message: 'Session token expired: it was revoked' };
const USED: Refusal = { isAdmitted: false, status: 401, message: 'Session token expired: it was used before' };
const NO_MEMORY: Refusal = { isAdmitted: false, status: 503, message: 'Server is over its memory budget' };

export const INGRESS_PATH = '/v2/driveningress/websocket';

export class Ingress {
  private readonly options: IngressOptions;
  private readonly webSockets: WebSocketServer;
  /** Sessions, with the ids of their tokens. */
  private readonly sessions = new Map<IngressSession, string>();
  private readonly scheduler = new FairScheduler();
  private isClosing = false;

  constructor(options: IngressOptions) {
    this.options = options;
    this.webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.limits.maxMessageBytes,
    });
  }

  get sessionCount(): number {
    return this.sessions.size;
  }

  /** Audio of all sessions that waits for an engine. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const session of this.sessions.keys()) bytes += session.queuedBytes;
    return bytes;
  }

  private get isFull(): boolean {
    return this.sessions.size >= this.options.limits.maxSessions;
  }

  /** Whether a session may be opened. Stock SDKs match the text of the refusals. */
  async admit(url: URL, request: IncomingMessage): Promise<Admission> {
    const { apps, exposure, addresses, allowedOrigins } = this.options;
    const header = headersOf(request);
    const peer = request.socket.remoteAddress;
    const appId = header('x-app-id') ?? url.searchParams.get('appId') ?? '';
    const token = header('x-session-key') ?? url.searchParams.get('sessionKey') ?? '';
    const askedAvatarId = url.searchParams.get('id') ?? '';
    const refuse = (status: number, message: string): Admission => ({ isAdmitted: false, status, message });
    if (this.isClosing) return refuse(503, 'Server is shutting down');
    const exposed = exposure.refusalOf(peer, request.headers);
    if (exposed) return refuse(403, exposed);
    const origin = header('origin');
    if (allowedOrigins && origin !== undefined && !allowedOrigins.includes(origin)) return refuse(403, 'Origin not allowed');
    if (token === '') return refuse(400, 'Invalid session token');
    let claims: SessionTokenClaims;
    try {
      claims = await apps.readToken(token);
    } catch (error) {
      const isExpired = error instanceof AvatarError && error.code === ErrorCode.sessionTokenExpired;
      return isExpired ? refuse(401, 'Session token expired') : refuse(400, 'Invalid session token');
    }
    const unusable = await this.refusalOfToken(claims, false);
    if (unusable) return unusable;
    if (appId !== claims.appId) return refuse(400, 'App ID mismatch');
    if (!apps.get(appId)) return refuse(404, 'App ID unrecognized');
    const avatarId = await this.options.findAvatar(askedAvatarId);
    if (avatarId === null) return refuse(404, `Avatar not found: ${askedAvatarId.slice(0, 128)}`);
    const address = addresses.ofRequest(peer, header);
    const quotas = this.quotasOf(claims, address);
    const owners = ownersOf(claims, address);
    const busy = this.refusalForLoad(quotas, owners);
    if (busy) return busy;
    try {
      const grant = await this.options.authorizeSession?.({ appId, avatarId, tokenId: claims.tokenId, address, header });
      return { isAdmitted: true, avatarId, claims, quotas, owners, creditsSignal: grant?.creditsSignal };
    } catch (reason) {
      if (!(reason instanceof AvatarError)) this.options.onError(reason);
      const { status, message } = refusalFrom(reason);
      return refuse(status, message);
    }
  }

  private quotasOf({ appId, tokenId, isPublic }: SessionTokenClaims, address: string | null): Quota[] {
    const { maxSessionsPerToken, maxSessionsPerAddress } = this.options.limits;
    const quota = (kind: string, id: string, limit: number): Quota => ({
      kind,
      key: `sessions of ${kind} ${id}`,
      limit,
      message: `Concurrency limit reached: ${limit} sessions of this ${kind}`,
    });
    return [
      ...(address === null ? [] : [quota('address', address, maxSessionsPerAddress)]),
      // A stock Server SDK opens all sessions of a backend with one token of the console API.
      ...(isPublic ? [quota('token', tokenId, maxSessionsPerToken)] : []),
      quota('app', appId, this.options.apps.get(appId)?.maxSessions ?? 0),
    ];
  }

  /** @param isClaimed The token is used now. */
  private async refusalOfToken({ tokenId, expiresAtSeconds }: SessionTokenClaims, isClaimed: boolean): Promise<Refusal | null> {
    const store = this.options.tokenStore();
    if (tokenId === '') return null;
    try {
      if (!isClaimed) return (await store.isRevoked(tokenId)) ? REVOKED : null;
      return this.options.isTokenSingleUse && !(await store.claim(tokenId, expiresAtSeconds)) ? USED : null;
    } catch (error) {
      this.options.onError(error);
      return NO_STORE;
    }
  }

  /** Ends the sessions of a token on this server; see `TokenStore.revoke`. */
  endSessionsOf(tokenId: string): void {
    for (const [session, id] of this.sessions) {
      if (id === tokenId) session.refuse(ServerErrorCode.unauthorized, REVOKED.message, 4010);
    }
  }

  private refusalForLoad(quotas: readonly Quota[], owners: readonly RateOwner[]): Refusal | null {
    const rate = this.options.rates.exceededBy(owners);
    if (rate) return { isAdmitted: false, status: 429, message: rate };
    const exceeded = this.options.quotas.exceededBy(quotas);
    if (exceeded) this.options.metrics.countQuota(exceeded.kind);
    if (exceeded) return { isAdmitted: false, status: 429, message: exceeded.message };
    if (this.isFull) return TOO_MANY;
    return this.options.memory.isTight ? NO_MEMORY : null;
  }

  /** For the `upgrade` event of the HTTP server. */
  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Without a listener, a peer that disconnects meanwhile would end the process.
    socket.on('error', () => socket.destroy());
    const url = urlOf(request);
    const clientKey = this.options.addresses.logKeyOf(request.socket.remoteAddress, headersOf(request));
    const refuse = (status: number, message: string): void => {
      this.options.log.fromAddress('warn', clientKey, 'upgrade refused', { status, message });
      this.options.metrics.countRefusal(status);
      reject(socket, status, message);
    };
    if (url?.pathname !== INGRESS_PATH) return refuse(404, 'Not found');
    const admission = await this.admit(url, request);
    if (!admission.isAdmitted) return refuse(admission.status, admission.message);
    // Others may have been admitted at the same time; once the token is claimed nothing is awaited.
    const { avatarId, claims, quotas, owners } = admission;
    const busy = (await this.refusalOfToken(claims, true)) ?? this.refusalForLoad(quotas, owners);
    if (busy) return refuse(busy.status, busy.message);
    if (socket.destroyed) return;
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { scheduler } = this;
      const meter = this.options.rates.open(owners);
      const session = new IngressSession({ ...this.options, socket: webSocket, connection: socket, avatarId, clientKey, scheduler, meter });
      this.sessions.set(session, claims.tokenId);
      const release = this.options.quotas.claim(quotas);
      void session.closed.then(() => {
        this.sessions.delete(session);
        release();
      });
      if (this.isClosing) session.drain();
      if (admission.creditsSignal) watchCredits(session, admission.creditsSignal);
    });
  }

  /** Accepts no new sessions, lets requests in progress finish, and closes the remaining sessions after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosing = true;
    const sessions = [...this.sessions.keys()];
    for (const session of sessions) session.drain();
    const timer = setTimeout(() => {
      for (const session of sessions) session.close(1001, 'server is shutting down');
    }, timeoutMs);
    await Promise.all(sessions.map((session) => session.closed));
    clearTimeout(timer);
    this.webSockets.close();
  }
}

function ownersOf({ appId, tokenId }: SessionTokenClaims, address: string | null): RateOwner[] {
  return [
    ...(address === null ? [] : [{ kind: 'address', id: address } as const]),
    ...(tokenId === '' ? [] : [{ kind: 'token', id: tokenId } as const]),
    { kind: 'app', id: appId },
  ];
}

function watchCredits(session: IngressSession, signal: AbortSignal): void {
  const end = (): void => session.refuse(ServerErrorCode.creditsExhausted, 'credits exhausted', 4001);
  // One signal may stand for many sessions: each takes its listener away again.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', end);
  void session.closed.then(() => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
}

function urlOf(request: IncomingMessage): URL | null {
  try {
    return new URL(request.url ?? '', 'http://localhost');
  } catch {
    return null;
  }
}

function headersOf({ headers }: IncomingMessage): HeaderReader {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}

function reject(socket: Duplex, status: number, message: string): void {
  const body = `${JSON.stringify({ message })}\n`;
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
