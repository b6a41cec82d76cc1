/** The real bundlers with no more configuration than an entry and a place for what they make. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Builds `main.js` of a project. @returns The folder of the finished site, with an `index.html`. */
export type Build = (project: string) => Promise<string>;

export const PAGE = (script: string) => `<!doctype html>
<style>spatius-avatar { display: block; width: 160px; height: 200px }</style>
<body><spatius-avatar id="avatar"></spatius-avatar>${script}
`;
const MODULE = '<script type="module" src="./main.js"></script>';

async function siteWith(folder: string, script: string): Promise<string> {
  await writeFile(join(folder, 'index.html'), PAGE(script));
  return folder;
}

const vite: Build = async (project) => {
  const { build } = await import('vite');
  await writeFile(join(project, 'index.html'), PAGE(MODULE));
  const outDir = join(project, 'vite');
  await build({ root: project, logLevel: 'silent', configFile: false, build: { outDir } });
  return outDir;
};

const webpack: Build = async (project) => {
  const { default: compiler } = await import('webpack');
  const path = join(project, 'webpack');
  await new Promise<void>((resolve, reject) => {
    compiler({ mode: 'production', context: project, entry: './main.js', output: { path }, performance: false }, (error, stats) => {
      if (error) return reject(error);
      const problems = stats!.toString({ all: false, errors: true, warnings: true });
      if (problems) reject(new Error(problems));
      else resolve();
    });
  });
  return siteWith(path, '<script src="./main.js"></script>');
};

const esbuild = (outdir: string, options: object, script: string): Build => async (project) => {
  const { build } = await import('esbuild');
  const path = join(project, outdir);
  const { warnings } = await build({ absWorkingDir: project, entryPoints: ['main.js'], bundle: true, minify: true, outdir: path, logLevel: 'silent', ...options });
  if (warnings[0]) throw new Error(warnings[0].text);
  return siteWith(path, script);
};

const rollup: Build = async (project) => {
  const [{ rollup: start }, { nodeResolve }] = await Promise.all([import('rollup'), import('@rollup/plugin-node-resolve')]);
  const warnings: string[] = [];
  const bundle = await start({
    input: join(project, 'main.js'),
    plugins: [nodeResolve({ browser: true })],
    onwarn: ({ message }) => warnings.push(message),
  });
  const dir = join(project, 'rollup');
  await bundle.write({ dir, format: 'es' });
  await bundle.close();
  if (warnings[0]) throw new Error(warnings[0]);
  return siteWith(dir, MODULE);
};

export const BUILDS: Record<string, Build> = {
  Vite: vite,
  'webpack 5': webpack,
  'esbuild with chunks': esbuild('esbuild', { format: 'esm', splitting: true }, MODULE),
  'esbuild in one classic script': esbuild('esbuild-classic', {}, '<script src="./main.js"></script>'),
  Rollup: rollup,
};
