import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { avatarPlace } from '../../../src/avatarkit/avatar-place.js';
import { motionServerOf, presentMode } from '../../../src/avatarkit/configuration.js';
import { AvatarError, documentedError } from '../../../src/avatarkit/errors.js';
import { AvatarSDK } from '../../../src/avatarkit/index.js';
import { ErrorCode as CoreCode, AvatarError as CoreError } from '../../../src/shared/contracts/errors.js';

const PAGE = 'https://app.example/talk/';

describe('spatius-avatar/avatarkit', () => {
  it('is an entry of the package that can be imported without a DOM', async () => {
    const name = 'spatius-avatar/avatarkit';
    const entry = (await import(name)) as Record<string, unknown>;
    for (const member of [
      'AvatarSDK',
      'AvatarManager',
      'AvatarView',
      'AvatarController',
      'AvatarError',
      'ErrorCode',
      'DrivingServiceMode',
    ]) {
      assert.ok(entry[member], member);
    }
  });

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    assert.equal(AvatarSDK.version, version);
  });

  it('gives every error of the core a documented code, and keeps what it was', () => {
    const documented = new Set<string>(Object.keys(CoreCode).slice(0, Object.keys(CoreCode).indexOf('serverError') + 1));
    documented.delete('appIDMismatch');
    for (const code of Object.values(CoreCode)) {
      const error = documentedError(new CoreError(code, 'words'));
      assert.ok(error instanceof AvatarError);
      assert.ok(documented.has(error.code), error.code);
      assert.equal(error.code, documented.has(code) ? code : error.code);
      assert.equal((error.cause as CoreError).code, code);
      assert.strictEqual(documentedError(error), error);
    }
    assert.equal(documentedError(new CoreError('appIDMismatch', '')).code, 'sessionTokenInvalid');
    assert.equal(documentedError(new TypeError('oh')).code, 'serverError');
  });

  it('finds avatars by built-in id, URL and table, and knows no others', () => {
    const place = (id: string, configuration = {}) => avatarPlace(id, configuration, PAGE);
    assert.deepEqual(place('nia'), { file: { builtIn: 'nia' }, motionId: 'nia' });
    assert.deepEqual(place('./me.vrm'), { file: { url: `${PAGE}me.vrm` }, motionId: 'aria' });
    assert.deepEqual(place('https://x.example/a'), { file: { url: 'https://x.example/a' }, motionId: 'aria' });
    const avatarUrls = { 'a1-b2': '/faces/a.glb', bad: 'http://[' };
    assert.deepEqual(place('a1-b2', { avatarUrls }), { file: { url: 'https://app.example/faces/a.glb' }, motionId: 'aria' });
    assert.equal(place('a1-b2', { avatarUrls, region: 'us-west' }).motionId, 'a1-b2');
    for (const id of ['a1-b2', 'toString', '', 'bad']) {
      assert.throws(
        () => place(id, id === 'bad' ? { avatarUrls } : {}),
        (error: AvatarError) => error.code === 'avatarIDUnrecognized',
      );
    }
  });

  it('asks the Motion Server that is configured, and no other', () => {
    assert.deepEqual(motionServerOf({}), { serverUrl: null, region: null });
    assert.deepEqual(motionServerOf({ environment: 'test' }), { serverUrl: null, region: null });
    assert.deepEqual(motionServerOf({ environment: 'cn' }), { serverUrl: null, region: 'cn-beijing' });
    assert.deepEqual(motionServerOf({ environment: 'intl' }), { serverUrl: null, region: 'us-west' });
    assert.deepEqual(motionServerOf({ environment: 'intl', region: 'ap-northeast' }), { serverUrl: null, region: 'ap-northeast' });
    assert.deepEqual(motionServerOf({ region: 'us-west', customEndpoint: '/motion' }), { serverUrl: '/motion', region: null });
    assert.deepEqual(
      ['sdk', 'host', 'rtc', undefined].map((mode) => presentMode(mode as never)),
      ['direct', 'backend', 'rtc', 'direct'],
    );
  });
});
