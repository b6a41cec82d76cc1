import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { packageFolder } from '../../src/server/package-folder.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless, TIMING } from '../helpers/node/slow.js';

const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});
test.skip(!existsSync(assets), `no recordings in ${assets}`);

const direct = 'mode="direct" app-id="app_demo" token-endpoint="/api/session-token"';

/** Says a recording and gives its length as it was heard, s. */
async function speakRecording(avatar: AvatarPage, file: string): Promise<void> {
  await avatar.page.route('**/recording.pcm', (route) => route.fulfill({ body: readFileSync(join(assets, 'audio', file)) }));
  await avatar.page.evaluate(async () => {
    const pcm = await (await fetch('/recording.pcm')).arrayBuffer();
    void (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).speak(new Uint8Array(pcm), { sampleRateHz: 16000 });
  });
}

test('a character from elsewhere loads by src, says which channels it lacks, and opens its mouth when it speaks', {
  tag: '@timing',
}, async ({ page }) => {
  await page
    .context()
    .route('**/brunette-t.glb', (route) =>
      route.fulfill({ contentType: 'model/gltf-binary', body: readFileSync(join(assets, 'avatars/brunette-t.glb')) }),
    );
  const avatar = await AvatarPage.open(
    page,
    server.url,
    '<spatius-avatar id="avatar" src="/brunette-t.glb" motion="calm"></spatius-avatar>',
  );
  await avatar.waitForEvent('avatar', 'ready');
  const info = await page.evaluate(
    async () => (await (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).diagnose()).avatar!,
  );
  expect(info.format).toBe('glb');
  expect(info.triangleCount).toBeGreaterThan(1000);
  expect(info.missingChannels).not.toContain('jawOpen');
  expect(await avatar.paintedShare()).toBeGreaterThan(0.1);
  const calm = await avatar.mouthChange(1200);
  await avatar.traceJaw();
  await speakRecording(avatar, 'quickstart_voice_16k.pcm');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const speaking = await avatar.mouthChange(3000);
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect(speaking).toBeGreaterThan(calm + 1);
});

for (const [mode, attributes] of [
  ['direct', direct],
  ['local', 'mode="local"'],
] as const) {
  test(`recorded speech is said to its end in ${mode} mode`, slowUnless(mode === 'local', TIMING), async ({ page }) => {
    const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" ${attributes}></spatius-avatar>`);
    await avatar.waitForEvent('avatar', 'ready');
    await avatar.traceJaw();
    const file = 'quickstart_voice_16k.pcm';
    const seconds = readFileSync(join(assets, 'audio', file)).length / 32_000;
    await speakRecording(avatar, file);
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    expect(await avatar.loudness(2000)).toBeGreaterThan(0.01);
    await avatar.waitForEvent('avatar', 'conversation-state idle', (seconds + 15) * 1000);
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
    const { motionSeconds } = await page.evaluate(() =>
      (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).stats(),
    );
    expect(Math.abs(motionSeconds - seconds)).toBeLessThan(0.15);
    expect(await avatar.events()).toContain(`conversation-motion ${mode === 'direct' ? 'server' : 'local'}`);
    expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
  });
}
