/** Finds a WebKitGTK to test in, or installs one, and starts it. Linux only; elsewhere there is Safari. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findCommand, installMissing } from './packages.js';
import { DISPLAY_PACKAGES, missingForDisplay } from './virtual-display.js';
import { WebDriverSession } from './web-driver.js';

const DISPLAY = { withSound: false };
const PACKAGES = ['webkit2gtk-driver', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'];
/** Its WebGL in workers stays off, as by default: the page crashes if both worker and page draw. */
const FLAGS = ['--automation', '--autoplay-policy=allow'];
/** ms */
const START_TIMEOUT_MS = 20_000;

/** Path of WebKitGTK's own browser, or null; Debian keeps it beside the library. */
function findMiniBrowser() {
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-')) : [];
  const folders = ['/usr/libexec', ...libraries.map((name) => join('/usr/lib', name)), '/usr/lib64'];
  const candidates = folders.flatMap((folder) =>
    ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((version) => join(folder, version, 'MiniBrowser')),
  );
  return candidates.find((path) => existsSync(path)) ?? null;
}

export const webkit = {
  display: DISPLAY,

  /** Tries to install what is missing. @returns What is still missing; empty if WebKitGTK can run. */
  ensure() {
    const missing = () => [
      ...(findCommand('WebKitWebDriver') && findMiniBrowser() ? [] : ['WebKitGTK with WebKitWebDriver']),
      ...missingForDisplay(DISPLAY),
    ];
    return installMissing(missing, ...PACKAGES, ...DISPLAY_PACKAGES);
  },

  /** A session in a new browser. @param env Environment of its virtual display. */
  async open(env) {
    const port = await freePort();
    const driver = spawn(findCommand('WebKitWebDriver'), [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env });
    const close = async (session) => {
      await session?.close().catch(() => undefined);
      driver.kill();
      if (driver.exitCode === null && driver.signalCode === null) await once(driver, 'exit');
    };
    try {
      const url = `http://127.0.0.1:${port}`;
      await answering(url);
      const session = await WebDriverSession.open(url, {
        pageLoadStrategy: 'none',
        'webkitgtk:browserOptions': { binary: findMiniBrowser(), args: FLAGS },
      });
      return { session, version: session.version, close: () => close(session) };
    } catch (reason) {
      await close();
      throw reason;
    }
  },
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url) {
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await pause(50)) {
    try {
      return await fetch(`${url}/status`);
    } catch (reason) {
      if (Date.now() > deadline) throw reason;
    }
  }
}
