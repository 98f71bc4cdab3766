// min(max(x + 3, 0), 6) / 6: exactly 0 up to -3 and exactly 1 from 3.

import type { NestExpr } from '../../ir/nest.ts';
import { add, binary, constant, div, unary } from '../../ir/nest.ts';

export function hardSigmoidAt(x: number): number {
  return Math.min(Math.max(x + 3, 0), 6) / 6;
}

export function hardSigmoidOf(x: NestExpr): NestExpr {
  return div(binary('min', unary('relu', add(x, constant(3))), constant(6)), constant(6));
}
