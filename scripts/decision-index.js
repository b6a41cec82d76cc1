/** The list in `docs/decisions/README.md`, from the names and titles of the decisions' files. */
import { readdir, readFile } from 'node:fs/promises';

const FOLDER = 'docs/decisions';
const MARKED = /(<!-- list: .*? -->\n)[\s\S]*?(<!-- \/list -->)/;

/** Returns the index with a row for each decision, oldest first. */
export async function withDecisions(index) {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-\d\d-\d\d-/.test(name)).sort();
  const rows = names.map(async (name) => {
    const [, title] = /^# (.+)$/m.exec(await readFile(`${FOLDER}/${name}`, 'utf8'));
    return `| ${name.slice(0, 10)} | [${title}](${name}) |\n`;
  });
  const table = `| date | decision |\n|---|---|\n${(await Promise.all(rows)).join('')}`;
  return index.replace(MARKED, (_, begin, end) => `${begin}\n${table}\n${end}`);
}
