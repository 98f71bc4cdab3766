// The operators of the reference: by name, and by the version since which a function holds.

import { arithmeticOperators } from './arithmetic.ts';
import { constantOperators } from './constants.ts';
import { convolutionOperators } from './convolution.ts';
import { matrixOperators } from './matrix.ts';
import { normalizationOperators } from './normalization.ts';
import type { Operator, Run } from './operator.ts';
import { pointwiseOperators } from './pointwise.ts';
import { poolingOperators } from './pooling.ts';
import { rearrangementOperators } from './rearrangement.ts';
import { reductionOperators } from './reduction.ts';
import { resizeOperators } from './resize.ts';

export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...pointwiseOperators, ...arithmeticOperators, ...convolutionOperators, ...poolingOperators, ...matrixOperators,
    ...normalizationOperators, ...resizeOperators, ...rearrangementOperators, ...reductionOperators, ...constantOperators,
  }),
);

/** What an operator of a version does; undefined where nothing here does it. */
export function runOf(op: string, version: number): Run | undefined {
  const found = Object.entries(operators.get(op) ?? {}).filter(([since]) => Number(since) <= version);
  return found.toSorted(([a], [b]) => Number(b) - Number(a))[0]?.[1];
}
