import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../src/index.js';
import { buzz, createAvatar, once } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

const partOf = (avatar: SpatiusAvatar, part: string): HTMLElement =>
  avatar.shadowRoot!.querySelector<HTMLElement>(`[part~=${part}]`) ?? assert.fail(`there is no ${part}`);
const stylesOf = (avatar: SpatiusAvatar, part: string): Record<string, string> => {
  const { position, display, borderRadius, inlineSize, blockSize } = getComputedStyle(partOf(avatar, part));
  return { position, display, borderRadius, inlineSize, blockSize };
};
const drawsOn = async (avatar: SpatiusAvatar): Promise<void> => {
  const { framesDrawn } = await avatar.stats();
  await until(async () => (await avatar.stats()).framesDrawn > framesDrawn + 2, 30_000);
};
const isVisible = async (avatar: SpatiusAvatar): Promise<boolean> => (await avatar.diagnose()).element.isVisible;

/** The size is known, and the picture has its shape; how many pixels it has depends on the device's speed. */
const isDrawnAt = async (avatar: SpatiusAvatar, width: number, ratio: number): Promise<boolean> => {
  const { element } = await avatar.diagnose();
  const canvas = partOf(avatar, 'canvas') as HTMLCanvasElement;
  const isShaped = Math.abs(canvas.width / canvas.height - width / element.height) < 0.02;
  return element.width === width && element.pixelRatio === ratio && isShaped;
};

function openFrame(): { frame: HTMLIFrameElement; view: Window & typeof globalThis; body: HTMLElement } {
  const frame = document.createElement('iframe');
  frame.style.cssText = 'width: 400px; height: 300px; border: 0; display: block';
  document.body.prepend(frame);
  const view = frame.contentWindow as Window & typeof globalThis;
  return { frame, view, body: view.document.body };
}

describe('An avatar that is moved to another document', function () {
  this.timeout(120_000);
  afterEach(() => document.body.replaceChildren());

  it('looks, draws and speaks there as before, and back again', async () => {
    const avatar = createAvatar('<spatius-avatar controls></spatius-avatar>');
    const holder = avatar.parentElement!;
    await once(avatar, 'avatar-ready');
    await until(() => avatar.shadowRoot!.querySelector('[part~=controls]'));
    const parts = ['canvas', 'controls', 'mute-button', 'poster'];
    const before = parts.map((part) => stylesOf(avatar, part));
    const speaking = avatar.speak(buzz(4), { sampleRateHz: 16_000 });
    await until(() => avatar.conversationState === 'playing', 20_000);
    const { body, view } = openFrame();
    for (const place of [body, holder, body]) {
      place.append(avatar);
      assert.deepEqual(
        parts.map((part) => stylesOf(avatar, part)),
        before,
      );
      await drawsOn(avatar);
    }
    assert.equal(partOf(avatar, 'canvas').ownerDocument, view.document);
    await speaking;
  });

  it('styles parts that are loaded there', async () => {
    const { body } = openFrame();
    const usual = createAvatar('<spatius-avatar controls captions></spatius-avatar>');
    const avatar = createAvatar();
    // Styles of the first script are not in place yet, others not loaded.
    body.append(avatar);
    avatar.controls = avatar.captions = true;
    for (const element of [usual, avatar])
      await until(() => element.shadowRoot!.querySelector('[part=captions]') && element.shadowRoot!.querySelector('[part~=controls]'));
    for (const part of ['controls', 'start-button', 'captions']) assert.deepEqual(stylesOf(avatar, part), stylesOf(usual, part));
    assert.equal(avatar.shadowRoot!.adoptedStyleSheets.length, usual.shadowRoot!.adoptedStyleSheets.length);
  });

  it('is styled where its first document is another one, or has no window', async () => {
    const { body } = openFrame();
    const avatar = document.createElement('spatius-avatar');
    document.implementation.createHTMLDocument().body.append(avatar);
    await avatar.updateComplete;
    body.append(avatar);
    await once(avatar, 'avatar-ready');
    assert.equal(stylesOf(avatar, 'poster').position, 'absolute');
    await drawsOn(avatar);
  });

  it('follows size, pixel ratio and visibility of its new window', async () => {
    const avatar = createAvatar();
    await once(avatar, 'avatar-ready');
    const { body, view } = openFrame();
    Object.defineProperty(view, 'devicePixelRatio', { value: 1.5 });
    body.append(avatar);
    await until(() => isDrawnAt(avatar, 96, 1.5), 20_000);
    avatar.style.width = '150px';
    await until(() => isDrawnAt(avatar, 150, 1.5), 20_000);

    assert.isTrue(await isVisible(avatar));
    Object.defineProperty(view.document, 'hidden', { value: true, configurable: true });
    view.document.dispatchEvent(new Event('visibilitychange'));
    assert.isFalse(await isVisible(avatar));
    Reflect.deleteProperty(view.document, 'hidden');
    view.document.dispatchEvent(new Event('visibilitychange'));
    assert.isTrue(await isVisible(avatar));
    const spacer = view.document.createElement('div');
    spacer.style.height = '4000px';
    body.prepend(spacer);
    await until(async () => !(await isVisible(avatar)));

    const holder = document.createElement('div');
    document.body.prepend(holder);
    holder.append(avatar);
    await until(() => isDrawnAt(avatar, 150, devicePixelRatio), 20_000);
    assert.isTrue(await isVisible(avatar));
    Object.defineProperty(view.document, 'hidden', { value: true });
    view.document.dispatchEvent(new Event('visibilitychange'));
    assert.isTrue(await isVisible(avatar));
  });

  it('unlocks its sound by gestures there, and no longer by those of its former document', async () => {
    const avatar = createAvatar();
    let count = 0;
    avatar.initializeAudioContext = () => Promise.resolve(void count++);
    const { body, view } = openFrame();
    body.append(avatar);
    window.dispatchEvent(new PointerEvent('pointerup'));
    assert.equal(count, 0);
    view.dispatchEvent(new PointerEvent('pointerup'));
    assert.equal(count, 1);
    document.body.append(avatar);
    view.dispatchEvent(new PointerEvent('pointerup'));
    assert.equal(count, 1);
    window.dispatchEvent(new PointerEvent('pointerup'));
    assert.equal(count, 2);
  });

  it('speaks the language of its new document, also when that changes', async () => {
    const { body, view } = openFrame();
    const avatar = createAvatar('<spatius-avatar controls></spatius-avatar>');
    body.append(avatar);
    view.document.documentElement.lang = 'de';
    await until(() => avatar.shadowRoot!.querySelector('[part~=start-button]')?.ariaLabel === 'Starten');
    view.document.documentElement.lang = 'fr';
    await until(() => /marrer/.test(avatar.shadowRoot!.querySelector('[part~=start-button]')?.ariaLabel ?? ''));
  });
});
