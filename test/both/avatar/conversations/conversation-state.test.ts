import { assert, describe, it } from '#test';

import { type Conversation, conversationChange, IDLE_CONVERSATION } from '../../../../src/avatar/conversations/conversation-state.js';

const playing: Conversation = { state: 'playing', round: 3 };

describe('The conversation state', () => {
  it('is playing from the first sound and idle after the last', () => {
    assert.deepInclude(conversationChange(IDLE_CONVERSATION, { round: 1, state: 'started' })!, { state: 'playing', round: 1 });
    assert.deepInclude(conversationChange(playing, { round: 3, state: 'ended' })!, { state: 'idle', reason: 'playbackEnd' });
    assert.deepInclude(conversationChange(playing, { round: 3, state: 'flushed' })!, { state: 'idle', reason: 'userAction' });
  });

  it('is paused only while something plays', () => {
    assert.deepInclude(conversationChange(playing, { round: 3, state: 'paused' })!, { state: 'paused' });
    assert.isNull(conversationChange(IDLE_CONVERSATION, { round: 1, state: 'paused' }));
    assert.deepInclude(conversationChange({ state: 'paused', round: 3 }, { round: 3, state: 'resumed' })!, { state: 'playing' });
  });

  it('does not end for a stall', () => {
    assert.isNull(conversationChange(playing, { round: 3, state: 'stalled' }));
  });

  it('ignores what is said of a round that was replaced', () => {
    assert.isNull(conversationChange(playing, { round: 2, state: 'flushed' }));
    assert.isNull(conversationChange(playing, { round: 2, state: 'ended' }));
  });
});
