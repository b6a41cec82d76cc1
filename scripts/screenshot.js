/** `npm run screenshot`: the picture in README.md, taken of the built demo in mid-sentence. */
import { chromium } from '@playwright/test';
import { createMotionServer } from '../dist/server/index.js';
import { CHROMIUM_FLAGS, ensureChromium } from './chromium.js';

const PICTURE = 'docs/demo.jpg';

const server = createMotionServer({ apiKey: 'screenshot', appId: 'app_demo' });
const url = await server.listen(0);
const browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  const avatar = page.locator('spatius-avatar');
  const until = (event) =>
    avatar.evaluate(
      (element, name) => new Promise((resolve) => element.addEventListener(name, resolve, { once: true })).then(() => undefined),
      event,
    );
  const frames = () => avatar.evaluate((element) => element.stats().then(({ framesDrawn }) => framesDrawn));
  while ((await frames()) < 30) await page.waitForTimeout(200);
  const talking = until('avatar-conversation-state');
  await page.getByRole('button', { name: 'Speak', exact: true }).click();
  await talking;
  await page.waitForTimeout(2200);
  // On a busy machine the stage reduces its resolution; its blob has the full one.
  await avatar.evaluate(async (element) => {
    const canvas = element.shadowRoot.querySelector('canvas');
    const picture = new Image();
    picture.src = URL.createObjectURL(await element.toBlob());
    await picture.decode();
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = canvas;
    Object.assign(picture.style, { position: 'absolute', left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    canvas.style.visibility = 'hidden';
    canvas.after(picture);
  });
  await page.screenshot({ path: PICTURE, type: 'jpeg', quality: 88 });
  console.log(`wrote ${PICTURE}`);
} finally {
  await browser.close();
  await server.close();
}
