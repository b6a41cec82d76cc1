import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

export default defineConfig({
  testDir: 'build/test/e2e',
  testMatch: '**/*.spec.js',
  outputDir: 'build/test-results',
  timeout: 60_000,
  // Sound and software GL share few cores: one page at a time keeps their timing honest.
  workers: 1,
  // Real time on machines that others use: what fails is tried once more, and the list names it as flaky.
  retries: 1,
  reporter: [['list'], ['./scripts/playwright-counter.js']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: findChromium() ?? undefined, args: CHROMIUM_FLAGS },
  },
});
