/** How the test runner of `web-test-runner.config.js` starts each browser. */
import { chromeLauncher } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import puppeteer from 'puppeteer-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';
import { firefox } from './firefox.js';
import { webkit } from './webkit.js';

/** By the name of the browser. Firefox and WebKit need a virtual display, see `virtual-display.js`. */
export const launchers = {
  chromium: () => playwrightLauncher({ product: 'chromium', launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } }),
  firefox: () => chromeLauncher({ puppeteer, launchOptions: firefox.launchOptions(process.env) }),
  webkit: () => new WebKitLauncher(),
};

/** One window for all pages in turn, so that none loses focus to another. */
class WebKitLauncher {
  name = 'WebKitGTK';
  /** Lets `sendKeys` of the runner's commands call the method below. */
  type = 'webdriver';
  concurrency = 1;
  #browser = null;
  #active = null;

  async startSession(sessionId, url) {
    this.#active = sessionId;
    try {
      await this.#goto(url);
    } catch {
      // About one in twenty crashes, which ends its driver's session.
      await this.stop();
      await this.#goto(url);
    }
  }

  isActive(sessionId) {
    return this.#active === sessionId;
  }

  getBrowserUrl() {
    return this.#browser?.session.url();
  }

  async stopSession() {
    this.#active = null;
    // Stops the page.
    await this.#goto('about:blank').catch(() => this.stop());
    return {};
  }

  async startDebugSession() {
    throw new Error('There is no debugging in WebKitGTK here.');
  }

  async sendKeys(_sessionId, keys) {
    for (const key of keys) await this.#browser.session.press(key);
  }

  async stop() {
    const browser = this.#browser;
    this.#browser = null;
    await browser?.close();
  }

  async #goto(url) {
    if (!this.#browser) {
      this.#browser = await webkit.open(process.env);
      await this.#browser.session.resize(800, 700);
    }
    await this.#browser.session.goto(url);
  }
}
