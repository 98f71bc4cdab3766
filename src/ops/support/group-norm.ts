// Normalisation within a sample, over groups of neighbouring channels and all their places (Wu & He 2018); with a channel a
// group it is instance norm (Ulyanov et al. 2016). Over the M elements of a group:
//
//   result = gamma[c] * (x - mean) / sqrt(variance + epsilon) + beta[c]           variance with divisor M

import type { Attrs, Value } from '../../ir/graph.ts';
import type { Axis, Index, LoweredNode, Nest, NestExpr, TensorRef } from '../../ir/nest.ts';
import { accumulator, add, along, constant, index, input, load, mul, result, sub, temporary, unary } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import type { F64Tensor, OpRules } from '../../ir/op.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import type { GradientContext } from '../../ir/training-rules.ts';
import { tensor } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { batchAxis, parallel, reduce } from './nests.ts';
import { differentiated } from './parts.ts';
import { channelLayout, expectCount, expectParameter, operand } from './shapes.ts';

export interface NormGroups {
  readonly shape: Shape;
  readonly samples: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly channels: number;
  readonly positions: number;
  /** Elements of a group in one sample. */
  readonly count: number;
}

/** @throws ShapeError */
export function normGroups(shape: Shape, groups: number, op: string): NormGroups {
  const { samples, channels, positions } = channelLayout(shape, op);
  if (channels % groups !== 0) throw new ShapeError(`groups ${groups} do not divide ${channels} channels`);
  return { shape, samples, groups, channels: channels / groups, positions, count: (channels / groups) * positions };
}

/** Mean, and 1 / sqrt(variance + epsilon), of each sample and group. */
export interface GroupStatistics {
  readonly mean: Float64Array;
  readonly inverse: Float64Array;
}

/** By element, its sample and group. */
export const groupAt = ({ count }: NormGroups, at: number): number => Math.floor(at / count);

export function meansOf({ samples, groups, count }: NormGroups, data: ArrayLike<number>): Float64Array {
  const means = new Float64Array(samples * groups);
  for (let at = 0; at < data.length; at++) means[Math.floor(at / count)] = (means[Math.floor(at / count)] as number) + (data[at] as number) / count;
  return means;
}

export function statisticsOf(of: NormGroups, epsilon: number, data: Float64Array): GroupStatistics {
  const mean = meansOf(of, data);
  const variance = meansOf(of, data.map((x, at) => (x - (mean[groupAt(of, at)] as number)) ** 2));
  return { mean, inverse: variance.map((value) => 1 / Math.sqrt(value + epsilon)) };
}

/** (x - mean) / sqrt(variance + epsilon) */
export function standardized(of: NormGroups, epsilon: number, data: Float64Array): Float64Array {
  const { mean, inverse } = statisticsOf(of, epsilon, data);
  return data.map((x, at) => (x - (mean[groupAt(of, at)] as number)) * (inverse[groupAt(of, at)] as number));
}

/** Axes over some of the groups, and where an activation, the statistics and the parameters are under them. */
export interface GroupAxes {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly at: readonly Index[];
  readonly group: readonly Index[];
  readonly channel: Index;
}

/**
 * All groups at once. But a flattened image, whose features may lie in any places, is walked by one axis alone: there each
 * group has a nest.
 */
export function groupAxes(name: string, { shape, samples, groups, channels }: NormGroups, kind: 'parallel' | 'reduce'): readonly GroupAxes[] {
  const inner = kind === 'parallel' ? parallel : reduce;
  const places = shape.slice(2);
  const single = channels === 1 || groups === 1;
  if (places.length > 0 || single) {
    const channel = channels === 1 ? along(1) : groups === 1 ? along(2) : index(0, [1, channels], [2, 1]);
    return [{
      name,
      axes: [batchAxis(samples), parallel('g', groups), inner('c', channels), ...places.map((extent, d) => inner(`p${d}`, extent))],
      at: [along(0), channel, ...places.map((_, d) => along(3 + d))],
      group: [along(0), along(1)],
      channel,
    }];
  }
  return Array.from({ length: groups }, (_, g): GroupAxes => {
    const channel = index(g * channels, [1, 1]);
    return { name: `${name}.group${g}`, axes: [batchAxis(samples), inner('c', channels)], at: [along(0), channel], group: [along(0), index(g)], channel };
  });
}

/** Stores a value in each element. */
export function groupStore(name: string, of: NormGroups, value: (axes: GroupAxes) => NestExpr): readonly Nest[] {
  return groupAxes(name, of, 'parallel').map((each) => ({ name: each.name, axes: each.axes, write: { tensor: result(0), index: each.at }, combine: 'store', initial: 0, value: value(each) }));
}

/** A sum over each group, of what an element adds, written [n, g]. */
export function groupSum(name: string, of: NormGroups, write: TensorRef, term: (axes: GroupAxes) => NestExpr, finish: NestExpr): readonly Nest[] {
  return groupAxes(name, of, 'reduce').map((each) => ({ name: each.name, axes: each.axes, write: { tensor: write, index: each.group }, combine: 'sum', initial: 0, value: term(each), finish }));
}

/** Temporaries 0: mean, 1: 1 / sqrt(variance + epsilon). @param x The input that is normalised. */
export function statisticsNests(name: string, of: NormGroups, epsilon: number, x: number): readonly Nest[] {
  const share = constant(1 / of.count);
  const centred = ({ at, group }: GroupAxes): NestExpr => sub(load(input(x), at), load(temporary(0), group));
  return [
    ...groupSum(`${name}.mean`, of, temporary(0), ({ at }) => load(input(x), at), mul(accumulator, share)),
    ...groupSum(`${name}.deviation`, of, temporary(1), (axes) => mul(centred(axes), centred(axes)), unary('reciprocal', unary('sqrt', add(mul(accumulator, share), constant(epsilon))))),
  ];
}

export type GroupNormAttrs = Attrs & { readonly epsilon: number; readonly affine: boolean };

export function normParameters({ affine }: GroupNormAttrs, operands: readonly Shape[], op: string): readonly ParameterSpec[] {
  const shape = [channelLayout(operand(operands, 0), op).channels];
  const spec = (suffix: string, alias: string, value: number): ParameterSpec => ({ suffix, alias, shape, initial: { kind: 'constant', value }, role: 'trained', decay: false });
  return affine ? [spec('gamma', 'weight', 1), spec('beta', 'bias', 0)] : [];
}

type Rules<A extends GroupNormAttrs> = Pick<OpRules<A>, 'parameters' | 'infer' | 'reference' | 'training' | 'bound'> & { readonly lower: (name: string, attrs: A, inputs: readonly Shape[]) => LoweredNode };

/** What both norms share. @param groupsOf How many groups a shape has. */
export function groupNormRules<A extends GroupNormAttrs>(name: string, groupsOf: (attrs: A, channels: number) => number): Rules<A> {
  const groupsIn = (attrs: A, shape: Shape): NormGroups => normGroups(shape, groupsOf(attrs, channelLayout(shape, name).channels), name);
  const affinely = (of: NormGroups, inputs: readonly F64Tensor[], f: (gamma: number, beta: number, at: number) => number): F64Tensor => {
    const [gamma, beta] = [inputs[1]?.data, inputs[2]?.data];
    const all = of.groups * of.channels;
    return tensor(of.shape, Float64Array.from({ length: operand(inputs, 0).data.length }, (_, at) => {
      const c = Math.floor(at / of.positions) % all;
      return f(gamma?.[c] ?? 1, beta?.[c] ?? 0, at);
    }));
  };
  const reference = (attrs: A, inputs: readonly F64Tensor[]): F64Tensor => {
    const of = groupsIn(attrs, operand(inputs, 0).shape);
    const normal = standardized(of, attrs.epsilon, operand(inputs, 0).data);
    return affinely(of, inputs, (gamma, beta, at) => gamma * (normal[at] as number) + beta);
  };
  return {
    parameters: (attrs, operands) => normParameters(attrs, operands, name),
    infer: (attrs, inputs) => {
      const shape = operand(inputs, 0);
      groupsIn(attrs, shape);
      expectCount(inputs, name, attrs.affine ? 3 : 1);
      for (const parameter of inputs.slice(1)) expectParameter(parameter, [channelLayout(shape, name).channels], `a parameter of ${name}`);
      if (!(attrs.epsilon > 0)) throw new ShapeError(`epsilon must be positive, not ${attrs.epsilon}`);
      return [shape];
    },
    reference: (attrs, inputs) => [reference(attrs, inputs)],
    training: differentiated(({ builder, node, resultGradients: [g], wanted }: GradientContext<A>) => {
      if (!g) return [];
      const origin = { layer: node.layer };
      const { epsilon, affine } = node.attrs;
      const [x, gamma] = [operand(node.inputs, 0), node.inputs[1]];
      const sums = (value: Value): Value => builder.one('sum_shards', [builder.one('channel_sums', [value], {}, origin)], { scale: 1 }, origin);
      const groups = groupsIn(node.attrs, builder.shapeOf(x)).groups;
      const scaled = (): Value => (gamma ? builder.one('scale', [g, gamma], { shift: false }, origin) : g);
      const normal = (): Value => builder.one('group_norm', [x], { groups, epsilon, affine: false }, origin);
      return [
        wanted(0) ? builder.one('group_norm_grad', [scaled(), x], { groups, epsilon }, origin) : undefined,
        ...(affine ? [wanted(1) ? sums(builder.one('multiply', [g, normal()], {}, origin)) : undefined, wanted(2) ? sums(g) : undefined] : []),
      ];
    }),
    lower: (nest, attrs, inputs) => {
      const of = groupsIn(attrs, operand(inputs, 0));
      const store = groupStore(nest, of, ({ at, group, channel }) => {
        const normal = mul(sub(load(input(0), at), load(temporary(0), group)), load(temporary(1), group));
        return inputs.length > 1 ? add(mul(normal, load(input(1), [channel])), load(input(2), [channel])) : normal;
      });
      return { nests: [...statisticsNests(nest, of, attrs.epsilon, 0), ...store], temporaries: [[of.samples, of.groups], [of.samples, of.groups]] };
    },
    bound: (attrs, operands, unit, arithmetic) => normBound(groupsIn(attrs, operand(operands, 0).value.shape), attrs.epsilon, operands, unit, arithmetic, (values, f) => affinely(groupsIn(attrs, operand(values, 0).shape), values, f)),
  };
}

/**
 * With x known up to e, the mean is known up to the mean of e, and the deviation, with epsilon or without, up to the root of the mean
 * of its squares: it is a norm. Sums are rounded as if their terms were off by more.
 */
function normBound(
  of: NormGroups,
  epsilon: number,
  operands: readonly Bounded[],
  unit: number,
  { epsilon: spacing, smallest }: Arithmetic,
  affinely: (inputs: readonly F64Tensor[], f: (gamma: number, beta: number, at: number) => number) => F64Tensor,
): Bounded {
  const values = operands.map(({ value }) => value);
  const x = operand(values, 0).data;
  const root = Math.sqrt(of.count);
  const sizes = meansOf(of, x.map(Math.abs));
  const off = operand(operands, 0).error.data.map((each, at) => each + unit * root * (Math.abs(x[at] as number) + (sizes[groupAt(of, at)] as number)));
  const { mean, inverse } = statisticsOf(of, epsilon, x);
  const [meanOff, squaresOff] = [meansOf(of, off), meansOf(of, off.map((each) => each * each))];
  const normal = standardized(of, epsilon, x);
  const normalOff = normal.map((_, at) => {
    const g = groupAt(of, at);
    const deviation = 1 / (inverse[g] as number);
    const reach = Math.sqrt(squaresOff[g] as number);
    const [least, most] = [Math.max(Math.sqrt(epsilon), deviation - reach), deviation + reach];
    const centred = Math.abs((x[at] as number) - (mean[g] as number));
    return ((off[at] as number) + (meanOff[g] as number)) / least + centred * Math.max(1 / least - 1 / deviation, 1 / deviation - 1 / most);
  });
  // Of factors and shifts, which are exact where they are weights. There may be none.
  const ownOff = operands.length > 1 ? affinely(operands.map(({ error }) => error), (gamma, beta, at) => gamma * (Math.abs(normal[at] as number) + (normalOff[at] as number)) + beta).data : new Float64Array(x.length);
  return {
    value: affinely(values, (gamma, beta, at) => gamma * (normal[at] as number) + beta),
    error: affinely(values, (gamma, beta, at) => Math.abs(gamma) * (normalOff[at] as number) + (ownOff[at] as number) + unit * root * (Math.abs(gamma * (normal[at] as number)) + Math.abs(beta)) + (unit / spacing) * smallest),
  };
}
