/** A W3C WebDriver session over `fetch`, with the commands that tests need. @see https://www.w3.org/TR/webdriver2/ */

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** Keys by the names of their events. */
const KEYS = {
  Escape: '\uE00C',
  Tab: '\uE004',
  Enter: '\uE007',
  Space: ' ',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Home: '\uE011',
  End: '\uE010',
};

export class WebDriverSession {
  /** Name and version of the browser. */
  version;
  #base;

  /** @param driverUrl URL of the driver. @param capabilities Required capabilities of the browser. */
  static async open(driverUrl, capabilities) {
    const { sessionId, capabilities: given } = await ask(`${driverUrl}/session`, { capabilities: { alwaysMatch: capabilities } });
    return new WebDriverSession(`${driverUrl}/session/${sessionId}`, `${given.browserName} ${given.browserVersion}`);
  }

  constructor(base, version) {
    this.#base = base;
    this.version = version;
  }

  async goto(url) {
    await this.#post('url', { url });
  }

  url() {
    return ask(`${this.#base}/url`);
  }

  /** Runs a function in the page and returns its result or that of its promise; it has no closure, only its arguments. */
  async evaluate(code, ...args) {
    const script = `const tell = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${code})(...arguments)).then((value) => tell({ value }), (error) => tell({ error: String(error) }));`;
    const { value, error } = await this.#post('execute/async', { script, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async setScriptTimeout(ms) {
    await this.#post('timeouts', { script: ms });
  }

  async resize(width, height) {
    await this.#post('window/rect', { width, height });
  }

  /** Presses a key, by the name of its event. */
  async press(key) {
    const value = KEYS[key] ?? key;
    await this.#post('actions', {
      actions: [
        {
          type: 'key',
          id: 'keyboard',
          actions: [
            { type: 'keyDown', value },
            { type: 'keyUp', value },
          ],
        },
      ],
    });
  }

  /** Clicks the middle of an element with the mouse. */
  async click(selector) {
    const element = await this.#post('element', { using: 'css selector', value: selector });
    await this.#post(`element/${element[ELEMENT]}/click`, {});
  }

  /** A PNG of the viewport. */
  async screenshot() {
    return Buffer.from(await ask(`${this.#base}/screenshot`), 'base64');
  }

  async close() {
    await ask(this.#base, undefined, 'DELETE');
  }

  #post(command, body) {
    return ask(`${this.#base}/${command}`, body);
  }
}

async function ask(url, body, method = body ? 'POST' : 'GET') {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`);
  return value;
}
