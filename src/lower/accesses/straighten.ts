// Axes that every access walks by the same table, up to a factor, walk physical positions instead, so that
// loops over them need no table:
//
//   sum over i of x[T[i]] * w[T[i] * 52]   =>   sum over p of x[p] * w[p * 52]
//
// Positions that no index maps to must be padding, which holds zeros (padding.ts). Visiting them must change
// nothing, so a maximum, or a value that is not zero where it reads zeros, keeps its tables; and so does an op's own
// choice of elements, because what it skips are elements too.

import { present } from '../../base/invariant.ts';
import { accessesOf, countedAxes, mapAccesses, withExtent } from './domain.ts';
import { extremes, type OffsetFunction } from '../layouts/offset-function.ts';
import { mayVisitGaps } from '../layouts/padding.ts';
import type { ResolvedNest } from './resolve.ts';

/** Straightens every axis that can be. */
export function straighten(nest: ResolvedNest): ResolvedNest {
  let result = nest;
  const counted = countedAxes(nest);
  // Where padding is, is told by indices.
  const padded = new Set(nest.loads.flatMap(({ padding }) => padding.flatMap(({ index }) => index.terms.map(({ axis }) => axis))));
  for (const axis of nest.axes.keys()) {
    if (counted.has(axis) || padded.has(axis) || !mayVisitGaps(nest, axis)) continue;
    const functions = accessesOf(result).flatMap((access) => access.along.get(axis) ?? []);
    const tables = functions.filter((f): f is Extract<OffsetFunction, { kind: 'table' }> => f.kind === 'table');
    const first = tables[0];
    if (!first || tables.length !== functions.length) continue;
    const unit = greatestDivisor(first.offsets);
    if (unit === 0) continue;
    const positions = first.offsets.map((offset) => offset / unit);
    const at = positions.findIndex((position) => position > 0);
    const ratio = (f: OffsetFunction): number | undefined => {
      if (f.kind === 'linear') return undefined;
      const factor = present(f.offsets[at], 'offset') / present(positions[at], 'position');
      return Number.isInteger(factor) && f.offsets.every((offset, i) => offset === factor * present(positions[i], 'position')) ? factor : undefined;
    };
    if (tables.some((table) => ratio(table) === undefined)) continue;
    const extent = extremes(positions)[1] + 1;
    result = mapAccesses(result, withExtent(result.axes, axis, extent), (access) => {
      const f = access.along.get(axis);
      if (!f) return access;
      const along = new Map(access.along).set(axis, { kind: 'linear', stride: present(ratio(f), 'ratio') });
      return { ...access, along, room: new Map(access.room).set(axis, extent) };
    });
  }
  return result;
}

function greatestDivisor(numbers: readonly number[]): number {
  let divisor = 0;
  for (const number of numbers) for (let [a, b] = [divisor, number]; ; [a, b] = [b, a % b]) {
    divisor = a;
    if (b === 0) break;
  }
  return divisor;
}
