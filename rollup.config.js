/**
 * From compiled modules in `build/src` to `dist`:
 *   index.js, server/*, …            the modules as they are, for bundlers and Node; packages stay imports
 *   engine/index.js                  the engine alone, one file for pages and workers; engine/node.js for Node
 *   workers/*.js, audio/*.worklet.js one file each without imports, loaded by URL
 *   embedded/*.js                    copies of files as modules, added by scripts/embed.js
 *   workers/*.add-on.js              parts of the render worker that it loads when an avatar needs them
 *   spatius-avatar.min.js            everything the page needs, for a script tag of type module
 *   avatarkit.min.js                 AvatarKit's interface, for a script tag of type module
 *   spatius-avatar.iife.min.js       the same for a classic script tag
 */
import { basename, dirname, relative, resolve, sep } from 'node:path';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { AddOnBuild } from './scripts/rollup/add-ons.js';
import { bringBasis } from './scripts/rollup/basis.js';
import { copyDeclarations } from './scripts/rollup/declarations.js';
import { bringShaders, leaveOutHeadsets, leaveOutShaders } from './scripts/rollup/three-parts.js';
import { webGpuTwins } from './scripts/rollup/webgpu-twins.js';

const SOURCE = resolve('build/src');
// What is said to other bundlers must reach them: the worker imports its add-ons by URLs that only the page knows.
const FOR_BUNDLERS = /@vite-ignore|webpackIgnore/;
const minify = () => terser({ module: true, compress: { passes: 2 }, format: { comments: FOR_BUNDLERS } });
const isPackage = (id) => !id.startsWith('.') && !id.startsWith('/');
/** Made of the finished files by `scripts/embed.js`, and never bundled. */
const isEmbedded = (id) => id.endsWith('.embedded.js');

/** Where a module of `build/src` lies in `dist`, as a URL path relative to the folder `from`. */
function urlBetween(from, moduleId) {
  return relative(from, relative(SOURCE, moduleId)).split(sep).join('/');
}

/**
 * A module that was merged into a bundle keeps the URL it has as a file of its own, so that
 * `new URL('./motion.worker.js', import.meta.url)` finds the same file in every build.
 */
function keepModuleUrls() {
  return {
    name: 'keep-module-urls',
    resolveImportMeta(property, { moduleId, chunkId, format }) {
      if (property !== 'url' || !moduleId.startsWith(SOURCE)) return null;
      const path = urlBetween(dirname(chunkId), moduleId);
      const base = format === 'iife' ? 'scriptUrl' : 'import.meta.url';
      return `new URL(${JSON.stringify(path)}, ${base}).href`;
    },
  };
}

/**
 * Terser leaves template literals as they were written; of these modules they are the greater part. In markup a
 * line break is what parts one attribute from the next, so only indentation goes there.
 */
function collapseTemplates() {
  const lines = (code) => code.replace(/\n\s+/g, '\n');
  const styles = (code) =>
    code
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/\n\s+/g, ' ')
      .replace(/ ?([{};:,]) /g, '$1');
  return {
    name: 'collapse-templates',
    transform(code, id) {
      if (/\.styles\.js$/.test(id)) return { code: styles(code), map: null };
      if (/(overlays|controls|captions)\.js$/.test(id)) return { code: lines(code), map: null };
      // Shaders: a preprocessor line ends where its line does, so only indentation and comments go.
      if (/\.glsl\.js$/.test(id)) return { code: code.replace(/\s*\/\/.*$/gm, '').replace(/\n\s+/g, '\n'), map: null };
      if (/three\.module\.js$/.test(id)) return { code: code.replaceAll(/\\n(\\t)+/g, '\\n'), map: null };
      return null;
    },
  };
}

/** livekit-client weighs more than all the rest: a classic script loads it as a file of its own, when a room is joined. */
const LIVEKIT_CLIENT = 'vendor/livekit-client.js';

function filesApart() {
  const fileOf = (specifier) => {
    if (specifier === 'livekit-client') return LIVEKIT_CLIENT;
    return isEmbedded(specifier) ? specifier.replace(/^(\.\.?\/)+/, '') : null;
  };
  return {
    name: 'files-apart',
    resolveDynamicImport(specifier) {
      const id = typeof specifier === 'string' ? fileOf(specifier) : null;
      return id && { id, external: true };
    },
    // By its full URL: a classic script of another origin has no base of its own. The given name stays in between.
    renderDynamicImport({ targetModuleId: id }) {
      if (id !== LIVEKIT_CLIENT && !isEmbedded(id ?? '')) return null;
      return { left: `import(new URL(${JSON.stringify(id)}, scriptUrl).href || `, right: ')' };
    },
  };
}

const modules = {
  input: [
    'index',
    'avatarkit/index',
    'server/index',
    'server/cli',
    'server/engine.worker',
    'server-sdk/index',
    'server/token-endpoint',
    'engine/node',
  ].map((name) => `build/src/${name}.js`),
  external: (id) => isPackage(id) || isEmbedded(id),
  plugins: [copyDeclarations()],
  output: { dir: 'dist', format: 'es', preserveModules: true, preserveModulesRoot: 'build/src' },
};

const standalone = (path, ...plugins) => ({
  input: `build/src/${path}.js`,
  external: isEmbedded,
  plugins: [...plugins, collapseTemplates(), nodeResolve({ browser: true }), minify()],
  output: { file: `dist/${path}.js`, format: 'es', inlineDynamicImports: true },
});

const RENDER_WORKER = 'workers/render.worker';
const lessThree = () => [leaveOutHeadsets(), leaveOutShaders()];
const addOnBuild = new AddOnBuild(`build/src/${RENDER_WORKER}.js`, [...lessThree(), collapseTemplates(), nodeResolve({ browser: true })]);
const addOn = (name, ...plugins) => standalone(`workers/${name}.add-on`, ...plugins, addOnBuild.takeFromWorker());

const page = {
  input: { 'spatius-avatar': 'build/src/index.js' },
  // Chunks loaded on demand import from the entry itself: one request defines the element.
  preserveEntrySignatures: 'allow-extension',
  external: isEmbedded,
  plugins: [keepModuleUrls(), collapseTemplates(), nodeResolve({ browser: true }), minify()],
  output: { dir: 'dist', format: 'es', entryFileNames: '[name].min.js', chunkFileNames: 'chunks/[name]-[hash].js' },
};

/** AvatarKit's interface for a script tag of type module. Files of its own, so that the element stays one request. */
const avatarKit = {
  ...page,
  input: { avatarkit: 'build/src/avatarkit/index.js' },
  external: (id) => isEmbedded(id) || id === 'livekit-client',
  output: {
    ...page.output,
    chunkFileNames: 'chunks/avatarkit-[name]-[hash].js',
    // A package as seen from the chunk that imports it, a file as seen from `dist`.
    paths: (id) => (id === 'livekit-client' ? `../${LIVEKIT_CLIENT}` : isEmbedded(id) ? `embedded/${basename(id)}` : id),
  },
};

const classic = {
  input: 'build/src/index.js',
  plugins: [filesApart(), keepModuleUrls(), collapseTemplates(), nodeResolve({ browser: true }), minify()],
  output: {
    file: 'dist/spatius-avatar.iife.min.js',
    format: 'iife',
    name: 'SpatiusAvatar',
    inlineDynamicImports: true,
    // Only readable while the script runs for the first time.
    intro: 'const scriptUrl = document.currentScript.src;',
  },
};

const livekitClient = {
  input: 'livekit-client',
  plugins: [nodeResolve({ browser: true }), minify()],
  output: { file: `dist/${LIVEKIT_CLIENT}`, format: 'es', inlineDynamicImports: true },
};

export default [
  modules,
  page,
  avatarKit,
  classic,
  livekitClient,
  ...['engine/index', 'workers/motion.worker', 'audio/playback.worklet', 'audio/capture.worklet'].map((path) => standalone(path)),
  addOn('materials', bringShaders()),
  addOn('vrm'),
  addOn('splats'),
  addOn('ktx2', bringBasis()),
  // After its add-ons, whose needs are known only then.
  standalone(RENDER_WORKER, ...lessThree(), addOnBuild.handToAddOns()),
  standalone('workers/render-webgpu.worker', webGpuTwins()),
];
