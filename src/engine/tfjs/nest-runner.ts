// Runs the nests of a node on tensors of TensorFlow.js: what an op computes is said by its nests, so no op is known by name here.
// A nest is computed for all of its points at once: loads are gathered along its axes, its expression is taken element by element,
// reduce axes are summed. Points of sequential axes, which may write an element twice, come one after the other.

import { assertNever, invariant, present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import type { BinaryOp, Combine, CompareOp, Index, LoadExpr, LoweredNode, Nest, NestExpr, TensorRef, UnaryOp } from '../../ir/nest.ts';
import { partsOf, termAt } from '../../ir/nest.ts';
import { contractionOf } from './contraction.ts';
import { nestLoad, nestWrite } from './nest-tensors.ts';
import type { NestLoad } from './nest-tensors.ts';
import { alongAxes } from './placed-indices.ts';
import type { Fixed } from './placed-indices.ts';
import type { Tensorflow, TfTensor } from './tensorflow.ts';

/** From operands to results. */
export type NodeRunner = (operands: readonly TfTensor[]) => readonly TfTensor[];

/** By kind and number of the reference. */
type Memory = Map<string, TfTensor>;
type NestRunner = (memory: Memory) => void;

const keyOf = ({ kind, index }: TensorRef): string => `${kind}${index}`;

/** Undefined where a nest is beyond it: it draws at random, or an axis walks two dimensions of a tensor at once. */
export function nodeRunner(tf: Tensorflow, { nests, temporaries }: LoweredNode, inputs: readonly Shape[], results: readonly Shape[]): NodeRunner | undefined {
  const shapeOf = ({ kind, index }: TensorRef): Shape => present({ input: inputs, result: results, temporary: temporaries }[kind][index], `${kind} ${index}`);
  const runners: NestRunner[] = [];
  for (const nest of nests) {
    for (const fixed of pointsOfSequential(nest)) {
      const runner = nestRunner(tf, nest, fixed, shapeOf);
      if (!runner) return undefined;
      runners.push(runner);
    }
  }
  return (operands) => {
    const memory: Memory = new Map(operands.map((operand, index) => [keyOf({ kind: 'input', index }), operand]));
    for (const run of runners) run(memory);
    return results.map((_, index) => present(memory.get(keyOf({ kind: 'result', index })), `result ${index}`));
  };
}

/** In their order; a single empty one where there are no such axes. */
function pointsOfSequential({ axes }: Nest): readonly Fixed[] {
  let points: readonly Fixed[] = [new Map()];
  for (const [axis, { kind, extent }] of axes.entries()) {
    if (kind === 'sequential') points = points.flatMap((point) => Array.from({ length: extent }, (_, i) => new Map([...point, [axis, i]])));
  }
  return points;
}

function nestRunner(tf: Tensorflow, nest: Nest, fixed: Fixed, shapeOf: (ref: TensorRef) => Shape): NestRunner | undefined {
  const extents = nest.axes.map(({ extent }, axis) => (fixed.has(axis) ? 1 : extent));
  const target = keyOf(nest.write.tensor);
  const writing = nestWrite(tf, nest.write.index, shapeOf(nest.write.tensor), extents, fixed);
  const expressions = [nest.value, ...(nest.finish ? [nest.finish] : [])];
  const loads = new Map<LoadExpr, NestLoad>();
  for (const load of expressions.flatMap(loadsOf)) {
    const found = load.kind === 'load' ? nestLoad(tf, load, shapeOf(load.tensor), extents, fixed) : undefined;
    if (load.kind !== 'load' || !found) return undefined;
    loads.set(load, found);
  }
  // Without `keep` each element would have to know whether it has been met.
  if (!writing || (fixed.size > 0 && !(nest.combine === 'sum' && nest.initial === 'keep'))) return undefined;
  const summed = [...nest.axes.keys()].filter((axis) => nest.axes[axis]?.kind === 'reduce');
  const { value } = nest;
  const product = value.kind === 'binary' && value.op === 'mul' && value.a.kind === 'load' && value.b.kind === 'load' ? ([value.a, value.b] as const) : undefined;
  const contraction = product && contractionOf(tf, nest, extents, present(loads.get(product[0]), 'left operand'), present(loads.get(product[1]), 'right operand'));

  return (memory) => {
    const read = (load: LoadExpr): TfTensor => present(loads.get(load), 'load').read(present(memory.get(keyOf(load.tensor)), keyOf(load.tensor)));
    const valueOf = (expr: NestExpr, accumulator?: TfTensor): TfTensor => expressionOf(tf, expr, { read, extents, fixed, accumulator });
    const folded = contraction && product ? contraction(read(product[0]), read(product[1])) : fold(tf, nest.combine, valueOf(value), summed, extents);
    const begun = nest.combine === 'store' || nest.initial === 'keep' ? folded : startedFrom(tf, nest.combine, nest.initial, folded);
    const finished = nest.finish ? valueOf(nest.finish, begun) : begun;
    const held = memory.get(target);
    memory.set(target, nest.initial === 'keep' && nest.combine === 'sum' ? tf.add(present(held, 'what is added to'), writing.write(finished, undefined)) : writing.write(finished, held));
  };
}

/** Loads and draws. */
function loadsOf(expr: NestExpr): readonly Extract<NestExpr, { readonly kind: 'load' | 'random' }>[] {
  return expr.kind === 'load' || expr.kind === 'random' ? [expr] : [...new Set(partsOf(expr))].flatMap(loadsOf);
}

function fold(tf: Tensorflow, combine: Combine, value: TfTensor, axes: readonly number[], extents: readonly number[]): TfTensor {
  if (axes.length === 0 || combine === 'store') return value;
  // A term that does not change along an axis counts at each of its points.
  const whole = tf.broadcastTo(value, extents.map((extent, axis) => (axes.includes(axis) ? extent : (value.shape[axis] ?? 1))));
  return tf[foldNames[combine]](whole, axes, true);
}

function startedFrom(tf: Tensorflow, combine: Exclude<Combine, 'store'>, initial: number, folded: TfTensor): TfTensor {
  return tf[combineNames[combine]](folded, tf.scalar(initial));
}

interface Surroundings {
  readonly read: (load: LoadExpr) => TfTensor;
  readonly extents: readonly number[];
  readonly fixed: Fixed;
  readonly accumulator: TfTensor | undefined;
}

/** The expression at all points; a part that stands at several places is computed once. */
function expressionOf(tf: Tensorflow, whole: NestExpr, { read, extents, fixed, accumulator }: Surroundings): TfTensor {
  const computed = new Map<NestExpr, TfTensor>();
  const compute = (expr: NestExpr): TfTensor => {
    switch (expr.kind) {
      case 'constant':
        return tf.scalar(expr.value);
      case 'load':
        return read(expr);
      case 'index':
        return indexTensor(tf, expr.index, extents, fixed);
      case 'unary':
        return tf[unaryNames[expr.op]](at(expr.a));
      case 'binary':
        return tf[binaryNames[expr.op]](at(expr.a), at(expr.b));
      case 'select':
        return tf.where(tf[compareNames[expr.compare]](at(expr.a), at(expr.b)), at(expr.then), at(expr.otherwise));
      case 'accumulator':
        return present(accumulator, 'combined element');
      case 'random':
        invariant(false, 'a nest that draws has no runner');
      default:
        return assertNever(expr);
    }
  };
  const at = (expr: NestExpr): TfTensor => {
    const found = computed.get(expr) ?? compute(expr);
    computed.set(expr, found);
    return found;
  };
  return at(whole);
}

function indexTensor(tf: Tensorflow, { terms, offset }: Index, extents: readonly number[], fixed: Fixed): TfTensor {
  return terms.reduce((sum, term) => {
    const at = fixed.get(term.axis);
    if (at !== undefined) return tf.add(sum, tf.scalar(termAt(term, at)));
    const own = Float32Array.from({ length: extents[term.axis] ?? 0 }, (_, i) => termAt(term, i));
    return tf.add(sum, tf.tensor(own, alongAxes([term.axis], extents), 'float32'));
  }, tf.scalar(offset));
}

const foldNames = { sum: 'sum', max: 'max', min: 'min' } as const satisfies Record<Exclude<Combine, 'store'>, keyof Tensorflow>;
const combineNames = { sum: 'add', max: 'maximum', min: 'minimum' } as const satisfies Record<Exclude<Combine, 'store'>, keyof Tensorflow>;
const unaryNames = { neg: 'neg', abs: 'abs', sqrt: 'sqrt', exp: 'exp', log: 'log', relu: 'relu', reciprocal: 'reciprocal' } as const satisfies Record<UnaryOp, keyof Tensorflow>;
const binaryNames = { add: 'add', sub: 'sub', mul: 'mul', div: 'div', min: 'minimum', max: 'maximum' } as const satisfies Record<BinaryOp, keyof Tensorflow>;
const compareNames = { eq: 'equal', ne: 'notEqual', lt: 'less', le: 'lessEqual', gt: 'greater', ge: 'greaterEqual' } as const satisfies Record<CompareOp, keyof Tensorflow>;
