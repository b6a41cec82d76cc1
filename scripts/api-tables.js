/** The element's API as Markdown, from `custom-elements.json`. */

const cell = (text) => String(text ?? '').replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();
const code = (text) => (text ? `\`${cell(text)}\`` : '');
/** A default as an attribute would spell it. */
const plain = (literal) => literal?.replace(/^'(.*)'$/, '$1').replace(/(\d)_(?=\d)/g, '$1');
const table = (heads, rows) => [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function declaration(manifest) {
  return manifest.modules.flatMap((module) => module.declarations ?? []).find((candidate) => candidate.tagName);
}

/** @returns Tables of attributes, methods, events, slots, parts and custom properties, with headings. */
export function apiTables(manifest) {
  const element = declaration(manifest);
  const methods = element.members.filter(({ kind, privacy, description }) => kind === 'method' && privacy !== 'private' && description);
  const signature = ({ name, parameters = [] }) => `${name}(${parameters.map((parameter) => parameter.name + (parameter.optional ? '?' : '')).join(', ')})`;
  const sections = {
    Attributes: table(['attribute', 'default', ''], element.attributes.map((a) => [code(a.name), a.default === 'null' ? '' : code(plain(a.default)), cell(a.description)])),
    Methods: table(['method', ''], methods.map((m) => [code(signature(m)), cell(m.description.split('\n\n')[0])])),
    Events: table(['event', ''], element.events.map((e) => [code(e.name), cell(e.description)])),
    Slots: table(['slot', ''], element.slots.map((s) => [s.name ? code(s.name) : 'default', cell(s.description)])),
    'CSS parts': table(['part', ''], element.cssParts.map((p) => [code(p.name), cell(p.description)])),
    'CSS custom properties': table(['property', 'default', ''], element.cssProperties.map((p) => [code(p.name), code(p.default), cell(p.description)])),
  };
  return Object.entries(sections).map(([heading, text]) => `### ${heading}\n\n${text}`).join('\n\n');
}

const BEGIN = '<!-- api: written by npm run build from the docstrings of the element -->';
const END = '<!-- /api -->';

/** The README with fresh tables between its two marks. */
export function withApiTables(readme, manifest) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('README.md has lost its API marks.');
  return `${readme.slice(0, begin)}${BEGIN}\n\n${apiTables(manifest)}\n\n${readme.slice(end)}`;
}
