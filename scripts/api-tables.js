/** The element's API as Markdown, from `custom-elements.json`. */

const cell = (text) =>
  String(text ?? '')
    .replace(/\s+/g, ' ')
    .replace(/\|/g, '\\|')
    .trim();
const code = (text) => (text ? `\`${cell(text)}\`` : '');
/** A default value as an attribute's text. */
const plain = (literal) => literal?.replace(/^'(.*)'$/, '$1').replace(/(\d)_(?=\d)/g, '$1');
const table = (heads, rows) => [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const named = (title, items) =>
  table(
    [title, ''],
    items.map(({ name, description }) => [name ? code(name) : 'default', cell(description)]),
  );
const signature = ({ name, parameters = [] }) =>
  `${name}(${parameters.map((parameter) => parameter.name + (parameter.optional ? '?' : '')).join(', ')})`;
const defaultOf = (item) => (item.default === 'null' ? '' : code(plain(item.default)));

function declaration(manifest) {
  return manifest.modules.flatMap((module) => module.declarations ?? []).find((candidate) => candidate.tagName);
}

function membersOf(element, kind) {
  return element.members.filter(
    (member) => member.kind === kind && !['private', 'protected'].includes(member.privacy) && member.description,
  );
}

/** Allowed values of an attribute: the strings of a union, or the type; removing the attribute is not listed. */
const valuesOf = ({ type }) =>
  type.text
    .split(' | ')
    .filter((part) => part !== 'null')
    .map((part) => (part.startsWith("'") ? code(plain(part)) : part))
    .join(', ');
const attributesOf = (element) =>
  table(
    ['attribute', 'values', 'default', ''],
    element.attributes.map((attribute) => [code(attribute.name), valuesOf(attribute), defaultOf(attribute), cell(attribute.description)]),
  );
const methodsOf = (element) =>
  table(
    ['method', ''],
    membersOf(element, 'method').map((method) => [code(signature(method)), cell(method.description.split('\n\n')[0])]),
  );

const chapters = (sections) =>
  Object.entries(sections)
    .map(([heading, text]) => `## ${heading}\n\n${text}`)
    .join('\n\n');

/** The whole API of the element, as a document. */
export function apiReference(manifest) {
  const element = declaration(manifest);
  const properties = membersOf(element, 'field');
  const spelt = new Set(element.attributes.map(({ fieldName }) => fieldName));
  const sections = {
    Attributes: `Each is a property as well, in camel case: \`avatar.tokenEndpoint\` for \`token-endpoint\`.\n\n${attributesOf(element)}`,
    Properties: table(
      ['property', 'type', ''],
      properties
        .filter(({ name }) => !spelt.has(name))
        .map(({ name, type, readonly, description }) => [
          code(name),
          code(type?.text),
          cell(`${readonly ? '(read only) ' : ''}${description}`),
        ]),
    ),
    Methods: methodsOf(element),
    Events: table(
      ['event', 'class', ''],
      element.events.map(({ name, type, description }) => [code(name), code(type?.text), cell(description)]),
    ),
    Slots: named('slot', element.slots),
    'CSS parts': named('part', element.cssParts),
    'CSS custom properties': table(
      ['property', 'default', ''],
      element.cssProperties.map(({ name, default: value, description }) => [code(name), code(value), cell(description)]),
    ),
    'CSS states': named(':state(…)', element.cssStates),
  };
  return `# Reference\n\n\`<${element.tagName}>\`: ${cell(element.description)}\n\nWritten by \`npm run build\` from the element's docstrings.\n\n${chapters(sections)}\n`;
}

const BEGIN = '<!-- api: written by npm run build from the docstrings of the element -->';
const END = '<!-- /api -->';

/** Returns the README with the current table of attributes between its two marks. */
export function withAttributes(readme, manifest) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks the marks ${BEGIN} and ${END}.`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${attributesOf(declaration(manifest))}\n\n${readme.slice(end)}`;
}
