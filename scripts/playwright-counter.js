/** A Playwright reporter that prints nothing and writes the counts of the run. */
import { writeResult } from './test-results.js';

export default class PlaywrightCounter {
  result = { passed: 0, failed: 0, skipped: 0 };

  onTestEnd(test, attempt) {
    if (attempt.status === 'skipped') this.result.skipped += 1;
    else if (attempt.status === test.expectedStatus) this.result.passed += 1;
    else this.result.failed += 1;
  }

  onError() {
    this.result.failed += 1;
  }

  onEnd() {
    writeResult(process.env.TEST_SUITE ?? 'e2e', this.result);
  }

  printsToStdio() {
    return false;
  }
}
