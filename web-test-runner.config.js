import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';
import { writeResult } from './scripts/test-results.js';
import { motionServerCommands } from './test/helpers/motion-server-commands.js';

/** Writes the counts of suite `browser`; a file that could not be loaded counts as one failure. */
function countingReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const result = { passed: 0, failed: 0, skipped: 0 };
      const visit = ({ tests, suites }) => {
        for (const test of tests) result[test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed'] += 1;
        suites.forEach(visit);
      };
      for (const session of sessions) {
        if (session.testResults) visit(session.testResults);
        if (session.errors.length > 0) result.failed += 1;
      }
      writeResult('browser', result);
    },
  };
}

export default {
  files: ['build/test/both/**/*.test.js', 'build/test/browser/**/*.test.js'],
  nodeResolve: true,
  // Sound and software GL share few cores: one page at a time keeps their timing honest.
  concurrency: 1,
  testsFinishTimeout: 180_000,
  testFramework: { config: { timeout: 20_000 } },
  browsers: [playwrightLauncher({ product: 'chromium', launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } })],
  plugins: [motionServerCommands()],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), countingReporter()],
};
