/**
 * Finds a Chromium to test in, or installs one: the system's, else Playwright's, else by the package manager or by
 * Playwright's own download.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { canInstallPackages, findCommand, installPackages } from './packages.js';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_APPLICATION = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Flags under which WebGL runs in software and sound plays without a gesture; root has no sandbox. */
export const CHROMIUM_FLAGS = [
  '--autoplay-policy=no-user-gesture-required',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Path of an installed Chromium, or null. `CHROMIUM_PATH` comes first. */
export function findChromium() {
  const candidates = [process.env.CHROMIUM_PATH, findCommand(...COMMANDS), MAC_APPLICATION, chromium.executablePath()];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Path of a Chromium, installed first if there is none. Throws when that fails. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (canInstallPackages) installPackages('chromium');
  else execFileSync(process.execPath, [join('node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium'], { stdio: 'inherit' });
  const installed = findChromium();
  if (!installed) throw new Error('No Chromium found and none could be installed; set CHROMIUM_PATH.');
  return installed;
}
