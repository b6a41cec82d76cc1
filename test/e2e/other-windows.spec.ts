import { expect, type Page } from '@playwright/test';
import type { SpatiusAvatar } from '../../src/index.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless } from '../helpers/node/slow.js';

const STYLE = 'width: 160px; height: 200px; display: block';
const PAGE = `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/dist/spatius-avatar.min.js"></script>
  <spatius-avatar id="avatar" loading="eager" controls style="${STYLE}"></spatius-avatar>
  <button onclick="window.popup = open('/blank', '', 'width=300,height=300')">popup</button>
  <button onclick="documentPictureInPicture.requestWindow({ width: 300, height: 300 }).then((view) => (window.popup = view))">picture</button>`;

test.beforeEach(async ({ page, servedDemo }) => {
  await page.context().route('**/test-page', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.context().route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body></body>' }));
  await page.goto(`${servedDemo.url}/test-page`);
  await page.waitForFunction(() => document.querySelector('spatius-avatar')?.matches(':state(ready)'), null, { timeout: 60_000 });
});

/** Moves the avatar by a function in the page, and reads its looks and how many frames it draws from then on. */
const moved = (page: Page, isAway: boolean) =>
  page.evaluate(async (isToPopup) => {
    const holder = window as unknown as { popup: Window; moving: SpatiusAvatar };
    holder.moving ??= document.querySelector('spatius-avatar')!;
    const { moving: avatar, popup } = holder;
    (isToPopup ? popup.document : document).body.append(avatar);
    const before = (await avatar.stats()).framesDrawn;
    for (const end = performance.now() + 20_000; (await avatar.stats()).framesDrawn < before + 3; ) {
      if (performance.now() > end) throw new Error('no frame is drawn');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const view = avatar.ownerDocument.defaultView!;
    return [...avatar.shadowRoot!.querySelectorAll('canvas, [part~=controls], [part~=mute-button]')].map((part) => {
      const { position, display, borderRadius, width, height } = view.getComputedStyle(part);
      return { position, display, borderRadius, width, height };
    });
  }, isAway);

for (const kind of ['popup', 'picture']) {
  test(
    `an avatar looks, draws and speaks in a window of its own (${kind}), and back in its page`,
    slowUnless(kind === 'popup'),
    async ({ page }) => {
      const before = await moved(page, false);
      expect(before.length).toBe(3);
      await page.getByText(kind).click();
      await page.waitForFunction(() => (window as unknown as { popup?: Window }).popup?.document?.readyState === 'complete');
      expect(await moved(page, true)).toEqual(before);
      const state = await page.evaluate(async () => {
        const { moving: avatar } = window as unknown as { moving: SpatiusAvatar };
        await avatar.speak(new Float32Array(16_000).fill(0.05), { sampleRateHz: 16_000 });
        return (await avatar.diagnose()).element.isVisible;
      });
      expect(state).toBe(true);
      expect(await moved(page, false)).toEqual(before);
    },
  );
}
