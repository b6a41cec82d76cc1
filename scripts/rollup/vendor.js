/**
 * Bundles packages that a page or a server needs, so that users need not install them: each is one file of `dist`, the same for
 * every build. Files that pages load on demand are in `vendor`, those of the server in `server/vendor`.
 */
import { cpSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join, resolve } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';

const PAGE = { '@lit/react': 'vendor/lit-react.js', 'livekit-client': 'vendor/livekit-client.js' };
const OPUS_ENCODER = '@evan/opus/wasm/index.mjs';
const SERVER = {
  '@hono/node-server': 'server/vendor/hono-node-server.js',
  [OPUS_ENCODER]: 'server/vendor/opus-encoder.js',
  hono: 'server/vendor/hono.js',
  'hono/body-limit': 'server/vendor/hono-body-limit.js',
  'ipaddr.js': 'server/vendor/ipaddr.js',
  jose: 'server/vendor/jose.js',
  'opus-decoder': 'server/vendor/opus-decoder.js',
  pino: 'server/vendor/pino.js',
  'prom-client': 'server/vendor/prom-client.js',
  ws: 'server/vendor/ws.js',
};
const VENDORED = { ...PAGE, ...SERVER };

export const isVendored = (specifier) => specifier in VENDORED;

/** Plugin of modules that import vendored packages. @param source Folder of the compiled modules, which `dist` takes the place of. */
export function importVendored(source) {
  return {
    name: 'import-vendored',
    resolveId: (specifier) => (isVendored(specifier) ? { id: resolve(source, VENDORED[specifier]), external: 'relative' } : null),
  };
}

/** Rollup's options for all of them. @param minify Creates the minifier plugin. */
export const vendorBuilds = (minify) => [
  ...Object.entries(PAGE).map(([input, file]) => ({
    input,
    plugins: [nodeResolve({ browser: true }), minify()],
    output: { file: `dist/${file}`, format: 'es', inlineDynamicImports: true },
  })),
  {
    input: Object.fromEntries(Object.entries(SERVER).map(([input, file]) => [basename(file, '.js'), input])),
    external: [...builtinModules, /^node:/],
    plugins: [
      opusWithoutRequire(),
      pinoWithoutTransports(),
      promClientByName(),
      nodeResolve({ exportConditions: ['node'], preferBuiltins: true }),
      commonjs(),
      minify(),
    ],
    output: { dir: 'dist/server/vendor', format: 'es', chunkFileNames: 'shared-[hash].js' },
  },
];

/** pino's transports start worker threads from files of their own; the server writes to a stream. Its own name is an export here. */
function pinoWithoutTransports() {
  const entry = '\0pino';
  const transports = '\0no-thread-stream';
  const codes = {
    [entry]: "export { pino } from 'pino';",
    [transports]: "export default () => { throw new Error('pino transports are not bundled'); };",
  };
  return {
    name: 'pino-without-transports',
    resolveId(specifier, importer) {
      if (specifier === 'pino' && !importer) return entry;
      return specifier === 'thread-stream' ? transports : null;
    },
    load: (id) => codes[id] ?? null,
  };
}

/** A CommonJS entry would have a default export alone. */
function promClientByName() {
  const entry = '\0prom-client';
  return {
    name: 'prom-client-by-name',
    resolveId: (specifier, importer) => (specifier === 'prom-client' && !importer ? entry : null),
    load: (id) => (id === entry ? "export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';" : null),
  };
}

/** `@evan/opus` reads its WebAssembly from the folder of its script, which ES modules cannot locate that way. */
function opusWithoutRequire() {
  const changes = [
    [
      /require\('fs'\)\.readFileSync\(require\('path'\)\.join\(__dirname, (`[^]*?\.wasm`)\)\)/,
      'readFileSync(new URL($1, import.meta.url))',
    ],
    ['module.exports = { Encoder, Decoder };', 'export default { Encoder, Decoder };'],
  ];
  let folder;
  return {
    name: 'opus-without-require',
    transform(code, id) {
      if (!id.endsWith(join('@evan', 'opus', 'wasm', 'index.js'))) return null;
      folder = join(id, '..');
      let changed = code;
      for (const [from, to] of changes) {
        const next = changed.replace(from, to);
        if (next === changed) this.error('@evan/opus loads its WebAssembly in another way than is known here');
        changed = next;
      }
      return { code: `import { readFileSync } from 'node:fs';\n${changed}`, map: null };
    },
    writeBundle({ dir }) {
      for (const file of ['opus.wasm', 'simd.wasm']) cpSync(join(folder, file), join(dir, file));
    },
  };
}
