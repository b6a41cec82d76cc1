/** Everything between a configuration and an open connection: region, token, handshake. Holds the session's secrets. */
import { AvatarError } from '../shared/contracts/errors.js';
import { endpointsFrom, socketUrl } from './endpoints.js';
import { MotionConnection, type MotionConnectionHandlers } from './motion-connection.js';
import { nearestRegion } from './region-finder.js';
import { AvatarSDKErrorCode, throwIfAborted } from './sdk-error.js';
import { redactor } from './server-refusals.js';
import { type AvatarSessionConfig, configureMessage, type PublicSessionConfig } from './session-config.js';
import { type HeldToken, requestToken, sharedTokens } from './token-source.js';
import { untilAborted } from './until-aborted.js';

const REFUSED_TOKEN_CODES: ReadonlySet<string> = new Set([AvatarSDKErrorCode.sessionTokenExpired, AvatarSDKErrorCode.sessionTokenInvalid]);

interface SessionToken extends HeldToken {
  /** Other sessions of this process use it too. */
  isShared: boolean;
}

export class SessionOpener {
  private readonly config: AvatarSessionConfig;
  private readonly known: PublicSessionConfig;
  private token: SessionToken | null = null;
  private consoleUrl: string | null;
  private ingressUrl: string | null;

  constructor(config: AvatarSessionConfig, known: PublicSessionConfig) {
    this.config = config;
    this.known = known;
    this.consoleUrl = known.consoleEndpointUrl;
    this.ingressUrl = known.ingressEndpointUrl;
  }

  /** Unix time, ms; null where it is not known. */
  get tokenExpiresAtMs(): number | null {
    return this.token && Number.isFinite(this.token.expiresAtMs) ? this.token.expiresAtMs : null;
  }

  /** Finds the region and a token. @throws {SessionTokenError}, `aborted`. */
  async prepare(signal: AbortSignal | undefined): Promise<void> {
    await this.findEndpoints(signal);
    this.token = await this.getToken(signal);
  }

  /** Connects, prepared or not. @throws {AvatarSDKError}, `aborted`. */
  async open(handlers: MotionConnectionHandlers, signal: AbortSignal): Promise<MotionConnection> {
    if (!this.token) await this.prepare(signal);
    const token = this.token!;
    try {
      return await this.connect(token, handlers, signal);
    } catch (error) {
      if (!(error instanceof AvatarError) || !REFUSED_TOKEN_CODES.has(error.code)) throw error;
      this.token = null;
      // One that others have used may have been used up; a fresh one that is refused is no better the second time.
      if (!token.isShared) throw error;
      sharedTokens.drop(token.token);
      this.token = await this.getToken(signal);
      return this.connect(this.token, handlers, signal);
    }
  }

  private async findEndpoints(signal: AbortSignal | undefined): Promise<void> {
    const isConsoleNeeded = !this.config.sessionToken;
    if (this.config.region !== 'auto' || (this.ingressUrl && (this.consoleUrl || !isConsoleNeeded))) return;
    const region = await nearestRegion(this.known.appId, this.config.bootstrapUrl, signal);
    throwIfAborted(signal);
    ({ consoleUrl: this.consoleUrl, ingressUrl: this.ingressUrl } = endpointsFrom(this.config, region));
  }

  private async getToken(signal: AbortSignal | undefined): Promise<SessionToken> {
    const { sessionToken, apiKey, appId, expireAt } = this.config;
    if (sessionToken) {
      const token = typeof sessionToken === 'string' ? sessionToken : await untilAborted(sessionToken(), signal);
      return { token, expiresAtMs: Infinity, isShared: false };
    }
    const request = { consoleUrl: this.consoleUrl!, apiKey: apiKey!, appId, expireAt, timeoutMs: this.known.timeoutMs };
    const held = sharedTokens.find(request);
    return held ? { ...held, isShared: true } : { ...(await requestToken(request, signal)), isShared: false };
  }

  private connect({ token }: SessionToken, handlers: MotionConnectionHandlers, signal: AbortSignal): Promise<MotionConnection> {
    const { appId, avatarId, useQueryAuth, timeoutMs, livenessIntervalMs, maxMessageBytes, egress } = this.known;
    return MotionConnection.open(
      {
        url: socketUrl(this.ingressUrl!, avatarId, useQueryAuth ? { appId, sessionKey: token } : null),
        headers: useQueryAuth ? {} : { 'X-App-ID': appId, 'X-Session-Key': token },
        configure: configureMessage(this.config, this.known),
        hasEgress: egress !== null,
        timeoutMs,
        livenessIntervalMs,
        maxMessageBytes,
        redact: redactor(token, this.config.apiKey ?? null),
      },
      handlers,
      signal,
    );
  }
}
