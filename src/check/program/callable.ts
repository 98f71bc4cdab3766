// What can be called: the operations, and `normalize`.

import type { AttrValue } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { orWords, paramType, positives, reals } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';

export interface CallableParam {
  readonly name: string;
  /** Absent: nothing is to be said beside the type. */
  readonly doc?: string;
  readonly type: ValueType<AttrValue>;
  /** Absent: the argument is required. A string names another argument whose value is the default. */
  readonly default?: number | boolean | string | { readonly sameAs: string };
}

export interface Callable {
  readonly name: string;
  readonly operands: readonly string[];
  /** Any number of operands may follow these. */
  readonly more?: true;
  readonly params: readonly CallableParam[];
  readonly example: string;
}

/** A statistic of the training set, one for each channel. */
export const perChannel = 'per_channel';
/** One for every element of a sample. */
export const perPixel = 'per_pixel';

export const normalizeCallable: Callable = {
  name: 'normalize',
  operands: ['input'],
  params: [
    { name: 'mean', type: orWords(reals, perChannel, perPixel) },
    { name: 'deviation', type: orWords(positives, perChannel), default: 1 },
  ],
  example: 'normalize(image, mean = per_channel, deviation = per_channel)',
};

export function callableNamed(name: string, ops: OpRegistry): Callable | undefined {
  if (name === normalizeCallable.name) return normalizeCallable;
  const syntax = ops.get(name)?.syntax;
  return syntax && { name, operands: syntax.operands, ...(syntax.more && { more: true }), params: syntax.params.map((param) => ({ ...param, type: paramType(param.type) })), example: syntax.example };
}

/** Names of as many operands as a call gives. */
export function operandNames({ operands, more }: Pick<Callable, 'operands' | 'more'>, given: number): readonly string[] {
  const others = more ? Array.from({ length: Math.max(0, given - operands.length) }, (_, i) => `operand${operands.length + i + 1}`) : [];
  return [...operands, ...others];
}

/** Whether a name is a word that something takes: `same`, of `padding = same`. */
export function isWord(name: string, ops: OpRegistry): boolean {
  return normalizeCallable.params.some(({ type }) => type.words?.has(name)) || [...ops.values()].some((op) => op.syntax?.params.some((param) => paramType(param.type).words?.has(name)));
}

export function callableNames(ops: OpRegistry): readonly string[] {
  return [...[...ops.values()].filter((op) => op.syntax).map((op) => op.name), normalizeCallable.name];
}
