/** What a page installs and loads: packages, sizes of files. The page that installs needs npm's registry or a filled cache. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { figure, milliseconds, title } from './helpers/report.js';

const run = promisify(execFile);

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const gzipped = async (name: string): Promise<number> => gzipSync(await readFile(join('dist', name)), { level: 9 }).length;

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function measureFiles(): Promise<void> {
  title('Files of dist');
  const chunks = await readdir('dist/chunks');
  const avatarChunk = chunks.find((name) => name.startsWith('avatar-'))!;
  const [first, avatar, worker, materials, classic, avatarKit] = await Promise.all(
    [
      'spatius-avatar.min.js',
      `chunks/${avatarChunk}`,
      'workers/render.worker.js',
      'workers/materials.add-on.js',
      'spatius-avatar.iife.min.js',
      'avatarkit.min.js',
    ].map(gzipped),
  );
  const builtIn = first! + avatar! + worker!;
  figure('dist', megabytes(await bytesBelow('dist')), '≤ 11 MB');
  figure('chunks, livekit-client included', String(chunks.length + (await readdir('dist/vendor')).length), '≤ 10');
  figure('first script, gzip', kilobytes(first!), '≤ 20 kB');
  figure('script before the first picture, built-in avatar, gzip', kilobytes(builtIn), '≤ 210 kB');
  figure('script before the first picture, another GLB, gzip', kilobytes(builtIn + materials!), '≤ 230 kB');
  figure('classic script beside the first script, gzip', kilobytes(classic!));
  figure('AvatarKit beside the first script and its chunk, gzip', kilobytes(avatarKit!));
}

async function measureInstall(folder: string): Promise<void> {
  title('npm install of the packed package in an empty folder, engine-strict');
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { maxBuffer: 2 ** 24 });
  const [{ filename, size }] = Object.values(JSON.parse(stdout) as Record<string, { filename: string; size: number }>) as [
    { filename: string; size: number },
  ];
  figure('archive', megabytes(size));
  const page = join(folder, 'page');
  await mkdir(page);
  await writeFile(join(page, 'package.json'), '{ "private": true }');
  const { stderr } = await run('npm', ['install', join(folder, filename), '--engine-strict', '--no-audit', '--no-fund'], { cwd: page });
  const lock = JSON.parse(await readFile(join(page, 'node_modules/.package-lock.json'), 'utf8')) as { packages: object };
  figure('packages beside itself', String(Object.keys(lock.packages).length - 1), '≤ 8');
  figure('node_modules', megabytes(await bytesBelow(join(page, 'node_modules'))), '≤ 25 MB');
  figure('warnings', String(stderr.split('\n').filter((line) => line.includes('warn')).length), '0');
  figure('spatius-avatar serve, start to first answer', milliseconds(await serveMs(page)));
}

/** From the command to the first page of the server; NaN if it does not start. */
async function serveMs(folder: string): Promise<number> {
  const begin = performance.now();
  const server = spawn(process.execPath, ['node_modules/spatius-avatar/dist/server/cli.js', 'serve', '--port', '0'], { cwd: folder });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let told = '';
      server.stdout.on('data', (bytes: Buffer) => {
        told += bytes.toString();
        const found = /is at (\S+)/.exec(told)?.[1];
        if (found) resolve(found);
      });
      server.on('exit', () => reject(new Error('the server ended')));
    });
    return (await fetch(url)).ok ? performance.now() - begin : Number.NaN;
  } catch {
    return Number.NaN;
  } finally {
    server.kill();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'spatius-avatar-'));
try {
  await measureFiles();
  await measureInstall(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
