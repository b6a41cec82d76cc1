/**
 * `npm test`: builds, then runs the tests in Node, in a browser and as whole flows; its last line is the sum.
 * `npm test -- node browser e2e` chooses suites; `--no-build` tests what is built already.
 */
import { ensureChromium } from './chromium.js';
import { filesBelow } from './files.js';
import { mustRunNode, runNode } from './run.js';
import { clearResult, readResult } from './test-results.js';

const SUITES = {
  async node() {
    const files = [...(await filesBelow('build/test/both', '.test.js')), ...(await filesBelow('build/test/node', '.test.js'))];
    const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=./scripts/node-test-counter.js', '--test-reporter-destination=stderr'];
    return runNode(['--test', ...reporters, ...files]);
  },
  browser: () => runNode(['node_modules/@web/test-runner/dist/bin.js']),
  e2e: () => runNode(['node_modules/@playwright/test/cli.js', 'test']),
};

const words = process.argv.slice(2);
const chosen = words.filter((word) => word in SUITES);
process.env.CHROMIUM_PATH = ensureChromium();
if (!words.includes('--no-build')) await mustRunNode('scripts/build.js');

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const suite of chosen.length > 0 ? chosen : Object.keys(SUITES)) {
  console.log(`\n── ${suite} ──`);
  clearResult(suite);
  const code = await SUITES[suite]();
  const result = readResult(suite);
  // A runner that fails without a failing test has failed as a whole.
  if (code !== 0 && result.failed === 0) result.failed = 1;
  for (const key of Object.keys(sum)) sum[key] += result[key];
}
if (sum.skipped > 0) console.log(`\n${sum.skipped} skipped`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
