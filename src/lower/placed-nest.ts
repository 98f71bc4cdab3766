// The nests of a graph in order, each tensor named by its slot: a piece of memory that holds one value.
// Views share the slot of what they view. A finish is fused into the nests before it here, because only
// here is it known who else reads a value.
//
//   %3 = conv(...)            nest conv1: sum -> %3             nest conv1: sum -> %4
//   %4 = relu(%3)        =>   nest relu:  relu(%3) -> %4   =>     then relu(acc)

import { present } from '../base/invariant.ts';
import { valueKey, type Graph, type Value } from '../ir/graph.ts';
import type { Index, IndexTerm, Nest, NestExpr, TensorRef } from '../ir/nest.ts';
import type { OpRegistry } from '../ir/op.ts';
import { copyNest } from './copy-nest.ts';

export type SlotName = string;

/** A nest whose tensors are slots. */
export interface PlacedNest {
  readonly nest: Nest;
  readonly slots: ReadonlyMap<TensorRef, SlotName>;
  readonly writes: SlotName;
  /** The op it computes; names of layers stay out of generated code. */
  readonly op: string;
  /** May become the finish of the nests before it. */
  readonly epilogue: boolean;
}

export interface SlotInfo {
  readonly name: SlotName;
  readonly shape: readonly number[];
}

export function loadsOf(expr: NestExpr): readonly Extract<NestExpr, { kind: 'load' }>[] {
  switch (expr.kind) {
    case 'constant':
    case 'index':
    case 'accumulator':
      return [];
    case 'load':
      return [expr];
    case 'unary':
      return loadsOf(expr.a);
    case 'binary':
      return [...loadsOf(expr.a), ...loadsOf(expr.b)];
    case 'select':
      return [expr.a, expr.b, expr.then, expr.otherwise].flatMap(loadsOf);
    case 'random':
      return [...loadsOf(expr.seed), ...loadsOf(expr.step)];
  }
}

export function nestLoads(nest: Nest): readonly Extract<NestExpr, { kind: 'load' }>[] {
  return [...loadsOf(nest.value), ...(nest.finish ? loadsOf(nest.finish) : [])];
}

export function slotOf(placed: PlacedNest, ref: TensorRef): SlotName {
  return present(placed.slots.get(ref), 'slot');
}

/** Slots that a nest reads, its own write included where it adds to what is there. */
export function slotsRead(placed: PlacedNest): readonly SlotName[] {
  const read = nestLoads(placed.nest).map((load) => slotOf(placed, load.tensor));
  return placed.nest.initial === 'keep' && placed.nest.combine !== 'store' ? [...read, placed.writes] : read;
}

export interface PlacedGraph {
  readonly nests: readonly PlacedNest[];
  /** Every slot a nest touches, temporaries included, and every leaf. */
  readonly slots: ReadonlyMap<SlotName, SlotInfo>;
  /** Views: the slot of a view op's result and of its operand, in graph order. */
  readonly views: readonly { readonly from: SlotName; readonly to: SlotName }[];
}

export function placeNests(graph: Graph, ops: OpRegistry, nameOf: (value: Value) => SlotName = valueKey): PlacedGraph {
  const slots = new Map<SlotName, SlotInfo>();
  const nests: PlacedNest[] = [];
  const views: { from: SlotName; to: SlotName; raises: boolean }[] = [];
  const shapes = new Map<string, readonly number[]>();
  for (const node of graph.nodes) {
    const op = present(ops.get(node.op), `op ${node.op}`);
    for (const [result, shape] of node.results.entries()) {
      const value = { node: node.id, result };
      shapes.set(valueKey(value), shape);
      slots.set(nameOf(value), { name: nameOf(value), shape });
    }
    if (op.view) {
      const operand = present(node.inputs[0], 'operand');
      const shape = present(shapes.get(valueKey(operand)), 'shape');
      const [from, to] = [nameOf(operand), nameOf({ node: node.id, result: 0 })];
      // A value lies as the one view of it that is windowed: another such view needs a copy.
      const raises = present(node.results[0], 'result').length > shape.length;
      const copied = raises && views.some((view) => view.to === from || (view.from === from && view.raises)) ? `${node.id}.copy` : from;
      if (copied !== from) {
        slots.set(copied, { name: copied, shape });
        nests.push(copyNest(from, copied, shape, true));
      }
      views.push({ from: copied, to, raises });
      continue;
    }
    if (!op.lower) continue;
    const inputShapes = node.inputs.map((value) => present(shapes.get(valueKey(value)), 'shape'));
    const lowered = op.lower(node, inputShapes, graph.batch);
    const nameOfRef = (ref: TensorRef): SlotName => {
      if (ref.kind === 'input') return nameOf(present(node.inputs[ref.index], 'input'));
      if (ref.kind === 'result') return nameOf({ node: node.id, result: ref.index });
      return `${node.id}.t${ref.index}`;
    };
    for (const [i, shape] of lowered.temporaries.entries()) slots.set(`${node.id}.t${i}`, { name: `${node.id}.t${i}`, shape });
    for (const shared of lowered.nests) {
      // A copy, so that each tensor reference is this node's own.
      const nest = structuredClone(shared);
      const refs = [nest.write.tensor, ...nestLoads(nest).map((load) => load.tensor)];
      nests.push({ nest, slots: new Map(refs.map((ref) => [ref, nameOfRef(ref)])), writes: nameOfRef(nest.write.tensor), op: node.op, epilogue: op.epilogue === true && lowered.nests.length === 1 });
    }
  }
  return { nests, slots, views };
}

/** Replaces axis d of an expression by the index `at[d]`, a load of `replaced` by `by`. */
export function substituteExpr(expr: NestExpr, at: readonly Index[], replaced: (load: Extract<NestExpr, { kind: 'load' }>) => NestExpr | undefined): NestExpr {
  const part = (inner: NestExpr): NestExpr => substituteExpr(inner, at, replaced);
  const index = (old: Index): Index => {
    let offset = old.offset;
    const terms: IndexTerm[] = [];
    for (const term of old.terms) {
      const to = present(at[term.axis], 'write index');
      if ('table' in term) {
        terms.push(...to.terms.map((inner) => ({ axis: inner.axis, table: term.table })));
        continue;
      }
      offset += term.factor * to.offset;
      terms.push(...to.terms.map((inner): IndexTerm => ('table' in inner ? { axis: inner.axis, table: inner.table.map((entry) => entry * term.factor) } : { axis: inner.axis, factor: inner.factor * term.factor })));
    }
    return { offset, terms };
  };
  switch (expr.kind) {
    case 'constant':
    case 'accumulator':
      return expr;
    case 'index':
      return { kind: 'index', index: index(expr.index) };
    case 'load': {
      const by = replaced(expr);
      return by ?? { ...expr, index: expr.index.map(index) };
    }
    case 'unary':
      return { ...expr, a: part(expr.a) };
    case 'binary':
      return { ...expr, a: part(expr.a), b: part(expr.b) };
    case 'select':
      return { ...expr, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
    case 'random':
      return { ...expr, seed: part(expr.seed), step: part(expr.step), index: index(expr.index) };
  }
}

function walksPlainly(nest: Nest, at: readonly Index[]): boolean {
  return at.every((index, d) => {
    const [term, ...more] = index.terms;
    return index.offset === 0 && more.length === 0 && (term === undefined ? nest.axes[d]?.extent === 1 : !('table' in term) && term.axis === d && term.factor === 1);
  });
}

/**
 * Fuses elementwise epilogues (relu, add) into the nests that write their operand, where nobody else reads
 * it. `kept` are slots that must exist: outputs, state, views.
 */
export function fuseEpilogues(graph: PlacedGraph, kept: ReadonlySet<SlotName>): PlacedGraph {
  let nests = [...graph.nests];
  const viewed = new Set(graph.views.flatMap((view) => [view.from]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [at, consumer] of nests.entries()) {
      const fused = consumer.epilogue ? fuseAt(nests, at, consumer, kept, viewed) : undefined;
      if (!fused) continue;
      nests = fused;
      changed = true;
      break;
    }
  }
  return { ...graph, nests };
}

function fuseAt(nests: readonly PlacedNest[], at: number, consumer: PlacedNest, kept: ReadonlySet<SlotName>, viewed: ReadonlySet<SlotName>): PlacedNest[] | undefined {
  const { nest } = consumer;
  if (nest.combine !== 'store' || nest.finish || !walksPlainly(nest, nest.write.index)) return undefined;
  for (const load of nestLoads(nest)) {
    const slot = slotOf(consumer, load.tensor);
    if (kept.has(slot) || viewed.has(slot) || load.outside !== undefined || !walksPlainly(nest, load.index)) continue;
    const readers = nests.filter((other) => slotsRead(other).includes(slot));
    const writers = nests.filter((other) => other.writes === slot);
    if (readers.length !== 1 || writers.length === 0 || !writers.every(fusable)) continue;
    if (nestLoads(nest).filter((other) => slotOf(consumer, other.tensor) === slot).length !== 1) continue;
    const merged = writers.map((writer): PlacedNest => {
      const inner: NestExpr = writer.nest.finish ?? { kind: 'accumulator' };
      const finish = substituteExpr(nest.value, writer.nest.write.index, (candidate) => (candidate === load ? inner : undefined));
      return {
        nest: { ...writer.nest, write: { tensor: nest.write.tensor, index: writer.nest.write.index }, finish },
        slots: new Map([...writer.slots, ...consumer.slots]),
        writes: consumer.writes,
        op: writer.op,
        epilogue: false,
      };
    });
    return nests.flatMap((other, i) => (i === at ? merged : writers.includes(other) ? [] : [other]));
  }
  return undefined;
}

/** A nest that writes each of its elements once, from a reduction. */
function fusable(writer: PlacedNest): boolean {
  const { nest } = writer;
  return nest.combine === 'sum' && nest.initial !== 'keep' && nest.axes.some((axis) => axis.kind === 'reduce') && nest.axes.every((axis) => axis.kind !== 'sequential');
}
