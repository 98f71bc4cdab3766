// The nests of a graph in order, each tensor named by its slot: a value, and the piece of memory that is
// planned for it. A view computes nothing: it is another slot over the memory of what it views.
//
//   %3 = conv(%0, %1, %2)          nest conv: sum of %0 * %1, then + %2  -> slot 3.0
//   %4 = flatten(%3)          =>   view 4.0 of 3.0
//   %5 = dense(%4, ...)            nest dense: sum of 4.0 * ...          -> slot 5.0

import { present } from '../../base/invariant.ts';
import { valueKey, type Graph, type Node, type Value } from '../../ir/graph.ts';
import { loadReplacer, type LoadExpr, type Nest, type NestExpr, type TensorRef } from '../../ir/nest.ts';
import { isEpilogue } from '../../ir/op.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { copyNest } from './copy-nest.ts';
import { nestLoads } from './nest-loads.ts';

export type SlotName = string;
export type SlotLoad = LoadExpr<SlotName>;
export type SlotExpr = NestExpr<SlotLoad>;

/** A nest whose tensors are slots. */
export interface PlacedNest extends Nest<SlotName> {
  /** The op it computes; names of layers stay out of generated code. */
  readonly op: string;
  /** May become the finish of the nests before it. */
  readonly epilogue: boolean;
}

export interface SlotInfo {
  readonly name: SlotName;
  readonly shape: readonly number[];
}

/** Slots that a nest reads, its own write included where it adds to what is there. */
export function slotsRead(nest: PlacedNest): readonly SlotName[] {
  const read = nestLoads(nest).map((load) => load.tensor);
  return nest.initial === 'keep' && nest.combine !== 'store' ? [...read, nest.write.tensor] : read;
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
  const add = (name: SlotName, shape: readonly number[]): void => {
    slots.set(name, { name, shape });
  };
  const shapeOf = (value: Value): readonly number[] => present(slots.get(nameOf(value)), 'operand').shape;
  for (const node of graph.nodes) {
    const op = present(ops.get(node.op), `op ${node.op}`);
    for (const [result, shape] of node.results.entries()) add(nameOf({ node: node.id, result }), shape);
    if (op.lowering.kind === 'view') {
      const operand = present(node.inputs[0], 'operand');
      const shape = shapeOf(operand);
      const [from, to] = [nameOf(operand), nameOf({ node: node.id, result: 0 })];
      // A value lies as the one view of it that is windowed: another such view needs a copy.
      const raises = present(node.results[0], 'result').length > shape.length;
      const copied = raises && views.some((view) => view.to === from || (view.from === from && view.raises)) ? `${prefix}${node.id}.copy` : from;
      if (copied !== from) {
        add(copied, shape);
        nests.push(copyNest(from, copied, shape, true));
      }
      views.push({ from: copied, to, raises });
      continue;
    }
    if (op.lowering.kind === 'leaf') continue;
    const lowered = op.lowering.lower(node, node.inputs.map(shapeOf), graph.batch);
    const slotOf = slotsOf(node, nameOf, prefix);
    for (const [index, shape] of lowered.temporaries.entries()) add(slotOf({ kind: 'temporary', index }), shape);
    const epilogue = isEpilogue(op) && lowered.nests.length === 1;
    for (const nest of lowered.nests) nests.push({ ...renameTensors(nest, slotOf), op: node.op, epilogue });
  }
  return { nests, slots, views };
}

/** The slots of a node's tensors. */
function slotsOf(node: Node, nameOf: (value: Value) => SlotName, prefix: string): (ref: TensorRef) => SlotName {
  return ({ kind, index }) => {
    switch (kind) {
      case 'input':
        return nameOf(present(node.inputs[index], 'input'));
      case 'result':
        return nameOf({ node: node.id, result: index });
      case 'temporary':
        return `${prefix}${node.id}.t${index}`;
    }
  };
}

/** The same nest over tensors of other names. */
export function renameTensors<From, To>({ write, value, finish, ...rest }: Nest<From>, nameOf: (tensor: From) => To): Nest<To> {
  const renamed = loadReplacer<LoadExpr<From>, LoadExpr<To>>((load) => ({ ...load, tensor: nameOf(load.tensor) }));
  return { ...rest, write: { tensor: nameOf(write.tensor), index: write.index }, value: renamed(value), ...(finish && { finish: renamed(finish) }) };
}
