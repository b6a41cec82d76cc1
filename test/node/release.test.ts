import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { assert } from 'chai';

interface Sbom {
  metadata: { component: { 'bom-ref': string } };
  components: { 'bom-ref': string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}
interface Steps {
  changelogWith(changelog: string, version: string, date: Date): string;
  sbomOf(sbom: Sbom, contained: string[]): Sbom;
}
const { changelogWith, sbomOf } = (await import(resolve('scripts/release-steps.js'))) as Steps;

describe('The release script', () => {
  const folder = resolve('build/release-test');
  before(async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp('scripts', join(folder, 'scripts'), { recursive: true });
  });

  /** Runs it in a folder with these files. @returns What it complains of. */
  const check = async (manifest: object, policy: string, ...args: string[]): Promise<string> => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', version: '0.1.0', ...manifest }));
    await writeFile(join(folder, 'SECURITY.md'), policy);
    return promisify(execFile)(process.execPath, ['scripts/release.js', ...args], { cwd: folder }).then(
      () => '',
      ({ stderr }: { stderr: string }) => stderr,
    );
  };

  it('refuses to publish without a repository and a security contact', async () => {
    const policy = '# Security policy\n\nContact: not set\n';
    for (const args of [['--check'], ['9.9.9', '--publish']]) {
      const problems = await check({}, policy, ...args);
      assert.match(problems, /package\.json names no "repository"/);
      assert.match(problems, /SECURITY\.md names no security contact/);
    }
    assert.match(await check({ repository: { url: '' } }, 'Contact: someone\n', '--check'), /^package\.json names no "repository"\.\n$/);
    assert.match(await check({ repository: 'github:a/b' }, 'Contact:\n', '--check'), /^SECURITY\.md names no security contact/);
  });

  it('has nothing against a package whose publisher has filled them in', async () => {
    assert.equal(await check({ repository: { url: 'git+ssh://somewhere/it.git' } }, 'Contact: someone\n', '--check'), '');
  });

  it('moves what is unreleased under the heading of the version', () => {
    const date = new Date('2026-12-24T10:00:00Z');
    const first = changelogWith('# Changelog\n\n## Unreleased\n\n- One.\n- Two.\n', '0.2.0', date);
    assert.equal(first, '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-24)\n\n- One.\n- Two.\n');
    const second = changelogWith(first.replace('## Unreleased\n', '## Unreleased\n\n### Fixed\n\n- Three.\n'), '0.3.0', date);
    assert.include(second, '## Unreleased\n\n## 0.3.0 (2026-12-24)\n\n### Fixed\n\n- Three.\n\n## 0.2.0 (2026-12-24)\n\n- One.');
    assert.throws(() => changelogWith(first, '0.3.0', date), /nothing under/);
    assert.throws(() => changelogWith(second.replace('## Unreleased\n', '## Unreleased\n- Four.\n'), '0.2.0', date), /already/);
  });

  it('lists what the release contains, and nothing that is only used to make it', () => {
    const component = (ref: string) => ({ 'bom-ref': ref });
    const sbom: Sbom = {
      metadata: { component: component('us@1') },
      components: ['lit@3', 'rollup@4', 'ws@8', 'ws@7'].map(component),
      dependencies: [{ ref: 'us@1', dependsOn: ['lit@3', 'rollup@4', 'ws@8'] }, { ref: 'rollup@4', dependsOn: ['ws@7'] }, { ref: 'lit@3' }],
    };
    assert.deepEqual(sbomOf(sbom, ['ws@8', 'lit@3']), {
      metadata: sbom.metadata,
      components: ['lit@3', 'ws@8'].map(component),
      dependencies: [
        { ref: 'us@1', dependsOn: ['lit@3', 'ws@8'] },
        { ref: 'lit@3', dependsOn: [] },
      ],
    });
  });
});
