import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Runs a file with this Node and this terminal's streams. Resolves with its exit code. */
export function runNode(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a file with this Node; ends this process with its code if it fails. */
export async function mustRunNode(...args) {
  const code = await runNode(args);
  if (code !== 0) process.exit(code);
}

/** Runs jobs, functions that return promises, in order and as many at a time as there are cores. Rejects with the first failure. */
export async function inParallel(jobs, limit = availableParallelism()) {
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: limit }, work));
}
