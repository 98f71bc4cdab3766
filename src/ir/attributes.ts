// The attributes that nodes of an op have, as a schema: it types what the op reads, and the builder and the verifier
// hold every node to it.
//
//   attributes: { rate: number, bias: flag }        (attrs) => attrs.rate * ...

import { invariant } from '../base/invariant.ts';
import type { Attrs, AttrValue } from './graph.ts';

export interface AttributeType<T extends AttrValue = AttrValue, Optional extends boolean = boolean> {
  /** As messages say it: `attribute rate is not a number`. */
  readonly name: string;
  readonly accepts: (value: AttrValue) => value is T;
  /** Whether nodes may leave it out. */
  readonly optional: Optional;
}

export type Schema = Readonly<Record<string, AttributeType>>;

/** What nodes of a schema hold. */
export type AttrsOf<S extends Schema> = {
  readonly [K in keyof S as S[K]['optional'] extends false ? K : never]: ValueOf<S[K]>;
} & {
  readonly [K in keyof S as S[K]['optional'] extends false ? never : K]?: ValueOf<S[K]>;
};
type ValueOf<T> = T extends AttributeType<infer V> ? V : never;

/** The schema of what nodes hold. */
export type SchemaOf<A extends Attrs> = {
  readonly [K in keyof A]-?: AttributeType<Exclude<A[K], undefined>, undefined extends A[K] ? true : false>;
};

/** Rows, then columns. */
export type Pair = readonly [rows: number, columns: number];
/** The same above and below, the same left and right; or each side by itself. */
export type Padding = Pair | readonly [top: number, bottom: number, left: number, right: number];

function isNumbers(value: AttrValue): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

const type = <T extends AttrValue>(name: string, accepts: (value: AttrValue) => value is T): AttributeType<T, false> => ({ name, accepts, optional: false });

export const number: AttributeType<number, false> = type('a number', (value) => typeof value === 'number');
export const flag: AttributeType<boolean, false> = type('a flag', (value) => typeof value === 'boolean');
/** There or left out. */
export const set: AttributeType<true, false> = type('true', (value) => value === true);
export const text: AttributeType<string, false> = type('a text', (value) => typeof value === 'string');
export const numbers: AttributeType<readonly number[], false> = type('a list of numbers', isNumbers);
export const pair: AttributeType<Pair, false> = type('a pair', (value): value is Pair => isNumbers(value) && value.length === 2);
export const padding: AttributeType<Padding, false> = type('a padding', (value): value is Padding => isNumbers(value) && (value.length === 2 || value.length === 4));
export const lists: AttributeType<readonly (readonly number[])[], false> = type('a list of lists', (value): value is readonly (readonly number[])[] => Array.isArray(value) && value.every((item) => Array.isArray(item)));

export function oneOf<const W extends string>(...words: readonly W[]): AttributeType<W, false> {
  return type(words.join(' or '), (value): value is W => words.some((word) => word === value));
}

export function optional<T extends AttrValue>(of: AttributeType<T>): AttributeType<T, true> {
  return { ...of, optional: true };
}

/** What those read of a node who know its op, but not by type. @param schema Of what they read. */
export function readAttributes<S extends Schema>({ attrs, op }: { readonly attrs: Attrs; readonly op: string }, schema: S): AttrsOf<S> {
  for (const [name, { accepts, optional: absent }] of Object.entries(schema)) {
    const value = attrs[name];
    invariant(value === undefined ? absent : accepts(value), () => `attribute ${name} of ${op}`);
  }
  return attrs as AttrsOf<S>;
}

/** How attributes are not those of the schema; undefined where they are. The checker and the passes write them, so it is our mistake. */
export function attributeFault(schema: Schema, attrs: Attrs): string | undefined {
  for (const [name, { accepts, name: what, optional: absent }] of Object.entries(schema)) {
    const value = attrs[name];
    if (value === undefined ? !absent : !accepts(value)) return `attribute ${name} is not ${what}`;
  }
  const stray = Object.keys(attrs).find((name) => !(name in schema));
  return stray === undefined ? undefined : `there is no attribute ${stray}`;
}
