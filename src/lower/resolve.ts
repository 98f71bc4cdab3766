// A nest with its tensors placed: every load and the write become an offset plus one function of each axis,
// in elements of the target's memory. This is where logical indices end.

import { invariant, present } from '../base/invariant.ts';
import type { Axis, Index, Nest, NestExpr, TensorRef } from '../ir/nest.ts';
import { offsetAlong, type Layout } from './layout.ts';
import { nestLoads, type LoadExpr } from './nest-loads.ts';

/** A function of one axis: `stride * i`, or `offsets[i]`. */
export type AxisFunction = { readonly kind: 'linear'; readonly stride: number } | { readonly kind: 'table'; readonly offsets: readonly number[] };

export interface Access {
  /** Elements from the start of memory. */
  readonly base: number;
  /** By axis number; absent: the axis does not move this access. */
  readonly along: ReadonlyMap<number, AxisFunction>;
  /** How many points of an axis stay within memory of this tensor (padding included), where the axis walks one dimension. */
  readonly room: ReadonlyMap<number, number>;
}

/** A condition for a load to be inside its tensor: `0 <= index < extent`. */
export interface Guard {
  readonly index: Index;
  readonly extent: number;
}

export interface ResolvedLoad {
  readonly access: Access;
  readonly guards: readonly Guard[];
  readonly outside: number;
  /** Compile-time data: the access walks this array, which has no place in memory yet. */
  readonly data?: Float64Array;
}

export interface ResolvedNest {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly write: Access;
  readonly combine: Nest['combine'];
  readonly initial: Nest['initial'];
  readonly value: NestExpr;
  readonly finish?: NestExpr;
  readonly loads: ReadonlyMap<LoadExpr, ResolvedLoad>;
}

export interface Placed {
  readonly layout: Layout;
  /** Element offset of the tensor's memory. */
  readonly base: number;
  /** Compile-time data in the layout's order; `base` is 0 then. */
  readonly data?: Float64Array;
}

function valueAt(term: Index['terms'][number], i: number): number {
  return 'table' in term ? present(term.table[i], 'table entry') : term.factor * i;
}

/** Composes the index maps of an access with the layout of its tensor. */
function compose(indices: readonly Index[], placed: Placed, axes: readonly Axis[]): Access {
  const { layout } = placed;
  let base = placed.base + layout.origin;
  const along = new Map<number, AxisFunction>();
  const room = new Map<number, number>();
  const addTerm = (axis: number, f: AxisFunction): void => {
    const before = along.get(axis);
    if (!before) {
      along.set(axis, f);
      return;
    }
    const extent = present(axes[axis], 'axis').extent;
    if (before.kind === 'linear' && f.kind === 'linear') along.set(axis, { kind: 'linear', stride: before.stride + f.stride });
    else along.set(axis, { kind: 'table', offsets: Array.from({ length: extent }, (_, i) => offsetAlong(before, i) + offsetAlong(f, i)) });
    room.delete(axis);
  };
  for (const [d, index] of indices.entries()) {
    const map = present(layout.dimensions[d], 'dimension');
    const only = index.terms.length === 1 ? index.terms[0] : undefined;
    if (map.kind === 'table') {
      if (!only) {
        invariant(index.terms.length === 0, 'a dimension with a table of offsets is walked by one axis');
        base += offsetAlong(map, index.offset);
        continue;
      }
      const whole = !('table' in only) && only.factor === 1 && index.offset === 0;
      addTerm(only.axis, whole ? map : tableOf(axes, only, (i) => offsetAlong(map, index.offset + valueAt(only, i))));
    } else {
      base += map.stride * index.offset;
      for (const term of index.terms) {
        addTerm(term.axis, 'table' in term ? tableOf(axes, term, (i) => map.stride * valueAt(term, i)) : { kind: 'linear', stride: map.stride * term.factor });
      }
    }
    if (only && !('table' in only) && only.factor === 1 && index.offset >= 0 && !room.has(only.axis)) {
      const extent = present(axes[only.axis], 'axis').extent;
      const last = index.offset + extent === layout.shape[d];
      room.set(only.axis, last ? present(layout.padded[d], 'padded extent') - index.offset : extent);
    }
  }
  return { base, along: normalized(along, axes), room };
}

function tableOf(axes: readonly Axis[], term: Index['terms'][number], offset: (i: number) => number): AxisFunction {
  return { kind: 'table', offsets: Array.from({ length: present(axes[term.axis], 'axis').extent }, (_, i) => offset(i)) };
}

/** Tables that are lines become lines; axes that do not move the access go. */
function normalized(along: ReadonlyMap<number, AxisFunction>, axes: readonly Axis[]): ReadonlyMap<number, AxisFunction> {
  const result = new Map<number, AxisFunction>();
  for (const [axis, f] of along) {
    const line = f.kind === 'linear' ? f : asLine(f.offsets, present(axes[axis], 'axis').extent);
    if (line && line.stride === 0) continue;
    result.set(axis, line ?? f);
  }
  return result;
}

function asLine(offsets: readonly number[], extent: number): Extract<AxisFunction, { kind: 'linear' }> | undefined {
  if (offsets[0] !== 0) return undefined;
  const stride = offsets[1] ?? 0;
  for (let i = 0; i < Math.max(extent, offsets.length); i++) if (offsets[i] !== i * stride) return undefined;
  return { kind: 'linear', stride };
}

/** The conditions of a load that neither the index range nor a halo of its value makes true. */
function guardsOf(expr: LoadExpr, layout: Layout, axes: readonly Axis[]): readonly Guard[] {
  if (expr.outside === undefined) return [];
  const guards: Guard[] = [];
  for (const [d, index] of expr.index.entries()) {
    const extent = present(layout.shape[d], 'extent');
    const halo = expr.outside === 0 ? present(layout.halo[d], 'halo') : { before: 0, after: 0 };
    const [low, high] = rangeOf(index, axes);
    if (low < -halo.before || high > extent - 1 + halo.after) guards.push({ index, extent });
  }
  return guards;
}

/** Least and greatest value of an index. */
export function rangeOf(index: Index, axes: readonly Axis[]): readonly [number, number] {
  let low = index.offset;
  let high = index.offset;
  for (const term of index.terms) {
    const { extent } = present(axes[term.axis], 'axis');
    const ends = 'table' in term ? [Math.min(...term.table), Math.max(...term.table)] : [0, term.factor * (extent - 1)];
    low += Math.min(...ends);
    high += Math.max(...ends);
  }
  return [low, high];
}

export function resolveNest(nest: Nest, place: (ref: TensorRef) => Placed): ResolvedNest {
  const loads = new Map<LoadExpr, ResolvedLoad>();
  for (const expr of nestLoads(nest)) {
    const placed = place(expr.tensor);
    loads.set(expr, {
      access: compose(expr.index, placed, nest.axes),
      guards: guardsOf(expr, placed.layout, nest.axes),
      outside: expr.outside ?? 0,
      ...(placed.data && { data: placed.data }),
    });
  }
  return {
    name: nest.name,
    axes: nest.axes,
    write: compose(nest.write.index, place(nest.write.tensor), nest.axes),
    combine: nest.combine,
    initial: nest.initial,
    value: nest.value,
    ...(nest.finish && { finish: nest.finish }),
    loads,
  };
}

export function strideAlong(access: Access, axis: number): number | undefined {
  const f = access.along.get(axis);
  if (!f) return 0;
  return f.kind === 'linear' ? f.stride : undefined;
}
