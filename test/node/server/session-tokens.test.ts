import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { assert } from 'chai';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';

import { ServerApps } from '../../../src/server/server-apps.js';
import { createSessionTokens } from '../../../src/server/session-tokens.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: AvatarError) => error.code,
  );

/** As version 0.1 made them. */
const legacyToken = (apiKey: string, appId: string, expiresAt = inSeconds(60)): Promise<string> =>
  new SignJWT({ appId })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('spatius-avatar')
    .setAudience('motion-server')
    .setExpirationTime(expiresAt)
    .sign(createHash('sha256').update(`spatius-avatar session token\0${apiKey}`).digest());

describe('Session Tokens', () => {
  it('name their key, and equal secrets give equal keys', async () => {
    const token = await createSessionTokens('key').issue('app', inSeconds(60));
    const again = await createSessionTokens('another', 'key').issue('app', inSeconds(60));
    const { kid } = decodeProtectedHeader(token);
    assert.match(kid!, /^[\w-]{12}$/);
    assert.equal(decodeProtectedHeader(again).kid, kid);
    assert.notEqual(decodeProtectedHeader(await createSessionTokens('key2').issue('app', inSeconds(60))).kid, kid);
    const { tokenId, ...claims } = await createSessionTokens('key').read(token);
    assert.deepEqual(claims, { appId: 'app', expiresAtSeconds: decodeJwt(token).exp!, isPublic: false });
    assert.equal(tokenId, decodeJwt(token).jti);
  });

  it('are not signed with a key that one hash makes of the secret', async () => {
    const token = await createSessionTokens('hunter2').issue('app', inSeconds(60));
    const [header, payload, signature] = token.split('.');
    const { subtle } = globalThis.crypto;
    const fast = createHash('sha256').update('spatius-avatar session token\0hunter2').digest();
    const key = await subtle.importKey('raw', fast, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const mac = await subtle.sign('HMAC', key, Buffer.from(`${header}.${payload}`));
    assert.notEqual(Buffer.from(mac).toString('base64url'), signature);
  });

  it('of the version before are accepted until they expire', async () => {
    const tokens = createSessionTokens('key', undefined, ['key of before']);
    assert.equal(await tokens.verify(await legacyToken('key', 'app')), 'app');
    assert.equal(await tokens.verify(await legacyToken('key of before', 'app')), 'app');
    assert.equal(await failure(tokens.verify(await legacyToken('key', 'app', inSeconds(-5)))), 'sessionTokenExpired');
    assert.equal(await failure(tokens.verify(await legacyToken('other', 'app'))), 'sessionTokenInvalid');
  });

  it('survive the rotation of keys, in both directions', async () => {
    const before = createSessionTokens('one');
    const prepared = createSessionTokens('one', undefined, ['two']);
    const rotated = createSessionTokens('two', undefined, ['one']);
    const token = await before.issue('app', inSeconds(60));
    const next = await rotated.issue('app', inSeconds(60));
    assert.equal(await rotated.verify(token), 'app');
    assert.equal(await prepared.verify(next), 'app');
    assert.equal(await failure(createSessionTokens('two').verify(token)), 'sessionTokenInvalid');
  });
});

describe('the apps of a server', () => {
  it('keep their keys apart', async () => {
    const apps = new ServerApps([
      { appId: 'a', apiKey: 'key-a', previousApiKeys: ['old-a'] },
      { appId: 'b', apiKey: 'key-b' },
    ]);
    assert.equal(apps.ofApiKey('key-b')?.appId, 'b');
    assert.equal(apps.ofApiKey('old-a')?.appId, 'a');
    assert.isNull(apps.ofApiKey('key-c'));
    // The key of one app makes no token for another.
    const forged = await apps.get('a')!.tokens.issue('b', inSeconds(60));
    assert.equal(await failure(apps.readToken(forged)), 'sessionTokenInvalid');
    assert.equal((await apps.readToken(await apps.get('a')!.tokens.issue('a', inSeconds(60)))).appId, 'a');
  });

  it('must differ', () => {
    const make = (...apps: { appId: string; apiKey: string }[]) => assert.throws(() => new ServerApps(apps), /./);
    make();
    make({ appId: 'a', apiKey: '' });
    make({ appId: 'a', apiKey: 'k' }, { appId: 'a', apiKey: 'l' });
    make({ appId: 'a', apiKey: 'k' }, { appId: 'b', apiKey: 'k' });
  });
});
