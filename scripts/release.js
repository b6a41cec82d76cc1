/**
 * `npm run release -- VERSION`: from a clean, tested work tree to what is published, in `build/release`:
 *
 * 1. version in `package.json` and `package-lock.json`, date and heading in `CHANGELOG.md`
 * 2. build with the hashes of its files (`dist/integrity.json`) and the licences of bundled packages
 * 3. a list of what the release contains (SBOM, CycloneDX)
 * 4. the archive, with its checksum
 *
 * `--publish` also publishes the archive. `--check` only says what stands in the way of publishing, with exit code 1.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changelogWith, publishObstacles, sbomOf } from './release-steps.js';
import { bundledPackages } from './rollup/bundled-packages.js';
import { mustRunNode } from './run.js';

const TARGET = 'build/release';
const options = process.argv.slice(2);
const version = options.find((option) => /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(option));
const isPublished = options.includes('--publish');

const read = (path) => readFileSync(path, 'utf8');
const npm = (...args) => execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'inherit'] });
const fail = (...lines) => {
  console.error(lines.join('\n'));
  process.exit(1);
};

const obstacles = publishObstacles(JSON.parse(read('package.json')), read('SECURITY.md'));
if (options.includes('--check')) {
  if (obstacles.length > 0) fail(...obstacles);
  process.exit(0);
}
if (!version) fail('usage: npm run release -- VERSION [--publish], or --check');
if (isPublished && obstacles.length > 0) fail('This cannot be published:', ...obstacles);
if (execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' })) fail('The work tree has changes that are not committed.');

const changelog = changelogWith(read('CHANGELOG.md'), version, new Date());
npm('version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts');
writeFileSync('CHANGELOG.md', changelog);
await mustRunNode('scripts/build.js', '--release');

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
const bundled = (await bundledPackages()).map(({ manifest: { name, version } }) => `${name}@${version}`);
const all = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'));
const shipped = JSON.parse(
  npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev', '--omit', 'optional', '--omit', 'peer'),
);
const sbom = sbomOf(all, [...bundled, ...shipped.components.map((component) => component['bom-ref'])]);
writeFileSync(join(TARGET, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);

const [{ filename }] = Object.values(JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', TARGET)));
const archive = join(TARGET, filename);
const hash = createHash('sha512').update(readFileSync(archive)).digest('hex');
writeFileSync(`${archive}.sha512`, `${hash}  ${filename}\n`);
console.log(`${archive}: commit CHANGELOG.md, package.json and package-lock.json, and tag v${version}`);
if (obstacles.length > 0) console.log(['Before it can be published:', ...obstacles].join('\n'));
if (isPublished) npm('publish', archive, '--ignore-scripts');
