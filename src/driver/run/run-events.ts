// What a run tells while it goes on.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { InitReport } from '../weights/initial-weights.ts';
import type { NetworkBudget, StructureKind } from '../../ir/network.ts';
import type { Attempt } from '../../sparsity/strengths.ts';
import type { Residual } from '../../train/methods/method.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import type { BudgetShares } from './budget-shares.ts';

export interface GroupCount {
  readonly layer: string;
  readonly structure: StructureKind;
  readonly alive: number;
  readonly total: number;
}

/** Before the first step of a session. */
export interface BeginEvent {
  readonly kind: 'begin';
  /** What became of the weights given to begin with. */
  readonly initial?: InitReport;
  /** What a person should know; nothing is wrong. */
  readonly warnings: readonly Diagnostic[];
}

export interface StepEvent extends OfTask {
  readonly kind: 'step';
  /** Its name. */
  readonly phase: string;
  /** Of a search of strengths, from 1: its phase is trained several times. */
  readonly attempt?: number;
  /** From 1, of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in the whole run, of `totalSteps`. */
  readonly step: number;
  readonly totalSteps: number;
  /** Mean of the last batch. */
  readonly loss: number;
  readonly rate: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
}

/** Also a line of metrics.jsonl. */
export interface EpochEvent extends OfTask {
  readonly kind: 'epoch';
  /** Its name. */
  readonly phase: string;
  /** As of a step. */
  readonly attempt?: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly rate: number;
  /** Means over the epoch, as the weights went by. */
  readonly training: { readonly loss: number; readonly error: number };
  /** After the epoch; absent where nothing is held out. A loss that is not finite is null in the file. */
  readonly heldOut?: { readonly loss: number; readonly error: number };
  /** The epoch with the least held-out error so far; absent where the phase does not go by it. */
  readonly best?: number;
  /** No epoch follows, though more were to. */
  readonly stopped?: true;
  readonly groups: readonly GroupCount[];
  /** Of the method, where it has any as the epoch ends. */
  readonly residuals?: readonly Residual[];
  /** Since the run began. */
  readonly seconds: number;
  readonly secondsLeft: number;
}

export interface PhaseEvent extends OfTask {
  readonly kind: 'phase';
  /** Its name. */
  readonly phase: string;
  /** Of the test set. */
  readonly error: number;
  readonly heldOut?: number;
  /** The epoch after which it has stopped, of those it was to have. */
  readonly stopped?: { readonly epoch: number; readonly epochs: number };
  /** The epoch whose weights it has ended with, where it keeps the best. */
  readonly kept?: number;
}

/** How layers share the budget of the whole network, and what was tried for it. */
export interface SharesEvent extends BudgetShares, OfTask {
  readonly kind: 'shares';
  readonly phase: string;
  readonly budget: NetworkBudget;
}

/** Strengths of lassos were trained with, all times a factor, in search of those for a budget of the whole network. */
export interface AttemptEvent extends Attempt, OfTask {
  readonly kind: 'attempt';
  readonly phase: string;
  /** From 1, of `most` at most. */
  readonly number: number;
  readonly most: number;
  readonly budget: NetworkBudget;
  /** What the whole network has. */
  readonly dense: number;
  /** The most that may be left. */
  readonly limit: number;
}

/** The search has ended. */
export interface StrengthsEvent extends Attempt {
  readonly kind: 'strengths';
  readonly phase: string;
  /** The number of the attempt that the run goes on with. */
  readonly attempt: number;
  readonly budget: NetworkBudget;
  readonly dense: number;
  readonly limit: number;
  readonly strengths: readonly { readonly layer: string; readonly structure: StructureKind; readonly strength: number }[];
}

export type TrainEvent = BeginEvent | SharesEvent | AttemptEvent | StrengthsEvent | StepEvent | EpochEvent | PhaseEvent;
