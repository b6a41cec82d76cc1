/**
 * Plugin of the manifest analyzer: spells out unions of literals, so that `View` in a docstring's type reads
 * `'portrait' | 'bust' | 'full'` in `custom-elements.json` and editors complete the values. The analyzer reads single files without
 * a type checker, so aliases are followed here: through `type` declarations and imports of this project, and into `as const`
 * arrays and objects.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Parts of a type that an HTML attribute cannot hold are left out of `attributes`; `members` keep them. */
const ATTRIBUTE_PART = /^('.*'|-?\d+|string|number|boolean|true|false|null|undefined)$/;

export function manifestUnions() {
  let ts;
  const files = new Map();

  function parsed(path) {
    if (!files.has(path)) files.set(path, ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
    return files.get(path);
  }

  /** The declaration of a type or constant by its name in a file, with that file; null if it is not one of this project. */
  function declarationOf(name, file, isWanted) {
    for (const statement of file.statements) {
      if (ts.isVariableStatement(statement)) {
        const found = statement.declarationList.declarations.find((one) => one.name.text === name);
        if (found && isWanted(found)) return { node: found, file };
      }
      if (isWanted(statement) && statement.name?.text === name) return { node: statement, file };
      const from = statement.moduleSpecifier?.text;
      const elements = statement.importClause?.namedBindings?.elements ?? statement.exportClause?.elements ?? [];
      const link = elements.find((element) => element.name.text === name);
      if (!link || !from?.startsWith('.')) continue;
      const path = join(dirname(file.fileName), from.replace(/\.js$/, '.ts'));
      return declarationOf((link.propertyName ?? link.name).text, parsed(path), isWanted);
    }
    return null;
  }

  /** Texts of the literals in `(typeof LIST)[number]` and `(typeof MAP)[keyof typeof MAP]`; null for any other indexed type. */
  function constantsOf(node, file) {
    const object = ts.isParenthesizedTypeNode(node.objectType) ? node.objectType.type : node.objectType;
    if (!ts.isTypeQueryNode(object)) return null;
    const found = declarationOf(object.exprName.text, file, ts.isVariableDeclaration);
    const value = found?.node.initializer?.expression;
    if (!value) return null;
    const values = ts.isArrayLiteralExpression(value)
      ? value.elements
      : ts.isObjectLiteralExpression(value)
        ? value.properties.map((property) => property.initializer)
        : [];
    const texts = values.map((item) => (item && (ts.isStringLiteral(item) || ts.isNumericLiteral(item)) ? item.getText() : null));
    return texts.length && !texts.includes(null) ? texts : null;
  }

  /** The parts of a union, in the order of the source; a type that is no union of literals is one part, as written. */
  function partsOf(node, file) {
    if (ts.isParenthesizedTypeNode(node) && ts.isUnionTypeNode(node.type)) return partsOf(node.type, file);
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((part) => partsOf(part, file));
    if (ts.isTypeReferenceNode(node) && !node.typeArguments) {
      const alias = declarationOf(node.typeName.getText(), file, ts.isTypeAliasDeclaration);
      const parts = alias ? partsOf(alias.node.type, alias.file) : [];
      if (parts.length && parts.every((part) => ATTRIBUTE_PART.test(part))) return parts;
    }
    return (ts.isIndexedAccessTypeNode(node) && constantsOf(node, file)) || [node.getText()];
  }

  return {
    name: 'manifest-unions',
    initialize: (tools) => {
      ts = tools.ts;
    },
    analyzePhase({ node, moduleDoc }) {
      if (!ts.isClassDeclaration(node)) return;
      const declaration = moduleDoc.declarations.find(({ name }) => name === node.name?.text);
      for (const { name, type } of node.members) {
        if (!type || !name) continue;
        const parts = [...new Set(partsOf(type, parsed(node.getSourceFile().fileName)))];
        for (const member of declaration?.members ?? [])
          if (member.name === name.getText() && member.type) member.type.text = parts.join(' | ');
        for (const attribute of declaration?.attributes ?? [])
          if (attribute.fieldName === name.getText() && attribute.type)
            attribute.type.text = parts.filter((part) => ATTRIBUTE_PART.test(part)).join(' | ');
      }
    },
  };
}
