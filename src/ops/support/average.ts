// One over the number of elements a pooling window holds.

import type { NestExpr } from '../../ir/nest.ts';
import { constant, looked, mul, unary } from '../../ir/nest.ts';
import { windowCounts } from './pools.ts';
import type { PoolGeometry } from './pools.ts';

/** A constant where all windows hold equally many, else by tables over the axes of output rows and columns. */
export function inverseCount(geometry: PoolGeometry, rowAxis: number, columnAxis: number): NestExpr {
  const [rows, columns] = windowCounts(geometry);
  const [row = 1, column = 1] = [rows[0], columns[0]];
  if (rows.every((count) => count === row) && columns.every((count) => count === column)) return constant(1 / (row * column));
  return unary('reciprocal', mul({ kind: 'index', index: looked(rowAxis, rows) }, { kind: 'index', index: looked(columnAxis, columns) }));
}
