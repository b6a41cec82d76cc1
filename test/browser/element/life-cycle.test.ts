import { emulateMedia } from '@web/test-runner-commands';
import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../src/index.js';
import { itWithDrawingWorker } from '../../helpers/browser/drawing-worker.js';
import { buzz, createAvatar, once, rejectionOf } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

/** Share of what is on the screen, not only in the drawing buffer, that is painted. */
function shownShare(avatar: SpatiusAvatar): number {
  const canvas = avatar.shadowRoot!.querySelector('canvas');
  if (!canvas || canvas.width === 0 || canvas.height === 0) return 0;
  const picture = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  picture.drawImage(canvas, 0, 0);
  const { data } = picture.getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, at) => at % 4 === 3 && value > 127).length / (data.length / 4);
}

const framesOf = async (avatar: SpatiusAvatar): Promise<number> => (await avatar.stats()).framesDrawn;
const shown = (avatar: SpatiusAvatar): Promise<boolean> => until(() => shownShare(avatar) > 0.2, 60_000);
const speech = (seconds: number): [Float32Array, { sampleRateHz: number }] => [buzz(seconds), { sampleRateHz: 16_000 }];

async function ready(markup?: string): Promise<SpatiusAvatar> {
  const avatar = createAvatar(markup);
  await once(avatar, 'avatar-ready');
  return avatar;
}

describe('The life of an avatar on its page', function () {
  this.timeout(180_000);
  afterEach(() => document.body.replaceChildren());

  itWithDrawingWorker('shows twenty avatars at once, and goes on drawing each', async () => {
    const avatars = Array.from({ length: 20 }, (_, index) =>
      createAvatar(`<spatius-avatar avatar-id="${['aria', 'theo', 'nia'][index % 3]}"></spatius-avatar>`),
    );
    const errors: string[] = [];
    for (const avatar of avatars) {
      avatar.style.cssText += '; width: 64px; height: 64px';
      // All are in sight.
      avatar.parentElement!.style.display = 'inline';
      avatar.addEventListener('avatar-error', ({ error }) => errors.push(error.message));
    }
    for (const avatar of avatars) await shown(avatar);
    const before = await Promise.all(avatars.map(framesOf));
    await until(async () => (await Promise.all(avatars.map(framesOf))).every((frames, index) => frames > before[index] + 1), 30_000);
    assert.deepEqual(errors, []);
  });

  it('loads nothing that is far from sight, and stops drawing what has left it', async () => {
    const spacer = document.createElement('div');
    spacer.style.height = '4000px';
    document.body.append(spacer);
    const avatar = createAvatar();
    const asked = performance.getEntriesByType('resource').length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.isFalse(
      performance
        .getEntriesByType('resource')
        .slice(asked)
        .some(({ name }) => name.endsWith('.glb')),
    );
    avatar.scrollIntoView();
    await once(avatar, 'avatar-ready');
    scrollTo(0, 0);
    await until(async () => !(await avatar.diagnose()).element.isVisible);
    // For whoever asks for one, there is a picture all the same.
    assert.isAbove((await avatar.toBlob()).size, 1000);
    assert.isFalse((await avatar.diagnose()).element.isVisible);
    const frames = await framesOf(avatar);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.isAtMost(await framesOf(avatar), frames + 1);
    avatar.scrollIntoView();
    await until(async () => (await framesOf(avatar)) > frames + 3);
  });

  it('survives being mounted twice, as React does it', async () => {
    const avatar = createAvatar();
    const holder = avatar.parentElement!;
    avatar.remove();
    holder.append(avatar);
    await new Promise((resolve) => setTimeout(resolve));
    avatar.remove();
    await Promise.resolve();
    holder.append(avatar);
    await once(avatar, 'avatar-ready');
    await shown(avatar);
    await avatar.speak(...speech(0.5));
  });

  itWithDrawingWorker('speaks on while it is moved, and while its attributes change', async () => {
    const avatar = await ready();
    const heard = avatar.speak(...speech(4));
    await until(() => avatar.conversationState === 'playing', 20_000);
    const other = document.createElement('section');
    document.body.prepend(other);
    other.append(avatar);
    const changes = {
      view: 'bust',
      motion: 'calm',
      volume: '0.4',
      'speech-style': 'crisp',
      intensity: '1.5',
      'audio-latency-offset': '20',
      muted: '',
      controls: '',
      poster: '/none.png',
      'frame-starvation': 'strict-sync',
    };
    for (const [name, value] of Object.entries(changes)) {
      avatar.setAttribute(name, value);
      await avatar.updateComplete;
    }
    await heard;
    await shown(avatar);
  });

  it('ends the speech with its removal, and begins anew when it is put back', async () => {
    const avatar = await ready();
    const holder = avatar.parentElement!;
    const end = rejectionOf(avatar.speak(...speech(10)));
    await until(() => avatar.conversationState === 'playing', 20_000);
    avatar.remove();
    assert.equal(await end, 'aborted');
    assert.equal(await rejectionOf(avatar.speak(...speech(1))), 'aborted');
    holder.append(avatar);
    await once(avatar, 'avatar-ready');
    await shown(avatar);
    await avatar.speak(...speech(0.5));
  });

  itWithDrawingWorker('rests without a box or a size, speaks all the same, and shows itself again', async () => {
    const avatar = await ready();
    for (const [hide, show] of [
      ['display: none', 'display: inline-block'],
      ['width: 0', 'width: 96px'],
      ['height: 0', 'height: 120px'],
    ] as const) {
      avatar.style.cssText += `; ${hide}`;
      await until(async () => !(await avatar.diagnose()).element.isVisible || avatar.clientWidth * avatar.clientHeight === 0);
      await avatar.speak(...speech(0.3));
      avatar.style.cssText += `; ${show}`;
      const frames = await framesOf(avatar);
      await until(async () => (await framesOf(avatar)) > frames + 2, 20_000);
      await shown(avatar);
    }
  });

  itWithDrawingWorker('keeps its last picture on paper, whichever context it was drawn on', async function () {
    const avatars = Array.from({ length: 4 }, () => createAvatar());
    for (const avatar of avatars) avatar.parentElement!.style.display = 'inline';
    for (const avatar of avatars) await shown(avatar);
    try {
      await emulateMedia({ media: 'print' });
    } catch {
      // Only Chromium is driven in a way that can lay out for paper.
      assert.notInclude(navigator.userAgent, 'Chrome');
      return this.skip();
    }
    try {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      for (const avatar of avatars) assert.isAbove(shownShare(avatar), 0.2);
    } finally {
      await emulateMedia({ media: 'screen' });
    }
  });

  /** As a browser that is out of memory ends it. */
  async function killRenderWorker(avatar: SpatiusAvatar): Promise<void> {
    type Pool = { workers: { pool: { render: { connect(): Promise<{ worker: Worker }> } } } };
    const { workers } = (avatar as unknown as { lifecycle: { avatar: Pool } }).lifecycle.avatar;
    const { worker } = await workers.pool.render.connect();
    worker.dispatchEvent(new ErrorEvent('error', { message: 'killed by a test' }));
  }

  itWithDrawingWorker('comes back after its render worker has died, and after it has died again only when it is asked', async () => {
    const avatar = await ready();
    const again = once(avatar, 'avatar-ready');
    await killRenderWorker(avatar);
    await again;
    await shown(avatar);
    await killRenderWorker(avatar);
    const button = await until(() => avatar.shadowRoot!.querySelector<HTMLButtonElement>('[part~="retry-button"]'));
    const { length } = performance.getEntriesByType('resource');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.isTrue(avatar.matches(':state(error)'));
    assert.lengthOf(performance.getEntriesByType('resource').slice(length), 0);
    const back = once(avatar, 'avatar-ready');
    button.click();
    await back;
    await shown(avatar);
    await avatar.speak(...speech(0.3));
  });
});
