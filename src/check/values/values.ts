// The types of arguments and settings: which constants they take, and how a person says so.

import type { Diagnostic } from '../../base/diagnostic.ts';
import { grouped, largestF32 } from '../../base/number-text.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import type { Expression } from '../../syntax/ast.ts';
import { formatConstant } from './constants.ts';
import type { Constant, Constants } from './constants.ts';
import type { Report } from '../diagnostics.ts';

export interface ValueType<T> {
  /** What a constant that does not fit should have been. */
  readonly expected: (constant: Constant) => string;
  /** The value a constant stands for; undefined where it does not fit. */
  readonly read: (constant: Constant) => T | undefined;
  /** What names stand for, where they stand for nothing else. */
  readonly words?: ReadonlyMap<string, T>;
  /** Whether there is no other way to write a value. */
  readonly wordsAlone?: boolean;
}

/** Extents beyond this are refused whatever they are extents of. */
const LARGEST_EXTENT = 2 ** 30;

/** Networks compute with 32 bits, where others are infinite, zero, or have no finite inverse. */
const SMALLEST = 2 ** -126;
const isHeld = (value: number): boolean => value === 0 || (Math.abs(value) >= SMALLEST && Math.abs(value) <= largestF32);

/** The limits of 32 bits are only spoken of where they matter. */
const numberWhere = (expected: string, fits: (value: number) => boolean): ValueType<number> => ({
  expected: (constant) => {
    if (typeof constant !== 'number' || !fits(constant)) return expected;
    return `a number of 32 bits, at ${Math.abs(constant) > largestF32 ? 'most 3.4e38' : 'least 1.2e-38'} in size`;
  },
  read: (constant) => (typeof constant === 'number' && fits(constant) && isHeld(constant) ? constant : undefined),
});

/** The limit is only spoken of where it matters. */
export const integer = (from: number, most: number): ValueType<number> => ({
  expected: (constant) => (typeof constant === 'number' && constant > most ? `a whole number up to ${grouped(most)}` : `a whole number from ${from}`),
  read: (constant) => (typeof constant === 'number' && Number.isInteger(constant) && constant >= from && constant <= most ? constant : undefined),
});

const pairOf = (item: ValueType<number>): ValueType<readonly [number, number]> => ({
  expected: (constant) => `${item.expected(constant)}, or [rows, columns] of them`,
  read: (constant) => {
    const [rows, columns, ...rest] = Array.isArray(constant) ? constant.map(item.read) : [item.read(constant), item.read(constant)];
    return rows === undefined || columns === undefined || rest.length > 0 ? undefined : [rows, columns];
  },
});

/** One number, or a list of them. */
const listOf = (item: ValueType<number>): ValueType<readonly number[]> => ({
  expected: (constant) => {
    const unfit = Array.isArray(constant) ? constant.find((each: Constant) => item.read(each) === undefined) : constant;
    return `${item.expected(unfit ?? constant)}, or a list of them`;
  },
  read: (constant) => {
    const items = Array.isArray(constant) ? constant.map(item.read) : [item.read(constant)];
    const known = items.filter((value) => value !== undefined);
    return known.length === items.length && known.length > 0 ? known : undefined;
  },
});

export const count: ValueType<number> = integer(1, LARGEST_EXTENT);
export const extent: ValueType<number> = integer(0, LARGEST_EXTENT);
export const extentPair: ValueType<readonly [number, number]> = pairOf(extent);
export const seedValue: ValueType<number> = integer(0, 2 ** 32 - 1);
const real: ValueType<number> = numberWhere('a number', Number.isFinite);
export const positive: ValueType<number> = numberWhere('a number above 0', (value) => value > 0);
export const notNegative: ValueType<number> = numberWhere('a number from 0', (value) => value >= 0);
export const fromOne: ValueType<number> = numberWhere('a number from 1', (value) => value >= 1);
export const perCent: ValueType<number> = numberWhere('a number above 0, up to 100', (value) => value > 0 && value <= 100);
export const share: ValueType<number> = numberWhere('a number from 0 to below 1', (value) => value >= 0 && value < 1);
export const ratio: ValueType<number> = numberWhere('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const reals: ValueType<readonly number[]> = listOf(real);
export const positives: ValueType<readonly number[]> = listOf(positive);
export const shares: ValueType<readonly number[]> = listOf(share);
export const flag: ValueType<boolean> = {
  expected: () => 'true or false',
  read: (constant) => (typeof constant === 'boolean' ? constant : undefined),
};
export const text: ValueType<string> = {
  expected: () => 'a string',
  read: (constant) => (typeof constant === 'string' && constant !== '' ? constant : undefined),
};

/** All around, [rows, columns], or each side. */
const sides: ValueType<AttrValue> = {
  expected: (constant) => `${extent.expected(constant)}, [rows, columns] or [top, bottom, left, right] of them`,
  read: (constant) => {
    if (!Array.isArray(constant) || constant.length !== 4) return pairOf(extent).read(constant);
    const four = constant.map(extent.read).filter((side) => side !== undefined);
    return four.length === 4 ? four : undefined;
  },
};

/** Of a window, where the size may be kept. */
const paddingType: ValueType<AttrValue> = {
  words: new Map([['same', 'same']]),
  expected: (constant) => `${extent.expected(constant)}, [rows, columns] or [top, bottom, left, right] of them, or \`same\``,
  read: sides.read,
};

/** The type, or one of these words. */
export const orWords = (type: ValueType<AttrValue>, ...words: readonly string[]): ValueType<AttrValue> => ({
  words: new Map(words.map((word) => [word, word])),
  expected: (constant) => `${type.expected(constant)}, or ${words.map((word) => `\`${word}\``).join(' or ')}`,
  read: type.read,
});

const oneOf = (words: readonly string[]): ValueType<string> => ({
  words: new Map(words.map((word) => [word, word])),
  wordsAlone: true,
  expected: () => words.map((word) => `\`${word}\``).join(', ').replace(/, (?=[^,]*$)/, ' or '),
  read: () => undefined,
});

/** The types an operator's arguments may have. */
const paramTypes: Readonly<Record<Extract<ParamSyntax['type'], string>, ValueType<AttrValue>>> = {
  count,
  extent,
  pair: pairOf(count),
  extents: extentPair,
  sides,
  padding: paddingType,
  shape: listOf(count),
  size: orWords(pairOf(count), 'scaled'),
  scale: orWords(pairOf(positive), 'fitted'),
  number: real,
  positive,
  share,
  ratio,
  flag,
};

/** What an argument of an operator may be. */
export function paramType(of: ParamSyntax['type']): ValueType<AttrValue> {
  return typeof of === 'string' ? paramTypes[of] : oneOf(of);
}

/** The value of an expression as a type; `reject` makes the diagnostic when it does not fit. */
export function readValue<T>(
  expression: Expression,
  type: ValueType<T>,
  constants: Constants,
  report: Report,
  reject: (found: string, expected: string) => Diagnostic,
): T | undefined {
  const constant = constants.evaluate(expression);
  if (constant === undefined) return undefined;
  return type.read(constant) ?? report(reject(formatConstant(constant), type.expected(constant)));
}
