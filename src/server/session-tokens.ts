/**
 * Session Tokens: short-lived JWTs (HS256) bound to an app id. Nothing is stored, so any number of servers that know the
 * same API key (or secret) accept each other's tokens.
 */
import { createHash } from 'node:crypto';

import { errors, jwtVerify, SignJWT } from 'jose';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { createLogId } from '../shared/core/ids.js';

const ISSUER = 'spatius-avatar';
const AUDIENCE = 'motion-server';
const ALGORITHM = 'HS256';

export interface SessionTokens {
  /** @param expiresAtSeconds Unix time, s. */
  issue(appId: string, expiresAtSeconds: number): Promise<string>;
  /**
   * The app id that a token is bound to.
   *
   * @throws {AvatarError} `sessionTokenExpired` for a genuine token past its time, else `sessionTokenInvalid`.
   */
  verify(token: string): Promise<string>;
}

/** @param secret Signs the tokens; by default it is derived from the API key. */
export function createSessionTokens(apiKey: string, secret?: string): SessionTokens {
  // The label separates the signing key from other uses of the same API key.
  const key = createHash('sha256')
    .update(`spatius-avatar session token\0${secret ?? apiKey}`)
    .digest();
  return {
    issue: (appId, expiresAtSeconds) =>
      new SignJWT({ appId })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(expiresAtSeconds)
        .setJti(createLogId())
        .sign(key),
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp'],
        });
        if (typeof payload.appId !== 'string') throw new AvatarError(ErrorCode.sessionTokenInvalid, 'Invalid session token');
        return payload.appId;
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new AvatarError(ErrorCode.sessionTokenExpired, 'Session token expired');
        throw new AvatarError(ErrorCode.sessionTokenInvalid, 'Invalid session token');
      }
    },
  };
}
