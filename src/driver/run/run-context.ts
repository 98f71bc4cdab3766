// What stays the same through a run.

import { availableParallelism } from 'node:os';
import type { RunOptions } from './train-options.ts';
import type { Engine } from '../../engine/engine.ts';
import type { PhaseRequest } from '../../engine/phase-module.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { Model, TrainSpec } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import type { RunPlan } from '../../train/plan.ts';
import type { RunData } from './run-data.ts';
import type { RunFolder } from './run-folder.ts';

export interface Run {
  readonly model: Model;
  readonly spec: TrainSpec;
  readonly plan: RunPlan;
  readonly data: RunData;
  readonly engine: Engine;
  readonly groups: readonly GroupSet[];
  /** As the engine knows them, in the order of the plan's. */
  readonly phases: readonly PhaseRequest[];
  readonly folder: RunFolder;
  readonly options: RunOptions;
  /** The caller wants the run to stop, or its lock is lost. */
  readonly stop: AbortSignal;
  /** Spent so far, earlier sessions included. */
  readonly seconds: () => number;
  /** Of a search of strengths (search-strengths.ts): the number of the one that is trained, and its factor. */
  readonly attempt?: { readonly number: number; readonly factor: number };
  /** Where this session began, for the rate of steps. */
  readonly began: { readonly step: number; readonly seconds: number };
}

/** What a phase is entered and evaluated with: a run without its folder. */
export type PhaseContext = Pick<Run, 'model' | 'spec' | 'plan' | 'data' | 'engine' | 'groups' | 'phases'>;

/** Shards of a batch are at most so many. */
const mostThreads = 8;

/** More threads than cores would wait for each other, each until the others had their turn. */
export function threadsOf(most: number = mostThreads): number {
  return Math.min(most, availableParallelism());
}

/** What each phase penalises and masks; where nothing is ever penalised, nothing is masked. */
export function phaseRequests({ phases }: TrainSpec, groups: readonly GroupSet[]): readonly PhaseRequest[] {
  const members = new Set(groups.flatMap((set) => set.members.map(({ parameter }) => parameter)));
  const sparsified = phases.some(({ kind }) => phaseTraits[kind].penalizes);
  return phases.map((spec) => ({
    spec,
    groups: phaseTraits[spec.kind].penalizes ? groups : [],
    masked: sparsified && phaseTraits[spec.kind].masks ? members : new Set(),
  }));
}

/** How fast this session goes, and how long the rest takes at that rate. */
export function paceOf({ plan, began, seconds }: Run, step: number): { readonly stepsPerSecond: number; readonly secondsLeft: number } {
  const stepsPerSecond = (step - began.step) / Math.max(seconds() - began.seconds, 1e-3);
  return { stepsPerSecond, secondsLeft: stepsPerSecond > 0 ? (plan.totalSteps - step) / stepsPerSecond : 0 };
}
