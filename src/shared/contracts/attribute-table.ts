/**
 * Attributes as data. The element derives its checks and fallbacks from such a table, and the type of the settings follows from it.
 * An attribute's name is its property's in kebab case.
 */

/** One of a set of words; the first is the default. */
export interface ChoiceAttribute {
  readonly property: string;
  readonly values: readonly string[];
}

export interface NumberAttribute {
  readonly property: string;
  readonly default: number;
  /** Completes "… is" in the message for a rejected value, such as "a number from 0 to 1". */
  readonly requirement: string;
  isValid(value: number): boolean;
}

/** On while the attribute is there. */
export interface FlagAttribute {
  readonly property: string;
  readonly flag: true;
}

/** Setting → the attribute it comes from. */
export type AttributeTable = Readonly<Record<string, ChoiceAttribute | NumberAttribute | FlagAttribute>>;

type ValueOf<Attribute> = Attribute extends { values: readonly (infer Value)[] }
  ? Value
  : Attribute extends NumberAttribute
    ? number
    : boolean;

export type SettingsOf<Table extends AttributeTable> = { [Name in keyof Table]: ValueOf<Table[Name]> };
