// What there is to say of a model, and of its weights where there are some.

import type { Program } from '../../ir/graph.ts';
import { onlyInput } from '../../ir/network.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureNamed, structureTitle } from '../../ir/structure.ts';
import type { Structure } from '../../ir/structure.ts';
import { describeFate } from '../../sparsity/describe-fate.ts';
import { groupFates } from '../../sparsity/group-fate.ts';
import { granularityReport } from '../../sparsity/granularity/granularity-report.ts';
import type { GranularityReport } from '../../sparsity/granularity/granularity-report.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import type { BeforeAfter, StructureReport } from '../../sparsity/structure-report.ts';
import { compact, prepare } from '../build/compact.ts';
import type { Finding, RunErrors } from '../evaluation/finding.ts';
import { findingsOf } from '../evaluation/findings.ts';
import { usedInputs } from './input-map.ts';
import type { InputMap } from './input-map.ts';
import { summarizeNetwork } from './network-summary.ts';
import type { NetworkSummary } from './network-summary.ts';
import { crossingLayers, hasNested, summarizePenalties } from './penalty-summary.ts';
import type { PenaltySummary } from './penalty-summary.ts';

/** Groups of one penalty that share a fate. */
export interface FateSummary {
  readonly kind: string;
  /** In words. */
  readonly what: string;
  readonly count: number;
  /** Group numbers, ascending; absent of fine grains, of which there are too many to list. */
  readonly groups?: readonly number[];
}

/** What became of the groups of one penalty. */
export interface PenaltyFates {
  /** As in {@link PenaltySummary}. */
  readonly layer: string;
  readonly layers: readonly string[];
  readonly structure: string;
  readonly total: number;
  readonly fates: readonly FateSummary[];
}

export interface TrainedExplanation {
  /** What is wrong with the result, if anything. */
  readonly findings: readonly Finding[];
  readonly structure: StructureReport;
  /** Of all parameters as f32. */
  readonly bytes: BeforeAfter;
  readonly fates: readonly PenaltyFates[];
  /** Where the first layer with weights reads the image itself. */
  readonly inputs?: InputMap;
}

export interface Explanation {
  readonly network: NetworkSummary;
  readonly method: Model['method'];
  readonly methodSettings: Model['methodSettings'];
  readonly total?: Model['total'];
  /** The name of the `sparsity` block that the penalties are of, where it has one. */
  readonly sparsity?: string;
  /** In the order of the sequential map. */
  readonly penalties: readonly PenaltySummary[];
  /** Layers whose groups cross, and how they are treated. */
  readonly crossing: readonly string[];
  readonly scheme: Model['crossing'];
  /** Whether groups lie in one another. */
  readonly nested: boolean;
  readonly trained?: TrainedExplanation;
  /** What the zeros of the weights save, where that is asked for and there are weights. */
  readonly storage?: GranularityReport;
}

export interface ExplainRequest {
  /** Count what zeros save, too: bits of stored weights at each grain, and memory references. It takes seconds for large networks. */
  readonly storage?: boolean;
}

/** @param errors Of the run that the parameters come from. */
export function explainModel(model: Model, parameters: Program['parameters'] | undefined, errors: RunErrors | undefined, ops: OpRegistry, { storage = false }: ExplainRequest = {}): Explanation {
  const penalties = summarizePenalties(model, ops);
  return {
    network: summarizeNetwork(model, ops),
    method: model.method,
    methodSettings: model.methodSettings,
    ...(model.total && { total: model.total }),
    ...(model.sparsity !== undefined && { sparsity: model.sparsity }),
    penalties,
    crossing: crossingLayers(model, ops),
    scheme: model.crossing,
    nested: hasNested(model, ops),
    ...(parameters && { trained: explainTrained(model, parameters, errors, ops) }),
    ...(parameters && storage && { storage: granularityReport({ graph: model.network.graph, parameters }, ops) }),
  };
}

function explainTrained(model: Model, parameters: Program['parameters'], errors: RunErrors | undefined, ops: OpRegistry): TrainedExplanation {
  const { network, penalties } = model;
  const trained: Program = { graph: network.graph, parameters };
  const prepared = prepare(trained, ops);
  const compacted = compact(trained, ops);
  const inputs = network.inputs.length === 1 ? usedInputs(compacted, onlyInput(network).shape, ops) : undefined;
  const structure = structureReport(trained, compacted, ops);
  return {
    findings: findingsOf(model, parameters, errors, ops),
    structure,
    bytes: structure.bytes,
    fates: groupFates({ trained, prepared, compacted }, groupSets(network, ops, penalties), ops).map(({ set: { penalty, layers, count }, fates }) => ({
      layer: penalty.layer,
      layers,
      structure: structureTitle(penalty),
      total: count,
      fates: summarizeFates(fates, isListed(structureNamed(penalty.structure))),
    })),
    ...(inputs && { inputs }),
  };
}

/** Rows and columns are few enough to be listed; so are rows of several layers, layers and branches. */
function isListed({ key, report }: Structure): boolean {
  return report !== undefined || key === 'coupled' || key === 'branch' || key.length === 0;
}

function summarizeFates(fates: ReturnType<typeof groupFates>[number]['fates'], listed: boolean): readonly FateSummary[] {
  const found = new Map<string, { kind: string; what: string; groups: number[] }>();
  for (const [group, fate] of fates.entries()) {
    const what = describeFate(fate);
    const entry = found.get(what) ?? { kind: fate.kind, what, groups: [] };
    entry.groups.push(group);
    found.set(what, entry);
  }
  return [...found.values()].map(({ kind, what, groups }) => ({ kind, what, count: groups.length, ...(listed && { groups }) }));
}
