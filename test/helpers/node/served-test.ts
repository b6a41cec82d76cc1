/** Playwright's `test` with a packaged server that all specs of a worker share. A spec that stops or configures its server starts one of its own. */
import { test as base } from '@playwright/test';
import { ServedDemo } from './served-demo.js';

export const test = base.extend<object, { servedDemo: ServedDemo }>({
  servedDemo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's dependencies from this pattern.
    async ({}, use) => {
      const server = new ServedDemo();
      await server.start();
      await use(server);
      await server.kill();
    },
    { scope: 'worker' },
  ],
});
