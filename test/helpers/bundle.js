/**
 * The real bundlers with no more configuration than an entry and a place for what they make:
 *
 *     node test/helpers/bundle.js BUILD PROJECT
 *
 * builds `main.js` of a project and writes the finished site, with an `index.html`, to `PROJECT/BUILD`. A process of its own, since
 * each of them changes the one it runs in.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const page = (script) => `<!doctype html>
<style>spatius-avatar { display: block; width: 160px; height: 200px }</style>
<body><spatius-avatar id="avatar"></spatius-avatar>${script}
`;
const MODULE = '<script type="module" src="./main.js"></script>';
const CLASSIC = '<script src="./main.js"></script>';

async function vite(project, target) {
  const { build } = await import('vite');
  await writeFile(join(project, 'index.html'), page(MODULE));
  await build({ root: project, logLevel: 'error', configFile: false, build: { outDir: target } });
  return null;
}

async function webpack(project, target) {
  const { default: compiler } = await import('webpack');
  const stats = await new Promise((done, fail) => {
    const options = { mode: 'production', context: project, entry: './main.js', output: { path: target }, performance: false };
    compiler(options, (error, result) => (error ? fail(error) : done(result)));
  });
  const problems = stats.toString({ all: false, errors: true, warnings: true });
  if (problems) throw new Error(problems);
  return CLASSIC;
}

async function esbuild(project, target, options) {
  const { build } = await import('esbuild');
  const { warnings } = await build({
    absWorkingDir: project,
    entryPoints: ['main.js'],
    bundle: true,
    minify: true,
    outdir: target,
    ...options,
  });
  if (warnings[0]) throw new Error(warnings[0].text);
}

async function rollup(project, target) {
  const [{ rollup: start }, { nodeResolve }] = await Promise.all([import('rollup'), import('@rollup/plugin-node-resolve')]);
  const onwarn = ({ code, id, message }) => {
    // Compiled helpers of protobuf-es ask for a `this` that no module has; they work without.
    if (code === 'THIS_IS_UNDEFINED' && id?.includes('@bufbuild/protobuf')) return;
    throw new Error(message);
  };
  const bundle = await start({ input: join(project, 'main.js'), plugins: [nodeResolve({ browser: true })], onwarn });
  await bundle.write({ dir: target, format: 'es' });
  return MODULE;
}

const BUILDS = {
  vite,
  webpack,
  async 'esbuild-chunks'(project, target) {
    await esbuild(project, target, { format: 'esm', splitting: true });
    return MODULE;
  },
  async 'esbuild-classic'(project, target) {
    await esbuild(project, target, {});
    return CLASSIC;
  },
  rollup,
};

const [name, folder] = process.argv.slice(2);
const project = resolve(folder);
const target = join(project, name);
const script = await BUILDS[name](project, target);
// Vite writes its own.
if (script) await writeFile(join(target, 'index.html'), page(script));
