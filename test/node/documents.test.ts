/** Checks of the documents that need no browser; `test/e2e/documents.spec.ts` runs their examples. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { snippetsOf } from '../helpers/node/snippets.js';

interface DocumentTools {
  documents(): Promise<string[]>;
  withExamples(text: string): Promise<string>;
}

/** `[text](target)` without a host. */
const LINK = /\]\((?!https?:)([^)\s]+)\)/g;

/** Anchors of headings, formed like GitHub's. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

describe('The documents', () => {
  let tools: DocumentTools;
  let texts: Map<string, string>;

  before(async () => {
    tools = (await import(pathToFileURL('scripts/doc-examples.js').href)) as DocumentTools;
    const paths = [
      ...(await tools.documents()),
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'training/README.md',
      'training/MODEL.md',
    ];
    texts = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
  });

  it('contain current copies of the examples that are tested as files', async () => {
    assert.match(texts.get('docs/backend.md')!, /<!-- file: demo\/backend\/ten-lines\.js -->/);
    for (const [path, text] of texts) assert.equal(text, await tools.withExamples(text), `Run \`npm run build\` and commit ${path}.`);
  });

  it('have no broken links', async () => {
    const broken: string[] = [];
    for (const [path, text] of texts) {
      for (const [, target] of text.replace(/```[\s\S]*?```/g, '').matchAll(LINK)) {
        const [file, anchor] = target!.split('#') as [string, string?];
        const place = file ? join(dirname(path), file) : path;
        const isThere = existsSync(place) && (!anchor || anchorsOf(await readFile(place, 'utf8')).has(anchor));
        if (!isThere) broken.push(`${path}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  it('name only files that exist', () => {
    const missing: string[] = [];
    for (const [path, text] of texts) {
      if (path === 'CHANGELOG.md' || path.startsWith('docs/decisions/')) continue;
      for (const [, file] of text.matchAll(/`((?:src|test|scripts|characters|demo|examples)\/[\w./-]+)`/g)) {
        if (!file.includes('NAME') && !existsSync(file)) missing.push(`${path}: ${file}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  it('explain every error code that a page can receive', async () => {
    const { ErrorCode } = (await import(pathToFileURL('build/src/shared/contracts/errors.js').href)) as {
      ErrorCode: Record<string, string>;
    };
    const folders = ['assets', 'audio', 'avatar', 'element', 'motion', 'render', 'shared', 'speech', 'workers'];
    const sources: string[] = [];
    for (const folder of folders) {
      const names = (await readdir(`build/src/${folder}`, { recursive: true })).map((name) => join(folder, name));
      for (const name of names)
        if (name.endsWith('.js') && !name.endsWith('errors.js')) sources.push(await readFile(join('build/src', name), 'utf8'));
    }
    const isUsed = (code: string): boolean =>
      sources.some((source) => source.includes(`ErrorCode.${code}`) || source.includes(`AvatarError('${code}'`));
    const table = texts.get('docs/troubleshooting.md')!;
    assert.deepEqual(
      Object.keys(ErrorCode).filter((code) => isUsed(code) && !table.includes(`\`${code}\``)),
      [],
    );
  });

  it('begin with a README of 200 lines at most', () => {
    assert.ok(texts.get('README.md')!.trimEnd().split('\n').length <= 200);
  });

  it('list every decision', async () => {
    const { withDecisions } = (await import(pathToFileURL('scripts/decision-index.js').href)) as {
      withDecisions(index: string): Promise<string>;
    };
    const index = texts.get('docs/decisions/README.md')!;
    assert.equal(index, await withDecisions(index), 'Run `npm run build` and commit docs/decisions/README.md.');
  });

  it('are listed in the index of their folder', () => {
    const missing = [...texts.keys()].filter((path) => {
      const index = texts.get(join(dirname(path), 'README.md'));
      return path.startsWith('docs/') && basename(path) !== 'README.md' && !index?.includes(`(${basename(path)})`);
    });
    assert.deepEqual(missing, []);
  });

  it('mark every example with the kind of test that runs it', () => {
    const unsaid = [...texts].flatMap(([path, text]) => snippetsOf(path, text)).filter(({ kind }) => kind === 'unknown');
    assert.deepEqual(
      unsaid.map(({ name }) => name),
      [],
    );
  });
});
