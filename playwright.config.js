import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

export default defineConfig({
  testDir: 'build/test/e2e',
  testMatch: '**/*.spec.js',
  outputDir: 'build/test-results',
  timeout: 60_000,
  // Specs that measure real time are marked `@timing` and run apart, one page at a time.
  workers: 2,
  reporter: [['list'], ['./scripts/playwright-counter.js']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS },
  },
});
