/** Examples in the documents that are files which tests run: they are copied in between their marks. */
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const MARKED = /(<!-- file: (\S+) -->\n)[\s\S]*?(<!-- \/file -->)/g;

/** README.md and every document in `docs`. */
export async function documents() {
  return [
    'README.md',
    ...(await readdir('docs'))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => `docs/${name}`),
  ];
}

/** The document with each `<!-- file: path -->` … `<!-- /file -->` filled anew. */
export async function withExamples(text) {
  const paths = [...text.matchAll(MARKED)].map(([, , path]) => path);
  const texts = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
  return text.replace(
    MARKED,
    (_, begin, path, end) => `${begin}\n\`\`\`${extname(path).slice(1)}\n${texts.get(path).trimEnd()}\n\`\`\`\n\n${end}`,
  );
}
