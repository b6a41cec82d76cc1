/** Copies examples from their own files, which tests run, into the documents between their marks. */
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const MARKED = /(<!-- file: (\S+) -->\n)[\s\S]*?(<!-- \/file -->)/g;

/** README.md and every document in `docs` and its folders. */
export async function documents() {
  return [
    'README.md',
    ...(await readdir('docs', { recursive: true }))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => `docs/${name}`),
  ];
}

/** Returns the document with each `<!-- file: path -->` … `<!-- /file -->` section updated. */
export async function withExamples(text) {
  const paths = [...text.matchAll(MARKED)].map(([, , path]) => path);
  const texts = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
  return text.replace(
    MARKED,
    (_, begin, path, end) => `${begin}\n\`\`\`${extname(path).slice(1)}\n${texts.get(path).trimEnd()}\n\`\`\`\n\n${end}`,
  );
}
