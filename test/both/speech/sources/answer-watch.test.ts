import { assert, describe, it } from '#test';

import { AnswerWatch } from '../../../../src/speech/sources/answer-watch.js';

describe('AnswerWatch', () => {
  function started(): AnswerWatch {
    const watch = new AnswerWatch(1000, 5000);
    watch.start(100);
    return watch;
  }

  it('waits as long as nothing is owed', () => {
    assert.isFalse(started().isDead(60_000, false, 0));
  });

  it('gives up a server that owes an answer and is silent', () => {
    const watch = started();
    assert.isFalse(watch.isDead(1100, true, 0));
    assert.isTrue(watch.isDead(1101, true, 0));
  });

  it('counts from the last message, and from the moment the answer was due', () => {
    const watch = started();
    watch.noteMessage(900);
    assert.isFalse(watch.isDead(1900, true, 0));
    assert.isFalse(watch.isDead(1950, false, 0));
    assert.isFalse(watch.isDead(2900, true, 0));
    assert.isTrue(watch.isDead(2951, true, 0));
  });

  it('gives up a socket whose buffer does not shrink', () => {
    const watch = started();
    assert.isFalse(watch.isDead(200, false, 1000));
    assert.isFalse(watch.isDead(4000, false, 900));
    assert.isFalse(watch.isDead(9000, false, 900));
    assert.isTrue(watch.isDead(9001, false, 900));
  });
});
