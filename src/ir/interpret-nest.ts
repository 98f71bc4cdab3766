// The living definition of the nest IR: runs a lowered node in float64, and complains where a nest breaks
// its own rules (a parallel axis that writes an element twice, a load that leaves its tensor).
//
// Slow and literal on purpose. Schedules and targets are tested against the ops' references; this
// interpreter ties those to the nests.

import { assertNever, invariant, present } from '../base/invariant.ts';
import { hash32 } from '../base/random.ts';
import { sizeOf, stridesOf, zeros } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { F64Tensor } from './op.ts';
import { binaryAt, compareAt, unaryAt } from './arithmetic.ts';
import type { Index, LoweredNode, Nest, NestExpr, TensorRef } from './nest.ts';

interface Memory {
  readonly inputs: readonly F64Tensor[];
  readonly results: readonly F64Tensor[];
  readonly temporaries: readonly F64Tensor[];
  /** Applied to each value computed. */
  readonly round: (value: number) => number;
}

/** A point of the domain: one number an axis. */
type Point = Int32Array;

/**
 * Runs the nests in order. Results and temporaries start as NaN, so that a read before a write shows.
 * @param round Rounding of each value computed: `Math.fround` for what f32 kernels do in this order.
 */
export function interpretLowered(lowered: LoweredNode, inputs: readonly F64Tensor[], results: readonly Shape[], round: (value: number) => number = (value) => value): readonly F64Tensor[] {
  const blank = (shape: Shape): F64Tensor => ({ shape, data: zeros(shape).data.fill(NaN) });
  const memory: Memory = { inputs, results: results.map(blank), temporaries: lowered.temporaries.map(blank), round };
  for (const nest of lowered.nests) runNest(nest, memory);
  return memory.results;
}

function tensorOf(ref: TensorRef, memory: Memory): F64Tensor {
  switch (ref.kind) {
    case 'input':
      return present(memory.inputs[ref.index], `input ${ref.index}`);
    case 'result':
      return present(memory.results[ref.index], `result ${ref.index}`);
    case 'temporary':
      return present(memory.temporaries[ref.index], `temporary ${ref.index}`);
    default:
      return assertNever(ref);
  }
}

function indexAt(index: Index, point: Point): number {
  let value = index.offset;
  for (const term of index.terms) {
    const at = point[term.axis] ?? NaN;
    value += 'factor' in term ? term.factor * at : (term.table[at] ?? NaN);
  }
  return value;
}

/** Row-major position of an element, or -1 outside the tensor. */
function positionAt(indices: readonly Index[], shape: Shape, strides: readonly number[], point: Point): number {
  let position = 0;
  for (let d = 0; d < shape.length; d++) {
    const at = indexAt(present(indices[d], `index ${d}`), point);
    if (!(at >= 0 && at < (shape[d] as number))) return -1;
    position += at * (strides[d] as number);
  }
  return position;
}

export function evaluate(expr: NestExpr, memory: Memory, point: Point, accumulator: number): number {
  const at = (inner: NestExpr): number => evaluate(inner, memory, point, accumulator);
  switch (expr.kind) {
    case 'constant':
      return memory.round(expr.value);
    case 'load': {
      const source = tensorOf(expr.tensor, memory);
      invariant(expr.index.length === source.shape.length, () => `${expr.index.length} indices for rank ${source.shape.length}`);
      const position = positionAt(expr.index, source.shape, stridesOf(source.shape), point);
      if (position >= 0) return source.data[position] as number;
      return present(expr.outside, 'value outside the tensor');
    }
    case 'index':
      return indexAt(expr.index, point);
    case 'unary':
      return memory.round(unaryAt(expr.op, at(expr.a)));
    case 'binary':
      return memory.round(binaryAt(expr.op, at(expr.a), at(expr.b)));
    case 'select':
      return compareAt(expr.compare, at(expr.a), at(expr.b)) ? at(expr.then) : at(expr.otherwise);
    case 'random':
      return (hash32(at(expr.seed), expr.stream, at(expr.step), indexAt(expr.index, point)) >>> 8) / 2 ** 24;
    case 'accumulator':
      return accumulator;
    default:
      return assertNever(expr);
  }
}

function combineAt(nest: Nest, held: number, value: number): number {
  switch (nest.combine) {
    case 'store':
      return value;
    case 'sum':
      return held + value;
    case 'max':
      return Math.max(held, value);
    case 'min':
      return Math.min(held, value);
    default:
      return assertNever(nest.combine);
  }
}

/** Steps the given axes of a point lexicographically; false after the last. */
function advance(point: Point, axes: readonly number[], extents: readonly number[]): boolean {
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i] as number;
    const next = (point[axis] as number) + 1;
    const more = next < (extents[axis] as number);
    point[axis] = more ? next : 0;
    if (more) return true;
  }
  return false;
}

/**
 * Per element the points come in lexicographic order of the axes; the reduce axes are absent from the write
 * map, so for each point of the others they may run innermost without changing that order, except across
 * sequential axes, where an element is met again and goes on from what it holds.
 */
function runNest(nest: Nest, memory: Memory): void {
  const target = tensorOf(nest.write.tensor, memory);
  invariant(nest.write.index.length === target.shape.length, () => `${nest.name} writes rank ${target.shape.length} by ${nest.write.index.length} indices`);
  const extents = nest.axes.map((axis) => axis.extent);
  const numbered = nest.axes.map((axis, i) => ({ axis, i }));
  const writing = numbered.filter(({ axis }) => axis.kind !== 'reduce').map(({ i }) => i);
  const reducing = numbered.filter(({ axis }) => axis.kind === 'reduce').map(({ i }) => i);
  const overlapping = nest.axes.some((axis) => axis.kind === 'sequential');
  invariant(!overlapping || nest.finish === undefined, () => `${nest.name}: a scatter has no single last point to finish at`);
  const touched = new Uint8Array(sizeOf(target.shape));
  const strides = stridesOf(target.shape);
  const point: Point = new Int32Array(nest.axes.length);
  if (writing.some((axis) => extents[axis] === 0)) return;
  const anyReduced = !reducing.some((axis) => extents[axis] === 0);
  do {
    const position = positionAt(nest.write.index, target.shape, strides, point);
    if (position < 0) continue;
    const again = touched[position] === 1;
    invariant(!again || overlapping, () => `${nest.name} writes element ${position} twice over parallel axes`);
    touched[position] = 1;
    let held = again || nest.initial === 'keep' ? (target.data[position] as number) : nest.initial;
    if (anyReduced) {
      do held = memory.round(combineAt(nest, held, evaluate(nest.value, memory, point, NaN)));
      while (advance(point, reducing, extents));
    }
    target.data[position] = nest.finish ? evaluate(nest.finish, memory, point, held) : held;
  } while (advance(point, writing, extents));
}
