import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless, TIMING } from '../helpers/node/slow.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const MODES = {
  local: '<spatius-avatar id="avatar" mode="local"></spatius-avatar>',
  direct: '<spatius-avatar id="avatar" mode="direct" app-id="app_demo" token-endpoint="/api/session-token"></spatius-avatar>',
};
/** One open vowel in three seconds of voice. */
const [START, END] = [1, 1.6];

/** What `speak` comes to: `heard`, or the code of its error. */
function speak(avatar: AvatarPage, visemes: readonly object[]): Promise<string> {
  return avatar.page.evaluate(
    ([base64, timings]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
      return element.speak(bytes, { sampleRateHz: 16000, visemes: timings as never }).then(
        () => 'heard',
        (error: { code: string }) => error.code,
      );
    },
    [Buffer.from(voicePcm(3)).toString('base64'), visemes] as const,
  );
}

for (const [mode, tag] of Object.entries(MODES)) {
  test(
    `in ${mode} mode the mouth opens when the page says so, whatever is heard`,
    slowUnless(mode === 'local', TIMING),
    async ({ page }) => {
      const avatar = await AvatarPage.open(page, server.url, tag);
      await avatar.waitForEvent('avatar', 'ready');
      expect(await speak(avatar, [{ viseme: 'no such', startSeconds: 0 }])).toBe('invalidTimings');
      expect(await avatar.events()).toContain('error invalidTimings');
      await avatar.forgetEvents();
      await avatar.traceJaw();
      expect(await speak(avatar, [{ viseme: 'aa', startSeconds: START, endSeconds: END }])).toBe('heard');
      const frames = await avatar.takeTrace();
      const jaws = (from: number, to: number): number[] =>
        frames.filter(({ mediaSeconds }) => mediaSeconds > from && mediaSeconds < to).map(({ jawOpen }) => jawOpen);
      expect(Math.max(...jaws(START + 0.1, END - 0.1))).toBeGreaterThan(0.4);
      expect(Math.max(...jaws(0.3, START - 0.3), ...jaws(END + 0.4, 2.8))).toBeLessThan(0.08);
      const events = await avatar.events();
      expect(events).toContain('conversation-motion local');
      expect(events.filter((event) => event.startsWith('error'))).toEqual([]);
    },
  );
}
