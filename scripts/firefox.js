/** Finds a Firefox to test in, or installs one, and gives its launch options. Driven by WebDriver BiDi. */
import { existsSync } from 'node:fs';
import { findCommand, installMissing } from './packages.js';
import { DISPLAY_PACKAGES, missingForDisplay, SOUND_PACKAGES } from './virtual-display.js';

const MAC_APPLICATION = '/Applications/Firefox.app/Contents/MacOS/firefox';
const DISPLAY = { withSound: true };

/** Sound plays without a gesture, the microphone is a tone and needs no permission, WebGL may be software-rendered. */
const PREFERENCES = {
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'webgl.force-enabled': true,
};

/** Path of an installed Firefox, or null. `FIREFOX_PATH` comes first. */
function findFirefox() {
  const candidates = [process.env.FIREFOX_PATH, findCommand('firefox-esr', 'firefox'), MAC_APPLICATION];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

export const firefox = {
  display: DISPLAY,

  /** Tries to install what is missing. @returns What is still missing; empty if Firefox can run. */
  ensure() {
    const missing = () => [...(findFirefox() ? [] : ['firefox']), ...missingForDisplay(DISPLAY)];
    return installMissing(missing, 'firefox-esr', ...DISPLAY_PACKAGES, ...SOUND_PACKAGES);
  },

  /** Launch options for puppeteer. @param env Environment of its virtual display. */
  launchOptions: (env) => ({ browser: 'firefox', executablePath: findFirefox(), headless: true, env, extraPrefsFirefox: PREFERENCES }),
};
