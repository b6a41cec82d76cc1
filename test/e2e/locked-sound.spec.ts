import { chromium, expect, test } from '@playwright/test';
import { ServedDemo } from '../helpers/node/served-demo.js';

const server = new ServedDemo();

test.beforeAll(() => server.start());
test.afterAll(() => server.kill());

test('sound that the browser locks shows a button, and a press on it lets the speech be heard', async ({ launchOptions }) => {
  const args = (launchOptions.args ?? []).filter((flag) => !flag.startsWith('--autoplay-policy'));
  args.push('--autoplay-policy=document-user-activation-required');
  const browser = await chromium.launch({ ...launchOptions, args });
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
      route.fulfill({ contentType: 'text/html', body: `<!doctype html><script type="module" src="/dist/spatius-avatar.min.js"></script>${body}` }),
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
