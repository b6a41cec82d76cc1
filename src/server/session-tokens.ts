/**
 * Session Tokens: short-lived JWTs (HS256) bound to an app id. Nothing is stored, so any number of servers that know the
 * same API key (or secret) accept each other's tokens.
 */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { createLogId } from '../shared/core/ids.js';
import { signingKeyFrom } from './signing-key.js';

const ISSUER = 'spatius-avatar';
const AUDIENCE = 'motion-server';
const ALGORITHM = 'HS256';

export interface SessionTokenClaims {
  appId: string;
  /** Unique to the token (`jti`); empty where it has none. */
  tokenId: string;
  /** Unix time, s. */
  expiresAtSeconds: number;
  /** Issued by the public token endpoint of the server, not for an API key. */
  isPublic: boolean;
}

export interface SessionTokens {
  /**
   * @param expiresAtSeconds Unix time, s.
   * @param isPublic See `SessionTokenClaims`. Default false.
   */
  issue(appId: string, expiresAtSeconds: number, isPublic?: boolean): Promise<string>;
  /**
   * The app id that a token is bound to.
   *
   * @throws {AvatarError} `sessionTokenExpired` for a genuine token past its time, else `sessionTokenInvalid`.
   */
  verify(token: string): Promise<string>;
  /** All that a token says. @throws {AvatarError} as `verify()`. */
  read(token: string): Promise<SessionTokenClaims>;
}

/**
 * @param secret Signs the tokens. Default: the API key.
 * @param previousSecrets Secrets whose tokens are still accepted.
 */
export function createSessionTokens(apiKey: string, secret?: string, previousSecrets: readonly string[] = []): SessionTokens {
  // The derivation begins now, in libuv's threads, so that the first visitor does not wait for it.
  const keys = Promise.all([secret ?? apiKey, ...previousSecrets].map(signingKeyFrom));
  keys.catch(() => {});

  const read = async (token: string): Promise<SessionTokenClaims> => {
    for (const key of await candidates(token)) {
      const payload = await payloadOf(token, key);
      if (payload) return claimsFrom(payload);
    }
    throw invalidToken();
  };
  const candidates = async (token: string): Promise<Uint8Array[]> => {
    const { kid } = headerOf(token);
    const known = await keys;
    return kid === undefined ? known.map(({ legacyBytes }) => legacyBytes) : known.filter(({ id }) => id === kid).map(({ bytes }) => bytes);
  };
  return {
    async issue(appId, expiresAtSeconds, isPublic = false) {
      const [{ id, bytes }] = await keys;
      return new SignJWT({ appId, ...(isPublic && { public: true }) })
        .setProtectedHeader({ alg: ALGORITHM, kid: id })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(expiresAtSeconds)
        .setJti(createLogId())
        .sign(bytes);
    },
    read,
    verify: async (token) => (await read(token)).appId,
  };
}

function headerOf(token: string): { kid?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw invalidToken();
  }
}

/** Null for a token that another key signed, or that is not for this server. */
async function payloadOf(token: string, key: Uint8Array): Promise<JWTPayload | null> {
  try {
    const options = { algorithms: [ALGORITHM], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp'] };
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AvatarError(ErrorCode.sessionTokenExpired, 'Session token expired');
    return null;
  }
}

function claimsFrom({ appId, jti, exp, public: isPublic }: JWTPayload): SessionTokenClaims {
  if (typeof appId !== 'string') throw invalidToken();
  return { appId, tokenId: jti ?? '', expiresAtSeconds: exp!, isPublic: isPublic === true };
}

function invalidToken(): AvatarError {
  return new AvatarError(ErrorCode.sessionTokenInvalid, 'Invalid session token');
}
