/** The suites: their runners, files and required builds. */
import { availableParallelism } from 'node:os';
import { ensureChromium } from './chromium.js';
import { isFresh } from './dist-state.js';
import { filesBelow } from './files.js';
import { firefox } from './firefox.js';
import { runNode } from './run.js';
import { clearResult, readResult } from './test-results.js';
import { isSlow, sourcePath } from './test-selection.js';
import { openDisplay } from './virtual-display.js';
import { webkit } from './webkit.js';

const OTHER_BROWSERS = { firefox, webkit };
/** Tests in Node that need the output of a build. */
const READS_DIST = /node\/(package|engine|avatarkit\/avatarkit|motion\/files\/glb-animation|render\/draco)\.test\.js$/;
const E2E = ['node_modules/@playwright/test/cli.js', 'test', '--pass-with-no-tests'];
/** Specs that measure real time run two pages at a time; `@slow` ones are left to `npm run test:all`. */
const TIMING = '@timing';
const SLOW = '@slow';

/**
 * Options of a suite's run.
 *
 * @typedef {object} Run
 * @property {string[]} [files] Compiled test files; default: all of the suite.
 * @property {boolean} [isAll] Slow tests too, and all of `test/both` in the browser.
 */

/** Each takes a `Run` and returns the results of its runs, `{ passed, failed, skipped }`. */
export const SUITES = {
  lint: async () => [await check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.'])],
  /** Fails if a file is over its budget. */
  build: async () => [resultOf('build', (await isFresh('full')) ? await runNode(['scripts/sizes.js']) : await build('full'))],
  async node({ files, isAll }) {
    const found = files ?? (await nodeFiles()).filter((path) => isAll || !isSlow(path));
    if (found.some((path) => READS_DIST.test(path))) await ensureDist(files ? 'plain' : 'full');
    return [await run('node', nodeRunner(found), allEnv({ files, isAll }))];
  },
  browser: (options) => inChromium('browser', options, pageRunner(options)),
  async e2e({ files, isAll }) {
    process.env.CHROMIUM_PATH = ensureChromium();
    await ensureDist(files ? 'plain' : 'full');
    const only = (...args) => [...E2E, ...(files ?? []).map(sourcePath), ...args];
    const withoutSlow = isAll || files ? [] : ['--grep-invert', SLOW];
    return [
      await run('e2e', only('--grep-invert', isAll || files ? TIMING : `${TIMING}|${SLOW}`)),
      await run('e2e-timing', only('--grep', TIMING, '--workers', '2', ...withoutSlow)),
    ];
  },
  async engines({ files = ['build/test/engines/speaking.test.js'] }) {
    const results = [];
    for (const name of Object.keys(OTHER_BROWSERS)) results.push(...(await inOtherBrowser(name, `${name}-page`, nodeRunner(files))));
    return results;
  },
  firefox: (options) => inOtherBrowser('firefox', 'firefox', pageRunner(options)),
  webkit: (options) => inOtherBrowser('webkit', 'webkit', pageRunner(options)),
  next: async () => [await check('next', ['scripts/test-next.js', 'turbopack', 'webpack'])],
  templates: async () => [await check('templates', ['scripts/test-templates.js'])],
};
export const DEFAULT_SUITES = ['lint', 'build', 'node', 'browser', 'e2e'];

async function nodeFiles() {
  return [...(await filesBelow('build/test/both', '.test.js')), ...(await filesBelow('build/test/node', '.test.js'))];
}

/** Builds `dist` unless it matches its sources, and prints that. @param level Of `dist-state.js`. */
async function ensureDist(level) {
  if (await isFresh(level)) return;
  console.log(`dist is missing or older than its sources: building it${level === 'plain' ? ', not minified' : ''}.`);
  await build(level);
}

/** @returns The exit code: a complete build fails where a file is over its budget. @throws {Error} when it is not complete. */
async function build(level) {
  const code = await runNode(['scripts/build.js', `--${level}`]);
  if (!(await isFresh(level))) throw new Error('the build failed');
  return code;
}

/** Runs a program that passes or fails as a whole. */
async function check(name, args) {
  return resultOf(name, await runNode(args));
}

function resultOf(name, code) {
  if (code !== 0) console.log(`${name} FAILED`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Runs one runner, which writes its counts under a name. */
async function run(name, args, env = {}) {
  clearResult(name);
  const code = await runNode(args, { ...env, TEST_SUITE: name });
  const result = readResult(name);
  // A runner that fails without a failing test counts as one failure.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

/** Tests that repeat for many subjects take all of them in a complete run, and where their file is named. */
function allEnv({ files, isAll }) {
  return files || isAll ? { TEST_ALL: '1' } : {};
}

function nodeRunner(files) {
  return [
    '--test',
    // Many tests wait for speech to pass.
    `--test-concurrency=${availableParallelism() * 2}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/node-test-counter.js',
    '--test-reporter-destination=stderr',
    ...files,
  ];
}

function pageRunner({ files = [] }) {
  return ['node_modules/@web/test-runner/dist/bin.js', ...files.flatMap((file) => ['--files', file])];
}

async function inChromium(name, { files, isAll }, args) {
  process.env.CHROMIUM_PATH = ensureChromium();
  await ensureDist(files ? 'plain' : 'full');
  return [await run(name, args, allEnv({ isAll }))];
}

/** Runs a runner in a virtual display for another browser. If that is not available, reports it and returns no results. */
async function inOtherBrowser(name, resultName, args) {
  const browser = OTHER_BROWSERS[name];
  const missing = browser.ensure();
  if (missing.length > 0) {
    console.log(`${name} is left out: ${missing.join(', ')} could not be found, nor installed`);
    return [];
  }
  await ensureDist('plain');
  const display = await openDisplay(browser.display);
  try {
    return [await run(resultName, args, { ...display.env, TEST_BROWSER: name, TEST_ALL: '1' })];
  } finally {
    await display.close();
  }
}
