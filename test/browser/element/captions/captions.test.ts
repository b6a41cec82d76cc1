import { assert } from 'chai';
import type { AvatarError, CaptionCue, SpatiusAvatar } from '../../../../src/index.js';
import { create, once, part } from '../../../helpers/browser/avatar-element.js';
import { voice } from '../../../helpers/browser/session-probe.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const shown = (avatar: SpatiusAvatar): string[] =>
  [...avatar.shadowRoot!.querySelectorAll('[part=caption]')].map(({ textContent }) => textContent!);
const sixteen = { sampleRateHz: 16_000 };

/** Speech of an avatar that may be dropped at the end of a test. */
function speak(avatar: SpatiusAvatar, seconds: number, options: Parameters<SpatiusAvatar['speak']>[1]): Promise<string> {
  return avatar.speak(voice(seconds), { ...sixteen, ...options }).then(
    () => 'heard',
    ({ code }: AvatarError) => code,
  );
}

async function untilShown(avatar: SpatiusAvatar, text: string): Promise<void> {
  while (!shown(avatar).includes(text))
    await Promise.race([once(avatar, 'avatar-cue-change').then(() => avatar.updateComplete), pause(100)]);
}

describe('Captions', function () {
  // Real speech, and several avatars drawn by software.
  this.timeout(60_000);
  afterEach(() => document.body.replaceChildren());

  it('follow the audible clock and end with the speech', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    const changes: { texts: string; seconds: number }[] = [];
    avatar.addEventListener('avatar-cue-change', ({ cues }) =>
      changes.push({ texts: cues.map(({ text }) => text).join('+'), seconds: avatar.currentTime }),
    );
    const cues = [
      { start: 3, end: 9, text: 'three' },
      { start: 0, end: 1.5, text: 'one' },
      { start: 1, end: 2.2, text: 'two' },
    ];
    assert.equal(await speak(avatar, 5, { cues }), 'heard');
    assert.deepEqual(
      changes.map(({ texts }) => texts),
      ['one', 'one+two', 'two', '', 'three', ''],
    );
    [0, 1, 1.5, 2.2, 3].forEach((due, i) => {
      assert.isAtLeast(changes[i].seconds, due);
      // A browser that shares its cores is late at times.
      assert.isAtMost(changes[i].seconds, due + 0.4);
    });
  });

  it('are held by a pause, and cleared by an interruption and by the next speech', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    const cues = [
      { start: 0, end: 1.2, text: 'held' },
      { start: 1.2, end: 9, text: 'after' },
    ];
    const first = speak(avatar, 8, { cues });
    await untilShown(avatar, 'held');
    avatar.pause();
    await pause(1500);
    assert.deepEqual(shown(avatar), ['held']);
    void avatar.resume();
    await untilShown(avatar, 'after');
    const second = speak(avatar, 8, { cues: [{ start: 0, end: 9, text: 'another' }] });
    await untilShown(avatar, 'another');
    assert.deepEqual(shown(avatar), ['another']);
    avatar.interrupt();
    await avatar.updateComplete;
    assert.deepEqual(shown(avatar), []);
    assert.deepEqual(await Promise.all([first, second]), ['aborted', 'aborted']);
  });

  it('of a speech too short to be read stay for a second', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    assert.equal(await speak(avatar, 0.4, { cues: [{ start: 0, end: 9, text: 'Yes.' }] }), 'heard');
    await avatar.updateComplete;
    assert.deepEqual(shown(avatar), ['Yes.']);
    await once(avatar, 'avatar-cue-change');
    await avatar.updateComplete;
    assert.deepEqual(shown(avatar), []);
  });

  it('are text, whatever is written in them', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    void speak(avatar, 8, { cues: [{ start: 0, end: 9, text: '<img src=x onerror="alert(1)">' }] });
    await untilShown(avatar, '<img src=x onerror="alert(1)">');
    assert.isNull(avatar.shadowRoot!.querySelector('[part=captions] img'));
    void speak(avatar, 8, {
      cues: 'WEBVTT\n\n00:00.000 --> 00:09.000\n<v Ann><i.loud>Hi</i> &amp; <ruby>漢<rt>kan</rt></ruby><img src=x>',
    });
    await untilShown(avatar, 'Hi & 漢');
  });

  it('come from the words that move the mouth, and say their language', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    void speak(avatar, 4, {
      words: [
        { word: 'Guten', startSeconds: 0.1 },
        { word: 'Tag!', startSeconds: 0.5, endSeconds: 3 },
      ],
      lang: 'de',
    });
    await untilShown(avatar, 'Guten Tag!');
    const caption = await part(avatar, 'caption');
    assert.equal(caption.lang, 'de');
    assert.equal(caption.dir, 'auto');
  });

  it('can be given to live speech one by one', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    const id = avatar.send(voice(3))!;
    await avatar.addCue({ start: 0, end: 1, text: 'first' });
    await untilShown(avatar, 'first');
    await avatar.addCue({ start: 1, end: 9, text: 'second' }, id);
    await untilShown(avatar, 'second');
    const refused = await avatar.addCue({ start: 1, end: 0, text: '' } as CaptionCue).catch(({ code }: AvatarError) => code);
    assert.equal(refused, 'invalidCues');
    avatar.interrupt();
  });

  it('that cannot be read are told of, and the speech is heard', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    const codes: string[] = [];
    avatar.addEventListener('avatar-error', ({ error }) => codes.push(error.code));
    assert.equal(await speak(avatar, 0.3, { cues: 'Hello' }), 'heard');
    assert.equal(await speak(avatar, 0.3, { cues: [{ start: 0, end: 1 }] as unknown as CaptionCue[] }), 'heard');
    assert.deepEqual(codes, ['invalidCues', 'invalidTimings']);
  });

  it('come from a track child in the language of the page, when they are shown', async () => {
    const file = (text: string): string => URL.createObjectURL(new Blob([`WEBVTT\n\n00:00.000 --> 00:20.000\n${text}`]));
    const avatar = create(`<spatius-avatar controls lang="de-AT">
      <track kind="captions" srclang="en" src="${file('English')}" default /><track kind="captions" srclang="de" src="${file('Deutsch')}" />
    </spatius-avatar>`);
    const button = await part(avatar, 'captions-button');
    void speak(avatar, 8, {});
    await once(avatar, 'avatar-conversation-state');
    assert.deepEqual(shown(avatar), []);
    const change = once(avatar, 'avatar-captions-change');
    button.click();
    assert.isTrue((await change).areShown);
    await untilShown(avatar, 'Deutsch');
    assert.equal((await part(avatar, 'caption')).lang, 'de');
    avatar.querySelector('track[srclang=de]')!.remove();
    await untilShown(avatar, 'English');
    button.click();
    await avatar.updateComplete;
    assert.deepEqual(shown(avatar), []);
  });

  it('are said once each by a region that is there before them', async () => {
    const avatar = create('<spatius-avatar captions></spatius-avatar>');
    const region = await part(avatar, 'captions');
    assert.equal(region.getAttribute('aria-live'), 'polite');
    const said: string[] = [];
    new MutationObserver((records) => {
      for (const { type, addedNodes } of records) {
        if (type === 'characterData') said.push('changed');
        for (const node of addedNodes) if (node instanceof HTMLElement) said.push(node.textContent!);
      }
    }).observe(region, { childList: true, characterData: true, subtree: true });
    const cues = [
      { start: 0, end: 3, text: 'one' },
      { start: 1, end: 2, text: 'two' },
      { start: 3, end: 9, text: 'three' },
    ];
    assert.equal(await speak(avatar, 4.5, { cues }), 'heard');
    assert.deepEqual(said, ['one', 'two', 'three']);
  });
});
