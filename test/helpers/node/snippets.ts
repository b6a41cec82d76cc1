/**
 * The examples of a document, and who runs them. The words after the language of a fence say it:
 *
 *     html            is a page; every button in it is clicked
 *     js page         a module in a page with `<spatius-avatar id="avatar">`; attributes of that avatar may follow
 *     js node         a module in Node, beside a running Motion Server
 *     css, json       are read by the browser, by JSON.parse
 *     … as-is         a part of something of the reader's: only read for its syntax
 *
 * What stands between `<!-- file: path -->` marks is tested as that file; `sh` and the languages of other programs are not run.
 */
export interface Snippet {
  /** `docs/modes.md:42` */
  name: string;
  kind: 'html' | 'page' | 'node' | 'css' | 'json' | 'syntax' | 'file' | 'foreign' | 'unknown';
  /** Attributes of the page's avatar. */
  attributes: string;
  code: string;
}

const FENCE = /^```(\w*)([^\n]*)\n([\s\S]*?)^```$/gm;
const SCRIPTS = ['js', 'ts', 'html'];

function kindOf(language: string, words: string): Snippet['kind'] {
  if (SCRIPTS.includes(language) && words.includes('as-is')) return 'syntax';
  if (language === 'html' || language === 'css' || language === 'json') return language;
  if (!SCRIPTS.includes(language)) return 'foreign';
  if (words.startsWith('page')) return 'page';
  return words.startsWith('node') ? 'node' : 'unknown';
}

/** The examples of a document, in order. */
export function snippetsOf(path: string, text: string): Snippet[] {
  const files = [...text.matchAll(/<!-- file: \S+ -->[\s\S]*?<!-- \/file -->/g)].map(
    ({ index, 0: { length } }) => [index, index + length] as const,
  );
  return [...text.matchAll(FENCE)].map(({ index, 1: language, 2: info, 3: code }) => {
    const words = info!.trim();
    const isFile = files.some(([begin, end]) => index > begin && index < end);
    return {
      name: `${path}:${text.slice(0, index).split('\n').length}`,
      kind: isFile ? 'file' : kindOf(language!, words),
      attributes: words.replace(/^page ?/, ''),
      code: code!,
    };
  });
}
