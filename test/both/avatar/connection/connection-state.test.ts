import { assert, describe, it } from '#test';

import { connectionChange } from '../../../../src/avatar/connection/connection-state.js';
import { AvatarError, type ErrorCode } from '../../../../src/shared/contracts/errors.js';

const failed = (code: ErrorCode) => connectionChange('connecting', { type: 'report', state: 'failed', error: new AvatarError(code, 'x') });

describe('The connection state', () => {
  it('is connecting from start() on and disconnected from close() on, by the user', () => {
    assert.deepInclude(connectionChange('disconnected', { type: 'start' })!, { state: 'connecting', reason: 'userAction' });
    assert.deepInclude(connectionChange('connected', { type: 'close' })!, { state: 'disconnected', reason: 'userAction' });
    assert.isNull(connectionChange('connected', { type: 'start' }));
    assert.isNull(connectionChange('disconnected', { type: 'close' }));
  });

  it('changes only when the report says something new', () => {
    assert.isNull(connectionChange('connected', { type: 'report', state: 'connected', error: null }));
    assert.deepInclude(connectionChange('connecting', { type: 'report', state: 'connected', error: null })!, {
      state: 'connected',
      previous: 'connecting',
    });
  });

  it('tells the network, the server and the fallback apart', () => {
    assert.equal(failed('connectTimeout')!.reason, 'fallbackMode');
    assert.equal(failed('websocketClosedAbnormally')!.reason, 'networkError');
    assert.equal(failed('tokenRequestFailed')!.reason, 'networkError');
    assert.equal(failed('insufficientBalance')!.reason, 'serverError');
  });
});
