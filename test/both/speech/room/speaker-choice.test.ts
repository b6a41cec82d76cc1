import { assert, describe, it } from '#test';
import { chooseAgent, chooseSpeaker, mayBecomeSpeaker, type Speaker } from '../../../../src/speech/room/speaker-choice.js';

const person = (identity: string, attributes: Record<string, string> = {}, isAgent = false, voices = 1): Speaker => ({
  identity,
  attributes,
  isAgent,
  audioTrackPublications: { size: voices },
});
const VISITOR = person('visitor');
const AGENT = person('agent', {}, true);
const WORKER = person('worker', { 'lk.publish_on_behalf': 'agent' }, true);
const AVATAR = person('avatar', { 'spatius.avatar': 'aria' });

describe('Whom an avatar listens to', () => {
  it('is who brings motion, else who speaks for another, else nobody yet', () => {
    assert.equal(chooseSpeaker([VISITOR, AGENT, WORKER, AVATAR], null), AVATAR);
    assert.equal(chooseSpeaker([VISITOR, AGENT, WORKER], null), WORKER);
    assert.isNull(chooseSpeaker([VISITOR, AGENT], null));
  });

  it('is, with an identity, who speaks on its behalf, else the one of that name', () => {
    assert.equal(chooseSpeaker([AGENT, WORKER, AVATAR], 'agent'), WORKER);
    assert.equal(chooseSpeaker([AGENT, AVATAR], 'agent'), AGENT);
    assert.isNull(chooseSpeaker([AVATAR, WORKER], 'somebody'));
  });

  it('may be anybody who sends motion, unless another is wanted', () => {
    assert.isTrue(mayBecomeSpeaker(VISITOR, null));
    assert.isTrue(mayBecomeSpeaker(WORKER, 'agent'));
    assert.isFalse(mayBecomeSpeaker(VISITOR, 'agent'));
  });

  it('is, where none brings motion, an agent with a voice, never another visitor', () => {
    assert.equal(chooseAgent([VISITOR, AGENT], null), AGENT);
    assert.isNull(chooseAgent([VISITOR, person('mute agent', {}, true, 0)], null));
    const stated = person('stated', { 'lk.agent.state': 'listening' });
    assert.equal(chooseAgent([VISITOR, stated], null), stated);
    const behalf = person('behalf', { 'lk.publish_on_behalf': 'agent' });
    assert.equal(chooseAgent([VISITOR, behalf], null), behalf);
    assert.isNull(chooseAgent([AGENT], 'another'), 'a wanted identity is the only choice');
  });
});
