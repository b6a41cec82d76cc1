/**
 * Add-ons of the render worker: separate files that it imports when an avatar needs them.
 *
 * An add-on must not contain a second three.js or a second `AvatarError`: exports of three.js and of our modules that the worker
 * contains are taken from the worker, the rest is in the add-on's file. Bundlers rename and move worker and add-ons, so they
 * cannot import each other: the worker stores what its add-ons need under a symbol of `globalThis`, by name, and the add-on reads
 * it from there. In `build`, where nothing is bundled, an add-on is an ordinary module.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { rollup } from 'rollup';
import { parseAst } from 'rollup/parseAst';

const { name: packageName, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const STORE = `Symbol.for(${JSON.stringify(`${packageName}@${version} render worker`)})`;
const TAKE = '\0take-from-worker';
const USED = /fromWorker\("([^"]+)"\)/g;

export class AddOnBuild {
  /** @param input The worker's entry. @param plugins Its Rollup plugins, except the minifier. */
  constructor(input, plugins) {
    this.input = input;
    this.plugins = plugins;
    this.held = null;
    /** Name → exporting module, for all exports that add-ons use. */
    this.taken = new Map();
  }

  /** Plugin of an add-on: omits what the worker contains. */
  takeFromWorker() {
    let held;
    return {
      name: 'take-from-worker',
      buildStart: async () => void (held = await this.heldByWorker()),
      resolveId: (source) => (source === TAKE ? source : null),
      load: (id) => (id === TAKE ? takeModule() : null),
      transform(code, id) {
        const names = held.get(id);
        return names ? { code: withoutHeld(code, names, (problem) => this.error(`${id}: ${problem}`)), map: null } : null;
      },
      renderChunk: (code) => {
        for (const [, name] of code.matchAll(USED)) this.taken.set(name, placeOf(held, name));
        return null;
      },
    };
  }

  /** Plugin of the worker, which is built after its add-ons. */
  handToAddOns() {
    return {
      name: 'hand-to-add-ons',
      transform: (code, id) => {
        if (!id.endsWith(this.input)) return null;
        const entries = [...this.taken].map(([name, { id: from, exported }], at) => ({ name, from, exported, local: `handed${at}` }));
        const imports = entries.map(({ from, exported, local }) => `import { ${exported} as ${local} } from ${JSON.stringify(from)};`);
        const fields = entries.map(({ name, local }) => `${JSON.stringify(name)}: ${local}`);
        return { code: `${imports.join('\n')}\n${code}\nglobalThis[${STORE}] = { ${fields.join(', ')} };\n`, map: null };
      },
    };
  }

  /** Module → exported name → name in the store, for all exports that remain in the worker. */
  heldByWorker() {
    this.held ??= this.findHeld();
    return this.held;
  }

  async findHeld() {
    const bundle = await rollup({ input: this.input, plugins: this.plugins, logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true });
    await bundle.close();
    const held = new Map();
    const known = new Set();
    for (const [id, { renderedExports }] of Object.entries(output[0].modules)) {
      const names = new Map();
      for (const exported of renderedExports.filter((name) => name !== 'default')) {
        const name = known.has(exported) ? `${exported} of ${basename(id)}` : exported;
        known.add(name);
        names.set(exported, name);
      }
      if (names.size > 0) held.set(id, names);
    }
    return held;
  }
}

function placeOf(held, name) {
  for (const [id, names] of held) for (const [exported, known] of names) if (known === name) return { id, exported };
  throw new Error(`no chunk exports ${name}`);
}

function takeModule() {
  return `const store = globalThis[${STORE}];
export function fromWorker(name) {
  if (store?.[name] === undefined) throw new Error('it belongs to another version of the render worker');
  return store[name];
}`;
}

/** A module's code with the exports that the worker contains read from the store; the rest is unchanged. */
function withoutHeld(code, names, fail) {
  const { body } = parseAst(code);
  const localOf = new Map();
  for (const { type, specifiers, source } of body) {
    if (type !== 'ExportNamedDeclaration' || source) continue;
    for (const { local, exported } of specifiers) localOf.set(local.name, exported.name);
  }
  const gone = new Set();
  const heads = [];
  const take = (local, exported, isExport) => {
    gone.add(local);
    heads.push(`${isExport ? 'export ' : ''}const ${local} = /*@__PURE__*/ fromWorker(${JSON.stringify(names.get(exported))});`);
  };
  const textOf = ({ start, end }) => code.slice(start, end);
  const rest = body.map((node) => {
    const isExport = node.type === 'ExportNamedDeclaration' && node.declaration !== null;
    const declaration = isExport ? node.declaration : node;
    const exportedName = (local) => (isExport ? local : localOf.get(local));
    if (declaration.type === 'ClassDeclaration' || declaration.type === 'FunctionDeclaration') {
      const local = declaration.id.name;
      if (!names.has(exportedName(local))) return textOf(node);
      take(local, exportedName(local), isExport);
      return '';
    }
    if (declaration.type === 'VariableDeclaration') {
      return declaration.declarations
        .map((part) => {
          const local = part.id.name;
          if (!local || !names.has(exportedName(local))) return `${isExport ? 'export ' : ''}${declaration.kind} ${textOf(part)};`;
          if (declaration.kind === 'let') fail(`${local} may change, so add-ons cannot share it`);
          take(local, exportedName(local), isExport);
          return '';
        })
        .join('\n');
    }
    return node;
  });
  // The worker has already run a module's side effects; only those of a class that stays here are run here.
  const statements = rest.map((part) => {
    if (typeof part === 'string') return part;
    if (/^(Import|Export)/.test(part.type)) return textOf(part);
    const owner = part.type === 'ExpressionStatement' && rootOf(part.expression.left ?? part.expression.callee);
    return owner && !gone.has(owner) && isDeclaredIn(body, owner) ? textOf(part) : '';
  });
  return [`import { fromWorker } from ${JSON.stringify(TAKE)};`, ...heads, ...statements].join('\n');
}

function rootOf(expression) {
  let at = expression;
  while (at?.type === 'MemberExpression') at = at.object;
  return at?.type === 'Identifier' ? at.name : null;
}

function isDeclaredIn(body, name) {
  return body.some((node) => (node.declaration ?? node).type === 'ClassDeclaration' && (node.declaration ?? node).id.name === name);
}
