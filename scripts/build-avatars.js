/**
 * `npm run build:avatars [-- name | variant.json …]`: generates avatars into dist/avatars, without names the built-in ones. Expects the
 * compiled generator (`tsc -b tsconfig.node.json`).
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(process.execPath, ['build/characters/cli.js', 'dist/avatars', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
