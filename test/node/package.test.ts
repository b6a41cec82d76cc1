import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, normalize } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { assert } from 'chai';
import { PackedPackage } from '../helpers/node/packed-package.js';

const run = promisify(execFile);
const COMMENTS = /\/\*[^]*?\*\//g;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([\w@./-]+)["']/g;
/** Loaded by URL, not by import. */
const STANDALONE =
  /^dist\/(spatius-avatar(\.iife)?\.min\.js|avatarkit\.min\.js|chunks\/|workers\/[a-z0-9-]+\.(worker|add-on)\.js|audio\/[a-z]+\.worklet\.js|embedded\/|(server\/)?vendor\/|engine\/index\.js|server\/engine\.worker\.js)/;
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|custom-elements\.json)$/,
  /^dist\/.*\.(js|d\.ts)$/,
  /^dist\/(integrity\.json|THIRD-PARTY-NOTICES\.txt)$/,
  /^dist\/server\/vendor\/(opus|simd)\.wasm$/,
  /^dist\/(avatars\/[a-z]+\.glb|models\/mouth\.bin)$/,
  /^demo\/.*\.(html|js|css|json|jpg|mp3|opus|vtt)$/,
  /^docs\/([a-z-]+|README)\.(md|jpg)$/,
  /^examples\/.*\.(md|html|css|js|jsx|tsx|vue|svelte|json|mp3)$/,
];

interface Manifest {
  exports: Record<string, string | Record<string, string>>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

describe('The package', () => {
  const packed = new PackedPackage('package');
  let root: string;
  let paths: Set<string>;
  let manifest: Manifest;
  const importsOf = async (path: string) =>
    [...(await readFile(join(root, path), 'utf8')).replace(COMMENTS, '').matchAll(IMPORT)].map(([, name]) => name!);

  before(async () => {
    await packed.install();
    root = join(packed.folder, 'node_modules/spatius-avatar');
    paths = new Set(packed.files.map(({ path }) => path));
    manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  });

  it('holds no file of a kind that nobody needs, and nothing big by accident', () => {
    assert.deepEqual(
      [...paths].filter((path) => !ALLOWED.some((pattern) => pattern.test(path))),
      [],
    );
    assert.deepEqual(
      packed.files.filter(({ path, size }) => size > (path.endsWith('render-webgpu.worker.js') ? 1_100_000 : 1_000_000)),
      [],
    );
  });

  it('holds all that its entries import, and no module besides', async () => {
    const entries = [...Object.values(manifest.exports), ...Object.values(manifest.bin)].flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    const standalone = [...paths].filter((path) => STANDALONE.test(path));
    const waiting = [...entries.map((path) => normalize(path)), ...standalone];
    const reached = new Set<string>();
    for (let path = waiting.pop(); path; path = waiting.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      assert.isTrue(paths.has(path), `${path} is missing`);
      if (!/\.(js|ts)$/.test(path) || path.startsWith('dist/embedded/')) continue;
      const isDeclaration = path.endsWith('.d.ts');
      for (const name of await importsOf(path)) {
        if (!name.startsWith('.')) continue;
        const target = normalize(join(path, '..', name));
        waiting.push(isDeclaration ? target.replace(/\.js$/, '.d.ts') : target);
      }
    }
    assert.deepEqual(
      [...paths].filter((path) => path.startsWith('dist/') && /\.(js|ts)$/.test(path) && !reached.has(path)),
      [],
    );
  });

  it('depends on every package that its modules import, and on types that come with one', async () => {
    const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
    const frameworks = new Set(['react', 'preact', 'solid-js', 'svelte', 'vue']);
    const typed = new Set(['lit', '@bufbuild/protobuf']);
    const wrong: string[] = [];
    for (const path of paths) {
      if (!path.startsWith('dist/') || !/\.(js|ts)$/.test(path) || STANDALONE.test(path)) continue;
      for (const name of await importsOf(path)) {
        if (name.startsWith('.') || name.startsWith('node:')) continue;
        const owner = name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/');
        const isFine = path.endsWith('.d.ts')
          ? typed.has(owner) || (path.startsWith('dist/frameworks/') && frameworks.has(owner))
          : known.has(owner) && !builtinModules.includes(owner);
        if (!isFine) wrong.push(`${path} imports ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('needs no more packages than a page does, and its files name the licence of every other that they contain', async () => {
    assert.sameMembers(Object.keys(manifest.dependencies), ['lit', 'comlink', '@bufbuild/protobuf']);
    const notices = await readFile(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    const entries = [...notices.matchAll(/^-{80}\n\n(.+?)(?: [\d.]+)?(?: \(in .*\))?\n(.+)$/gm)];
    const named = entries.map(([, name]) => name);
    const vendored = [
      'ws',
      'hono',
      '@hono/node-server',
      'jose',
      'opus-decoder',
      '@evan/opus',
      'livekit-client',
      'three',
      '@pixiv/three-vrm-core',
    ];
    assert.includeMembers(named, [...vendored, 'libopus', 'Basis Universal transcoder', 'lit-html', 'comlink', '@bufbuild/protobuf']);
    assert.notInclude(named, 'codec-parser');
    for (const [, name, licence] of entries) assert.notMatch(licence!, /GPL/, name);
  });

  it('may be imported where there is no DOM, each entry, and does nothing there', async () => {
    const entries = Object.entries(manifest.exports)
      .filter(([, entry]) => typeof entry === 'object')
      .map(([path]) => path.replace('.', 'spatius-avatar'));
    assert.isAtLeast(entries.length, 9);
    const folder = await packed.project('no-dom', {
      'all.js': `${entries.map((name) => `await import('${name}');`).join('\n')}
        const { SpatiusAvatar, AvatarError } = await import('spatius-avatar');
        console.log(typeof SpatiusAvatar, typeof AvatarError, typeof window, typeof document);`,
      'package.json': '{ "type": "module" }',
    });
    const { stdout, stderr } = await run(process.execPath, ['all.js'], { cwd: folder, timeout: 60_000 });
    assert.equal(stderr, '');
    assert.equal(stdout.trim(), 'function function undefined undefined');
  });

  it('gives publint nothing to complain of', async () => {
    const { stdout } = await run(process.execPath, ['node_modules/publint/src/cli.js', 'run', packed.archive, '--strict']).catch(
      (error: { stdout: string }) => error,
    );
    assert.include(stdout, 'All good!', stdout);
  });

  it('has types that are what they say, in every way of resolving ES modules', async () => {
    // It ends with an error where it finds a problem.
    await run(process.execPath, [
      'node_modules/@arethetypeswrong/cli/dist/index.js',
      packed.archive,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
    ]);
  });

  /** Compiles one file as a project that uses the package. @returns What the compiler says. */
  const compile = async (file: string, options: object, code?: string): Promise<string> => {
    const folder = await packed.project(file.replace('.', '-'), {
      [file]: code ?? (await readFile(`test/types/${file}`, 'utf8')),
      'package.json': '{ "type": "module" }',
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          lib: ['ES2023', 'DOM', 'DOM.Iterable'],
          strict: true,
          noEmit: true,
          types: [],
          module: 'ESNext',
          moduleResolution: 'bundler',
          skipLibCheck: true,
          ...options,
        },
        files: [file],
      }),
    });
    return run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
  };

  it('has types that pages compile against, down to the libraries', async () => {
    assert.equal(await compile('page.ts', { skipLibCheck: false, lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'] }), '');
  });

  it('has types that servers compile against, with those of Node and nothing else', async () => {
    assert.equal(await compile('server.ts', { module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] }), '');
  });

  for (const [file, options] of Object.entries({
    'react.tsx': { jsx: 'react-jsx' },
    'preact.tsx': { jsx: 'react-jsx', jsxImportSource: 'preact' },
    'solid.tsx': { jsx: 'preserve', jsxImportSource: 'solid-js' },
    'svelte.ts': {},
    'vue.ts': {},
  })) {
    it(`knows the tag in ${file.replace(/\..*/, '')}`, async () => {
      assert.equal(await compile(file, options), '');
    });
  }

  it('has all attributes of the manifest in the types for frameworks', async () => {
    const elements = JSON.parse(await readFile(join(root, 'custom-elements.json'), 'utf8')) as {
      modules: { declarations?: { tagName?: string; attributes?: { name: string }[] }[] }[];
    };
    const element = elements.modules.flatMap(({ declarations = [] }) => declarations).find(({ tagName }) => tagName === 'spatius-avatar');
    const names = element!.attributes!.map(({ name }) => name);
    assert.isAbove(names.length, 20);
    const code = `import type { SpatiusAvatarProps } from 'spatius-avatar/react';\nexport const names: (keyof SpatiusAvatarProps)[] = ${JSON.stringify(names)};\n`;
    assert.equal(await compile('attributes.ts', {}, code), '');
  });
});
