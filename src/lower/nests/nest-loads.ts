// The loads of a nest, in the order in which its expressions name them.

import { partsOf, type LoadExpr, type Nest, type NestExpr } from '../../ir/nest.ts';

export function loadsOf<Load extends { readonly kind: 'load' }>(expr: NestExpr<Load>): readonly Load[] {
  return expr.kind === 'load' ? [expr] : partsOf(expr).flatMap(loadsOf<Load>);
}

export function nestLoads<Tensor>({ value, finish }: Pick<Nest<Tensor>, 'value' | 'finish'>): readonly LoadExpr<Tensor>[] {
  return [...loadsOf(value), ...(finish ? loadsOf(finish) : [])];
}
