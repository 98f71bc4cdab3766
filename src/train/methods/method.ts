// The contract of a method: how a phase that penalises brings groups to zero. One file a method; index.ts lists them.

import type { GraphBuilder } from '../../ir/builder.ts';
import type { Graph } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { CrossingScheme, MethodName, MethodSettings, OptimizerSpec, Penalty } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { ParameterValues } from '../../sparsity/norms.ts';
import type { MaskedTensors } from '../masks.ts';
import type { TrainedParameter, Updated, UpdateScalars } from '../optimizers/optimizer.ts';

export interface UpdateRule {
  readonly optimizer: OptimizerSpec;
  readonly method: MethodName;
  readonly crossing: CrossingScheme;
  /** In the order of treatment (sparsity/treatment.ts). */
  readonly penalties: readonly GroupSet[];
}

/** A number for each group of a set: those with the largest stay. */
export type Salience = (set: GroupSet, values: ParameterValues) => Float64Array;

/** A setting as the language offers it, in a `sparsity` block. */
export interface MethodSetting {
  /** `positive`: a number above 0. `from_one`: one from 1. `count`: a whole number from 1. */
  readonly type: 'positive' | 'from_one' | 'count';
  readonly default: number;
  /** There were runs before it, which were as its default is: what a run is does not tell the default. */
  readonly isLater?: true;
}

export interface Method {
  /** As the language writes it. */
  readonly name: MethodName;
  /** The kind of penalties that it brings about. */
  readonly takes: Penalty['kind'];
  readonly settings: Readonly<Record<string, MethodSetting>>;
  /** Of a method that takes budgets: by what it ranks groups. */
  readonly salience?: Salience;
  /** What `explain` says of it: whole lines. */
  readonly explanation: (settings: MethodSettings) => string;
  /** What it adds where groups lie in one another. */
  readonly ofNested?: string;
  /** What it adds where groups of `layers` cross; absent: it treats all alike, and there is nothing to choose. */
  readonly ofCrossing?: Readonly<Record<CrossingScheme, (layers: string) => string>>;
  /** Appends one step: every parameter by name. Parameters of the graph that it adds live from step to step and lie in checkpoints. */
  readonly step: (builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars) => ReadonlyMap<string, Updated>;
  /** Once as a phase that penalises begins, before its first step. */
  readonly begin?: (moment: Moment) => void;
  /** Between steps of such a phase. */
  readonly between?: {
    /** Steps from one time to the next. */
    readonly every: (settings: MethodSettings, steps: PhaseSteps) => number;
    readonly apply: (moment: Moment) => Applied;
  };
  /** Once as such a phase ends, behind its last step. */
  readonly end?: (moment: Moment) => void;
}

export interface PhaseSteps {
  readonly inEpoch: number;
  readonly inPhase: number;
}

/** What a method is told when it acts outside of steps. */
export interface Moment {
  /** The network's forward graph. */
  readonly graph: Graph;
  readonly ops: OpRegistry;
  /** In the order of treatment. */
  readonly sets: readonly GroupSet[];
  /** All tensors of the phase, which it may change. */
  readonly held: MaskedTensors;
  /** Of the optimizer. */
  readonly buffers: readonly string[];
  readonly settings: MethodSettings;
  /** Of the last step. */
  readonly rate: number;
  readonly steps: PhaseSteps;
  /** Steps of the phase that are done. */
  readonly done: number;
}

export interface Applied {
  /** Whether tensors were changed. */
  readonly isChanged: boolean;
  readonly residuals?: readonly Residual[];
}

/** How far a layer is from what a method splits it into (Boyd et al., 2011, section 3.3). */
export interface Residual {
  readonly layer: string;
  /** ||W - Z|| */
  readonly primal: number;
  /** rho * ||Z - Z before|| */
  readonly dual: number;
}
