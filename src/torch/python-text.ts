// Python as text: names and literals. Whatever a model calls its parts, nothing of it becomes code but letters, digits and `_`.

/** Words of the language, and what every module that is written here has. */
const taken: ReadonlySet<string> = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self torch try while with yield F nn layers len math Network Draws'.split(' '),
);

/** Names that are all different, each as near to what is wanted as can be. */
export class Identifiers {
  readonly #used = new Set<string>();

  of(wanted: string): string {
    const letters = wanted.replaceAll(/\W/g, '_');
    // What begins with `_` means something else within a class.
    const plain = /^[A-Za-z]/.test(letters) ? letters : `n${letters}`;
    let name = plain;
    for (let number = 2; taken.has(name) || this.#used.has(name); number++) name = `${plain}_${number}`;
    this.#used.add(name);
    return name;
  }
}

/** A number, exactly. */
export function pythonNumber(value: number): string {
  if (value === Infinity) return 'math.inf';
  return value === -Infinity ? '-math.inf' : String(value);
}

/** `(2, 2)`, and `2` where all are alike and `shortens`. */
export function pythonTuple(values: readonly number[], shortens = true): string {
  const [first = 0] = values;
  if (shortens && values.every((value) => value === first)) return pythonNumber(first);
  return `(${values.map(pythonNumber).join(', ')}${values.length === 1 ? ',' : ''})`;
}

/** `f(x, stride=2)`. @param named Those that are undefined have their default. */
export function pythonCall(callee: string, given: readonly string[], named: Readonly<Record<string, string | undefined>> = {}): string {
  const options = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return `${callee}(${[...given, ...options].join(', ')})`;
}
