// The loads of a nest, in the order in which its expressions name them.

import { partsOf } from '../../ir/nest.ts';
import type { Nest, NestExpr } from '../../ir/nest.ts';

export type LoadExpr = Extract<NestExpr, { kind: 'load' }>;

export function loadsOf(expr: NestExpr): readonly LoadExpr[] {
  return expr.kind === 'load' ? [expr] : partsOf(expr).flatMap(loadsOf);
}

export function nestLoads({ value, finish }: Pick<Nest, 'value' | 'finish'>): readonly LoadExpr[] {
  return [...loadsOf(value), ...(finish ? loadsOf(finish) : [])];
}
