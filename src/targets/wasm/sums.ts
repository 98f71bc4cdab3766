// Whether a fused multiply-add would make a function slower. The next step of a loop waits until a sum is there to be
// added to: a fused multiply-add takes four cycles on most cores, an addition two or three. With eight sums or more there is
// enough to do meanwhile, and fewer instructions win.

import type { Expr, KernelFunction, Local, Stmt } from '../../ir/kernel.ts';

/** Sums from which on two multiply-adds of four cycles are under way in each cycle. */
const enoughSums = 8;

/** Whether the inner loop of a tile adds products to fewer sums than hide how long that takes. What sweeps fold is written out, or stands side by side. */
export function waitsForSums({ body }: Pick<KernelFunction, 'body'>): boolean {
  return body.some((stmt) => {
    if (stmt.kind === 'repeat') return waitsForSums(stmt);
    if (stmt.kind === 'if') return waitsForSums({ body: stmt.then }) || waitsForSums({ body: stmt.otherwise });
    if (stmt.kind !== 'loop') return false;
    const sums = new Set(stmt.body.flatMap(summed));
    return (sums.size > 0 && sums.size < enoughSums) || waitsForSums(stmt);
  });
}

/** The vector that a statement adds a product to. */
function summed(stmt: Stmt): readonly Local[] {
  if (stmt.kind !== 'set' || stmt.local.type !== 'vec' || stmt.value.kind !== 'binary' || stmt.value.op !== 'add') return [];
  const { a, b } = stmt.value;
  const isSum = (expr: Expr): boolean => expr.kind === 'local' && expr.local === stmt.local;
  const isProduct = (expr: Expr): boolean => expr.kind === 'binary' && expr.op === 'mul';
  return (isSum(a) && isProduct(b)) || (isSum(b) && isProduct(a)) ? [stmt.local] : [];
}
