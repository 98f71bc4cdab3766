// Expressions share their parts: what an op names twice is one object. Emission keeps it so.

import { partsOf, type NestExpr } from '../../ir/nest.ts';

/**
 * Emits an expression from its parts, each of them once.
 * @param emit What a part comes to; `part` answers that of the parts within it.
 * @param keep Puts what stands at several places where it can be read again.
 */
export function emitShared<Load extends { readonly kind: 'load' }, Emitted>(
  whole: NestExpr<Load>,
  emit: (expr: NestExpr<Load>, part: (inner: NestExpr<Load>) => Emitted) => Emitted,
  keep: (emitted: Emitted) => Emitted,
): Emitted {
  const shared = sharedParts(whole);
  const kept = new Map<NestExpr<Load>, Emitted>();
  const part = (expr: NestExpr<Load>): Emitted => {
    const known = kept.get(expr);
    if (known !== undefined) return known;
    const emitted = emit(expr, part);
    if (!shared.has(expr)) return emitted;
    const again = keep(emitted);
    kept.set(expr, again);
    return again;
  };
  return part(whole);
}

function sharedParts<Load extends { readonly kind: 'load' }>(whole: NestExpr<Load>): ReadonlySet<NestExpr<Load>> {
  const met = new Set<NestExpr<Load>>();
  const shared = new Set<NestExpr<Load>>();
  const visit = (expr: NestExpr<Load>): void => {
    if (met.has(expr)) {
      shared.add(expr);
      return;
    }
    met.add(expr);
    partsOf(expr).forEach(visit);
  };
  visit(whole);
  return shared;
}
