// summary.json: what came of a run, for machines.

import type { Model, NetworkBudget } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { ParameterData } from '../../ir/graph.ts';
import type { PhaseEnds } from '../../ir/phase.ts';
import { runPasses, compaction } from '../../passes/pipeline.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import type { StructureReport } from '../../sparsity/structure-report.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Finding } from '../evaluation/finding.ts';
import { findingsOf } from '../evaluation/findings.ts';
import type { SampleKind } from './run-facts.ts';
import type { InitialSummary } from './run-initial.ts';
import type { StrengthSearch } from '../../sparsity/strengths.ts';
import type { BudgetShares } from './budget-shares.ts';

/** By the name of the phase: of the test set for `error`, of the held-out samples for `heldOut`. */
export interface PhaseErrors {
  readonly error: Readonly<Record<string, number>>;
  readonly heldOut: Readonly<Record<string, number>>;
}

export interface RunResults extends PhaseErrors, PhaseEnds, OfTask {
  readonly dataset: string;
  /** Names of the outputs: the source's, else the data's; absent: neither has any. */
  readonly labels?: readonly string[];
  readonly samples: SampleKind;
  /** The test error of always answering the same: the most frequent class, or the mean. */
  readonly chance: number;
  readonly seed: number;
  /** What the run began with; absent: all was drawn from the seed. */
  readonly initial?: InitialSummary;
  readonly seconds: number;
  /** How penalties have shared a budget of the whole network, and what was tried. */
  readonly shared?: BudgetShares & { readonly budget: NetworkBudget };
  /** Of strengths for a budget of the whole network: what was tried, and by the position of which the run went on. */
  readonly search?: StrengthSearch & { readonly budget: NetworkBudget };
  /** The phase that the run's weights come from. */
  readonly product: string;
  /** The phase that trained the dense network on for comparison; absent: none did. */
  readonly control?: string;
  /** By phase: epochs of training that its weights have had in this run, those of the phases on the way to it included. */
  readonly epochs: Readonly<Record<string, number>>;
  /**
   * Of the module that `build` makes of the run, on the test set. Its error may differ from the `error` of the
   * phase by samples whose scores are equal up to rounding.
   */
  readonly evaluation: Evaluation;
}

export interface RunSummary extends RunResults, StructureReport {
  readonly network: string;
  /** What is wrong with the result, if anything. */
  readonly findings: readonly Finding[];
}

/** Indented text, but lists of numbers in one line each: a matrix is a line a row. No text of JSON holds a line break. */
export function summaryJson(summary: RunSummary): string {
  return `${JSON.stringify(summary, null, 2).replaceAll(/\[\n[\d.,\s]+\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}

/** @param parameters At the end of the run, by name. */
export function summarize(model: Model, parameters: ReadonlyMap<string, ParameterData>, results: RunResults, ops: OpRegistry): RunSummary {
  const { network } = model;
  const dense = { graph: network.graph, parameters };
  const { layers, ...counts } = structureReport(dense, runPasses(dense, compaction, ops), ops);
  return { network: network.name, findings: findingsOf(model, parameters, results, ops), ...results, ...counts, layers };
}
