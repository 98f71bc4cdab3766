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
  readonly each: <T>(read: (of: FieldReader, name: string) => T) => Record<string, T>;
}

/** @param wrong Says what was found in the place of what was expected. */
export function fieldReader(of: unknown, wrong: (found: string, expected: string) => never): FieldReader {
  if (typeof of !== 'object' || of === null) wrong(String(of), 'an object');
  const fields = new Map<string, unknown>(Object.entries(of));
  const wrongField = (name: string, expected: string): never => wrong(`${name} ${JSON.stringify(fields.get(name))}`, expected);
  const number = (name: string): number => {
    const value = fields.get(name);
    // JSON has no other numbers than finite ones.
    return typeof value === 'number' && value >= 0 ? value : wrongField(name, 'a number from 0');
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
    inner: (name) => fieldReader(fields.get(name), wrong),
    each: (read) => Object.fromEntries([...fields.keys()].map((name) => [name, read(reader, name)])),
  };
  return reader;
}
