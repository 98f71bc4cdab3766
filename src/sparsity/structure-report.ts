// What a network consists of before and after elimination: rows and columns of every layer with weights,
// weights (without biases) and multiply-accumulates. Counted on the compacted graph itself, so that a dead
// filter of one layer is a missing channel of the next, as in Table 2 of Wen et al., 2016.

import { present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Program } from '../ir/graph.ts';
import { matricesOf } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import { isConvolution, structuresOf } from '../ir/structure.ts';
import type { ReportField, Structure } from '../ir/structure.ts';
import { inputShapes, parameterNames } from './constant-maps.ts';
import { weightAxesOf } from './weight-axes.ts';

/** `[kept, total]` */
export type Kept = readonly [kept: number, total: number];

/** A layer has the fields of the structures that fit it; channels and fibers are those of all convolution groups. */
export interface LayerReport extends Readonly<Partial<Record<ReportField, Kept>>> {
  readonly name: string;
  /** In the dense network. */
  readonly op: string;
  readonly weights: Kept;
  /** Of the kept weights, those that are not zero; absent where all are not. */
  readonly nonzero?: Kept;
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
  /** Weights that are not zero; dense, all there are. */
  readonly nonzero: BeforeAfter;
  /** Of the convolutions alone. */
  readonly convNonzero: BeforeAfter;
  /** Of all parameters as f32, biases among them. */
  readonly bytes: BeforeAfter;
}

/** @param compacted What the passes made of `dense`: layers are recognised by the names of their weights. */
export function structureReport(dense: Program, compacted: Program, ops: OpRegistry): StructureReport {
  const after = new Map(weightLayers(compacted, ops).map((layer) => [layer.weightName, layer]));
  const pairs = weightLayers(dense, ops).map((before) => ({ before, after: after.get(before.weightName) }));
  const sum = (layers: typeof pairs, of: (layer: WeightLayer) => number): BeforeAfter => ({
    dense: layers.reduce((total, pair) => total + of(pair.before), 0),
    compacted: layers.reduce((total, pair) => total + (pair.after ? of(pair.after) : 0), 0),
  });
  const convolutions = pairs.filter(({ before }) => before.convolves);
  const nonzero = (layers: typeof pairs): BeforeAfter => ({ dense: sum(layers, (layer) => layer.weights).dense, compacted: sum(layers, (layer) => layer.nonzero).compacted });
  return {
    layers: pairs.map((pair) => layerReport(pair.before, pair.after)),
    macs: sum(pairs, (layer) => layer.macs),
    convMacs: sum(convolutions, (layer) => layer.macs),
    weights: sum(pairs, (layer) => layer.weights),
    nonzero: nonzero(pairs),
    convNonzero: nonzero(convolutions),
    bytes: { dense: parameterBytes(dense), compacted: parameterBytes(compacted) },
  };
}

function parameterBytes({ parameters }: Program): number {
  return 4 * [...parameters.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

interface WeightLayer {
  readonly name: string;
  readonly op: string;
  readonly weightName: string;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly weights: number;
  readonly nonzero: number;
  readonly macs: number;
  /** What reports count of it, in their order. */
  readonly counted: readonly NonNullable<Structure['report']>[];
  readonly convolves: boolean;
}

function layerReport(before: WeightLayer, after: WeightLayer | undefined): LayerReport {
  const kept = (of: (layer: WeightLayer) => number): Kept => [after ? of(after) : 0, of(before)];
  return {
    name: before.name,
    op: before.op,
    ...Object.fromEntries(before.counted.map(({ field, counts }) => [field, kept((layer) => layer[counts])])),
    weights: kept((layer) => layer.weights),
    ...(after && after.nonzero < after.weights && { nonzero: [after.nonzero, after.weights] as const }),
    macs: kept((layer) => layer.macs),
  };
}

function countNonzero(weights: Float64Array): number {
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) count++;
  return count;
}

function weightLayers(program: Program, ops: OpRegistry): readonly WeightLayer[] {
  const nodes = nodeMap(program.graph);
  const names = parameterNames(program);
  return program.graph.nodes.flatMap((node) => {
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const matrices = matricesOf(op, node.attrs, shapes);
    const weightName = matrices && names.get(node.inputs[matrices.weight]?.node ?? -1);
    if (!matrices || weightName === undefined) return [];
    const axes = weightAxesOf(node, nodes, ops);
    return [
      {
        name: node.layer ?? weightName,
        op: node.op,
        weightName,
        rows: matrices.parts.reduce((sum, part) => sum + part.rows, 0),
        columns: matrices.parts.reduce((sum, part) => sum + part.channels.length, 0),
        channels: new Set(matrices.parts.flatMap((part) => part.channels)).size,
        weights: matrices.parts.reduce((sum, part) => sum + part.rows * part.channels.length, 0),
        nonzero: countNonzero(present(program.parameters.get(weightName), weightName).data),
        macs: (op.macs?.(node.attrs, shapes) ?? 0) / program.graph.batch.samples,
        counted: axes ? structuresOf(axes).flatMap(({ report }) => report ?? []) : [],
        convolves: axes !== undefined && isConvolution(axes),
      },
    ];
  });
}
