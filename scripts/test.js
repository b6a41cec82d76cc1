/**
 * `npm test`: builds, then runs the tests in Node, in a browser and as whole flows; its last line is the sum.
 * `npm test -- node browser e2e engines firefox webkit` chooses suites, the first three by default: `firefox` and `webkit` run in
 * those what `browser` runs in Chromium, and `engines` a whole page in each. `--no-build` tests what is built already. Names of
 * built test files (`build/test/….test.js`) choose among those of `browser`, `firefox` and `webkit`.
 */
import { ensureChromium } from './chromium.js';
import { filesBelow } from './files.js';
import { firefox } from './firefox.js';
import { mustRunNode, runNode } from './run.js';
import { clearResult, readResult } from './test-results.js';
import { openDesk } from './virtual-desk.js';
import { webkit } from './webkit.js';

const OTHER_BROWSERS = { firefox, webkit };

/** Each gives the results of its runs. */
const SUITES = {
  async node() {
    const files = [...(await filesBelow('build/test/both', '.test.js')), ...(await filesBelow('build/test/node', '.test.js'))];
    return [await run('node', nodeRunner(files))];
  },
  browser: async () => [await run('browser', pageRunner())],
  e2e: async () => [await run('e2e', ['node_modules/@playwright/test/cli.js', 'test'])],
  async engines() {
    const results = [];
    for (const name of Object.keys(OTHER_BROWSERS)) {
      const speak = () => inOtherBrowser(name, `${name}-page`, nodeRunner(['build/test/engines/speaking.test.js']));
      let found = await speak();
      // As in `e2e`: real time on machines that others use, so what fails is tried once more.
      if (found.some(({ failed }) => failed > 0)) found = await speak();
      results.push(...found);
    }
    return results;
  },
  firefox: () => inOtherBrowser('firefox', 'firefox', pageRunner()),
  webkit: () => inOtherBrowser('webkit', 'webkit', pageRunner()),
};
const CHROMIUM_SUITES = ['node', 'browser', 'e2e'];
const DEFAULT_SUITES = ['node', 'browser', 'e2e'];

const words = process.argv.slice(2);
const chosen = words.filter((word) => word in SUITES);
const suites = chosen.length > 0 ? chosen : DEFAULT_SUITES;
if (suites.some((suite) => CHROMIUM_SUITES.includes(suite))) process.env.CHROMIUM_PATH = ensureChromium();
if (!words.includes('--no-build')) await mustRunNode('scripts/build.js');

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  console.log(`\n── ${suite} ──`);
  for (const result of await SUITES[suite]()) {
    for (const key of Object.keys(sum)) sum[key] += result[key];
  }
}
if (sum.skipped > 0) console.log(`\n${sum.skipped} skipped`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;

/** Runs one runner, which writes its counts under a name. */
async function run(name, args, env = {}) {
  clearResult(name);
  const code = await runNode(args, { ...env, TEST_SUITE: name });
  const result = readResult(name);
  // A runner that fails without a failing test has failed as a whole.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

function nodeRunner(files) {
  return [
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/node-test-counter.js',
    '--test-reporter-destination=stderr',
    ...files,
  ];
}

function pageRunner() {
  const files = words.filter((word) => word.endsWith('.test.js'));
  return ['node_modules/@web/test-runner/dist/bin.js', ...files.flatMap((file) => ['--files', file])];
}

/** Runs a runner at a desk for another browser. Says so and gives nothing where that cannot be had. */
async function inOtherBrowser(name, resultName, args) {
  const browser = OTHER_BROWSERS[name];
  const missing = browser.ensure();
  if (missing.length > 0) {
    console.log(`${name} is left out: ${missing.join(', ')} could not be found, nor installed`);
    return [];
  }
  const desk = await openDesk(browser.desk);
  try {
    return [await run(resultName, args, { ...desk.env, TEST_BROWSER: name })];
  } finally {
    await desk.close();
  }
}
