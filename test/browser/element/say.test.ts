import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../src/index.js';
import { buzz, createAvatar, once, rejectionOf } from '../../helpers/browser/elements.js';
import { startSpeechEndpoint } from '../../helpers/browser/motion-server.js';
import { until } from '../../helpers/until.js';

type Endpoint = Awaited<ReturnType<typeof startSpeechEndpoint>>;

describe('say()', function () {
  this.timeout(60_000);
  let endpoint: Endpoint;
  let avatar: SpatiusAvatar;

  async function open(pace?: number): Promise<void> {
    endpoint = await startSpeechEndpoint(pace);
    avatar = createAvatar('<spatius-avatar avatar-id="theo" lang="en-GB"></spatius-avatar>');
    avatar.speechEndpoint = endpoint.url;
  }
  const texts = async (): Promise<string[]> => (await endpoint.requests()).map(({ body }) => body.text);

  afterEach(async () => {
    document.body.replaceChildren();
    await endpoint.stop();
  });

  it('speaks the answer while it arrives', async () => {
    await open(1);
    // What is loaded with the first speech.
    await avatar.speak(buzz(0.2), { sampleRateHz: 16_000 });
    const startMs = performance.now();
    const heard = avatar.say('one two three', { voice: 'anna' });
    await until(() => avatar.conversationState === 'playing');
    // Three seconds of sound were not there yet.
    assert.isBelow(performance.now() - startMs, 2900);
    await heard;
    assert.isAbove(performance.now() - startMs, 2900);
    assert.deepEqual((await endpoint.requests())[0].body, { text: 'one two three', voice: 'anna', language: 'en-GB', avatarId: 'theo' });
  });

  it('keeps the order, asks ahead for the next and for no more', async () => {
    await open();
    const heard: string[] = [];
    const says = ['first one', 'second', 'third'].map((text) => avatar.say(text).then(() => heard.push(text)));
    await until(async () => (await texts()).length === 2);
    await until(() => avatar.conversationState === 'playing');
    // Asked for at the same moment: they may come in any order.
    assert.sameMembers(await texts(), ['first one', 'second']);
    await Promise.all(says);
    assert.deepEqual(heard, ['first one', 'second', 'third']);
    assert.deepEqual((await texts()).slice(2), ['third']);
  });

  it('drops what waits when it is interrupted, and takes new words', async () => {
    await open(1);
    const ends = ['one two three four five six seven eight', 'ten', 'eleven'].map((text) => rejectionOf(avatar.say(text)));
    await until(() => avatar.conversationState === 'playing');
    avatar.interrupt();
    const after = avatar.say('nine');
    assert.deepEqual(await Promise.all(ends), ['aborted', 'aborted', 'aborted']);
    await after;
    const requests = await endpoint.requests();
    assert.notInclude(
      requests.map(({ body }) => body.text),
      'eleven',
    );
    // The first two are requested at the same moment and may arrive in any order.
    assert.isTrue(requests.find(({ body }) => body.text.startsWith('one'))?.isBrokenOff);
  });

  it('may be ended one by one', async () => {
    await open(2);
    const [first, second] = [new AbortController(), new AbortController()];
    const ends = [
      rejectionOf(avatar.say('one two three four five', { signal: first.signal })),
      rejectionOf(avatar.say('six', { signal: second.signal })),
    ];
    const last = avatar.say('seven');
    await until(() => avatar.conversationState === 'playing');
    second.abort();
    first.abort();
    assert.deepEqual(await Promise.all(ends), ['aborted', 'aborted']);
    await last;
    assert.equal((await texts()).at(-1), 'seven');
  });

  it('tells by codes what it cannot say, and no key of the address', async () => {
    await open();
    const error = once(avatar, 'avatar-error');
    assert.equal(await rejectionOf(avatar.say('no')), 'speechRequestFailed');
    const { message } = (await error).error;
    assert.include(message, '503: no voice today');
    assert.notInclude(message, 'secret');
    // What comes after it is said all the same.
    await avatar.say('yes');
    const asked = (await texts()).length;
    assert.equal(await rejectionOf(avatar.say('never', { signal: AbortSignal.abort() })), 'aborted');
    assert.lengthOf(await texts(), asked);
    assert.equal(await rejectionOf(avatar.say(' ')), 'invalidRequest');
    avatar.speechEndpoint = 'http://127.0.0.1:9/';
    assert.equal(await rejectionOf(avatar.say('hello')), 'speechRequestFailed');
    assert.equal(await rejectionOf(avatar.say('hello', { sampleRate: 8000 } as object)), 'invalidConfiguration');
    avatar.speechEndpoint = null;
    assert.equal(await rejectionOf(avatar.say('hello')), 'invalidConfiguration');
  });
});
