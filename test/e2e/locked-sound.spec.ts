import { type Browser, chromium, expect, type LaunchOptions } from '@playwright/test';
import { startMotionServer, voicePcm } from '../helpers/node/motion-server.js';
import { RelayBackend } from '../helpers/node/relay-backend.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

function launchLocked(launchOptions: LaunchOptions): Promise<Browser> {
  const args = (launchOptions.args ?? []).filter((flag) => !flag.startsWith('--autoplay-policy'));
  args.push('--autoplay-policy=document-user-activation-required');
  return chromium.launch({ ...launchOptions, args });
}

test('sound that the browser locks shows a button, and a press on it lets the speech be heard', async ({ launchOptions }) => {
  const browser = await launchLocked(launchOptions);
  try {
    const page = await browser.newPage({ viewport: { width: 200, height: 250 } });
    // Asking the page anything counts as a gesture, so it tells by itself.
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    const script = `
      await customElements.whenDefined('spatius-avatar');
      const avatar = document.querySelector('spatius-avatar');
      for (const name of ['audio-blocked', 'audio-unblocked', 'ready']) avatar.addEventListener('avatar-' + name, () => console.log(name));
      avatar.speak(new Float32Array(8000).fill(0.1), { sampleRateHz: 16000 }).then(() => console.log('heard'));`;
    const style = 'margin: 0; width: 200px; height: 250px; display: block';
    const body = `<body style="margin: 0"><spatius-avatar style="${style}"></spatius-avatar><script type="module">${script}</script>`;
    await page.route('**/test-page', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><script type="module" src="/dist/spatius-avatar.min.js"></script>${body}`,
      }),
    );
    await page.goto(`${server.url}/test-page`);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(expect.arrayContaining(['audio-blocked', 'ready']));
    expect(told).not.toContain('heard');
    // The button is in the middle, near the lower edge.
    await page.mouse.click(100, 210);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(expect.arrayContaining(['audio-unblocked', 'heard']));
  } finally {
    await browser.close();
  }
});

test('in backend mode the button is there before the backend speaks, and the turn that waits is heard after a press', async ({
  launchOptions,
}) => {
  const motion = await startMotionServer();
  const backend = await RelayBackend.start(motion.url);
  const browser = await launchLocked(launchOptions);
  try {
    const page = await browser.newPage({ viewport: { width: 200, height: 250 }, permissions: ['local-network-access'] });
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    const script = `
      const avatar = document.querySelector('spatius-avatar');
      avatar.addEventListener('avatar-audio-blocked', () => console.log('blocked'));
      avatar.addEventListener('avatar-conversation-state', ({ state }) => console.log(state));
      new MutationObserver(() => avatar.shadowRoot.querySelector('[part~=sound-button]') && console.log('button'))
        .observe(avatar.shadowRoot, { childList: true, subtree: true });`;
    const avatar = `<spatius-avatar mode="backend" relay-url="${backend.url}" autostart style="width: 200px; height: 250px; display: block"></spatius-avatar>`;
    const body = `<!doctype html><body style="margin: 0"><script type="module" src="/dist/spatius-avatar.min.js"></script>${avatar}<script type="module">${script}</script>`;
    await page.route('**/test-page', (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(`${motion.url}/test-page`);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(expect.arrayContaining(['blocked', 'button']));
    backend.relay.speak(voicePcm(1));
    await page.waitForTimeout(1500);
    expect(told).not.toContain('playing');
    await page.mouse.click(100, 210);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(expect.arrayContaining(['playing', 'idle']));
  } finally {
    await browser.close();
    await backend.close();
    await motion.close();
  }
});
