/** Finds a Firefox to test in, or installs one, and says how it is started. Driven by WebDriver BiDi. */
import { existsSync } from 'node:fs';
import { findCommand, installMissing } from './packages.js';
import { DISPLAY_PACKAGES, missingForDesk, SOUND_PACKAGES } from './virtual-desk.js';

const MAC_APPLICATION = '/Applications/Firefox.app/Contents/MacOS/firefox';
const DESK = { withSound: true };

/** Sound plays without a gesture, the microphone is a tone and needs no leave, software may draw WebGL. */
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
  desk: DESK,

  /** What is missing after it was tried to install it; empty when Firefox can be run. */
  ensure() {
    const missing = () => [...(findFirefox() ? [] : ['firefox']), ...missingForDesk(DESK)];
    return installMissing(missing, 'firefox-esr', ...DISPLAY_PACKAGES, ...SOUND_PACKAGES);
  },

  /** For puppeteer. @param env Of its desk. */
  launchOptions: (env) => ({ browser: 'firefox', executablePath: findFirefox(), headless: true, env, extraPrefsFirefox: PREFERENCES }),
};
