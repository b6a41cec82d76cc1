/** The package as `npm pack` makes it, installed in a folder of projects that use it. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PackedFile {
  path: string;
  size: number;
}

/**
 * Projects below this folder find the packed package; all other packages they find where this repository has them installed.
 * Each user has a folder of its own: tests that run at the same time do not share it.
 */
export class PackedPackage {
  readonly folder: string;
  /** What the archive holds, sorted by path. */
  files: PackedFile[] = [];
  /** The archive. */
  archive = '';

  /** @param user Name of the test. */
  constructor(user: string) {
    this.folder = resolve('build/packed', user);
  }

  async install(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    const target = join(this.folder, 'node_modules/spatius-avatar');
    await mkdir(target, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder], { maxBuffer: 2 ** 24 });
    const answer = JSON.parse(stdout) as PackedAnswer[] | Record<string, PackedAnswer>;
    const [packed] = Object.values(answer);
    this.files = packed!.files.map(({ path, size }) => ({ path, size })).sort((a, b) => (a.path < b.path ? -1 : 1));
    this.archive = join(this.folder, packed!.filename);
    await run('tar', ['-xzf', this.archive, '-C', target, '--strip-components=1']);
  }

  /** A project that has the package. @param files Path → content. @returns Its folder. */
  async project(name: string, files: Record<string, string>): Promise<string> {
    const folder = join(this.folder, name);
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, content);
    }
    return folder;
  }
}

interface PackedAnswer {
  filename: string;
  files: PackedFile[];
}
