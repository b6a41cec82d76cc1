/** Generates the built-in avatars into dist/avatars. Expects the compiled generator (`tsc -b tsconfig.node.json`). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(process.execPath, ['build/src/face/cli.js', 'dist/avatars'], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
