import { assert } from 'chai';
import { AvatarError, moods } from '../../../src/index.js';
import { axeFindings, create, once, part } from '../../helpers/browser/avatar-element.js';

describe('<spatius-avatar>', () => {
  afterEach(() => document.body.replaceChildren());

  it('is loading, then ready, and says so by event, state and picture', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    const fractions: number[] = [];
    avatar.addEventListener('avatar-load-progress', ({ progress }) => fractions.push(progress));
    const bubbled: Event[] = [];
    document.addEventListener('avatar-ready', (event) => bubbled.push(event));
    const ready = once(avatar, 'avatar-ready');
    await avatar.updateComplete;
    assert.isFalse(avatar.matches(':state(ready)'));
    await ready;
    await avatar.updateComplete;
    assert.isTrue(avatar.matches(':state(ready)'));
    assert.isFalse(avatar.matches(':state(loading)'));
    assert.equal(fractions.at(-1), 1);
    assert.deepEqual(
      fractions,
      [...fractions].sort((one, other) => one - other),
    );
    assert.lengthOf(bubbled, 0);
    const picture = await avatar.toBlob();
    assert.equal(picture.type, 'image/png');
    assert.isAbove(picture.size, 1000);
  });

  it('keeps its avatar where another cannot be had, and is ready without saying so again', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    await once(avatar, 'avatar-ready');
    let readyCount = 0;
    avatar.addEventListener('avatar-ready', () => readyCount++);
    const failed = once(avatar, 'avatar-error');
    avatar.src = '/no-such-file.glb';
    await failed;
    await avatar.updateComplete;
    assert.equal(readyCount, 0);
    assert.isTrue(avatar.matches(':state(ready)'));
    assert.isFalse(avatar.matches(':state(loading)'));
    assert.isAbove((await avatar.toBlob()).size, 1000);
    avatar.src = null;
    await once(avatar, 'avatar-ready');
    assert.equal(readyCount, 1);
  });

  it('is accessible with everything shown', async () => {
    const avatar = create('<spatius-avatar controls></spatius-avatar>');
    await once(avatar, 'avatar-ready');
    await part(avatar, 'controls');
    const broken = create('<spatius-avatar src="/no-such-file.glb"></spatius-avatar>');
    await part(broken, 'retry-button');
    assert.deepEqual(await axeFindings(), []);
  });

  it('chooses its mode by what it is given', async () => {
    const local = create('<spatius-avatar></spatius-avatar>');
    const direct = create('<spatius-avatar token-endpoint="/nowhere" app-id="app"></spatius-avatar>');
    assert.equal((await local.diagnose()).element.mode, 'local');
    assert.equal((await direct.diagnose()).element.mode, 'direct');
  });

  it('refuses what cannot work by its name', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    const messages: string[] = [];
    avatar.addEventListener('avatar-error', ({ error }) => {
      assert.equal(error.code, 'invalidConfiguration');
      messages.push(error.message);
    });
    avatar.setAttribute('frame-starvation', 'sometimes');
    avatar.setAttribute('connect-timeout', 'soon');
    avatar.setAttribute('speech-style', 'loud');
    avatar.setAttribute('intensity', '3');
    avatar.setAttribute('mode', 'telepathy');
    await avatar.updateComplete;
    for (const name of ['frame-starvation', 'connect-timeout', 'speech-style', 'intensity', 'telepathy']) {
      assert.isTrue(
        messages.some((message) => message.includes(name)),
        name,
      );
    }
    assert.instanceOf(await avatar.start().catch((error: unknown) => error), AvatarError);
  });

  it('refuses moods and gazes that it does not know, and goes on neutral', async () => {
    const avatar = create('<spatius-avatar mood="grumpy" gaze="away" mood-intensity="3"></spatius-avatar>');
    const messages: string[] = [];
    avatar.addEventListener('avatar-error', ({ error }) => messages.push(`${error.code} ${error.message}`));
    await once(avatar, 'avatar-ready');
    const refused = (await avatar.diagnose()).errors
      .map(({ message }) => message)
      .concat(messages)
      .join('\n');
    for (const word of ['mood="grumpy"', 'gaze="away"', 'mood-intensity', '"skeptical"']) assert.include(refused, word);
    for (const [x, y] of [
      [Number.NaN, 0],
      [5, undefined],
      [Infinity, 1],
    ] as const)
      assert.throws(() => avatar.lookAt(x, y), AvatarError, 'lookAt()');
    avatar.mood = 'happy';
    avatar.listening = true;
    avatar.lookAt(0, 0);
    avatar.lookAt(null);
    await avatar.updateComplete;
    assert.isTrue(moods.includes('happy'));
  });

  it('shows the avatar all the same where a view, a loading, a renderer or a volume is mistyped, and says which', async () => {
    const avatar = create('<spatius-avatar view="bsut" loading="soon" renderer="webgl3" volume="loud"></spatius-avatar>');
    const messages: string[] = [];
    avatar.addEventListener('avatar-error', ({ error }) => messages.push(`${error.code} ${error.message}`));
    await once(avatar, 'avatar-ready');
    avatar.setAttribute('view', 'closer');
    await avatar.updateComplete;
    assert.isAbove((await avatar.toBlob()).size, 1000);
    const told = (await avatar.diagnose()).errors.map(({ code, message }) => `${code} ${message}`);
    for (const word of ['view="bsut"', '"bust"', 'loading="soon"', 'renderer="webgl3"', 'volume is', 'view="closer"'])
      assert.include(told.join('\n'), word);
    for (const error of messages.concat(told)) assert.match(error, /^invalidConfiguration /);
  });

  it('takes numbers as text, as the templates of frameworks set them, and its defaults where attributes are removed', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    const errors: string[] = [];
    avatar.addEventListener('avatar-error', ({ error }) => errors.push(error.message));
    Object.assign(avatar, {
      volume: '0.5',
      intensity: '1.5',
      sampleRate: '24000',
      connectTimeout: '5000',
      audioLatencyOffset: '20',
      moodIntensity: '0.5',
    });
    await once(avatar, 'avatar-ready');
    assert.isString(avatar.send(new Uint8Array(4800), true));
    await once(avatar, 'avatar-conversation-state');
    type Inside = { lifecycle: { soundSettings: object; avatar: { speech: { options: Record<string, unknown> } } } };
    const { soundSettings, avatar: inside } = (avatar as unknown as Inside).lifecycle;
    assert.deepInclude(soundSettings, { volume: 0.5, latencyOffsetSeconds: 0.02 });
    assert.deepInclude(inside.speech.options, { intensity: 1.5, sampleRateHz: 24_000, connectTimeoutMs: 5000 });
    for (const name of [
      'volume',
      'intensity',
      'sample-rate',
      'connect-timeout',
      'audio-latency-offset',
      'mood-intensity',
      'mood',
      'view',
      'fallback',
    ]) {
      avatar.setAttribute(name, name === 'view' ? 'bust' : (avatar.getAttribute(name) ?? ''));
      avatar.removeAttribute(name);
    }
    await avatar.updateComplete;
    const after = (avatar as unknown as Inside).lifecycle;
    assert.deepInclude(after.soundSettings, { volume: 1, latencyOffsetSeconds: 0 });
    assert.deepInclude(after.avatar.speech.options, { intensity: 1, sampleRateHz: 16_000, connectTimeoutMs: 15_000 });
    assert.deepEqual(errors, []);
  });

  it('tells what went wrong, and no token with it', async () => {
    const attributes = 'mode="direct" app-id="app" session-token="secret-token" server-url="ws://127.0.0.1:9" connect-timeout="400"';
    const avatar = create(`<spatius-avatar ${attributes}></spatius-avatar>`);
    await avatar.start().catch(() => undefined);
    const report = await avatar.diagnose();
    assert.equal(report.connectionState, 'failed');
    assert.equal(report.element.tokenSource, 'fixed');
    assert.isAbove(report.errors.length, 0);
    assert.notInclude(JSON.stringify(report), 'secret-token');
  });

  it('aborts speech when it is removed, and has none outside a document', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    const speak = (): Promise<string> =>
      avatar.speak(new Float32Array(48_000), { sampleRateHz: 16_000 }).then(
        () => 'spoken',
        ({ code }: AvatarError) => code,
      );
    const speech = speak();
    await new Promise((resolve) => setTimeout(resolve, 200));
    avatar.remove();
    assert.equal(await speech, 'aborted');
    assert.equal(await speak(), 'aborted');
  });

  it('takes speech and interruptions in order from the moment it is in the document', async () => {
    const avatar = create('<spatius-avatar></spatius-avatar>');
    const outcome = (speech: Promise<void>): Promise<string> =>
      speech.then(
        () => 'spoken',
        ({ code }: AvatarError) => code,
      );
    const playing = new Promise<string>((resolve) =>
      avatar.addEventListener('avatar-conversation-motion', ({ conversationId }) => resolve(conversationId)),
    );
    const first = outcome(avatar.speak(new Float32Array(16_000), { sampleRateHz: 16_000 }));
    avatar.interrupt();
    const second = outcome(avatar.speak(new Float32Array(16_000), { sampleRateHz: 16_000 }));
    const early = avatar.send(new Int16Array(8000));
    const sent = avatar.send(new Int16Array(8000), true);
    assert.equal(sent, early);
    assert.equal(await first, 'aborted');
    assert.equal(await second, 'aborted');
    assert.equal(await playing, sent);
  });

  it('speaks live sound by speakLive() and its former name listen()', async () => {
    const avatar = create('<spatius-avatar mode="backend"></spatius-avatar>');
    const codeOf = (speech: Promise<void>) =>
      speech.then(
        () => 'ended',
        ({ code }: AvatarError) => code,
      );
    const source = new MediaStream();
    assert.equal(await codeOf(avatar.speakLive(source)), 'noAudio');
    assert.equal(await codeOf(avatar.listen(source)), 'noAudio');
  });

  it('takes speech by the calls of its mode, and none outside a document', async () => {
    const local = create('<spatius-avatar></spatius-avatar>');
    const backend = create('<spatius-avatar mode="backend"></spatius-avatar>');
    const codes: string[] = [];
    backend.addEventListener('avatar-error', ({ error }) => codes.push(error.code));
    const codeOf = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return (error as AvatarError).code;
      }
      return 'nothing';
    };
    assert.equal(
      codeOf(() => local.yieldAudioData(new Uint8Array(2))),
      'networkLayerNotAvailable',
    );
    assert.equal(
      codeOf(() => local.yieldFramesData([], 'id')),
      'networkLayerNotAvailable',
    );
    assert.equal(
      codeOf(() => backend.send(new Uint8Array(2))),
      'networkLayerNotAvailable',
    );
    assert.equal(await backend.speak(new Int16Array(2)).catch(({ code }: AvatarError) => code), 'networkLayerNotAvailable');
    assert.isString(backend.yieldAudioData(new Uint8Array(2)));
    codes.length = 0;
    backend.remove();
    assert.isNull(backend.yieldAudioData(new Uint8Array(2)));
    assert.deepEqual(codes, ['playbackStartFailed']);
  });

  it('waits for a size, with its poster shown', async () => {
    const avatar = create('<spatius-avatar style="display: none"><img slot="poster" alt="" /></spatius-avatar>');
    await avatar.updateComplete;
    const poster = avatar.shadowRoot!.querySelector<HTMLSlotElement>('slot[name=poster]')!;
    assert.lengthOf(poster.assignedElements(), 1);
    assert.isNull(avatar.shadowRoot!.querySelector('canvas'));
    avatar.style.display = 'inline-block';
    await once(avatar, 'avatar-ready');
    assert.isNotNull(avatar.shadowRoot!.querySelector('canvas'));
  });

  it('has its volume set by attribute, property and bar alike', async () => {
    const avatar = create('<spatius-avatar controls muted volume="0.4"></spatius-avatar>');
    const slider = await part<HTMLInputElement>(avatar, 'volume');
    assert.equal(slider.value, '0');
    (await part(avatar, 'mute-button')).click();
    await avatar.updateComplete;
    assert.isFalse(avatar.muted);
    assert.equal(slider.value, '0.4');
    slider.value = '0.7';
    slider.dispatchEvent(new Event('input'));
    assert.closeTo(avatar.volume, 0.7, 0.001);
  });
});
