/**
 * From compiled modules in `build/src` to `dist`:
 *   index.js, server/*, …            the modules as they are, for bundlers and Node; what the package depends on stays imports
 *   engine/index.js                  the engine alone, one file for pages and workers; engine/node.js for Node
 *   workers/*.js, audio/*.worklet.js one file each without imports, loaded by URL
 *   embedded/*.js                    copies of files as modules, added by scripts/embed.js
 *   workers/*.add-on.js              parts of the render worker that it loads when an avatar needs them
 *   spatius-avatar.min.js            the element, for a script tag of type module
 *   avatarkit.min.js                 AvatarKit's interface, for a script tag of type module; shares the element's chunks
 *   chunks/*.js                      what both load on demand, one file a feature
 *   vendor/*.js, server/vendor/*.js  packages that users of this one do not install
 *   spatius-avatar.iife.min.js       for a classic script tag: loads the module beside it
 */
import { dirname, join, relative, resolve, sep } from 'node:path';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { AddOnBuild } from './scripts/rollup/add-ons.js';
import { bringBasis } from './scripts/rollup/basis.js';
import { noteBundledPackages } from './scripts/rollup/bundled-packages.js';
import { pageChunks } from './scripts/rollup/chunks.js';
import { copyDeclarations } from './scripts/rollup/declarations.js';
import { bringDraco } from './scripts/rollup/draco.js';
import { plainProperties } from './scripts/rollup/plain-properties.js';
import { bringShaders, leaveOutReading, leaveOutShaders, leaveOutUnusedLoading } from './scripts/rollup/three-parts.js';
import { importVendored, isVendored, vendorBuilds } from './scripts/rollup/vendor.js';
import { webGpuTwins } from './scripts/rollup/webgpu-twins.js';

const SOURCE = resolve('build/src');
// What is said to other bundlers must reach them: the worker imports its add-ons by URLs that only the page knows.
const FOR_BUNDLERS = /@vite-ignore|webpackIgnore/;
/** Set by `scripts/build.js`: 2 for a release, 1 otherwise, 0 leaves the code readable and takes a third of the time. */
const minifierPasses = Number(process.env.MINIFIER_PASSES ?? 2);
const minify = () =>
  minifierPasses > 0 && terser({ module: true, ecma: 2022, compress: { passes: minifierPasses }, format: { comments: FOR_BUNDLERS } });
const isPackage = (id) => !id.startsWith('.') && !id.startsWith('/') && !isVendored(id);
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
    resolveImportMeta(property, { moduleId, chunkId }) {
      if (property !== 'url' || !moduleId.startsWith(SOURCE)) return null;
      const path = urlBetween(dirname(chunkId), moduleId);
      return `new URL(${JSON.stringify(path)}, import.meta.url).href`;
    },
  };
}

/**
 * In `dist` every file lies where it belongs, so the table of files needs no comparison with what a bundler made of it, and the
 * URL of its module only once.
 */
function filesInPlace() {
  return {
    name: 'files-in-place',
    transform(code, id) {
      if (id.endsWith('left-behind.js')) return { code: 'export const isLeftBehind = () => false;', map: null };
      if (!id.endsWith('asset-urls.js')) return null;
      return { code: `const here = import.meta.url;\n${code.replaceAll('import.meta.url', 'here')}`, map: null };
    },
  };
}

/** Error codes are their own names; written once each they take 0.2 kB less of the first script. Lists of names are shorter as one text. */
function namesOnce() {
  const lists = /\[\s*((?:'\w+',?\s*){6,})\]/g;
  const table = /export const ErrorCode = \{([^]*?)\n\};/;
  return {
    name: 'names-once',
    transform(code, id) {
      if (/contracts\W(channels|channel-names|visemes|life-settings)\.js$/.test(id)) {
        const asText = (_, names) => `'${names.match(/\w+/g).join(' ')}'.split(' ')`;
        return { code: code.replace(lists, asText), map: null };
      }
      if (!id.endsWith(join('contracts', 'errors.js'))) return null;
      const entries = [...(table.exec(code)?.[1] ?? '').matchAll(/^ {4}(\w+): '(\w+)',$/gm)];
      if (entries.length < 40 || entries.some(([, key, value]) => key !== value)) this.error('ErrorCode has another form than is known');
      const names = entries.map(([, key]) => key).join(' ');
      return {
        code: code.replace(table, `export const ErrorCode = Object.fromEntries('${names}'.split(' ').map((name) => [name, name]));`),
        map: null,
      };
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
      if (/element.*(template|overlays|controls|captions)\.js$/.test(id)) return { code: lines(code), map: null };
      // Shaders: a preprocessor line ends where its line does, so only indentation and comments go.
      if (/\.glsl\.js$/.test(id)) return { code: code.replace(/\s*\/\/.*$/gm, '').replace(/\n\s+/g, '\n'), map: null };
      if (/three\.module\.js$/.test(id)) return { code: code.replaceAll(/\\n(\\t)+/g, '\\n'), map: null };
      return null;
    },
  };
}

/** Rollup leaves out directives; React's bundlers need this one. */
const clientDirective = ({ name }) => (name === 'frameworks/react' ? "'use client';" : '');

const modules = {
  input: [
    'index',
    'agents/index',
    'avatarkit/index',
    'server/index',
    'server/cli',
    'server/engine.worker',
    'server-sdk/index',
    'server/token-endpoint',
    'engine/node',
    'frameworks/react',
  ].map((name) => `build/src/${name}.js`),
  external: (id) => isPackage(id) || isEmbedded(id),
  plugins: [importVendored(SOURCE), plainProperties(), copyDeclarations()],
  output: { dir: 'dist', format: 'es', preserveModules: true, preserveModulesRoot: 'build/src', banner: clientDirective },
};

const standalone = (path, ...plugins) => ({
  input: `build/src/${path}.js`,
  external: isEmbedded,
  plugins: [...plugins, collapseTemplates(), nodeResolve({ browser: true }), minify()],
  output: { file: `dist/${path}.js`, format: 'es', inlineDynamicImports: true },
});

const RENDER_WORKER = 'workers/render.worker';
const addOnBuild = new AddOnBuild(`build/src/${RENDER_WORKER}.js`, [
  leaveOutShaders(),
  leaveOutReading(),
  leaveOutUnusedLoading(),
  collapseTemplates(),
  nodeResolve({ browser: true }),
]);
const addOn = (name, ...plugins) => standalone(`workers/${name}.add-on`, ...plugins, addOnBuild.takeFromWorker());

const page = {
  input: { 'spatius-avatar': 'build/src/index.js', avatarkit: 'build/src/avatarkit/index.js' },
  // Chunks loaded on demand import from the first script itself: one request defines the element.
  preserveEntrySignatures: 'allow-extension',
  external: isEmbedded,
  plugins: [
    importVendored(SOURCE),
    plainProperties(),
    filesInPlace(),
    namesOnce(),
    keepModuleUrls(),
    collapseTemplates(),
    nodeResolve({ browser: true }),
    minify(),
  ],
  output: {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].min.js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Arrow functions.
    generatedCode: 'es2015',
    manualChunks: pageChunks(SOURCE, 'build/src/index.js'),
    onlyExplicitManualChunks: true,
  },
};

/** For a script tag without a type: loads the module that lies beside it. */
const classic = {
  input: 'build/src/classic.js',
  plugins: [minify()],
  output: { file: 'dist/spatius-avatar.iife.min.js', format: 'iife' },
};

const builds = [
  modules,
  page,
  classic,
  ...vendorBuilds(minify),
  ...['engine/index', 'workers/motion.worker', 'audio/playback.worklet', 'audio/capture.worklet'].map((path) => standalone(path)),
  standalone('workers/loader.worker'),
  addOn('materials', bringShaders()),
  addOn('names'),
  addOn('vrm'),
  addOn('splats'),
  addOn('ktx2', bringBasis()),
  standalone('workers/draco.add-on', bringDraco()),
  standalone('workers/heads.add-on'),
  // After its add-ons, whose needs are known only then.
  standalone(RENDER_WORKER, leaveOutShaders(), leaveOutReading(), leaveOutUnusedLoading(), addOnBuild.handToAddOns()),
  standalone('workers/render-webgpu.worker', webGpuTwins()),
];

const nameOf = ({ input, output: { file, dir } }) => file ?? `${dir}-${Object.keys(input)[0]}`;
export default builds.map((build) => ({ ...build, plugins: [...build.plugins, noteBundledPackages(nameOf(build))] }));
