/** Redis, which several servers share: tokens that were used or revoked, and what of their rates was used. */
import { createHash } from 'node:crypto';

import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { Consume } from './rates.js';
import { MemoryTokenStore, type TokenStore } from './token-store.js';

export interface SharedStore {
  readonly tokens: TokenStore;
  /** Null where rates are counted in this process alone. */
  readonly consume: Consume | null;
  close(): Promise<void>;
}

const KEY_PREFIX = 'spatius-avatar';
const CONNECT_TIMEOUT_MS = 5000;

/** The store of one process. */
export function createMemoryStore(): SharedStore {
  return { tokens: new MemoryTokenStore(), consume: null, close: async () => undefined };
}

/**
 * @param windowSeconds Time over which rates are counted.
 * @param onError Receives errors of the connection; it is made again.
 * @throws {AvatarError} `invalidConfiguration` without the packages, or when Redis does not answer.
 */
export async function connectRedisStore(url: string, windowSeconds: number, onError: (error: unknown) => void): Promise<SharedStore> {
  const [{ createClient }, { RateLimiterRedis, RateLimiterRes }] = await loadPackages();
  const client = createClient({ url, socket: { connectTimeout: CONNECT_TIMEOUT_MS }, disableOfflineQueue: true });
  let isConnected = false;
  client.on('error', (error: Error) => {
    // The URL may hold a password: only the reason is passed on.
    if (isConnected) onError(new AvatarError(ErrorCode.serverError, `Redis: ${error.message}`));
    else client.destroy();
  });
  try {
    await client.connect();
    isConnected = true;
  } catch (cause) {
    throw avatarErrorFrom(cause, ErrorCode.invalidConfiguration, 'Redis does not answer');
  }
  const limiters = new Map<number, InstanceType<typeof RateLimiterRedis>>();
  const limiterOf = (points: number): InstanceType<typeof RateLimiterRedis> => {
    let limiter = limiters.get(points);
    if (!limiter) {
      const keyPrefix = `${KEY_PREFIX}:rate`;
      limiter = new RateLimiterRedis({ storeClient: client, useRedisPackage: true, keyPrefix, points, duration: windowSeconds });
      limiters.set(points, limiter);
    }
    return limiter;
  };
  return {
    tokens: {
      async claim(tokenId, expiresAtSeconds) {
        const EX = Math.max(1, Math.ceil(expiresAtSeconds - Date.now() / 1000));
        return (await client.set(keyOf('used', tokenId), '1', { condition: 'NX', expiration: { type: 'EX', value: EX } })) !== null;
      },
      async revoke(tokenId, seconds) {
        await client.set(keyOf('revoked', tokenId), '1', { expiration: { type: 'EX', value: seconds } });
      },
      async isRevoked(tokenId) {
        return (await client.exists(keyOf('revoked', tokenId))) > 0;
      },
    },
    async consume(key, amount, limit) {
      try {
        await limiterOf(limit).consume(hashOf(key), amount);
        return 0;
      } catch (reason) {
        if (reason instanceof RateLimiterRes) return reason.msBeforeNext;
        throw reason;
      }
    },
    close: async () => client.destroy(),
  };
}

const keyOf = (kind: string, id: string): string => `${KEY_PREFIX}:${kind}:${hashOf(id)}`;

/** Addresses and ids of tokens are not stored in the clear. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function loadPackages() {
  try {
    return await Promise.all([import('@redis/client'), import('rate-limiter-flexible')]);
  } catch (cause) {
    throw new AvatarError(ErrorCode.invalidConfiguration, 'Redis needs the packages @redis/client and rate-limiter-flexible', { cause });
  }
}
