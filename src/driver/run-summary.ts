// summary.json: what came of a run, for machines.

import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { ParameterData } from '../ir/graph.ts';
import { runPasses, compaction } from '../passes/pipeline.ts';
import { structureReport } from '../sparsity/structure-report.ts';
import type { StructureReport } from '../sparsity/structure-report.ts';
import type { PhaseErrors } from './run-checkpoint.ts';

export interface RunSummary extends PhaseErrors, StructureReport {
  readonly network: string;
  readonly dataset: string;
  readonly seed: number;
  readonly seconds: number;
}

export interface RunResults extends PhaseErrors {
  readonly dataset: string;
  readonly seed: number;
  readonly seconds: number;
}

/** @param parameters At the end of the run, by name. */
export function summarize({ network }: Model, parameters: ReadonlyMap<string, ParameterData>, results: RunResults, ops: OpRegistry): RunSummary {
  const dense = { graph: network.graph, parameters };
  const { dataset, seed, seconds, error, heldOut } = results;
  const { macs, convMacs, weights, layers } = structureReport(dense, runPasses(dense, compaction, ops), ops);
  return { network: network.name, dataset, seed, seconds, error, heldOut, macs, convMacs, weights, layers };
}
