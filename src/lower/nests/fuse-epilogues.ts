// Fuses elementwise ops into the nests before them, because here it is known who else reads a value.
//
//   nest conv1: sum -> %3                     nest conv1: sum -> %4
//   nest relu:  relu(%3) -> %4           =>     then relu(acc)

import { partsOf } from '../../ir/nest.ts';
import type { Index } from '../../ir/nest.ts';
import { nestLoads } from './nest-loads.ts';
import { slotsRead, type PlacedGraph, type PlacedNest, type SlotExpr, type SlotName } from './placed-nest.ts';
import { substituteExpr } from './substitute.ts';
import { walkerOf } from './walker.ts';

/**
 * Parts of a finish that an epilogue may read several times: whatever walks the expression meets them as often. Fusing behind more than a
 * sum with a bias saves next to no time.
 */
const mostRepeated = 3;

function sizeOfExpr(expr: SlotExpr): number {
  return partsOf(expr).reduce((size, part) => size + sizeOfExpr(part), 1);
}

/** Whether dimension d is walked by axis d alone. */
function walksPlainly(nest: PlacedNest, at: readonly Index[]): boolean {
  return at.every((index, d) => walkerOf(index) === d || (index.offset === 0 && index.terms.length === 0 && nest.axes[d]?.extent === 1));
}

/**
 * Fuses elementwise epilogues (relu, add) into the nests that write their operand, where nobody else reads
 * it. `kept` are slots that must exist: outputs, state, views.
 *
 * One walk suffices, since nests stand in the order of the graph: whatever an epilogue reads is what it is going to be
 * when its turn comes, and who else reads that still does when it is fused.
 */
export function fuseEpilogues(graph: PlacedGraph, kept: ReadonlySet<SlotName>): PlacedGraph {
  /** What stands where each nest of the graph stood. Where a value has several writers, all go where the epilogue was. */
  const places = graph.nests.map((nest): readonly PlacedNest[] => [nest]);
  const readers = placesBy(graph.nests, slotsRead);
  const writers = placesBy(graph.nests, ({ write }) => [write.tensor]);
  const viewed = new Set(graph.views.map(({ from }) => from));
  const writersOf = (slot: SlotName): readonly PlacedNest[] => [...(writers.get(slot) ?? [])].flatMap((at) => places[at] ?? []);
  const isReadOnce = (slot: SlotName): boolean => !kept.has(slot) && !viewed.has(slot) && readers.get(slot)?.size === 1;
  const replace = (at: number, nests: readonly PlacedNest[]): void => {
    for (const slot of (places[at] ?? []).flatMap(slotsRead)) readers.get(slot)?.delete(at);
    for (const slot of nests.flatMap(slotsRead)) readers.get(slot)?.add(at);
    places[at] = nests;
  };
  for (const [at, nest] of graph.nests.entries()) {
    const slot = fusedOperand(nest, isReadOnce, writersOf);
    if (slot === undefined) continue;
    const merged = writersOf(slot).map((writer) => withFinish(writer, nest, slot));
    for (const from of writers.get(slot) ?? []) replace(from, []);
    replace(at, merged);
  }
  return { ...graph, nests: places.flat() };
}

/** Where the nests stand that touch a slot, in order. */
function placesBy(nests: readonly PlacedNest[], slotsOf: (nest: PlacedNest) => readonly SlotName[]): ReadonlyMap<SlotName, Set<number>> {
  const places = new Map<SlotName, Set<number>>();
  for (const [at, nest] of nests.entries()) {
    for (const slot of slotsOf(nest)) places.set(slot, (places.get(slot) ?? new Set()).add(at));
  }
  return places;
}

/** The operand whose writers can take an epilogue over; undefined where there is none, or the nest is no epilogue. */
function fusedOperand(nest: PlacedNest, isReadOnce: (slot: SlotName) => boolean, writersOf: (slot: SlotName) => readonly PlacedNest[]): SlotName | undefined {
  if (!nest.epilogue || nest.combine !== 'store' || nest.finish || !walksPlainly(nest, nest.write.index)) return undefined;
  const loads = nestLoads(nest);
  return [...new Set(loads.map(({ tensor }) => tensor))].find((slot) => {
    const reads = loads.filter(({ tensor }) => tensor === slot);
    if (!isReadOnce(slot) || !reads.every(({ outside, index }) => outside === undefined && index.length === nest.axes.length && walksPlainly(nest, index))) return false;
    const writers = writersOf(slot);
    if (writers.length === 0 || !writers.every(fusable)) return false;
    return reads.length === 1 || !writers.some(({ finish }) => finish && sizeOfExpr(finish) > mostRepeated);
  });
}

/** A nest that writes each of its elements once: a sum, or a value that is stored, but no view's copy. */
function fusable({ combine, initial, axes, value }: PlacedNest): boolean {
  if (axes.some((axis) => axis.kind === 'sequential')) return false;
  return combine === 'store' ? value.kind !== 'load' : combine === 'sum' && initial !== 'keep' && axes.some((axis) => axis.kind === 'reduce');
}

/** The writer of what an epilogue reads as `slot`, which writes what the epilogue does. */
function withFinish(writer: PlacedNest, { value, write }: PlacedNest, slot: SlotName): PlacedNest {
  const inner: SlotExpr = writer.finish ?? { kind: 'accumulator' };
  const finish = substituteExpr(value, writer.write.index, (load) => (load.tensor === slot ? inner : undefined));
  return { ...writer, write: { tensor: write.tensor, index: writer.write.index }, finish, epilogue: false };
}
