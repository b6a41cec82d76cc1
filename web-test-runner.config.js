import { relative } from 'node:path';
import { defaultReporter } from '@web/test-runner';
import { launchers } from './scripts/test-launchers.js';
import { writeResult } from './scripts/test-results.js';
import { motionServerCommands } from './test/helpers/motion-server-commands.js';
import { smallAvatars } from './test/helpers/small-avatars.js';
import { soundCommands } from './test/helpers/sound-commands.js';

/** Of `scripts/test-launchers.js`. */
const browser = process.env.TEST_BROWSER ?? 'chromium';
/** As `scripts/test.js` calls the run. */
const suite = process.env.TEST_SUITE ?? 'browser';

/**
 * Files of `test/both` that `npm test` runs in the browser as well as in Node: their subject calls something that a browser and Node
 * implement separately: `fetch`, `atob`, `WebAssembly`, `Blob`, `DecompressionStream`, `TextDecoder`. The others are arithmetic on
 * typed arrays or use no more of a platform than timers; `npm run test:all` runs those in the browser, too.
 */
const PLATFORM_DIFFERS = [
  'avatar/connection/session-token',
  'element/recording/seekable-webm',
  'motion/engine/simd-linears',
  'motion/protocol/relay-frames',
  'render/idle-clip',
  'render/splat-files',
  'shared/contracts/room-packets',
].map((name) => `build/test/both/${name}.test.js`);

/** Says of each file how it went and how long it took, since a slow browser takes minutes; writes the counts of the suite and names what was skipped. A file that could not be loaded counts as one failure. */
function countingReporter() {
  let fileCount = 0;
  let doneCount = 0;
  let lastMs = Date.now();
  return {
    start({ testFiles }) {
      fileCount = testFiles.length;
    },
    reportTestFileResults({ sessionsForTestFile, testFile }) {
      const nowMs = Date.now();
      const isPassed = sessionsForTestFile.every(({ passed }) => passed);
      console.log(
        `${++doneCount}/${fileCount} ${isPassed ? 'passed' : 'FAILED'} ${relative('.', testFile)}, ${((nowMs - lastMs) / 1000).toFixed(1)} s`,
      );
      lastMs = nowMs;
    },
    onTestRunFinished({ sessions }) {
      const result = { passed: 0, failed: 0, skipped: 0 };
      const visit = ({ name, tests, suites }) => {
        for (const test of tests) {
          result[test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed'] += 1;
          if (test.skipped) console.log(`skipped: ${name} > ${test.name}`);
        }
        suites.forEach(visit);
      };
      for (const session of sessions) {
        if (session.testResults) visit(session.testResults);
        if (session.errors.length > 0) result.failed += 1;
      }
      writeResult(suite, result);
    },
  };
}

export default {
  files: [...(process.env.TEST_ALL ? ['build/test/both/**/*.test.js'] : PLATFORM_DIFFERS), 'build/test/browser/**/*.test.js'],
  nodeResolve: true,
  // Most tests wait for sound and speech. Firefox and WebKitGTK draw too slowly to share the cores.
  concurrency: browser === 'chromium' ? 2 : 1,
  // Firefox and WebKitGTK take several times as long to draw in software.
  testsFinishTimeout: browser === 'chromium' ? 180_000 : 600_000,
  testFramework: { config: { timeout: browser === 'chromium' ? 20_000 : 60_000 } },
  browsers: [launchers[browser]()],
  plugins: [motionServerCommands(), smallAvatars(), soundCommands()],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), countingReporter()],
};
