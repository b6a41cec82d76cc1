/** Compiles `src`, `characters` and `test` into `build`. */
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { filesBelow } from './files.js';
import { runNode } from './run.js';

const COMPILED = ['build/src', 'build/characters', 'build/test'];

/** The compiler keeps the output of deleted sources; a deleted test would still run. */
async function removeOrphans() {
  for (const path of (await Promise.all(COMPILED.map((folder) => filesBelow(folder, '.js')))).flat()) {
    const stem = path.slice('build/'.length, -'.js'.length);
    if (existsSync(`${stem}.ts`)) continue;
    await Promise.all(['.js', '.js.map', '.d.ts'].map((suffix) => rm(`build/${stem}${suffix}`, { force: true })));
  }
}

/** @returns Whether everything compiles; the compiler prints the errors. */
export async function compile() {
  await removeOrphans();
  if ((await runNode(['node_modules/typescript/bin/tsc', '-b'])) !== 0) return false;
  // The weights lie beside the modules that fetch them.
  await cp('models', 'build/src/models', { recursive: true });
  return true;
}
