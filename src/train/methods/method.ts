// The contract of a method: how a phase that penalises brings groups to zero. One file a method; index.ts lists them.

import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { CrossingScheme, MethodName } from '../../ir/network.ts';

/** A parameter, its buffers and its gradient in a training graph. */
export interface TrainedParameter {
  readonly name: string;
  readonly layer: string;
  /** Weight decay applies. */
  readonly decay: boolean;
  readonly value: Value;
  readonly momentum: Value;
  readonly gradient: Value;
  /** 1 where the parameter may live, 0 where it stays zero. */
  readonly mask?: Value;
}

export interface UpdateRule {
  readonly momentum: number;
  /** Adds decay * w to the gradient. */
  readonly decay: number;
  readonly method: MethodName;
  readonly crossing: CrossingScheme;
  /** In the order of treatment (sparsity/treatment.ts). */
  readonly penalties: readonly GroupSet[];
}

/** Run-time scalars `[]`. */
export interface UpdateScalars {
  readonly rate: Value;
  /** Multiplies every lambda. */
  readonly strength: Value;
}

/** What a step makes of a parameter. */
export interface Updated {
  readonly value: Value;
  readonly momentum: Value;
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
