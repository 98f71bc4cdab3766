// What each layer of a trained network takes to store, at each grain at which it has zeros, and how often it reads and
// writes memory: zeros in place, nothing compacted.

import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Node, Program } from '../../ir/graph.ts';
import { matricesOf } from '../../ir/op.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { StructureKind } from '../../ir/structure.ts';
import { inputShapes, parameterNames } from '../constant-maps.ts';
import { weightAxesOf } from '../weight-axes.ts';
import { ladderOf } from './ladder.ts';
import { denseReferencesOf, referencesOf } from './references.ts';
import type { MemoryReferences } from './references.ts';
import { bitsOfWeight, storageOf } from './storage.ts';
import type { Storage } from './storage.ts';

export interface GrainStorage extends Storage {
  readonly grain: StructureKind;
}

export interface LayerGranularity {
  readonly name: string;
  readonly weights: number;
  readonly nonzero: number;
  /** Grains of which at least one is zero, finest first. */
  readonly storage: readonly GrainStorage[];
  /** Of the grain that takes the fewest bits, or of all weights without indices where that is less. */
  readonly leastBits: number;
  readonly references: MemoryReferences;
  /** If none of its weights were zero. */
  readonly denseReferences: MemoryReferences;
}

export interface GranularityReport {
  /** Layers with weights that structures divide, in the order of the network. */
  readonly layers: readonly LayerGranularity[];
  /** Sums over the layers. */
  readonly weights: number;
  readonly nonzero: number;
  /** Each layer at its best grain. */
  readonly leastBits: number;
  readonly denseBits: number;
  readonly references: MemoryReferences;
  readonly denseReferences: MemoryReferences;
}

/** @param program As trained, before any pass. */
export function granularityReport(program: Program, ops: OpRegistry): GranularityReport {
  const nodes = nodeMap(program.graph);
  const names = parameterNames(program);
  const layers = program.graph.nodes.flatMap((node) => layerGranularity(node, nodes, names, program, ops) ?? []);
  const sum = (of: (layer: LayerGranularity) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const weights = sum((layer) => layer.weights);
  return {
    layers,
    weights,
    nonzero: sum((layer) => layer.nonzero),
    leastBits: sum((layer) => layer.leastBits),
    denseBits: bitsOfWeight * weights,
    references: sumOf(layers.map(({ references }) => references)),
    denseReferences: sumOf(layers.map(({ denseReferences }) => denseReferences)),
  };
}

function layerGranularity(node: Node, nodes: ReadonlyMap<number, Node>, names: ReadonlyMap<number, string>, program: Program, ops: OpRegistry): LayerGranularity | undefined {
  const op = present(ops.get(node.op), `op ${node.op}`);
  const shapes = inputShapes(node, nodes);
  const [axes, matrices, slides] = [weightAxesOf(node, nodes, ops), matricesOf(op, node.attrs, shapes), op.slides?.(node.attrs, shapes)];
  const name = matrices && names.get(node.inputs[matrices.weight]?.node ?? -1);
  if (!axes || !slides || name === undefined) return undefined;
  const { data } = present(program.parameters.get(name), name);
  const storage = ladderOf(axes).map((grain): GrainStorage => ({ grain: grain.name, ...storageOf(data, axes, grain) })).filter(({ kept, grains }) => kept < grains);
  return {
    name: node.layer ?? name,
    weights: data.length,
    nonzero: data.reduce((count, weight) => (weight === 0 ? count : count + 1), 0),
    storage,
    leastBits: Math.min(bitsOfWeight * data.length, ...storage.map(({ bits }) => bits)),
    references: referencesOf(slides, data),
    denseReferences: denseReferencesOf(slides),
  };
}

function sumOf(references: readonly MemoryReferences[]): MemoryReferences {
  const sum = (of: (each: MemoryReferences) => number): number => references.reduce((total, each) => total + of(each), 0);
  return { weights: sum((each) => each.weights), activations: sum((each) => each.activations), outputs: sum((each) => each.outputs), total: sum((each) => each.total) };
}
