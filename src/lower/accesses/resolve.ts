// A nest whose tensors have layouts: every load and the write become a slot, an offset in it and one function of each
// axis, in elements. This is where logical indices end. Where slots lie in memory comes last, when schedules are chosen
// and stages formed.

import { invariant, present } from '../../base/invariant.ts';
import { loadReplacer, termAt, type Axis, type Index, type IndexTerm, type Nest, type NestExpr } from '../../ir/nest.ts';
import type { TensorLayout } from '../layouts/tensor-layout.ts';
import { extremes, offsetAt, type OffsetFunction } from '../layouts/offset-function.ts';
import { withoutOnePointTables } from '../nests/one-point.ts';
import type { SlotLoad, SlotName } from '../nests/placed-nest.ts';

export interface Access {
  /** Whose memory it walks. */
  readonly slot: SlotName;
  /** Elements from the start of that memory. */
  readonly offset: number;
  /** By axis number; absent: the axis does not move this access. */
  readonly along: ReadonlyMap<number, OffsetFunction>;
  /** How many points of an axis stay within memory of this tensor (padding included), where the axis walks one dimension. */
  readonly room: ReadonlyMap<number, number>;
  /** Axes that walk a flattened dimension from end to end: between their points lies padding, which holds zeros. */
  readonly gaps: ReadonlySet<number>;
}

/** A condition for a load to be inside its tensor: `0 <= index < extent`. */
export interface Guard {
  readonly index: Index;
  readonly extent: number;
}

export interface ResolvedLoad {
  readonly access: Access;
  readonly guards: readonly Guard[];
  /** Conditions that need no test: where they do not hold, the load reads a zero of its tensor's halo. */
  readonly padding: readonly Guard[];
  readonly outside: number;
  /** Compile-time data: the access walks this array. */
  readonly data?: Float64Array;
  /** Zeros of the data may be left out. */
  readonly sparse?: true;
}

/** A load by its number in `ResolvedNest.loads`. */
export interface LoadNumber {
  readonly kind: 'load';
  readonly load: number;
}

export type ResolvedExpr = NestExpr<LoadNumber>;

export interface ResolvedNest {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly write: Access;
  readonly combine: Nest['combine'];
  readonly initial: Nest['initial'];
  readonly value: ResolvedExpr;
  readonly finish?: ResolvedExpr;
  /** One that expressions name several times is here once. */
  readonly loads: readonly ResolvedLoad[];
}

/** What is known of a slot before memory is planned. */
export interface SlotMemory {
  readonly layout: TensorLayout;
  /** Whether its lanes and gaps hold zeros (padding.ts). */
  readonly zeros: boolean;
  /** Compile-time data in the layout's order. */
  readonly data?: Float64Array;
  /** Its zeros may be left out. */
  readonly sparse?: true;
}

/** Composes the index maps of an access with the layout of its tensor. */
function compose(slot: SlotName, indices: readonly Index[], { layout, zeros }: SlotMemory, axes: readonly Axis[]): Access {
  let offset = layout.origin;
  const along = new Map<number, OffsetFunction>();
  const room = new Map<number, number>();
  const gaps = new Set<number>();
  const addTerm = (axis: number, f: OffsetFunction): void => {
    const before = along.get(axis);
    if (!before) {
      along.set(axis, f);
      return;
    }
    const extent = present(axes[axis], 'axis').extent;
    if (before.kind === 'linear' && f.kind === 'linear') along.set(axis, { kind: 'linear', stride: before.stride + f.stride });
    else along.set(axis, { kind: 'table', offsets: Array.from({ length: extent }, (_, i) => offsetAt(before, i) + offsetAt(f, i)) });
    room.delete(axis);
    gaps.delete(axis);
  };
  for (const [d, index] of indices.entries()) {
    const map = present(layout.dimensions[d], 'dimension');
    const only = index.terms.length === 1 ? index.terms[0] : undefined;
    if (map.kind === 'table') {
      if (!only) {
        invariant(index.terms.length === 0, 'a dimension with a table of offsets is walked by one axis');
        offset += offsetAt(map, index.offset);
        continue;
      }
      const whole = !('table' in only) && only.factor === 1 && index.offset === 0;
      if (whole && zeros && !along.has(only.axis)) gaps.add(only.axis);
      addTerm(only.axis, whole ? map : tableOf(axes, only, (i) => offsetAt(map, index.offset + termAt(only, i))));
    } else {
      offset += map.stride * index.offset;
      for (const term of index.terms) {
        addTerm(term.axis, 'table' in term ? tableOf(axes, term, (i) => map.stride * termAt(term, i)) : { kind: 'linear', stride: map.stride * term.factor });
      }
    }
    if (only && !('table' in only) && only.factor === 1 && index.offset >= 0 && !room.has(only.axis)) {
      const extent = present(axes[only.axis], 'axis').extent;
      const last = index.offset + extent === layout.shape[d];
      room.set(only.axis, last ? present(layout.padded[d], 'padded extent') - index.offset : extent);
    }
  }
  return { slot, offset, along: normalized(along, axes), room, gaps };
}

function tableOf(axes: readonly Axis[], term: IndexTerm, offset: (i: number) => number): OffsetFunction {
  return { kind: 'table', offsets: Array.from({ length: present(axes[term.axis], 'axis').extent }, (_, i) => offset(i)) };
}

/** Tables that are lines become lines; axes that do not move the access go. */
function normalized(along: ReadonlyMap<number, OffsetFunction>, axes: readonly Axis[]): ReadonlyMap<number, OffsetFunction> {
  const result = new Map<number, OffsetFunction>();
  for (const [axis, f] of along) {
    const line = f.kind === 'linear' ? f : asLine(f.offsets, present(axes[axis], 'axis').extent);
    if (line && line.stride === 0) continue;
    result.set(axis, line ?? f);
  }
  return result;
}

function asLine(offsets: readonly number[], extent: number): Extract<OffsetFunction, { kind: 'linear' }> | undefined {
  if (offsets[0] !== 0) return undefined;
  const stride = offsets[1] ?? 0;
  for (let i = 0; i < Math.max(extent, offsets.length); i++) if (offsets[i] !== i * stride) return undefined;
  return { kind: 'linear', stride };
}

/** The conditions of a load that its index range does not make true: to be tested, or met by a halo of its value. */
function conditionsOf(expr: SlotLoad, layout: TensorLayout, axes: readonly Axis[]): Pick<ResolvedLoad, 'guards' | 'padding'> {
  const guards: Guard[] = [];
  const padding: Guard[] = [];
  for (const [d, index] of expr.outside === undefined ? [] : expr.index.entries()) {
    const extent = present(layout.shape[d], 'extent');
    const halo = expr.outside === 0 ? present(layout.halo[d], 'halo') : { before: 0, after: 0 };
    const [low, high] = rangeOf(index, axes);
    if (low < -halo.before || high > extent - 1 + halo.after) guards.push({ index, extent });
    else if (low < 0 || high > extent - 1) padding.push({ index, extent });
  }
  return { guards, padding };
}

/** Least and greatest value of an index. */
export function rangeOf(index: Index, axes: readonly Axis[]): readonly [number, number] {
  let low = index.offset;
  let high = index.offset;
  for (const term of index.terms) {
    const { extent } = present(axes[term.axis], 'axis');
    const [least, greatest] = extremes('table' in term ? term.table : [0, term.factor * (extent - 1)]);
    low += least;
    high += greatest;
  }
  return [low, high];
}

export function resolveNest(from: Nest<SlotName>, memoryOf: (slot: SlotName) => SlotMemory): ResolvedNest {
  const { name, axes, write, combine, initial, value, finish } = withoutOnePointTables(from);
  const loads: ResolvedLoad[] = [];
  const numbered = loadReplacer<SlotLoad, LoadNumber>((expr) => ({ kind: 'load', load: loads.push(resolveLoad(expr, memoryOf(expr.tensor), axes)) - 1 }));
  return {
    name,
    axes,
    write: compose(write.tensor, write.index, memoryOf(write.tensor), axes),
    combine,
    initial,
    value: numbered(value),
    ...(finish && { finish: numbered(finish) }),
    loads,
  };
}

function resolveLoad(expr: SlotLoad, memory: SlotMemory, axes: readonly Axis[]): ResolvedLoad {
  return {
    access: compose(expr.tensor, expr.index, memory, axes),
    ...conditionsOf(expr, memory.layout, axes),
    outside: expr.outside ?? 0,
    ...(memory.data && { data: memory.data }),
    ...(memory.sparse && { sparse: memory.sparse }),
  };
}

export function loadOf({ loads }: Pick<ResolvedNest, 'loads'>, { load }: LoadNumber): ResolvedLoad {
  return present(loads[load], 'load');
}

/** Elements from one point of an axis to the next: 0 where it does not move the access, undefined where it walks a table. */
export function strideAlong(access: Access, axis: number): number | undefined {
  const f = access.along.get(axis);
  if (!f) return 0;
  return f.kind === 'linear' ? f.stride : undefined;
}

/** Elements that an access has moved at point `i` of an axis. */
export function offsetAlong(access: Access, axis: number, i: number): number {
  const f = access.along.get(axis);
  return f ? offsetAt(f, i) : 0;
}
