/**
 * `npm run test:templates`: checks the templates of the Vue and Svelte examples against the packed package, as `vue-tsc` and
 * `svelte-check` do in a user's project, and that each of them detects a mistake. Not part of `npm test`, since both need their
 * own compiler. Expects
 * `npm run build`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const folder = resolve('build/templates');
const PACKAGES = ['vue', 'vue-tsc@3', 'svelte', 'svelte-check@4', 'typescript@5.9'];
const CHECKS = [
  {
    name: 'vue',
    file: 'src/App.vue',
    command: ['vue-tsc', '--noEmit', '--project', '.'],
    right: ':avatar-id="character"',
    wrong: 'mode="remote" :avatar-id="character"',
  },
  {
    name: 'svelte',
    file: 'src/App.svelte',
    command: ['svelte-check', '--fail-on-warnings', '--output', 'machine'],
    right: 'avatar-id={character}',
    wrong: 'mode="remote" avatar-id={character}',
  },
];
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    types: [],
  },
  vueCompilerOptions: { strictTemplates: true },
  include: ['src'],
};

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await writeFile(`${folder}/package.json`, '{ "private": true, "type": "module" }\n');
execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { stdio: 'inherit' });
const { version } = JSON.parse(await readFile('package.json', 'utf8'));
execFileSync('npm', ['install', '--no-audit', '--no-fund', `./spatius-avatar-${version}.tgz`, ...PACKAGES], {
  cwd: folder,
  stdio: 'inherit',
});

for (const { name, file, command, right, wrong } of CHECKS) {
  const project = `${folder}/${name}`;
  await cp(`examples/${name}`, project, { recursive: true });
  await writeFile(`${project}/tsconfig.json`, JSON.stringify(TSCONFIG));
  const check = () => spawnSync('npx', command, { cwd: project, encoding: 'utf8' });
  const asIs = check();
  if (asIs.status !== 0) throw new Error(`the ${name} example has types that do not fit:\n${asIs.stdout}${asIs.stderr}`);
  const code = await readFile(`${project}/${file}`, 'utf8');
  if (!code.includes(right)) throw new Error(`${file} of the ${name} example has no ${right}`);
  await writeFile(`${project}/${file}`, code.replace(right, wrong));
  const mistaken = check();
  if (mistaken.status === 0 || !/remote/.test(mistaken.stdout))
    throw new Error(`${command[0]} does not notice ${wrong}:\n${mistaken.stdout}${mistaken.stderr}`);
  console.log(`${command[0]}: the ${name} example fits, and a mistake in it is noticed`);
}
