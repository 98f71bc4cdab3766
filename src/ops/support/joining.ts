// Activations that cannot lie side by side: which of them to change, and how.

import type { Shape } from '../../base/tensor.ts';

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
const letters = 'abcde';

/** Images among flat lists of features: they are flattened. */
export function helpWithRanks(op: string, shapes: readonly Shape[]): string {
  const images = shapes.flatMap(({ length }, i) => (length === 4 ? [i] : []));
  const flattened = `flatten the ${images.map(ordinal).join(' and the ')}`;
  return shapes.length > letters.length ? flattened : `${flattened}: \`${called(op, shapes, (i) => images.includes(i) ? (each) => `flatten(${each})` : unchanged)}\``;
}

/** Images of other rows or columns than the first: one of the two is padded, enlarged or pooled. */
export function helpWithExtents(op: string, shapes: readonly Shape[], other: number): string {
  const extentsOf = (i: number): readonly number[] => shapes[i]?.slice(2) ?? [];
  const isSmaller = (i: number, than: number): boolean => extentsOf(i).every((extent, axis) => extent <= (extentsOf(than)[axis] ?? 0));
  const [small, large] = isSmaller(0, other) ? [0, other] : [other, 0];
  if (!isSmaller(small, large) || other >= letters.length) return 'only their channels may differ; `pad` the smaller, or pool the larger';
  const factors = extentsOf(large).map((extent, axis) => extent / (extentsOf(small)[axis] ?? NaN));
  const write = (changed: number, change: (each: string) => string): string => `\`${called(op, shapes, (i) => (i === changed ? change : unchanged))}\``;
  if (factors.every(Number.isInteger)) {
    const factor = oneOrAll(factors);
    return `upsample the ${ordinal(small)}: ${write(small, (each) => `upsample(${each}, factor = ${factor})`)}; or pool the ${ordinal(large)}: ${write(large, (each) => `max_pool(${each}, window = ${factor})`)}`;
  }
  const missing = extentsOf(large).map((extent, axis) => extent - (extentsOf(small)[axis] ?? 0));
  const sides = missing.flatMap((count) => [Math.floor(count / 2), Math.ceil(count / 2)]);
  return `pad the ${ordinal(small)}: ${write(small, (each) => `pad(${each}, padding = ${oneOrAll(sides)})`)}`;
}

function ordinal(i: number): string {
  return ordinals[i] ?? `${i + 1}th`;
}

function unchanged(each: string): string {
  return each;
}

/** `concat(a, flatten(b))`: no more operands than there are letters. */
function called(op: string, shapes: readonly Shape[], changeOf: (i: number) => (each: string) => string): string {
  const operands = [...letters].slice(0, shapes.length).map((each, i) => changeOf(i)(each));
  return `${op}(${operands.join(', ')}${shapes.length > letters.length ? ', ...' : ''})`;
}

function oneOrAll(numbers: readonly number[]): string {
  return new Set(numbers).size === 1 ? String(numbers[0]) : `[${numbers.join(', ')}]`;
}
