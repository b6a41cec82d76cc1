import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { vrmFrom } from '../helpers/vrm-files.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

/** Machines that draw in software and are busy take their time. */
const patient = expect.configure({ timeout: 20_000 });

test("the demo shows the visitor's avatar, says what it lacks, and lets it speak", async ({ page: tab }) => {
  const avatar = await AvatarPage.openDemo(tab, server.url);
  await avatar.forgetEvents();
  const buffer = Buffer.from(vrmFrom(await readFile('dist/avatars/aria.glb'), { version: 1 }));
  await tab.locator('#avatar-file').setInputFiles({ name: 'mine.vrm', mimeType: 'model/gltf-binary', buffer });
  await avatar.waitForEvent('avatar', 'ready');
  const report = tab.locator('#avatar-report');
  await patient(report).toContainText('VRM');
  await patient(report).toContainText('Approximated by other shapes: ');
  await patient(report).toContainText('tongue out');
  await patient(tab.locator('#code')).toContainText('src="mine.vrm"');

  await avatar.traceJaw();
  await avatar.speak('avatar', 1.5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);

  await tab.locator('#avatar-file').setInputFiles({ name: 'broken.glb', mimeType: 'model/gltf-binary', buffer: Buffer.from('no avatar') });
  await patient(report).toContainText('cannot be used');
  await avatar.forgetEvents();
  await tab.getByText('Theo').click();
  await avatar.waitForEvent('avatar', 'ready');
  await patient(report).toBeHidden();
});
