// The optimiser as graph nodes: SGD with momentum and weight decay, and the group Lasso.
//
// Unpenalised:            m' = momentum * m - rate * (g + decay * w),  w' = w + m'
// Penalised, proximal:    u = w + momentum * m - rate * (g + decay * w)
//                         w' = u * max(0, 1 - rate * lambda * weight / ||u_group||), structure after structure
//                         m' = w' - w
// Penalised, subgradient: g + lambda * weight * w / ||w_group||, then as unpenalised, then |w'| < 1e-4 is 0
//
// Momentum acts on the iterates after the proximal map: heavy-ball steps followed by the map would converge
// to the optimum of a lambda (1 - momentum) times as large. Structures that cross (filters and channels)
// are mapped one after another: zeros are exact, though it is not the proximal map of the sum.

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { GroupSet } from '../ir/group.ts';
import type { Model } from '../ir/network.ts';

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
  readonly method: Model['method'];
  /** In the order of the sequential proximal map (sparsity/groups.ts). */
  readonly penalties: readonly GroupSet[];
}

/** Run-time scalars `[]`. */
export interface UpdateScalars {
  readonly rate: Value;
  /** Multiplies every lambda. */
  readonly strength: Value;
}

/** Below this the subgradient method, which shrinks but never reaches zero, calls a weight zero (as its authors do). */
const subgradientZero = 1e-4;

interface Updated {
  readonly value: Value;
  readonly momentum: Value;
}

/** Appends one step for every parameter and registers its new value and momentum as state. */
export function appendUpdate(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): void {
  const updated = rule.method === 'proximal' ? proximalStep(builder, parameters, rule, scalars) : subgradientStep(builder, parameters, rule, scalars);
  for (const parameter of parameters) {
    const next = present(updated.get(parameter.name), `update of ${parameter.name}`);
    const masked = (value: Value): Value => (parameter.mask ? builder.one('multiply', [value, parameter.mask], {}, parameter) : value);
    builder.state(parameter.value, masked(next.value));
    builder.state(parameter.momentum, masked(next.momentum));
  }
}

function proximalStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const penalized = penalizedNames(rule);
  const iterates = new Map<string, Value>();
  for (const parameter of parameters) {
    if (!penalized.has(parameter.name)) continue;
    const { value, momentum, gradient } = parameter;
    iterates.set(parameter.name, builder.one('gradient_step', [value, momentum, gradient, scalars.rate], stepAttrs(parameter, rule), parameter));
  }
  for (const groups of rule.penalties) {
    const { layer, strength: lambda } = groups.penalty;
    const factor = lambda * groups.factor;
    const squares = groupSquares(builder, groups, iterates);
    const scale = builder.one('shrink', [squares, scalars.rate, scalars.strength], { factor }, { layer });
    for (const { parameter, view, keep } of groups.members) {
      const iterate = present(iterates.get(parameter), `iterate of ${parameter}`);
      iterates.set(parameter, builder.one('scale_groups', [iterate, scale], { view, keep }, { layer }));
    }
  }
  return byName(parameters, (parameter) => {
    const value = iterates.get(parameter.name);
    if (!value) return momentumStep(builder, parameter, parameter.gradient, rule, scalars);
    return { value, momentum: builder.one('subtract', [value, parameter.value], {}, parameter) };
  });
}

function subgradientStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const penalized = penalizedNames(rule);
  const values = byName(parameters, ({ value }) => value);
  const gradients = new Map(byName(parameters, ({ gradient }) => gradient));
  for (const groups of rule.penalties) {
    const { layer, strength: lambda } = groups.penalty;
    const factor = lambda * groups.factor;
    const squares = groupSquares(builder, groups, values);
    for (const { parameter, view, keep } of groups.members) {
      const value = present(values.get(parameter), `value of ${parameter}`);
      const gradient = present(gradients.get(parameter), `gradient of ${parameter}`);
      const share = builder.one('group_subgradient', [value, squares, scalars.strength], { view, keep, factor }, { layer });
      gradients.set(parameter, builder.one('add', [gradient, share], {}, { layer }));
    }
  }
  return byName(parameters, (parameter) => {
    const step = momentumStep(builder, parameter, present(gradients.get(parameter.name), `gradient of ${parameter.name}`), rule, scalars);
    return penalized.has(parameter.name) ? { ...step, value: builder.one('clamp_small', [step.value], { below: subgradientZero }, parameter) } : step;
  });
}

function momentumStep(builder: GraphBuilder, parameter: TrainedParameter, gradient: Value, rule: UpdateRule, { rate }: UpdateScalars): Updated {
  const [value, momentum] = builder.add('momentum_step', [parameter.value, parameter.momentum, gradient, rate], stepAttrs(parameter, rule), parameter);
  return { value: present(value, 'stepped value'), momentum: present(momentum, 'stepped momentum') };
}

function stepAttrs(parameter: TrainedParameter, { momentum, decay }: UpdateRule): { momentum: number; decay: number } {
  return { momentum, decay: parameter.decay ? decay : 0 };
}

/** `[groups]`: the squares of each group summed over all its members. */
function groupSquares(builder: GraphBuilder, { penalty: { layer }, members }: GroupSet, values: ReadonlyMap<string, Value>): Value {
  const squares = members.map(({ parameter, view, keep }) => {
    const value = present(values.get(parameter), `value of ${parameter}`);
    return builder.one('group_squares', [value], { view, keep }, { layer });
  });
  return squares.reduce((sum, square) => builder.one('add', [sum, square], {}, { layer }));
}

function penalizedNames({ penalties }: UpdateRule): ReadonlySet<string> {
  return new Set(penalties.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
}

function byName<T>(parameters: readonly TrainedParameter[], of: (parameter: TrainedParameter) => T): ReadonlyMap<string, T> {
  return new Map(parameters.map((parameter) => [parameter.name, of(parameter)]));
}
