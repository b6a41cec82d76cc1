/**
 * Lets browser tests encode and decode sound with ffmpeg, where the machine has it. Runs in the test runner;
 * `test/helpers/browser/ffmpeg.ts` is the other end.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Standard output of ffmpeg, or what it wrote to the argument `FILE`, whose header can have sizes; null where there is no ffmpeg. */
async function ffmpeg(args, input) {
  if (!args.includes('FILE')) return run(args, input);
  const folder = await mkdtemp(join(tmpdir(), 'sound-'));
  try {
    const path = join(folder, 'sound');
    return (
      (await run(
        args.map((arg) => (arg === 'FILE' ? path : arg)),
        input,
      )) && (await readFile(path))
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    let errors = '';
    child.on('error', (error) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes) => out.push(bytes));
    child.stderr.on('data', (bytes) => (errors += bytes));
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(out)) : reject(new Error(errors))));
    child.stdin.end(input);
  });
}

export function soundCommands() {
  return {
    name: 'sound-commands',
    async executeCommand({ command, payload }) {
      if (command !== 'ffmpeg') return undefined;
      try {
        const bytes = await ffmpeg(payload.args, Buffer.from(payload.input, 'base64'));
        return { output: bytes && bytes.toString('base64') };
      } catch (error) {
        // Thrown in the page: here it would fill the log.
        return { output: null, error: error.message };
      }
    },
  };
}
