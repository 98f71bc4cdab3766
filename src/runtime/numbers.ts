// Checks of what callers of `run` give. Part of emitted modules.

/** What a value is, in a word: `null`, `string`, `Uint8Array`, `WebAssembly.Module`; the same in every realm. */
export function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value).slice(8, -1) : String(value === null ? value : typeof value);
}

/** Throws a RangeError where a list has not `count` elements. */
export function checkCount(list: unknown, count: number, what: string): void {
  const found = (typeof list === 'object' ? list as Partial<ArrayLike<unknown>> | null : undefined)?.length;
  if (found !== count) throw new RangeError(`${what}: expected ${count} numbers, found ${typeof found === 'number' ? found : `no array but ${kindOf(list)}`}`);
}

/** Element `i` of a list. Throws a TypeError where it is no number. */
export function numberAt(list: ArrayLike<number>, i: number, what: string): number {
  const found = list[i];
  if (typeof found !== 'number') throw new TypeError(`${what}: element ${i} is ${kindOf(found)}, expected a number`);
  return found;
}

/** Throws a TypeError where results cannot go into a list, a RangeError where it has not `count` places. */
export function checkPlaces(list: Float32Array, count: number, what: string): void {
  if (!(list instanceof Float32Array) && kindOf(list) !== 'Float32Array') throw new TypeError(`${what}: expected a Float32Array, found ${kindOf(list)}`);
  checkCount(list, count, what);
}
