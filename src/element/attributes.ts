/** Reads an element's attributes by their tables: an invalid value is reported, and the default is used. */
import type { AttributeTable, SettingsOf } from '../shared/contracts/attribute-table.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/** The names of the properties that a table reads. */
export function propertiesOf(table: AttributeTable): string[] {
  return Object.values(table).map(({ property }) => property);
}

/** @returns One `invalidConfiguration` for each attribute whose value cannot work, with its name and what it may be. */
export function attributeErrors(table: AttributeTable, element: object): AvatarError[] {
  return Object.values(table).flatMap((row) => {
    const value = read(element, row.property);
    const name = row.property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if ('values' in row && value !== null && !row.values.includes(value as string)) {
      const known = row.values.map((word) => `"${word}"`).join(', ');
      return [new AvatarError(ErrorCode.invalidConfiguration, `${name}="${value}" is not known. Use ${known}.`)];
    }
    if ('isValid' in row && value !== null && !row.isValid(Number(value))) {
      return [new AvatarError(ErrorCode.invalidConfiguration, `${name} is ${row.requirement}.`)];
    }
    return [];
  });
}

/** The settings that the attributes stand for. */
export function settingsFrom<Table extends AttributeTable>(table: Table, element: object): SettingsOf<Table> {
  const settings = Object.entries(table).map(([name, row]) => {
    const value = read(element, row.property);
    if ('values' in row) return [name, row.values.includes(value as string) ? value : row.values[0]];
    if ('isValid' in row) return [name, value !== null && row.isValid(Number(value)) ? Number(value) : row.default];
    return [name, Boolean(value)];
  });
  return Object.fromEntries(settings) as SettingsOf<Table>;
}

/** Null for an attribute that was removed, and where a framework unsets it by `undefined`; a number may be text where a framework's template gives it. */
function read(element: object, property: string): unknown {
  return (element as Record<string, unknown>)[property] ?? null;
}
