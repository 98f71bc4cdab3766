// Typed reading of node attributes. The checker and the passes write them, so a wrong type is our mistake.

import { invariant } from '../../base/invariant.ts';
import type { Attrs } from '../../ir/graph.ts';

export function numberAttr(attrs: Attrs, name: string): number {
  const value = attrs[name];
  invariant(typeof value === 'number', () => `attribute ${name} is not a number`);
  return value;
}

export function flagAttr(attrs: Attrs, name: string): boolean {
  const value = attrs[name];
  invariant(typeof value === 'boolean', () => `attribute ${name} is not a flag`);
  return value;
}

export function numbersAttr(attrs: Attrs, name: string): readonly number[] {
  const value = attrs[name];
  invariant(Array.isArray(value) && value.every((item) => typeof item === 'number'), () => `attribute ${name} is not a list of numbers`);
  return value;
}

export function listsAttr(attrs: Attrs, name: string): readonly (readonly number[])[] {
  const value = attrs[name];
  invariant(Array.isArray(value) && value.every((item) => Array.isArray(item)), () => `attribute ${name} is not a list of lists`);
  return value as readonly (readonly number[])[];
}

/** Rows, then columns. */
export type Pair = readonly [rows: number, columns: number];

export function pairAttr(attrs: Attrs, name: string): Pair {
  const [rows, columns] = numbersAttr(attrs, name);
  invariant(rows !== undefined && columns !== undefined, () => `attribute ${name} is not a pair`);
  return [rows, columns];
}
