import { assert, describe, it } from '#test';

import { errorFromClose, errorFromServer, errorFromStatus, retryOf } from '../../../../src/speech/sources/server-errors.js';

describe('The refusals of a Motion Server', () => {
  it('are told apart by their words, whatever their number', () => {
    const texts = [
      ['Credits exhausted', 'insufficientBalance'],
      ['session time limit reached', 'sessionTimeout'],
      ['Session token expired', 'sessionTokenExpired'],
      ['token is expired', 'sessionTokenExpired'],
      ['Invalid session token', 'sessionTokenInvalid'],
      ['App ID mismatch', 'appIDMismatch'],
      ['appIDUnrecognized', 'appIDUnrecognized'],
      ['Avatar not found: bob', 'avatarIDUnrecognized'],
      ['unsupported sample rate: 12345', 'unsupportedSampleRate'],
      ['no audio input for 30 s', 'idleTimeout'],
      ['expected ClientConfigureSession message', 'protocolError'],
      ['the sky is falling', 'serverError'],
    ];
    for (const [text, code] of texts) assert.equal(errorFromServer(0, text!).code, code, text);
  });

  it('are told apart by their number where the words say nothing', () => {
    assert.equal(errorFromServer(4001, '').code, 'insufficientBalance');
    assert.equal(errorFromServer(4002, 'sorry').code, 'sessionTimeout');
    assert.equal(errorFromServer(3, 'sorry').code, 'invalidRequest');
    assert.equal(errorFromClose(4010, '').code, 'sessionTokenExpired');
    assert.equal(errorFromClose(1006, '').code, 'websocketClosedAbnormally');
    assert.equal(errorFromClose(1011, 'oops').code, 'websocketClosedUnexpected');
    assert.equal(errorFromStatus(402, '{"message":"session denied: no plan"}\n').code, 'billingRequired');
    assert.equal(errorFromStatus(401, '{"message":"nope"}').code, 'sessionTokenExpired');
    assert.equal(errorFromStatus(503, 'busy').code, 'serverError');
  });

  it('never show what looks like a token', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImFwcCJ9.c2lnbmF0dXJl';
    assert.notInclude(errorFromServer(0, `invalid session token ${token}`).message, token);
    assert.notInclude(errorFromClose(4010, `bad ${token}`).message, token);
    assert.notInclude(errorFromStatus(400, JSON.stringify({ message: `bad ${token}` })).message, token);
  });

  it('say whether another attempt can help', () => {
    assert.equal(retryOf(errorFromClose(1006, '')), 'later');
    assert.equal(retryOf(errorFromClose(4010, '')), 'fresh-token');
    assert.equal(retryOf(errorFromServer(0, 'app id mismatch')), 'never');
    assert.equal(retryOf(errorFromServer(0, 'no audio input for 5 s')), 'on-demand');
  });
});
