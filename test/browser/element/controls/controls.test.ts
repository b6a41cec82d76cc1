import { sendKeys } from '@web/test-runner-commands';
import { assert } from 'chai';
import { type AvatarError, type SpatiusAvatar, setStrings } from '../../../../src/index.js';
import { axeFindings, create, once, part } from '../../../helpers/browser/avatar-element.js';
import { voice } from '../../../helpers/browser/session-probe.js';

const cues = [{ start: 0, end: 20, text: 'Words that are heard now' }];
const parts = (avatar: SpatiusAvatar, name: string): HTMLElement[] => [
  ...avatar.shadowRoot!.querySelectorAll<HTMLElement>(`[part~=${name}]`),
];

/** Speaks until the test is over. */
async function playing(avatar: SpatiusAvatar): Promise<void> {
  avatar.speak(voice(20), { sampleRateHz: 16_000, cues }).catch(({ code }: AvatarError) => assert.equal(code, 'aborted'));
  await reached(avatar, 'playing');
  await avatar.updateComplete;
}

async function reached(avatar: SpatiusAvatar, state: 'playing' | 'paused'): Promise<void> {
  while (avatar.conversationState !== state) await once(avatar, 'avatar-conversation-state');
}

async function labelled(avatar: SpatiusAvatar, name: string, label: string): Promise<void> {
  while ((await part(avatar, name)).getAttribute('aria-label') !== label) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('The bar of controls', () => {
  afterEach(() => document.body.replaceChildren());

  it('starts, pauses, resumes and stops by its buttons', async () => {
    const avatar = create('<spatius-avatar controls></spatius-avatar>', 320, 120);
    (await part(avatar, 'start-button')).click();
    const pause = await part(avatar, 'pause-button');
    assert.equal(avatar.connectionState, 'connected');
    assert.equal(pause.getAttribute('aria-disabled'), 'true');
    await playing(avatar);
    assert.equal(pause.getAttribute('aria-disabled'), 'false');
    const changes: string[] = [];
    avatar.addEventListener('avatar-conversation-state', ({ state }) => changes.push(state));
    for (const [label, state] of [
      ['Pause', 'paused'],
      ['Resume', 'playing'],
    ] as const) {
      await labelled(avatar, 'pause-button', label);
      pause.click();
      await reached(avatar, state);
    }
    (await part(avatar, 'stop-button')).click();
    assert.deepEqual(changes, ['paused', 'playing', 'idle']);
  });

  it('has keys while it has the focus, and leaves them to the page otherwise', async () => {
    const avatar = create('<spatius-avatar controls></spatius-avatar>', 320, 120);
    await part(avatar, 'controls');
    await playing(avatar);
    await part(avatar, 'captions-button');
    await sendKeys({ press: 'm' });
    assert.isFalse(avatar.muted);
    (await part(avatar, 'volume')).focus();
    await sendKeys({ press: 'm' });
    assert.isTrue(avatar.muted);
    await sendKeys({ press: 'c' });
    assert.isTrue(avatar.captions);
    await sendKeys({ press: 'k' });
    await reached(avatar, 'paused');
    await sendKeys({ press: ' ' });
    await reached(avatar, 'playing');
    await sendKeys({ press: 'Escape' });
    assert.equal(avatar.conversationState, 'idle');
    // The button in focus stays in focus and in the order of Tab, though there is nothing to stop.
    (await part(avatar, 'stop-button')).focus();
    await sendKeys({ press: 'Escape' });
    assert.equal(avatar.shadowRoot!.activeElement, await part(avatar, 'stop-button'));
  });

  it('is out of sight while speech plays, but for who points at it or comes by keyboard', async () => {
    const avatar = create('<spatius-avatar controls></spatius-avatar>', 320, 120);
    const bar = await part(avatar, 'controls');
    const isSeen = async (): Promise<boolean> => {
      await avatar.updateComplete;
      await Promise.all(bar.getAnimations().map(({ finished }) => finished));
      return getComputedStyle(bar).opacity === '1';
    };
    assert.isTrue(await isSeen());
    await playing(avatar);
    assert.isFalse(await isSeen());
    avatar.dispatchEvent(new PointerEvent('pointermove'));
    assert.isTrue(await isSeen());
    avatar.dispatchEvent(new PointerEvent('pointerleave'));
    assert.isFalse(await isSeen());
    await sendKeys({ press: 'Tab' });
    assert.isTrue(bar.contains(avatar.shadowRoot!.activeElement));
    assert.isTrue(await isSeen());
  });

  it('keeps inside the avatar at every size, in both directions, with the first button always there', async () => {
    const avatar = create('<spatius-avatar controls captions></spatius-avatar>', 600, 120);
    await part(avatar, 'controls');
    for (const dir of ['ltr', 'rtl']) {
      avatar.dir = dir;
      for (const width of [80, 110, 120, 150, 199, 240, 299, 300, 600]) {
        avatar.style.width = `${width}px`;
        const outer = avatar.getBoundingClientRect();
        const seen = [...parts(avatar, 'button'), ...parts(avatar, 'volume')]
          .map((element) => element.getBoundingClientRect())
          .filter((rect) => rect.width > 0);
        assert.isAbove(seen.length, 0);
        for (const rect of seen) {
          assert.isAtLeast(rect.left, outer.left, `${dir} ${width}`);
          assert.isAtMost(rect.right, outer.right, `${dir} ${width}`);
        }
        assert.isAbove(parts(avatar, 'start-button')[0].getBoundingClientRect().width, 30);
        // The first button lies where reading begins.
        if (width >= 150) assert.equal(seen[0].left < seen.at(-1)!.left, dir === 'ltr');
      }
    }
  });

  it('speaks the language of its place, and what a page teaches it', async () => {
    const avatar = create('<section><spatius-avatar controls></spatius-avatar></section>', 320, 120);
    await labelled(avatar, 'mute-button', 'Mute');
    avatar.closest('section')!.lang = 'fr-CA';
    await labelled(avatar, 'mute-button', 'Couper le son');
    avatar.closest('section')!.lang = 'nl';
    await labelled(avatar, 'mute-button', 'Mute');
    await setStrings('nl', { mute: 'Dempen' });
    await labelled(avatar, 'mute-button', 'Dempen');
    assert.equal((await part(avatar, 'stop-button')).getAttribute('aria-label'), 'Stop');
    avatar.closest('section')!.lang = 'zh-Hant-TW';
    await labelled(avatar, 'mute-button', '静音');
    await setStrings('zh-Hant', { mute: '靜音' });
    await labelled(avatar, 'mute-button', '靜音');
    assert.equal((await part(avatar, 'stop-button')).getAttribute('aria-label'), '停止');
  });
});

describe('People who use other means', function () {
  // Several avatars drawn by software, and axe beside them.
  this.timeout(60_000);
  afterEach(() => document.body.replaceChildren());

  for (const [lang, dir] of [
    ['en', 'ltr'],
    ['ar', 'rtl'],
  ] as const) {
    it(`find nothing in their way in any state (${lang})`, async () => {
      const shown = (markup: string): SpatiusAvatar => create(`<div lang="${lang}" dir="${dir}">${markup}</div>`, 320, 400);
      const loading = shown('<spatius-avatar controls style="position: absolute; top: 9000px"></spatius-avatar>');
      await part(loading, 'controls');
      loading.handleLoading(0.4);
      await part(loading, 'progress');
      const broken = shown('<spatius-avatar controls src="/no-such-file.glb"></spatius-avatar>');
      await part(broken, 'retry-button');
      const speaking = shown('<spatius-avatar controls captions></spatius-avatar>');
      await part(speaking, 'controls');
      await playing(speaking);
      await part(speaking, 'caption');
      if (lang === 'ar') await labelled(speaking, 'mute-button', 'كتم الصوت');
      // The test's browser locks no sound.
      const blocked = shown('<spatius-avatar></spatius-avatar>');
      blocked.isAudioBlocked = blocked.isSoundWanted = true;
      await part(blocked, 'sound-button');
      assert.deepEqual(await axeFindings(), []);
    });
  }

  it('keep their place when they try again', async () => {
    const avatar = create('<spatius-avatar src="/no-such-file.glb"></spatius-avatar>', 320, 400);
    const retry = await part(avatar, 'retry-button');
    retry.focus();
    retry.click();
    assert.equal(document.activeElement, avatar);
  });
});
