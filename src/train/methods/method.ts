// The contract of a method: how a phase that penalises brings groups to zero. One file a method; index.ts lists them.

import type { GraphBuilder } from '../../ir/builder.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { CrossingScheme, MethodName, OptimizerSpec } from '../../ir/network.ts';
import type { TrainedParameter, Updated, UpdateScalars } from '../optimizers/optimizer.ts';

export interface UpdateRule {
  readonly optimizer: OptimizerSpec;
  readonly method: MethodName;
  readonly crossing: CrossingScheme;
  /** In the order of treatment (sparsity/treatment.ts). */
  readonly penalties: readonly GroupSet[];
}

export interface Method {
  /** As the language writes it. */
  readonly name: MethodName;
  /** What `explain` says of it: whole lines. */
  readonly explanation: string;
  /** What it adds where groups lie in one another. */
  readonly ofNested?: string;
  /** What it adds where groups of `layers` cross; absent: it treats all alike, and there is nothing to choose. */
  readonly ofCrossing?: Readonly<Record<CrossingScheme, (layers: string) => string>>;
  /** Appends one step: every parameter by name. */
  readonly step: (builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars) => ReadonlyMap<string, Updated>;
  /** Between steps of a phase that penalises: groups of a norm up to `reach` are held at zero from then on. */
  readonly freezing?: { readonly everySteps: number; readonly reach: (set: GroupSet, rate: number) => number };
}
