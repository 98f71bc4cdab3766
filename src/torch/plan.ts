// plan.json: what an exported program trains and how, as data. All names that people have given are here and not in code.

import { present } from '../base/invariant.ts';
import type { Shape } from '../base/tensor.ts';
import type { Graph } from '../ir/graph.ts';
import type { GroupSet } from '../ir/group.ts';
import type { Model, TrainSpec } from '../ir/network.ts';
import { onlyInput, onlyOutput } from '../ir/network.ts';
import { originOf, phaseTraits, productOf } from '../ir/phase.ts';
import type { OpRegistry } from '../ir/op.ts';
import { groupSets } from '../sparsity/groups.ts';
import { keptGroups } from '../train/methods/projection.ts';
import { crossingChains } from '../sparsity/treatment.ts';
import { phaseKey } from '../train/plan.ts';
import { taskOf } from '../train/tasks/index.ts';
import { channelSteps } from './channel-steps.ts';
import type { TorchParameter } from './network-text.ts';

/** What a program is told beside its model. */
export interface PlanInputs {
  /** Parts of what makes a run the run that it is, but for its data and what it begins with. */
  readonly identity: Readonly<Record<string, string>>;
  /** What it begins with, where that is not drawn from the seed: the file it is of, and the checksum of its tensors. */
  readonly initial?: { readonly from: string; readonly sha256: string };
  /** Paths of the sources, as a run keeps them. */
  readonly sources: readonly string[];
  readonly compiler: string;
}

/** The text of the file. @param graph The forward graph up to what the loss reads. */
export function planText(model: Model, spec: TrainSpec, graph: Graph, parameters: readonly TorchParameter[], { identity, initial, sources, compiler }: PlanInputs, ops: OpRegistry): string {
  const { network, penalties, method, methodSettings } = model;
  const { phases, dataset, seed, heldOut, heldOutSpan, resize, augment, classWeights } = spec;
  const sets = groupSets(network, ops, penalties);
  const plan = {
    compiler,
    network: {
      name: network.name,
      input: onlyInput(network).shape,
      output: onlyOutput(network).shape,
      ...(network.labels && { labels: network.labels }),
      parameters: parameters.map(parameterPlan),
      channels: penalties.some(({ kind }) => kind === 'budget') ? channelSteps(graph, ops) : [],
    },
    task: taskOf(spec).name,
    data: dataset,
    seed,
    heldOut,
    saysHeldOut: heldOutSpan !== undefined,
    ...(resize && { resize }),
    ...(augment && { augment }),
    ...(classWeights && { classWeights }),
    phases: phases.map((phase, index) => ({ ...phase, ...phaseTraits[phase.kind], key: phaseKey(phases, index), origin: originOf(phases, index) })),
    product: productOf(phases),
    method,
    methodSettings,
    sets: sets.map(setPlan),
    chains: chainsOf(model, sets),
    identity,
    ...(initial && { initial }),
    sources,
  };
  return `${JSON.stringify(plan, null, 1).replaceAll(/\[\n[\d.,\s-]+\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}

function parameterPlan({ parameter: { name, shape, role, decay, initial, least }, attribute, isTrained }: TorchParameter): object {
  return { name, attribute, shape: shape satisfies Shape, role: role === 'trained' && !isTrained ? 'idle' : role, decay, initial, ...(least !== undefined && { least }) };
}

function setPlan(set: GroupSet): object {
  const { penalty, count, factor, members } = set;
  return {
    layer: penalty.layer,
    structure: penalty.structure,
    count,
    ...(penalty.kind === 'lasso' ? { threshold: penalty.strength * factor } : { keep: keptGroups(set) }),
    members,
  };
}

/** Chains of sets that a step maps one after the other, those of a cluster in turn, by the numbers of the sets. */
function chainsOf({ crossing }: Model, sets: readonly GroupSet[]): readonly (readonly (readonly number[])[])[] {
  if (sets.length === 0) return [];
  const numbers = new Map(sets.map((set, at) => [set, at]));
  const clusters = crossing === 'sequential' ? [[sets]] : crossingChains(sets);
  return clusters.map((chains) => chains.map((chain) => chain.map((set) => present(numbers.get(set), 'number of a set'))));
}
