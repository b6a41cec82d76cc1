/**
 * `npm run build:avatars [-- name | variant.json …]`: writes avatars into `dist/avatars`. Without names: the built-in ones, generated
 * unless the cache holds them; with names: these, always generated. Expects the compiled generator (`npx tsc -b`).
 */
import { copyAvatars } from './avatar-cache.js';
import { mustRunNode } from './run.js';

const names = process.argv.slice(2);
if (names.length > 0) await mustRunNode('build/characters/cli.js', 'dist/avatars', ...names);
else await copyAvatars();
