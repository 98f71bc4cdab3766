// Reads the fields of parsed JSON, each of the kind that it has to be.

export interface FieldReader {
  readonly has: (name: string) => boolean;
  readonly value: (name: string) => unknown;
  /** From 0, whole. */
  readonly count: (name: string) => number;
  /** From 0. */
  readonly number: (name: string) => number;
  /** From 0 to 1. */
  readonly share: (name: string) => number;
  readonly text: (name: string) => string;
  readonly flag: (name: string) => boolean;
  readonly inner: (name: string) => FieldReader;
  /** Of objects. */
  readonly list: <T>(name: string, read: (of: FieldReader) => T) => readonly T[];
  readonly each: <T>(read: (of: FieldReader, name: string) => T) => Record<string, T>;
}

/** @param wrong Says what was found in the place of what was expected. @param path Of the object in the whole, such as `nests.conv1`. */
export function fieldReader(of: unknown, wrong: (found: string, expected: string) => never, path: readonly string[] = []): FieldReader {
  if (typeof of !== 'object' || of === null || Array.isArray(of)) wrong(foundText(path, of), 'an object');
  const fields = new Map<string, unknown>(Object.entries(of));
  const wrongField = (name: string, expected: string): never => wrong(foundText([...path, name], fields.get(name)), expected);
  const number = (name: string): number => {
    const value = fields.get(name);
    // JSON can write numbers that a double cannot hold, such as 1e999, and they are read as infinity.
    return typeof value === 'number' && value >= 0 && value < Infinity ? value : wrongField(name, 'a number from 0');
  };
  const reader: FieldReader = {
    has: (name) => fields.has(name),
    value: (name) => fields.get(name),
    count: (name) => (Number.isSafeInteger(number(name)) ? number(name) : wrongField(name, 'a whole number')),
    number,
    share: (name) => (number(name) <= 1 ? number(name) : wrongField(name, 'a share')),
    text: (name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : wrongField(name, 'text');
    },
    flag: (name) => {
      const value = fields.get(name);
      return typeof value === 'boolean' ? value : wrongField(name, 'true or false');
    },
    inner: (name) => fieldReader(fields.get(name), wrong, [...path, name]),
    list: (name, read) => {
      const value = fields.get(name);
      if (!Array.isArray(value)) return wrongField(name, 'a list');
      return value.map((each, at) => read(fieldReader(each, wrong, [...path, name, String(at)])));
    },
    each: (read) => Object.fromEntries([...fields.keys()].map((name) => [name, read(reader, name)])),
  };
  return reader;
}

/** `nests.conv1.default -1`; `no nests` where there is none. */
function foundText(path: readonly string[], value: unknown): string {
  const name = path.join('.');
  if (value === undefined) return `no ${name}`;
  return name === '' ? valueText(value) : `${name} ${valueText(value)}`;
}

/** As JSON has it; of lists and objects no more than that they are such, and infinity by its name. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return '[...]';
  if (typeof value === 'object' && value !== null) return '{...}';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
