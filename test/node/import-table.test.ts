import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = 'src';
/** Pairs of rooms of which one imports the other. */
const MAX_ARROWS = 48;

/** What each folder (or root file) of `src` may import; a file in it may always import its neighbours. */
const TABLE: Record<string, { own: string[]; packages: string[]; ownTypes?: string[] }> = {
  shared: { own: [], packages: [] },
  motion: { own: ['shared'], packages: ['@bufbuild/protobuf'] },
  audio: { own: ['shared'], packages: [] },
  speech: { own: ['shared', 'motion', 'agents/agent-events', 'agents/agent-face', 'agents/livekit-agent'], packages: ['livekit-client'] },
  render: {
    own: ['shared', 'motion/timeline', 'motion/retarget', 'motion/life', 'audio/playhead', 'assets/download', 'assets/avatar-formats'],
    packages: ['three', '@pixiv/three-vrm'],
  },
  workers: { own: ['shared', 'speech', 'render', 'motion'], packages: ['comlink'] },
  assets: { own: ['shared', 'embedded'], packages: [] },
  avatar: { own: ['shared', 'audio', 'assets', 'workers', 'speech/room/room-session'], packages: [], ownTypes: ['speech'] },
  avatarkit: { own: ['shared', 'avatar', 'assets'], packages: [] },
  element: { own: ['shared', 'avatar'], packages: ['lit'] },
  // One way: server → relay → server-sdk, and through their index alone but for two helpers.
  server: {
    own: [
      'shared',
      'motion/engine',
      'motion/style',
      'motion/files',
      'motion/protocol',
      'motion/timeline/frame-runs',
      'server-sdk/index',
      'server-sdk/console-client',
      'relay/index',
    ],
    packages: [
      'node:',
      'ws',
      'ipaddr.js',
      'prom-client',
      'hono',
      '@hono/node-server',
      'jose',
      'opus-decoder',
      'pino',
      '@livekit/rtc-node',
      '@redis/client',
      'rate-limiter-flexible',
    ],
  },
  'server-sdk': { own: ['shared', 'motion/protocol'], packages: ['node:', 'ws', '@evan/opus'] },
  relay: { own: ['shared', 'motion/protocol', 'server-sdk/until-aborted'], packages: ['node:', 'ws'] },
  engine: { own: ['shared', 'motion', 'embedded', 'assets/left-behind'], packages: ['node:'] },
  frameworks: {
    own: ['index'],
    ownTypes: ['element/avatar-properties'],
    packages: ['lit', '@lit/react', 'react', 'preact', 'solid-js', 'svelte', 'vue'],
  },
  agents: { own: ['shared'], packages: [] },
  embedded: { own: [], packages: [] },
  index: { own: ['shared', 'avatar', 'element', 'assets'], packages: [] },
  classic: { own: ['assets'], packages: [], ownTypes: ['index', 'element'] },
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
    const own = normalize(join(dirname(path), target))
      .split(sep)
      .join('/')
      .replace(/\.js$/, '');
    if (roomOf(own) === room || isWithin(own, rule.own)) continue;
    if (typeOnly && isWithin(own, rule.ownTypes ?? [])) continue;
    found.push(`${path} imports ${typeOnly ?? ''}${own}`);
  }
  return found;
}

/** Imports from one room to another, type imports included. */
function targetRooms(path: string, code: string): string[] {
  return [...code.matchAll(IMPORT)]
    .map(([, , fixed, dynamic]) => fixed ?? dynamic)
    .filter((target) => target.startsWith('.'))
    .map((target) =>
      roomOf(
        normalize(join(dirname(path), target))
          .split(sep)
          .join('/')
          .replace(/\.js$/, ''),
      ),
    )
    .filter((room) => room !== roomOf(path));
}

async function sourceFiles(): Promise<[path: string, code: string][]> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) =>
      relative(SOURCE, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    );
  return Promise.all(paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(SOURCE, path), 'utf8')]));
}

describe('The import table', () => {
  it('holds for every file of src', async () => {
    const files = await sourceFiles();
    assert.ok(files.length > 10);
    const found = files.map(([path, code]) => violations(path, code));
    assert.deepEqual(found.flat(), []);
  });

  it('has no circle between rooms and few arrows', async () => {
    const arrows = new Map<string, Set<string>>();
    for (const [path, code] of await sourceFiles()) {
      const targets = arrows.get(roomOf(path)) ?? new Set();
      for (const room of targetRooms(path, code)) targets.add(room);
      arrows.set(roomOf(path), targets);
    }
    const count = [...arrows.values()].reduce((sum, { size }) => sum + size, 0);
    assert.ok(count <= MAX_ARROWS, `${count} arrows between rooms`);
    // Rooms whose imports are all gone are taken away; what stays in the end imports itself by way of others.
    const left = new Map(arrows);
    for (let isShrinking = true; isShrinking; ) {
      const free = [...left].filter(([, targets]) => ![...targets].some((room) => left.has(room))).map(([room]) => room);
      for (const room of free) left.delete(room);
      isShrinking = free.length > 0;
    }
    assert.deepEqual([...left.keys()], []);
  });

  it('notices what it must not allow', () => {
    assert.deepEqual(violations('motion/a.ts', "import { x } from '../audio/x.js';\nimport * as three from 'three';"), [
      'motion/a.ts imports audio/x',
      'motion/a.ts imports three',
    ]);
    assert.deepEqual(violations('avatar/a.ts', "import type { P } from '../speech/player.js';\nimport { Q } from '../speech/player.js';"), [
      'avatar/a.ts imports speech/player',
    ]);
    assert.deepEqual(violations('render/a.ts', "const late = await import('../server/x.js');"), ['render/a.ts imports server/x']);
  });
});
