// Nests to one kernel that runs a thread an element: the nests that write one tensor, each over a part of
// it. Parallel axes are the thread's place, reduce axes are loops, all that is known before the run is
// constant data laid out in the order of the loops.
//
//   nest conv1: n:1 o:20 y:24 x:24 | c:1 kh:5 kw:5      =>     thread x = o, y = x, z = y
//     sum( input0[...] * input1[o, c, kh, kw] )                sum = 0; repeat kh, repeat kw: sum += ...

import { invariant, present } from '../../base/invariant.ts';
import type { Index } from '../../ir/nest.ts';
import {
  int, indexProduct, indexSum,
  type ThreadExpr, type ThreadGuard, type ThreadIndex, type ThreadKernel, type ThreadLocal, type ThreadStmt, type ThreadValue,
} from '../../ir/thread-kernel.ts';
import { isKnown, type KnownTensor } from './evaluate-constant.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import type { PlacedNest, SlotLoad, SlotName } from '../nests/placed-nest.ts';
import { rangeOf } from '../accesses/resolve.ts';
import { splitFlattened } from './split-flattened.ts';
import { dataPool, type DataPool } from './thread-data.ts';
import { emitThreadExpr, finite, type ThreadScope } from './thread-expr.ts';
import { guardsOf, indexOf } from './thread-access.ts';
import type { ThreadLayout } from './thread-layout.ts';

/** What a kernel may read. */
export interface ThreadSlots {
  /** Of a value at run time. */
  readonly layoutOf: (slot: SlotName) => ThreadLayout | undefined;
  readonly valueOf: (slot: SlotName) => ThreadValue;
  /** Compile-time data. */
  readonly known: (slot: SlotName) => KnownTensor | undefined;
  /** The nests of a value that is computed where it is read. */
  readonly inlined: (slot: SlotName) => readonly PlacedNest[] | undefined;
}

/** Terms that unrolled loops may come to: longer code compiles slowly. */
const mostUnrolled = 9;
/** Extent up to which a loop is unrolled. */
const longestUnrolled = 3;

/** @param writers All nests that write one tensor of the given layout, each element by one of them. */
export function scheduleThreads(writers: readonly PlacedNest[], layout: ThreadLayout, slots: ThreadSlots): ThreadKernel {
  const values = valuesRead(writers, slots);
  // Views of one value are one operand.
  const operands = values.filter((value, i) => values.findIndex((other) => sameValue(value, other)) === i);
  const kernel: KernelScope = {
    pool: dataPool(operands.length),
    tables: new Map(),
    packed: new Map(),
    parts: new Map(),
    local: localNames(),
    operandOf: (slot) => operands.findIndex((value) => sameValue(value, slots.valueOf(slot))),
    slots,
  };
  const body: ThreadStmt[] = [];
  const result = element({ writers, shape: layout.shape, place: placeOfThread(layout), budget: mostUnrolled }, kernel, body);
  return { name: nameOf(writers, slots), extents: layout.extents, operands, data: kernel.pool.finish(), body, result };
}

/** The ops that a kernel computes, in order. */
function nameOf(writers: readonly PlacedNest[], slots: ThreadSlots): string {
  const inner = writers.flatMap((each) => nestLoads(each).flatMap((load) => {
    const writes = slots.inlined(load.tensor);
    return writes ? [nameOf(writes, slots)] : [];
  }));
  return [...new Set(inner), present(writers[0], 'nest').op].join('_');
}

/** What a kernel may bind: values that its nests, and those that are inlined into them, read. */
function valuesRead(writers: readonly PlacedNest[], slots: ThreadSlots): readonly ThreadValue[] {
  return writers.flatMap((each) => nestLoads(each).flatMap((load): readonly ThreadValue[] => {
    const slot = load.tensor;
    if (slots.known(slot)) return [];
    const inner = slots.inlined(slot);
    return inner ? valuesRead(inner, slots) : [slots.valueOf(slot)];
  }));
}

function sameValue(a: ThreadValue, b: ThreadValue): boolean {
  return a.kind === b.kind && a.index === b.index;
}

interface KernelScope {
  readonly pool: DataPool;
  readonly tables: ThreadScope['tables'];
  readonly packed: ThreadScope['packed'];
  /** Nests made ready, so that code written twice shares its data. */
  readonly parts: Map<PlacedNest, PlacedNest>;
  readonly local: (name: string) => ThreadLocal;
  readonly operandOf: (slot: SlotName) => number;
  readonly slots: ThreadSlots;
}

/** One element of one tensor. */
interface Element {
  readonly writers: readonly PlacedNest[];
  readonly shape: readonly number[];
  /** Its index along each axis. */
  readonly place: readonly ThreadIndex[];
  /** Terms that may still be written out. */
  readonly budget: number;
}

function localNames(): (name: string) => ThreadLocal {
  let ordinal = 0;
  return (name) => ({ ordinal: ordinal++, name });
}

/** Axes that share a dimension are counted by it in mixed radix. */
function placeOfThread({ axes }: ThreadLayout): readonly ThreadIndex[] {
  const place: ThreadIndex[] = axes.map(() => int(0));
  for (const dimension of [0, 1, 2] as const) {
    const here = axes.flatMap((parts, axis) => {
      invariant(parts.length <= 1, 'a kernel writes no view');
      return parts.filter((part) => part.dimension === dimension).map(({ stride }) => ({ axis, stride }));
    });
    let rest: ThreadIndex = { kind: 'thread', dimension };
    for (const { axis, stride } of here.toSorted((a, b) => b.stride - a.stride)) {
      const index: ThreadIndex = stride === 1 ? rest : { kind: 'quotient', a: rest, by: stride };
      place[axis] = index;
      rest = indexSum(rest, indexProduct(index, -stride));
    }
  }
  return place;
}

/** Computes an element: statements, and the number. Parts compute theirs; the last one takes what is left. */
function element(wanted: Element, kernel: KernelScope, out: ThreadStmt[]): ThreadExpr {
  const [only, ...more] = wanted.writers;
  if (more.length === 0) return partElement(present(only, 'nest'), wanted, kernel, out);
  const answer = kernel.local('answer');
  const from = (at: number): readonly ThreadStmt[] => {
    const part = present(wanted.writers[at], 'part');
    const then: ThreadStmt[] = [];
    const value = partElement(part, wanted, kernel, then);
    then.push({ kind: 'set', local: answer, value });
    return at === wanted.writers.length - 1 ? then : [{ kind: 'if', when: regionOf(part, wanted), then, otherwise: from(at + 1) }];
  };
  out.push({ kind: 'set', local: answer, value: { kind: 'float', value: 0 } }, ...from(0));
  return { kind: 'local', local: answer };
}

function regionOf(nest: PlacedNest, { place, shape }: Element): readonly ThreadGuard[] {
  return nest.write.index.flatMap((index, d): ThreadGuard[] => {
    const extent = present(shape[d], 'extent');
    const [low, high] = rangeOf(index, nest.axes);
    const { guards } = digitsOf(nest, index, present(place[d], 'place'));
    if (low === 0 && high === extent - 1) return [...guards];
    return [{ index: present(place[d], 'place'), ...(low > 0 && { least: low }), ...(high < extent - 1 && { below: high + 1 }) }, ...guards];
  });
}

interface Digits {
  /** By axis, its counter. */
  readonly counters: readonly (readonly [axis: number, counter: ThreadIndex])[];
  /** That a nest writes there at all, where it leaves places out: one, if any. */
  readonly guards: readonly ThreadGuard[];
}

/**
 * The counters of the axes that walk a dimension of what is written, from a place in it. They are its digits:
 *
 *   offset 1, 2*y            y = place / 2, and a guard: place - 2*y is 1
 *   offset 0, 3*y + i        y = place / 3, i = place - 3*y               i from 0 to 2
 */
function digitsOf({ axes, name }: PlacedNest, { offset, terms }: Index, place: ThreadIndex): Digits {
  const linear = terms
    .map((term) => {
      invariant(!('table' in term) && term.factor > 0, () => `${name} scatters what it writes`);
      return { ...term, extent: present(axes[term.axis], 'axis').extent };
    })
    .filter(({ extent }) => extent > 1)
    .toSorted((a, b) => b.factor - a.factor);
  const least = linear.at(-1)?.factor;
  if (least === undefined) return { counters: [], guards: [] };
  const left = offset % least;
  const counters: (readonly [number, ThreadIndex])[] = [];
  let rest = indexSum(place, int(left - offset));
  let room = Infinity;
  for (const { axis, factor, extent } of linear) {
    invariant(factor * extent <= room, () => `${name} scatters what it writes`);
    const counter: ThreadIndex = factor === 1 ? rest : { kind: 'quotient', a: rest, by: factor };
    counters.push([axis, counter]);
    if (factor > 1) rest = indexSum(rest, indexProduct(counter, -factor));
    room = factor;
  }
  return { counters, guards: least > 1 ? [{ index: rest, least: left, below: left + 1 }] : [] };
}

/** The counters of parallel axes, from where the thread is. */
function parallelCounters(nest: PlacedNest, place: readonly ThreadIndex[]): ReadonlyMap<number, ThreadIndex> {
  return new Map(nest.write.index.flatMap((index, d) => digitsOf(nest, index, present(place[d], 'place')).counters));
}

function partElement(whole: PlacedNest, { place, budget }: Element, kernel: KernelScope, out: ThreadStmt[]): ThreadExpr {
  const nest = kernel.parts.get(whole) ?? splitFlattened(whole, kernel.slots.layoutOf);
  kernel.parts.set(whole, nest);
  invariant(nest.initial !== 'keep' || nest.combine === 'store', () => `${nest.name} adds to what is there`);
  invariant(nest.axes.every((axis) => axis.kind !== 'sequential'), () => `${nest.name} is a scatter`);
  const { known } = kernel.slots;
  const order = loopOrder(nest, kernel);
  const { unrolled, terms } = unrolledOf(nest, order, readsReduction(nest, kernel) ? 1 : budget);
  const scope: ThreadScope = {
    axes: nest.axes,
    counters: parallelCounters(nest, place),
    pool: kernel.pool,
    tables: kernel.tables,
    known,
    packed: kernel.packed,
    columns: order,
    local: kernel.local,
    operandOf: kernel.operandOf,
    layoutOf: (slot) => present(kernel.slots.layoutOf(slot), 'layout'),
    inlined: (load, here, stmts) => {
      const writers = kernel.slots.inlined(load.tensor);
      if (!writers) return undefined;
      const inner = { writers, shape: here.layoutOf(load.tensor).shape, place: load.index.map((index) => indexOf(here, index)), budget: Math.floor(budget / terms) };
      return element(inner, kernel, stmts);
    },
  };
  if (nest.combine === 'store') {
    const value = emitThreadExpr(nest.value, scope, out);
    return nest.finish ? emitThreadExpr(nest.finish, scope, out, value) : value;
  }
  invariant(nest.initial !== 'keep', 'a reduction starts from a number');
  const sum = kernel.local(nest.combine === 'sum' ? 'sum' : 'best');
  out.push({ kind: 'set', local: sum, value: finite(nest.initial) }, ...reduction(nest, order, unrolled, scope, sum));
  const combined: ThreadExpr = { kind: 'local', local: sum };
  return nest.finish ? emitThreadExpr(nest.finish, scope, out, combined) : combined;
}

/** Reduce axes with the one that walks x innermost. */
function loopOrder(nest: PlacedNest, { slots }: KernelScope): readonly number[] {
  const loads = nestLoads(nest).filter((load) => !slots.known(load.tensor));
  const dimensionOf = (axis: number): number => {
    for (const load of loads) {
      const layout = slots.layoutOf(load.tensor);
      for (const [d, index] of load.index.entries()) {
        const term = index.terms.findIndex((each) => each.axis === axis);
        const parts = layout?.axes[d] ?? [];
        const part = parts.length > 1 ? parts[term] : parts[0];
        if (term >= 0 && part) return part.dimension;
      }
    }
    return 0;
  };
  const axes = [...nest.axes.keys()].filter((axis) => nest.axes[axis]?.kind === 'reduce' && nest.axes[axis].extent > 1);
  return axes.toSorted((a, b) => dimensionOf(b) - dimensionOf(a));
}

/** Whether each term of a reduction is one itself: writing loops out several times gains nothing. */
function readsReduction(each: PlacedNest, { slots }: KernelScope): boolean {
  return nestLoads(each).some((load) => slots.inlined(load.tensor)?.some(({ axes }) => axes.some((axis) => axis.kind === 'reduce')));
}

/** Windows and short lists of taps are written out, as far as the budget goes. */
function unrolledOf(nest: PlacedNest, order: readonly number[], budget: number): { readonly unrolled: ReadonlySet<number>; readonly terms: number } {
  const unrolled = new Set<number>();
  let terms = 1;
  for (const axis of order) {
    const extent = present(nest.axes[axis], 'axis').extent;
    const listed = nestLoads(nest).some((load) => load.index.some((index) => index.terms.some((term) => term.axis === axis && 'table' in term)));
    if (extent > (listed ? mostUnrolled : longestUnrolled) || terms * extent > budget) continue;
    terms *= extent;
    unrolled.add(axis);
  }
  return { unrolled, terms };
}

function reduction(nest: PlacedNest, order: readonly number[], unrolled: ReadonlySet<number>, scope: ThreadScope, sum: ThreadLocal): readonly ThreadStmt[] {
  const skipped = skippedLoad(nest, scope);
  const from = (depth: number, here: ThreadScope, checked: boolean): readonly ThreadStmt[] => {
    // As soon as the guards of a load that adds nothing outside are known, all further loops stand under them.
    if (skipped && !checked && skipped.axes.every((axis) => !order.slice(depth).includes(axis))) {
      const guards = guardsOf(here, skipped.load, here.layoutOf(skipped.load.tensor).shape);
      if (guards === 'never') return [];
      const then = from(depth, { ...here, inside: skipped.load }, true);
      return guards.length === 0 ? then : [{ kind: 'if', when: guards, then, otherwise: [] }];
    }
    const axis = order[depth];
    if (axis === undefined) {
      const out: ThreadStmt[] = [];
      const value = emitThreadExpr(nest.value, here, out);
      const op = nest.combine === 'sum' ? 'add' : nest.combine;
      invariant(op !== 'store', 'a reduction combines');
      out.push({ kind: 'set', local: sum, value: { kind: 'binary', op, a: { kind: 'local', local: sum }, b: value } });
      return out;
    }
    const { extent, name } = present(nest.axes[axis], 'axis');
    const inside = (counter: ThreadIndex): ThreadScope => ({ ...here, counters: new Map(here.counters).set(axis, counter) });
    if (unrolled.has(axis)) return Array.from({ length: extent }, (_, i) => from(depth + 1, inside(int(i)), checked)).flat();
    const counter = here.local(name);
    return [{ kind: 'repeat', counter, count: extent, body: from(depth + 1, inside({ kind: 'counter', local: counter }), checked) }];
  };
  return from(0, scope, false);
}

/** The load whose points outside its tensor leave the combined element as it is, and the axes its guards read. */
function skippedLoad(nest: PlacedNest, scope: ThreadScope): { readonly load: SlotLoad; readonly axes: readonly number[] } | undefined {
  const neutral = nest.combine === 'sum' ? 0 : nest.combine === 'max' ? -Infinity : Infinity;
  const { value } = nest;
  const factors = value.kind === 'binary' && value.op === 'mul' && neutral === 0 ? [value.a, value.b] : [value];
  const [load, ...more] = factors.filter((factor): factor is SlotLoad => factor.kind === 'load' && !isKnown(factor, scope.known) && factor.outside === neutral);
  if (!load || more.length > 0) return undefined;
  const leaves = (index: Index, d: number): boolean => {
    const [low, high] = rangeOf(index, nest.axes);
    return low < 0 || high >= present(scope.layoutOf(load.tensor).shape[d], 'extent');
  };
  return { load, axes: load.index.filter(leaves).flatMap((index) => index.terms.map((term) => term.axis)) };
}
