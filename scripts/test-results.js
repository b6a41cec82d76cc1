/** The results of all three test runners have one form: a JSON file `{ passed, failed, skipped }` per suite. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const fileOf = (suite) => `build/results/${suite}.json`;

export function clearResult(suite) {
  rmSync(fileOf(suite), { force: true });
}

export function writeResult(suite, result) {
  mkdirSync(dirname(fileOf(suite)), { recursive: true });
  writeFileSync(fileOf(suite), JSON.stringify(result));
}

/** The result of a suite; a suite that wrote none has crashed and counts as one failure. */
export function readResult(suite) {
  try {
    return JSON.parse(readFileSync(fileOf(suite), 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
