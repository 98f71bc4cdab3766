// The nests of a graph in order, each tensor named by its slot: a value, and the piece of memory that is
// planned for it. A view computes nothing: it is another slot over the memory of what it views.
//
//   %3 = conv(%0, %1, %2)          nest conv: sum of %0 * %1, then + %2  -> slot 3.0
//   %4 = flatten(%3)          =>   view 4.0 of 3.0
//   %5 = dense(%4, ...)            nest dense: sum of 4.0 * ...          -> slot 5.0

import { present } from '../../base/invariant.ts';
import { valueKey, type Graph, type Value } from '../../ir/graph.ts';
import type { Nest, TensorRef } from '../../ir/nest.ts';
import { isEpilogue } from '../../ir/op.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { copyNest } from './copy-nest.ts';
import { nestLoads } from './nest-loads.ts';

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

/**
 * @param nameOf The slot of a value.
 * @param prefix Of the names of slots that hold no value of the graph: temporaries and copies.
 */
export function placeNests(graph: Graph, ops: OpRegistry, nameOf: (value: Value) => SlotName = valueKey, prefix = ''): PlacedGraph {
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
    if (op.lowering.kind === 'view') {
      const operand = present(node.inputs[0], 'operand');
      const shape = present(shapes.get(valueKey(operand)), 'shape');
      const [from, to] = [nameOf(operand), nameOf({ node: node.id, result: 0 })];
      // A value lies as the one view of it that is windowed: another such view needs a copy.
      const raises = present(node.results[0], 'result').length > shape.length;
      const copied = raises && views.some((view) => view.to === from || (view.from === from && view.raises)) ? `${prefix}${node.id}.copy` : from;
      if (copied !== from) {
        slots.set(copied, { name: copied, shape });
        nests.push(copyNest(from, copied, shape, true));
      }
      views.push({ from: copied, to, raises });
      continue;
    }
    if (op.lowering.kind === 'leaf') continue;
    const inputShapes = node.inputs.map((value) => present(shapes.get(valueKey(value)), 'shape'));
    const lowered = op.lowering.lower(node, inputShapes, graph.batch);
    const temporary = (index: number): SlotName => `${prefix}${node.id}.t${index}`;
    const nameOfRef = (ref: TensorRef): SlotName => {
      if (ref.kind === 'input') return nameOf(present(node.inputs[ref.index], 'input'));
      if (ref.kind === 'result') return nameOf({ node: node.id, result: ref.index });
      return temporary(ref.index);
    };
    for (const [i, shape] of lowered.temporaries.entries()) slots.set(temporary(i), { name: temporary(i), shape });
    for (const shared of lowered.nests) {
      // A copy, so that each tensor reference is this node's own.
      const nest = structuredClone(shared);
      const refs = [nest.write.tensor, ...nestLoads(nest).map((load) => load.tensor)];
      nests.push({ nest, slots: new Map(refs.map((ref) => [ref, nameOfRef(ref)])), writes: nameOfRef(nest.write.tensor), op: node.op, epilogue: isEpilogue(op) && lowered.nests.length === 1 });
    }
  }
  return { nests, slots, views };
}
