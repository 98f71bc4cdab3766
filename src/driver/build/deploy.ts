// From trained weights to the network that a module computes: passes, and where weights are to take fewer bits, rounding
// and elimination once more, since what has become zero may be in nobody's way any longer.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { WeightType } from '../../emit/weight-types/weight-type.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { roundWeights } from '../../passes/round-weights.ts';
import type { RoundedParameter, RoundedProgram } from '../../passes/round-weights.ts';
import { refuseDeadNetwork } from '../evaluation/findings.ts';
import { unwatched } from '../model/watch.ts';
import type { Watch } from '../model/watch.ts';
import type { BuildInput } from './build.ts';
import { compact, simplify } from './compact.ts';
import { storedDiagnostics } from './stored-diagnostics.ts';

export interface DeployOptions {
  /** The network uncompacted. */
  readonly dense: boolean;
  /** How weights are stored; absent: in f32. */
  readonly weightsAs?: WeightType;
}

export interface Deployment {
  readonly trained: Program;
  /** What passes have made of it. */
  readonly exact: Program;
  /** The same with its weights rounded, and how far each parameter is off; absent where they stay as they are. */
  readonly rounded?: { readonly program: Program; readonly parameters: readonly RoundedParameter[] };
  /** What is lowered. */
  readonly program: Program;
}

/** @throws DiagnosticError `result/dead-layer`, `stored/*` for weights that the type does not hold, `fit/*` */
export function deploy({ model, weights: { parameters } }: BuildInput, { dense, weightsAs }: DeployOptions, ops: OpRegistry, watch: Watch = unwatched): Deployment {
  const trained: Program = { graph: model.network.graph, parameters };
  if (!dense) refuseDeadNetwork(model, parameters, ops);
  const exact = dense ? simplify(trained, ops, watch) : compact(trained, ops, watch);
  if (!weightsAs) return { trained, exact, program: exact };
  const rounded = roundWeights(exact, ops, weightsAs);
  refuseUnfit(rounded, weightsAs, dense);
  return { trained, exact, rounded, program: dense ? rounded.program : compact(rounded.program, ops, watch) };
}

function refuseUnfit({ unfit }: RoundedProgram, { name, instead }: WeightType, dense: boolean): void {
  if (unfit.length === 0) return;
  throw new DiagnosticError(unfit.map(({ name: parameter, row, why }) => storedDiagnostics.unfit({ args: [parameter, row === undefined ? '' : `row ${row}${dense ? '' : ', of those that are left,'} of `, name, why], help: `store the weights as ${instead}` })));
}
