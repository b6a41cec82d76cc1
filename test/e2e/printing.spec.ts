import { inflateSync } from 'node:zlib';
import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW } from '../helpers/node/slow.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const IMAGE = /<<[^<>]*\/Subtype \/Image\s+\/Width (\d+)\s+\/Height (\d+)\s+\/ColorSpace \[[^<>]*\/Length (\d+)>> stream\r?\n/g;

/** Pictures of a PDF as Chromium writes it: size, and how many colours there are. */
function picturesOf(pdf: Buffer): { width: number; height: number; colourCount: number }[] {
  return [...pdf.toString('latin1').matchAll(IMAGE)].map(({ 0: head, 1: width, 2: height, 3: length, index }) => {
    const start = index + head.length;
    const rgb = inflateSync(pdf.subarray(start, start + Number(length)));
    const colours = new Set<number>();
    for (let at = 0; at < rgb.length; at += 3) colours.add(rgb.readUIntBE(at, 3));
    return { width: Number(width), height: Number(height), colourCount: colours.size };
  });
}

test.use({ avatarFile: 'built-in' });

// Three avatars of a page draw on canvases of their own, the others share one.
test('on paper stands the picture of every avatar, also of one that is out of sight', SLOW, async ({ page }) => {
  test.setTimeout(120_000);
  const ids = ['first', 'second', 'third', 'fourth'];
  const tags = ids.map((id) => `<spatius-avatar id="${id}" loading="eager"></spatius-avatar>`).join('');
  const avatar = await AvatarPage.open(page, server.url, `${tags}<canvas width="160" height="200"></canvas><p style="height: 3000px">`);
  for (const id of ids) await avatar.waitForEvent(id, 'ready', 60_000);
  await page.evaluate(() => scrollTo(0, 2500));
  const pictures = picturesOf(await page.pdf());
  expect(pictures).toHaveLength(ids.length);
  for (const { width, height, colourCount } of pictures) {
    expect([width, height]).toEqual([160, 200]);
    expect(colourCount).toBeGreaterThan(1000);
  }
});
