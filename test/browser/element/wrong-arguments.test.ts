import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../src/index.js';
import { createAvatar, rejectionOf } from '../../helpers/browser/elements.js';

/** As pages without TypeScript call it. */
type Untyped = Record<'speak' | 'speakLive' | 'say', (...values: unknown[]) => Promise<void>> & { send(value: unknown): unknown };

describe('Calls with values that the types refuse', () => {
  let avatar: SpatiusAvatar & Untyped;
  let reported: string[];

  beforeEach(() => {
    avatar = createAvatar('<spatius-avatar speech-endpoint="/speech"></spatius-avatar>') as SpatiusAvatar & Untyped;
    reported = [];
    avatar.addEventListener('avatar-error', ({ error }) => reported.push(error.code));
  });
  afterEach(() => document.body.replaceChildren());

  for (const value of [42, null, undefined, true, {}, ['/hello.mp3'], new Int32Array(4), Symbol('speech')]) {
    it(`speak(${String(Object(value) === value ? value?.constructor.name : String(value))}) rejects and reports invalidAudioInput`, async () => {
      assert.equal(await rejectionOf(avatar.speak(value)), 'invalidAudioInput');
      assert.deepEqual(reported, ['invalidAudioInput']);
      assert.equal(avatar.conversationState, 'idle');
    });
  }

  it('speakLive(), say() and send() fail with the reason', async () => {
    assert.equal(await rejectionOf(avatar.speakLive(42)), 'invalidAudioInput');
    assert.equal(await rejectionOf(avatar.say(42)), 'invalidRequest');
    assert.equal(await rejectionOf(avatar.speak('/hello.mp3', { volume: 1 })), 'invalidConfiguration');
    assert.equal(await rejectionOf((async () => avatar.send('text'))()), 'invalidAudioInput');
  });
});
