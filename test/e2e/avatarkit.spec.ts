/** The example of AvatarKit's interface, served by one command, clicked like a visitor does. */
import { expect, test } from '@playwright/test';
import { ServedProcess } from '../helpers/node/served-process.js';

const server = new ServedProcess((port) => ({
  args: ['dist/server/cli.js', 'serve', '--demo', 'examples/avatarkit', '--port', String(port)],
  env: {},
}));
test.beforeAll(() => server.start());
test.afterAll(() => server.kill());

test('the AvatarKit example connects, speaks, holds, goes on and is interrupted', async ({ page }) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('response', (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
  await page.setViewportSize({ width: 640, height: 760 });
  await page.goto(server.url);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const connection = page.locator('#connection');
  const conversation = page.locator('#conversation');

  await expect(button('Connect')).toBeEnabled({ timeout: 20_000 });
  await expect(button('Speak')).toBeDisabled();
  await expect(page.locator('#progress')).toBeHidden();
  await button('Connect').click();
  await expect(connection).toHaveText('connected', { timeout: 15_000 });
  await button('Speak').click();
  await expect(conversation).toHaveText('playing', { timeout: 10_000 });
  await button('Pause').click();
  await expect(conversation).toHaveText('paused');
  await button('Resume').click();
  await expect(conversation).toHaveText('playing');
  await page.screenshot({ path: 'build/test-results/avatarkit-example.png' });
  await button('Interrupt').click();
  await expect(conversation).toHaveText('idle');
  await expect(page.locator('#error')).toHaveText('');
  expect(complaints).toEqual([]);
});
