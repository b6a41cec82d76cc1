/** What can be said of the documents without running them; their examples are run by `test/e2e/documents.spec.ts`. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { snippetsOf } from '../helpers/node/snippets.js';

interface DocumentTools {
  documents(): Promise<string[]>;
  withExamples(text: string): Promise<string>;
}

/** `[text](target)`, not of another host. */
const LINK = /\]\((?!https?:)([^)\s]+)\)/g;

/** As GitHub names a heading. */
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
    const paths = [...(await tools.documents()), 'CONTRIBUTING.md', 'CHANGELOG.md', 'training/README.md', 'training/MODEL.md'];
    texts = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
  });

  it('hold the examples that are tested as files', async () => {
    assert.match(texts.get('docs/backend.md')!, /<!-- file: demo\/backend\/ten-lines\.js -->/);
    for (const [path, text] of texts) assert.equal(text, await tools.withExamples(text), `Run \`npm run build\` and commit ${path}.`);
  });

  it('link to what is there', async () => {
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

  it('say of every code that a page may meet what it means', async () => {
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

  it('are all named by the index', () => {
    const index = texts.get('docs/README.md')!;
    const missing = [...texts.keys()].filter(
      (path) => path.startsWith('docs/') && path !== 'docs/README.md' && !index.includes(`(${path.slice('docs/'.length)})`),
    );
    assert.deepEqual(missing, []);
  });

  it('say of every script who runs it', () => {
    const unsaid = [...texts].flatMap(([path, text]) => snippetsOf(path, text)).filter(({ kind }) => kind === 'unknown');
    assert.deepEqual(
      unsaid.map(({ name }) => name),
      [],
    );
  });
});
