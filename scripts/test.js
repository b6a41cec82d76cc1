/**
 * `npm test`: lints, builds, runs the tests in Node, in a browser and as whole flows; its last line is the sum.
 *
 *     npm test                         all of that
 *     npm test -- PATH …               test files or folders, or a file or folder of `src`: the tests that mirror it
 *     npm test -- --watch PATH …       the same again after every change
 *     npm test -- --browser PATH …     files of `test/both` in the browser, too
 *     npm test -- SUITE … [PATH …]     lint, build, node, browser, e2e, engines, firefox, webkit, next, templates; paths choose files in these
 *     npm run test:all                 every suite, slow tests too, and all of `test/both` in the browser
 *
 * A path is compiled and run; `dist` is built where a test needs it and it is missing or older than its sources.
 */
import { watch } from 'node:fs/promises';
import { compile } from './compile.js';
import { selectTests } from './test-selection.js';
import { DEFAULT_SUITES, SUITES } from './test-suites.js';

const WATCHED = ['src', 'test', 'characters', 'models'];
/** An editor writes several files at once. */
const SETTLE_MS = 100;
const FLAGS = ['--all', '--browser', '--watch'];

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg.startsWith('-') && !FLAGS.includes(arg));
if (unknown) fail(`${unknown} is no option; there are ${FLAGS.join(', ')}`);
const has = (flag) => args.includes(flag);
const suites = args.filter((arg) => arg in SUITES);
const paths = args.filter((arg) => !arg.startsWith('-') && !(arg in SUITES));

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @returns Pairs of suite and its options, in order. */
async function plan() {
  if (paths.length === 0) {
    const isAll = has('--all');
    const names = suites.length > 0 ? suites : isAll ? Object.keys(SUITES) : DEFAULT_SUITES;
    return names.map((suite) => [suite, { isAll }]);
  }
  if (suites.length > 0) {
    const files = [...(await selectTests(paths, true)).values()].flat();
    return suites.map((suite) => [suite, { files: [...new Set(files)] }]);
  }
  return [...(await selectTests(paths, has('--browser')))].map(([suite, files]) => [suite, { files }]);
}

async function runOnce() {
  const chosen = await plan();
  if (!chosen.some(([suite]) => suite === 'build') && !(await compile())) return 1;
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [suite, options] of chosen) {
    console.log(`\n── ${suite} ──`);
    for (const result of await SUITES[suite](options)) {
      for (const key of Object.keys(sum)) sum[key] += result[key];
    }
  }
  if (sum.skipped > 0) console.log(`\n${sum.skipped} skipped`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}

/** Resolves at the next change of a source. */
async function nextChange() {
  const abort = new AbortController();
  const changed = async (folder) => {
    for await (const _ of watch(folder, { recursive: true, signal: abort.signal })) return;
  };
  await Promise.any(WATCHED.map(changed));
  abort.abort();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

try {
  process.exitCode = await runOnce();
  while (has('--watch')) {
    console.log('\nwaiting for a change …');
    await nextChange();
    await runOnce();
  }
} catch (error) {
  fail(error.message);
}
