// From the index maps of a nest to indices of a thread: each load of a run-time value becomes an index along
// x, y and z of what the counters are at that point.

import { present } from '../../base/invariant.ts';
import { termAt, type Axis, type Index } from '../../ir/nest.ts';
import { indexProduct, indexSum, int, type ThreadGuard, type ThreadIndex } from '../../ir/thread-kernel.ts';
import { axesOfIndices, indexAt } from './evaluate-constant.ts';
import type { DataPool } from './thread-data.ts';
import { placesAlong, type ThreadLayout } from './thread-layout.ts';
import type { SlotLoad } from '../nests/placed-nest.ts';
import { extremes } from '../layouts/offset-function.ts';

/** The counter of each axis; axes that are absent count 0 alone. */
export type Counters = ReadonlyMap<number, ThreadIndex>;

export interface AccessScope {
  readonly axes: readonly Axis[];
  readonly counters: Counters;
  readonly pool: DataPool;
  /** Tables that stand in the pool already. */
  readonly tables: Map<string, (row: ThreadIndex) => ThreadIndex>;
}

export function counterOf(scope: Pick<AccessScope, 'counters'>, axis: number): ThreadIndex {
  return scope.counters.get(axis) ?? int(0);
}

/** `entries[counter]`: a literal, a line or a table. */
function lookedUp(scope: AccessScope, entries: readonly number[], counter: ThreadIndex): ThreadIndex {
  if (counter.kind === 'int') return int(present(entries[counter.value], 'table entry'));
  const [first = 0, second = first] = entries;
  const step = second - first;
  if (entries.every((entry, i) => entry === first + i * step)) return indexSum(indexProduct(counter, step), int(first));
  const key = entries.join();
  let table = scope.tables.get(key);
  if (!table) {
    const place = scope.pool.add(entries, entries.length);
    table = (column) => ({ kind: 'table', ...place(int(0), column) });
    scope.tables.set(key, table);
  }
  return table(counter);
}

/** The value of an index at the counters. */
export function indexOf(scope: AccessScope, index: Index): ThreadIndex {
  return index.terms.reduce<ThreadIndex>((sum, term) => {
    const counter = counterOf(scope, term.axis);
    return indexSum(sum, 'table' in term ? lookedUp(scope, term.table, counter) : indexProduct(counter, term.factor));
  }, int(index.offset));
}

/** The element of a value that a load reads, its index x first. */
export function elementOf(scope: AccessScope, load: SlotLoad, layout: ThreadLayout): readonly ThreadIndex[] {
  const element: ThreadIndex[] = layout.extents.map(() => int(0));
  const move = (dimension: number, by: ThreadIndex): void => {
    element[dimension] = indexSum(present(element[dimension], 'dimension'), by);
  };
  for (const [d, index] of load.index.entries()) {
    const parts = present(layout.axes[d], 'axis');
    const [part, ...more] = parts;
    if (!part) continue;
    if (more.length === 0) {
      move(part.dimension, indexProduct(indexOf(scope, index), part.stride));
      continue;
    }
    let inner = parts.reduce((product, { extent }) => product * extent, 1);
    const split = index.offset === 0 && index.terms.length === parts.length && parts.every(({ extent }, p) => {
      inner /= extent;
      const term = index.terms[p];
      return term !== undefined && !('table' in term) && term.factor === inner;
    });
    if (split) {
      for (const [p, { dimension, stride }] of parts.entries()) move(dimension, indexProduct(counterOf(scope, present(index.terms[p], 'term').axis), stride));
      continue;
    }
    // A flattened axis: its places follow no line, so they are looked up, for every index that one axis takes, or, of several,
    // that there is.
    const [axis, ...others] = new Set(axesOfIndices([index]));
    const several = others.length > 0;
    const extent = several ? present(layout.shape[d], 'extent') : axis === undefined ? 1 : present(scope.axes[axis], 'axis').extent;
    const point = scope.axes.map(() => 0);
    const places = Array.from({ length: extent }, (_, i) => {
      if (axis !== undefined) point[axis] = i;
      return placesAlong(layout, d, several ? i : indexAt(index, point));
    });
    const at = several ? indexOf(scope, index) : axis === undefined ? int(0) : counterOf(scope, axis);
    for (const [p, { dimension }] of parts.entries()) {
      move(dimension, lookedUp(scope, places.map((place) => present(place[p], 'place')[1]), at));
    }
  }
  return element;
}

/** Least and greatest value of an index where some axes stand at literal points. */
function rangeHere(scope: AccessScope, index: Index): readonly [number, number] {
  let [low, high] = [index.offset, index.offset];
  for (const term of index.terms) {
    const counter = counterOf(scope, term.axis);
    const { extent } = present(scope.axes[term.axis], 'axis');
    const points = counter.kind === 'int' ? [counter.value] : 'table' in term ? term.table.keys() : [0, extent - 1];
    const [least, greatest] = extremes([...points].map((i) => termAt(term, i)));
    low += least;
    high += greatest;
  }
  return [low, high];
}

/** What must hold for a load to be inside its tensor; `never` where it cannot be. */
export function guardsOf(scope: AccessScope, load: SlotLoad, shape: readonly number[]): readonly ThreadGuard[] | 'never' {
  if (load.outside === undefined) return [];
  const guards: ThreadGuard[] = [];
  for (const [d, index] of load.index.entries()) {
    const extent = present(shape[d], 'extent');
    const [low, high] = rangeHere(scope, index);
    if (high < 0 || low >= extent) return 'never';
    if (low >= 0 && high < extent) continue;
    guards.push({ index: indexOf(scope, index), ...(low < 0 && { least: 0 }), ...(high >= extent && { below: extent }) });
  }
  return guards;
}
