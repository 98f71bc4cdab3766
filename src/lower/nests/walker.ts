// Dimensions that one axis walks by itself, point by point from 0: where an element's place along a
// dimension and an axis are the same thing.

import type { Index } from '../../ir/nest.ts';

export function walkerOf(index: Index | undefined): number | undefined {
  const [term, ...more] = index?.terms ?? [];
  if (!index || index.offset !== 0 || more.length > 0 || !term || 'table' in term || term.factor !== 1) return undefined;
  return term.axis;
}
