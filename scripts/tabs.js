/** One page of any browser behind one interface, for flows that are the same in all. */
import puppeteer from 'puppeteer-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';
import { firefox } from './firefox.js';
import { webkit } from './webkit.js';

const WIDTH = 640;
const HEIGHT = 480;
/** Timeout of one call into the page, ms. */
const CALL_TIMEOUT_MS = 120_000;

/**
 * @param browser `chromium`, `firefox` or `webkit`; the last two need a virtual display, see `virtual-display.js`.
 * @returns `goto(url)`, `evaluate(function, ...args)`, `screenshot()` → PNG, `version` and `close()`.
 */
export async function openTab(browser) {
  if (browser === 'webkit') return webKitTab();
  const options = browser === 'firefox' ? firefox.launchOptions(process.env) : { executablePath: findChromium(), args: CHROMIUM_FLAGS };
  const opened = await puppeteer.launch({
    ...options,
    protocolTimeout: CALL_TIMEOUT_MS,
    defaultViewport: { width: WIDTH, height: HEIGHT },
  });
  const page = await opened.newPage();
  return {
    version: await opened.version(),
    goto: (url) => page.goto(url),
    evaluate: (code, ...args) => page.evaluate(`(${code})(...${JSON.stringify(args)})`),
    screenshot: async () => Buffer.from(await page.screenshot()),
    close: () => opened.close(),
  };
}

async function webKitTab() {
  const { session, version, close } = await webkit.open(process.env);
  await session.setScriptTimeout(CALL_TIMEOUT_MS);
  await session.resize(WIDTH, HEIGHT);
  return {
    version,
    goto: (url) => session.goto(url),
    evaluate: (code, ...args) => session.evaluate(code, ...args),
    screenshot: () => session.screenshot(),
    close,
  };
}
