import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

export default defineConfig({
  testDir: 'build/test/e2e',
  testMatch: '**/*.spec.js',
  outputDir: 'build/test-results',
  timeout: 60_000,
  // Pages wait for speech most of the time. Specs that measure real time are marked `@timing` and run apart, with fewer.
  workers: 3,
  reporter: [['list'], ['./scripts/playwright-counter.js']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS },
  },
});
