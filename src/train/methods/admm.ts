// The alternating direction method of multipliers (Boyd et al., 2011), as StructADMM has it (Zhang et al., 2018): weights
// W that learn, a copy Z of them within the budgets, and a dual U that pulls one towards the other, in scaled form.
//
//   steps      minimise loss(W) + rho / 2 * ||W - Z + U||^2:   g' = g + rho * (W - Z + U), then as unpenalised
//   between    Z <- projection of W + U onto the budgets (projection.ts)
//              U <- U + W - Z
//              rho <- growth * rho, and U <- U / growth, since it is the dual over rho
//   end        W <- its projection; what is zero is masked from then on
//
// In several rounds (train/rounds.ts) each has tighter budgets and begins with Z, U and rho anew, from what the one before has
// left. A round but the last prunes after the first half of its epochs, and trains what is left without a pull, rho being 0, in
// the others; what the last one leaves is trained by the phase behind this one.
//
// Z, U and rho are parameters of the training graph, `layer.suffix.split`, `.dual` and `.rho`, so that they lie in
// checkpoints.

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import { norms } from '../../sparsity/norms.ts';
import { maskGroups } from '../masks.ts';
import { optimizers } from '../optimizers/index.ts';
import { bufferName } from '../optimizers/optimizer.ts';
import type { TrainedParameter, Updated, UpdateScalars } from '../optimizers/optimizer.ts';
import type { Round } from '../rounds.ts';
import type { Applied, Method, Moment, Residual, UpdateRule } from './method.ts';
import { copiesOf, keptIn, project, surroundingsOf } from './projection.ts';
import { byName, epochsDone, penalizedNames, roundBegun, roundTrained } from './steps.ts';

function admmStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const optimizer = optimizers[rule.optimizer.name];
  const penalized = penalizedNames(rule);
  return byName(parameters, (parameter) => optimizer.step(builder, penalized.has(parameter.name) ? { ...parameter, gradient: pulled(builder, parameter) } : parameter, rule.optimizer.settings, scalars));
}

/** g + rho * (W - Z + U), W where the gradient was taken. */
function pulled(builder: GraphBuilder, { name, layer, point, gradient }: TrainedParameter): Value {
  const view = builder.shapeOf(point);
  const held = (buffer: string, shape: readonly number[]): Value => builder.parameter(bufferName(name, buffer), shape, { layer });
  const apart = builder.one('subtract', [point, held('split', view)], {}, { layer });
  const distance = builder.one('add', [apart, held('dual', view)], {}, { layer });
  const pull = builder.one('scale_groups', [distance, held('rho', [1])], { view, keep: [] }, { layer });
  return builder.one('add', [gradient, pull], {}, { layer });
}

/** W, Z, U and rho of each parameter with groups, as they are held. */
interface Split {
  readonly name: string;
  /** Of the first penalty that has it. */
  readonly layer: string;
  readonly w: Float32Array;
  readonly z: Float32Array;
  readonly u: Float32Array;
  readonly rho: Float32Array;
}

function splitsOf({ sets, held }: Moment): readonly Split[] {
  const layers = new Map<string, string>();
  for (const { members, penalty } of sets) for (const { parameter } of members) if (!layers.has(parameter)) layers.set(parameter, penalty.layer);
  const dataOf = (name: string): Float32Array => present(held.get(name), name).data;
  return [...layers].map(([name, layer]) => ({ name, layer, w: dataOf(name), z: dataOf(bufferName(name, 'split')), u: dataOf(bufferName(name, 'dual')), rho: dataOf(bufferName(name, 'rho')) }));
}

/** Z, U and rho as a round begins. */
function begin(moment: Moment): void {
  const nearest = copiesOf(moment.sets, moment.held);
  project(moment.sets, nearest, norms, surroundingsOf(moment), keptIn(roundBegun(moment)));
  for (const { name, z, u, rho } of splitsOf(moment)) {
    z.set(present(nearest.get(name), name).data);
    u.fill(0);
    rho.fill(present(moment.settings['rho'], 'rho'));
  }
}

/** What is due after an epoch. Residuals are of the round that it belongs to. */
function afterEpoch(moment: Moment): Applied {
  const { steps: { inPhase }, settings: { every = 1 }, done } = moment;
  const round = roundTrained(moment);
  const isLast = round.number === round.of;
  const epoch = epochsDone(moment) - round.from;
  const pulled = isLast ? round.epochs : round.epochs - Math.floor(round.epochs / 2);
  const residuals = epoch <= pulled && epoch % every === 0 ? update(moment) : undefined;
  const [prunes, ends] = [!isLast && epoch === pulled, epoch === round.epochs && done < inPhase];
  if (prunes) {
    prune(moment, round);
    for (const { rho } of splitsOf(moment)) rho.fill(0);
  }
  if (ends) begin(moment);
  return { isChanged: residuals !== undefined || prunes || ends, ...(residuals && { residuals }) };
}

/** The next Z, U and rho; answers the residuals of the layers, by the rho of the steps before. */
function update(moment: Moment): readonly Residual[] {
  const { sets, settings } = moment;
  const growth = present(settings['growth'], 'growth');
  const splits = splitsOf(moment);
  const next = new Map(splits.map(({ name, w, u }) => [name, { data: Float64Array.from(w, (weight, i) => weight + (u[i] as number)) }]));
  project(sets, next, norms, surroundingsOf(moment), keptIn(roundTrained(moment)));
  const squares = new Map<string, { primal: number; dual: number }>();
  for (const { name, layer, w, z, u, rho } of splits) {
    const nearest = present(next.get(name), name).data;
    const sums = squares.get(layer) ?? { primal: 0, dual: 0 };
    const before = rho[0] as number;
    for (let i = 0; i < w.length; i++) {
      const apart = (w[i] as number) - (nearest[i] as number);
      sums.primal += apart ** 2;
      sums.dual += (before * ((nearest[i] as number) - (z[i] as number))) ** 2;
      u[i] = ((u[i] as number) + apart) / growth;
    }
    z.set(nearest);
    rho.fill(before * growth);
    squares.set(layer, sums);
  }
  return [...squares].map(([layer, { primal, dual }]) => ({ layer, primal: Math.sqrt(primal), dual: Math.sqrt(dual) }));
}

/** Masks all but the largest groups of the weights, as a round has it. */
function prune(moment: Moment, round: Pick<Round, 'number' | 'of'>): void {
  const { sets, held, buffers } = moment;
  maskGroups(sets, held, buffers, project(sets, copiesOf(sets, held), norms, surroundingsOf(moment), keptIn(round)));
}

export const admm: Method = {
  name: 'admm',
  takes: 'budget',
  salience: norms,
  settings: {
    /** Of the first steps. */
    rho: { type: 'positive', default: 0.02 },
    /** Of rho, at each update of Z. */
    growth: { type: 'from_one', default: 1.3 },
    /** Epochs from one update of Z to the next. */
    every: { type: 'count', default: 1 },
    /** Each with tighter budgets. */
    rounds: { type: 'count', default: 1, isLater: true },
  },
  explanation: ({ rho, growth, every, rounds = 1 }) =>
    `Method: ADMM. Each step pulls the weights towards a copy of them within the budgets, with rho from ${rho} on; the copy is\n` +
    `renewed every ${every === 1 ? 'epoch' : `${every} epochs`}, and rho is ${growth} times as large from then on. As the phase ends all groups beyond the budgets are\n` +
    `made zero, and stay so.\n${rounds === 1 ? '' : `That is done in ${rounds} rounds with budgets from all groups down; between them what is left is trained without a pull.\n`}`,
  step: admmStep,
  begin,
  between: { every: (_, { inEpoch }) => inEpoch, apply: afterEpoch },
  end: (moment) => prune(moment, { number: 1, of: 1 }),
};
