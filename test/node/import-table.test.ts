import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = 'src';

/** What each folder (or root file) of `src` may import; a file in it may always import its neighbours. */
const TABLE: Record<string, { own: string[]; packages: string[]; ownTypes?: string[] }> = {
  shared: { own: [], packages: [] },
  motion: { own: ['shared'], packages: ['@bufbuild/protobuf'] },
  audio: { own: ['shared'], packages: [] },
  transports: { own: ['shared', 'motion'], packages: [], ownTypes: ['workers/worker-api'] },
  session: { own: ['shared', 'motion', 'transports'], packages: [], ownTypes: ['workers/worker-api'] },
  livekit: { own: ['shared'], packages: ['livekit-client'], ownTypes: ['workers/worker-api'] },
  render: { own: ['shared', 'motion/timeline', 'motion/retarget', 'motion/life', 'audio/playhead'], packages: ['three', '@pixiv/three-vrm'], ownTypes: ['workers/worker-api'] },
  workers: { own: ['shared', 'session', 'render', 'transports', 'motion'], packages: ['comlink'] },
  controller: { own: ['shared'], packages: [], ownTypes: ['workers/worker-api', 'audio', 'session'] },
  host: { own: ['shared', 'controller', 'assemble'], packages: [], ownTypes: ['workers/worker-api'] },
  avatarkit: { own: ['shared', 'controller', 'host', 'asset-choice', 'asset-urls', 'audio', 'render/framing', 'render/loaders/download', 'render/loaders/formats'], packages: [], ownTypes: ['workers/worker-api'] },
  element: { own: ['shared', 'controller', 'host', 'assemble', 'livekit/open-room', 'motion/timings/read-spans'], packages: ['lit'], ownTypes: ['workers/worker-api'] },
  server: { own: ['shared', 'motion'], packages: ['node:', 'ws', 'hono', '@hono/node-server', 'jose', 'ogg-opus-decoder', '@evan/opus', '@livekit/rtc-node'] },
  engine: { own: ['shared', 'motion', 'embedded', 'left-behind'], packages: ['node:'] },
  face: { own: ['shared'], packages: ['node:', 'three', '@gltf-transform', 'meshoptimizer', 'delaunator'] },
  frameworks: { own: ['index'], packages: ['lit', 'react', 'preact', 'solid-js', 'svelte', 'vue'] },
  'asset-choice': { own: [], packages: [], ownTypes: ['asset-urls'] },
  'asset-urls': { own: ['shared', 'asset-choice', 'embedded-files', 'left-behind'], packages: [] },
  'embedded-files': { own: ['embedded'], packages: [], ownTypes: ['asset-urls'] },
  embedded: { own: [], packages: [] },
  'left-behind': { own: [], packages: [] },
  assemble: { own: ['shared', 'audio', 'controller', 'workers', 'asset-choice', 'asset-urls'], packages: [], ownTypes: ['livekit'] },
  index: { own: ['shared', 'controller', 'element', 'asset-choice'], packages: [], ownTypes: ['workers/worker-api', 'asset-urls'] },
};

const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** The folder of `src` a file belongs to; a root file stands for itself. */
const roomOf = (path: string) => path.split('/')[0].replace(/\.(d\.)?ts$/, '');

function isWithin(path: string, places: string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function isListed(name: string, packages: string[]): boolean {
  return packages.some((known) => name === known || name.startsWith(known.endsWith(':') ? known : `${known}/`));
}

function violations(path: string, code: string): string[] {
  const room = roomOf(path);
  const rule = TABLE[room];
  if (!rule) return [`${path}: the folder ${room} is not in the table`];
  const found: string[] = [];
  for (const [, typeOnly, fixed, dynamic] of code.matchAll(IMPORT)) {
    const target = fixed ?? dynamic;
    if (!target.startsWith('.')) {
      if (!isListed(target, rule.packages)) found.push(`${path} imports ${target}`);
      continue;
    }
    const own = normalize(join(dirname(path), target)).split(sep).join('/').replace(/\.js$/, '');
    if (roomOf(own) === room || isWithin(own, rule.own)) continue;
    if (typeOnly && isWithin(own, rule.ownTypes ?? [])) continue;
    found.push(`${path} imports ${typeOnly ?? ''}${own}`);
  }
  return found;
}

describe('The import table', () => {
  it('holds for every file of src', async () => {
    const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => relative(SOURCE, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'));
    assert.ok(paths.length > 10);
    const found = await Promise.all(paths.map(async (path) => violations(path, await readFile(join(SOURCE, path), 'utf8'))));
    assert.deepEqual(found.flat(), []);
  });

  it('notices what it must not allow', () => {
    assert.deepEqual(violations('motion/a.ts', "import { x } from '../audio/x.js';\nimport * as three from 'three';"), [
      'motion/a.ts imports audio/x',
      'motion/a.ts imports three',
    ]);
    assert.deepEqual(violations('controller/a.ts', "import type { P } from '../audio/player.js';\nimport { Q } from '../audio/player.js';"), [
      'controller/a.ts imports audio/player',
    ]);
    assert.deepEqual(violations('render/a.ts', "const late = await import('../server/x.js');"), ['render/a.ts imports server/x']);
  });
});
