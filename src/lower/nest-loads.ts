// The loads of a nest, in the order in which its expressions name them.

import type { Nest, NestExpr } from '../ir/nest.ts';

export type LoadExpr = Extract<NestExpr, { kind: 'load' }>;

export function loadsOf(expr: NestExpr): readonly LoadExpr[] {
  switch (expr.kind) {
    case 'constant':
    case 'index':
    case 'accumulator':
      return [];
    case 'load':
      return [expr];
    case 'unary':
      return loadsOf(expr.a);
    case 'binary':
      return [...loadsOf(expr.a), ...loadsOf(expr.b)];
    case 'select':
      return [expr.a, expr.b, expr.then, expr.otherwise].flatMap(loadsOf);
    case 'random':
      return [...loadsOf(expr.seed), ...loadsOf(expr.step)];
  }
}

export function nestLoads({ value, finish }: Pick<Nest, 'value' | 'finish'>): readonly LoadExpr[] {
  return [...loadsOf(value), ...(finish ? loadsOf(finish) : [])];
}
