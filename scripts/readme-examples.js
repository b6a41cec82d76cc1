/** The README's examples are files that tests run: they are copied in between their marks. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const MARKED = /(<!-- file: (\S+) -->\n)[\s\S]*?(<!-- \/file -->)/g;

/** The README with each `<!-- file: path -->` … `<!-- /file -->` filled anew. */
export async function withExamples(readme) {
  const paths = [...readme.matchAll(MARKED)].map(([, , path]) => path);
  const texts = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
  return readme.replace(MARKED, (_, begin, path, end) => `${begin}\n\`\`\`${extname(path).slice(1)}\n${texts.get(path).trimEnd()}\n\`\`\`\n\n${end}`);
}
