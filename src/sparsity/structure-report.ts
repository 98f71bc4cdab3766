// What a network consists of before and after elimination: rows and columns of every layer with weights,
// weights (without biases) and multiply-accumulates. Counted on the compacted graph itself, so that a dead
// filter of one layer is a missing channel of the next, as in Table 2 of Wen et al., 2016.

import { present } from '../base/invariant.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Node, Program } from '../ir/graph.ts';
import type { Op, OpRegistry, WeightMatrices } from '../ir/op.ts';
import { inputShapes, parameterNames } from './constant-maps.ts';

/** `[kept, total]` */
export type Kept = readonly [kept: number, total: number];

/** A layer has the fields that fit it: convolutions the first three, dense layers inputs and outputs. */
export interface LayerReport {
  readonly name: string;
  /** In the dense network. */
  readonly op: string;
  readonly filters?: Kept;
  /** Input channels that the layer reads, over all convolution groups. */
  readonly channels?: Kept;
  /** Columns of the weight matrices, over all convolution groups. */
  readonly fibers?: Kept;
  readonly inputs?: Kept;
  readonly outputs?: Kept;
  readonly weights: Kept;
  /** Of one sample. */
  readonly macs: Kept;
}

export interface BeforeAfter {
  readonly dense: number;
  readonly compacted: number;
}

export interface StructureReport {
  readonly layers: readonly LayerReport[];
  /** Of one sample. */
  readonly macs: BeforeAfter;
  /** Of the convolutions alone, the papers' FLOP column. */
  readonly convMacs: BeforeAfter;
  readonly weights: BeforeAfter;
}

/** @param compacted What the passes made of `dense`: layers are recognised by the names of their weights. */
export function structureReport(dense: Program, compacted: Program, ops: OpRegistry): StructureReport {
  const after = new Map(weightLayers(compacted, ops).map((layer) => [layer.weightName, layer]));
  const pairs = weightLayers(dense, ops).map((before) => ({ before, after: after.get(before.weightName) }));
  const sum = (layers: typeof pairs, of: (layer: WeightLayer) => number): BeforeAfter => ({
    dense: layers.reduce((total, pair) => total + of(pair.before), 0),
    compacted: layers.reduce((total, pair) => total + (pair.after ? of(pair.after) : 0), 0),
  });
  return {
    layers: pairs.map((pair) => layerReport(pair.before, pair.after)),
    macs: sum(pairs, (layer) => layer.macs),
    convMacs: sum(pairs.filter(({ before }) => before.structures.has('filters')), (layer) => layer.macs),
    weights: sum(pairs, (layer) => layer.weights),
  };
}

interface WeightLayer {
  readonly name: string;
  readonly op: string;
  readonly weightName: string;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly weights: number;
  readonly macs: number;
  /** Structures that the op's penalties know. */
  readonly structures: ReadonlySet<string>;
}

function layerReport(before: WeightLayer, after: WeightLayer | undefined): LayerReport {
  const kept = (of: (layer: WeightLayer) => number): Kept => [after ? of(after) : 0, of(before)];
  const has = (structure: string): boolean => before.structures.has(structure);
  return {
    name: before.name,
    op: before.op,
    ...(has('filters') && { filters: kept((layer) => layer.rows) }),
    ...(has('channels') && { channels: kept((layer) => layer.channels) }),
    ...(has('fibers') && { fibers: kept((layer) => layer.columns) }),
    ...(has('inputs') && { inputs: kept((layer) => layer.channels) }),
    ...(has('neurons') && { outputs: kept((layer) => layer.rows) }),
    weights: kept((layer) => layer.weights),
    macs: kept((layer) => layer.macs),
  };
}

function weightLayers(program: Program, ops: OpRegistry): readonly WeightLayer[] {
  const nodes = nodeMap(program.graph);
  const names = parameterNames(program);
  return program.graph.nodes.flatMap((node) => {
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const matrices = op.matrices?.(node.attrs, shapes);
    const weightName = matrices && names.get(node.inputs[matrices.weight]?.node ?? -1);
    if (!matrices || weightName === undefined) return [];
    return [
      {
        name: node.layer ?? weightName,
        op: node.op,
        weightName,
        rows: matrices.parts.reduce((sum, part) => sum + part.rows, 0),
        columns: matrices.parts.reduce((sum, part) => sum + part.channels.length, 0),
        channels: new Set(matrices.parts.flatMap((part) => part.channels)).size,
        weights: matrices.parts.reduce((sum, part) => sum + part.rows * part.channels.length, 0),
        macs: (op.macs?.(node.attrs, shapes) ?? 0) / program.graph.batch.samples,
        structures: structureNames(node, op, matrices, shapes),
      },
    ];
  });
}

function structureNames(node: Node, op: Op, matrices: WeightMatrices, shapes: ReturnType<typeof inputShapes>): ReadonlySet<string> {
  return new Set(op.syntax?.penalizes?.(node.attrs, shapes.slice(0, matrices.weight)).map(({ structure }) => structure));
}
