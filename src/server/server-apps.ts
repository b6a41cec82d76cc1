/** The apps that a Motion Server serves, with their keys. */
import { createHash, timingSafeEqual } from 'node:crypto';

import { decodeJwt } from 'jose';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { createSessionTokens, type SessionTokenClaims, type SessionTokens } from './session-tokens.js';

export interface MotionServerApp {
  /** Public. */
  appId: string;
  /** Secret with which backends request tokens. */
  apiKey: string;
  /** API keys that were replaced: they and their tokens are accepted until they are removed from this list. */
  previousApiKeys?: readonly string[];
  /** Signs Session Tokens. Default: derived from the API key, so that servers with the same key share tokens. */
  tokenSecret?: string;
  /** Token secrets that were replaced; their tokens are accepted. */
  previousTokenSecrets?: readonly string[];
  /** Live sessions of the app on this server. Default: as many as the server takes. */
  maxSessions?: number;
}

export interface ServerApp {
  readonly appId: string;
  readonly maxSessions: number;
  readonly tokens: SessionTokens;
}

interface Entry extends ServerApp {
  readonly apiKeys: readonly string[];
}

export class ServerApps {
  private entries: ReadonlyMap<string, Entry>;
  /** All keys and secrets with the name of their setting, for checks. */
  private named: readonly (readonly [string, string])[] = [];

  /** @throws {AvatarError} `invalidConfiguration` */
  constructor(apps: readonly MotionServerApp[]) {
    this.entries = this.read(apps);
  }

  /** Replaces all apps and keys; sessions that are open are not affected. @throws {AvatarError} `invalidConfiguration`; then nothing has changed. */
  set(apps: readonly MotionServerApp[]): void {
    this.entries = this.read(apps);
  }

  /** The app of pages that name none. */
  get first(): ServerApp {
    return this.entries.values().next().value!;
  }

  get secrets(): readonly (readonly [name: string, secret: string])[] {
    return this.named;
  }

  get(appId: string): ServerApp | undefined {
    return this.entries.get(appId);
  }

  /** The app that an API key belongs to. Takes the same time for every wrong key. */
  ofApiKey(apiKey: string): ServerApp | null {
    const given = digestOf(apiKey);
    let found: ServerApp | null = null;
    for (const entry of this.entries.values()) {
      for (const key of entry.apiKeys) if (timingSafeEqual(given, digestOf(key))) found = entry;
    }
    return found;
  }

  /** @throws {AvatarError} `sessionTokenExpired`, `sessionTokenInvalid` */
  async readToken(token: string): Promise<SessionTokenClaims> {
    const named = this.entries.get(appIdIn(token));
    // A token for another app may still be signed by one of the keys; it is refused later, with the reason.
    let failure: unknown = null;
    for (const { tokens } of named ? [named] : this.entries.values()) {
      try {
        return await tokens.read(token);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  private read(apps: readonly MotionServerApp[]): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    const named: [string, string][] = [];
    for (const app of apps) {
      const { appId, apiKey, previousApiKeys = [], tokenSecret, previousTokenSecrets = [], maxSessions = Infinity } = app;
      if (!apiKey || !appId) throw invalid('a Motion Server needs an API key and an app id');
      if (entries.has(appId)) throw invalid(`the app ${appId} is configured twice`);
      const ofApp = apps.length > 1 ? ` of the app ${appId}` : '';
      const apiKeys = [apiKey, ...previousApiKeys];
      named.push(...apiKeys.map((key): [string, string] => [`API key${ofApp}`, key]));
      named.push(...[tokenSecret ?? [], previousTokenSecrets].flat().map((secret): [string, string] => [`token secret${ofApp}`, secret]));
      const tokens = createSessionTokens(apiKey, tokenSecret, [...previousTokenSecrets, ...previousApiKeys]);
      entries.set(appId, { appId, apiKeys, tokens, maxSessions });
    }
    if (entries.size === 0) throw invalid('a Motion Server needs an API key and an app id');
    const keys = [...entries.values()].flatMap((entry) => entry.apiKeys);
    if (new Set(keys).size < keys.length) throw invalid('two apps have the same API key');
    this.named = named;
    return entries;
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Not verified. */
function appIdIn(token: string): string {
  try {
    return String(decodeJwt(token).appId);
  } catch {
    return '';
  }
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, message);
}
