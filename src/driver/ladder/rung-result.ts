// What one run of a ladder came to: its errors, and what its convolutions take to store and to read at its grain.

import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Node, Program } from '../../ir/graph.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { structureNamed } from '../../ir/structure.ts';
import type { StructureKind } from '../../ir/structure.ts';
import { ops } from '../../ops/index.ts';
import { inputShapes } from '../../sparsity/constant-maps.ts';
import { axesOfLayer } from '../../sparsity/weight-axes.ts';
import { leftInPlace } from '../../sparsity/granularity/left-in-place.ts';
import type { LeftInPlace } from '../../sparsity/granularity/left-in-place.ts';
import { denseReferencesOf, referencesOf } from '../../sparsity/granularity/references.ts';
import { bitsOfWeight, storageOf } from '../../sparsity/granularity/storage.ts';
import { taskPart } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import { compact, prepare } from '../build/compact.ts';
import { answersNothing } from '../evaluation/finding.ts';
import { openModel, withWeights } from '../model/model.ts';
import { summaryOfRun } from '../run/run-reader.ts';
import type { RunSummary } from '../run/run-summary.ts';

/** Of the task. */
export interface Errors {
  /** Absent: nothing is held out. */
  readonly heldOut?: number;
  /** Of the test set; nothing is chosen by it. */
  readonly test: number;
}

/** Sums over the convolutions. */
export interface RungCosts {
  /** Weights that are not zero, of all; what elimination takes out counts as zero. */
  readonly density: number;
  /** Bits of stored weights and of their indices, at the grain that was pruned (sparsity/granularity/storage.ts). */
  readonly weightBits: number;
  readonly indexBits: number;
  readonly bits: number;
  /** Zeros that are stored because a gap is too long for one index. */
  readonly paddingZeros: number;
  /** Of the dense weights, 8 bits each. */
  readonly denseBits: number;
  /** Memory references of one sample, by the model of references.ts. */
  readonly references: number;
  readonly denseReferences: number;
}

export interface RungResult extends RungCosts, OfTask {
  /** Of the network that is pruned and finetuned. */
  readonly error: Errors;
  /** Of the dense network that it began with. */
  readonly baseline: Errors;
  /** Of the dense network, trained for as long; absent: the file has no control. */
  readonly control?: Errors;
  /** That its training took, shared phases included. */
  readonly seconds: number;
  /** It answers the same to everything, or no better than by guessing. */
  readonly useless: boolean;
}

/** Of a run that has ended; undefined of another. @throws DiagnosticError `run/*` */
export function readRung(folder: string, grain: StructureKind, layers: readonly string[]): RungResult | undefined {
  const summary = summaryOfRun(folder) as RunSummary | undefined;
  if (!summary) return undefined;
  const { model, weights } = withWeights(openModel(folder, undefined, ops));
  const trained: Program = { graph: model.network.graph, parameters: weights.parameters };
  const left = leftInPlace({ trained, prepared: prepare(trained, ops), compacted: compact(trained, ops) }, ops);
  const { product, heldOut, error, evaluation, control, seconds, findings } = summary;
  const of = (phase: string, test: number | undefined): Errors => ({ ...(heldOut[phase] !== undefined && { heldOut: heldOut[phase] }), test: present(test, `error of ${phase}`) });
  const baseline = present(model.train?.phases.find(({ kind }) => !phaseTraits[kind].penalizes && !phaseTraits[kind].masks && !phaseTraits[kind].compares), 'baseline').name;
  return {
    ...taskPart(summary),
    error: of(product, evaluation.error),
    baseline: of(baseline, error[baseline]),
    ...(control !== undefined && { control: of(control, error[control]) }),
    ...costsOf(left, grain, layers),
    seconds,
    useless: answersNothing(findings),
  };
}

export function costsOf(left: LeftInPlace, grain: StructureKind, layers: readonly string[]): RungCosts {
  const nodes = nodeMap(left.program.graph);
  const costs = layers.map((layer) => layerCosts(left, nodes, grain, layer));
  const sum = (of: (each: LayerCosts) => number): number => costs.reduce((total, each) => total + of(each), 0);
  return {
    density: sum(({ nonzero }) => nonzero) / sum(({ weights }) => weights),
    weightBits: sum(({ weightBits }) => weightBits),
    indexBits: sum(({ indexBits }) => indexBits),
    bits: sum(({ weightBits, indexBits }) => weightBits + indexBits),
    paddingZeros: sum(({ paddingZeros }) => paddingZeros),
    denseBits: bitsOfWeight * sum(({ weights }) => weights),
    references: sum(({ references }) => references),
    denseReferences: sum(({ denseReferences }) => denseReferences),
  };
}

interface LayerCosts {
  readonly weights: number;
  readonly nonzero: number;
  readonly weightBits: number;
  readonly indexBits: number;
  readonly paddingZeros: number;
  readonly references: number;
  readonly denseReferences: number;
}

function layerCosts({ program, removed }: LeftInPlace, nodes: ReadonlyMap<number, Node>, grain: StructureKind, layer: string): LayerCosts {
  const { node, axes } = axesOfLayer(layer, program, ops);
  const name = `${layer}.${axes[0].suffix}`;
  const { data } = present(program.parameters.get(name), name);
  const { keptWeights, weightBits, indexBits, paddingZeros, kept, grains } = storageOf(data, axes, structureNamed(grain), {}, removed.get(name));
  const slides = present(present(ops.get(node.op), node.op).slides?.(node.attrs, inputShapes(node, nodes)), `slides of ${layer}`);
  return {
    weights: data.length,
    nonzero: data.reduce((count, weight) => (weight === 0 ? count : count + 1), 0),
    // Where nothing is left out there is nothing to index.
    ...(kept < grains ? { weightBits, indexBits, paddingZeros } : { weightBits: bitsOfWeight * keptWeights, indexBits: 0, paddingZeros: 0 }),
    references: referencesOf(slides, data).total,
    denseReferences: denseReferencesOf(slides).total,
  };
}
