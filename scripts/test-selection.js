/** Maps paths to tests and their suites. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { filesBelow } from './files.js';

/** Folder of `test` → suite. Files of `test/both` run in Node, and in the browser on request. */
const SUITES = { both: 'node', node: 'node', browser: 'browser', e2e: 'e2e', engines: 'engines' };
const TEST_FILE = /\.(test|spec)\.ts$/;
const SUFFIXES = ['.test.ts', '.slow.test.ts'];

/** Statistics and long runs: run by `npm run test:all`, or when named. */
export const isSlow = (path) => /\.slow\.(test|spec)\.(ts|js)$/.test(path);

/** Path of a compiled test. */
export const builtPath = (path) => `build/${path.replace(/\.ts$/, '.js')}`;

/** Path of a compiled test's source, by which Playwright knows it. */
export const sourcePath = (path) => path.replace(/^build\//, '').replace(/\.js$/, '.ts');

/** All test files below a folder of `test`. */
async function testsBelow(folder) {
  return (await filesBelow(folder, '.ts')).filter((path) => TEST_FILE.test(path));
}

/** The tests that mirror a file or folder of `src` or `characters`: those of its name, else those of the nearest folder that has any. */
async function mirrorsOf(path) {
  const [room, ...rest] = path.split('/');
  const inner = room === 'src' ? rest.join('/') : path;
  const homes = ['both', 'node', 'browser'].map((folder) => join('test', folder));
  const stem = inner.replace(/\.ts$/, '');
  const named = homes.flatMap((home) => SUFFIXES.map((suffix) => join(home, stem + suffix))).filter((file) => existsSync(file));
  if (named.length > 0) return named;
  for (let folder = path.endsWith('.ts') ? dirname(inner) : inner; folder !== '.'; folder = dirname(folder)) {
    const found = (await Promise.all(homes.map((home) => testsBelow(join(home, folder))))).flat();
    if (found.length > 0) return found;
  }
  return [];
}

/** Source paths of the tests for a path: itself, those below it, or those that mirror it. */
async function testsOf(argument) {
  let path = relative('.', resolve(argument)).split('\\').join('/');
  // A compiled test stands for its source.
  if (path.startsWith('build/')) path = sourcePath(path);
  if (!existsSync(path)) throw new Error(`${argument} does not exist`);
  const found = /^(src|characters)(\/|$)/.test(path)
    ? await mirrorsOf(path)
    : (await stat(path)).isDirectory()
      ? await testsBelow(path)
      : [path];
  const runnable = found.filter((file) => TEST_FILE.test(basename(file)) && file.split('/')[1] in SUITES);
  if (runnable.length === 0) throw new Error(`no test belongs to ${argument}`);
  // A slow file runs when named.
  return runnable.filter((file) => file === path || !isSlow(file));
}

/**
 * @param paths Test files or folders, or files or folders of `src` and `characters`.
 * @param withBrowser Whether files of `test/both` run in the browser as well.
 * @returns Suite → compiled test files, in the order in which suites run.
 */
export async function selectTests(paths, withBrowser = false) {
  const found = [...new Set((await Promise.all(paths.map(testsOf))).flat())].sort();
  const chosen = new Map();
  for (const suite of ['node', 'browser', 'e2e', 'engines']) {
    const files = found.filter((path) => {
      const folder = path.split('/')[1];
      return SUITES[folder] === suite || (withBrowser && suite === 'browser' && folder === 'both');
    });
    if (files.length > 0) chosen.set(suite, files.map(builtPath));
  }
  return chosen;
}
