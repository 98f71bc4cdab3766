// Recognises contractions: `out[..] = sum a[..] * b[..]`, where one parallel axis (the vector axis) is absent
// from `a` and contiguous in `b` and `out`. Convolutions, dense layers and all their gradients have this form;
// which axes play which part is read off the accesses, never off the op.
//
//   vector axis   in b and out       lanes, blocks of V vectors
//   tile axis     in a and out       P points in registers
//   step axes     in a or b          the inner loop (reduce axes)
//   other axes                       loops around the microkernel

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import { finishFits } from './finish.ts';
import { stepsAlong, type StepPoints } from './steps.ts';
import type { Domain } from '../accesses/domain.ts';
import { strideAlong, type Access, type ResolvedLoad, type ResolvedNest } from '../accesses/resolve.ts';
import { chooseTile } from './tile.ts';
import { trimSteps, type Trim } from './trim-steps.ts';

export interface Contraction {
  readonly a: Access;
  readonly b: Access;
  /** Compile-time data that `b` walks, to be packed in the order of use. */
  readonly data: Float64Array | undefined;
  readonly vectorAxis: number;
  /** Vectors that hold the vector axis, the last one perhaps in part. */
  readonly vectors: number;
  readonly tileAxis: number | undefined;
  readonly steps: StepPoints;
  /** The other axes, that are looped over around the microkernels. */
  readonly around: AxesAround;
  /** Which of packed steps each point takes, where some only read padding. */
  readonly trim: Trim | undefined;
}

export interface AxesAround {
  /** Those that move `b`: another matrix of weights each. */
  readonly outer: readonly number[];
  /** Scatters into what other points write too. */
  readonly sequential: readonly number[];
  /** The rest, the samples first. */
  readonly inner: readonly number[];
}

/** The cheapest way to see a nest as a contraction; undefined where it is none. */
export function asContraction(domain: Domain, machine: TargetMachine): Contraction | undefined {
  const { nest } = domain;
  const factors = factorsOf(nest);
  const axes = [...nest.axes.keys()].filter((axis) => axis !== domain.task);
  const stepAxes = axes.filter((axis) => nest.axes[axis]?.kind === 'reduce');
  if (!factors || stepAxes.length === 0) return undefined;
  const [left, right] = factors;
  // Points that move neither operand are a factor, no steps.
  if (stepAxes.some((axis) => extentOf(nest, axis) > 1 && !left.access.along.has(axis) && !right.access.along.has(axis))) return undefined;
  let best: Contraction | undefined;
  let bestCost = Infinity;
  for (const [{ access: a, data: fixed, padding }, { access: b, data }] of [[left, right], [right, left]] as const) {
    if (fixed) continue;
    const vectorAxes = axes.filter((axis) => isVectorAxis(nest, axis, a, b, data !== undefined, machine));
    const steps = vectorAxes.length > 0 ? stepsAlong(nest, stepAxes, a, b, data !== undefined) : undefined;
    if (!steps) continue;
    for (const vectorAxis of vectorAxes) {
      const vectors = Math.ceil(extentOf(nest, vectorAxis) / machine.width);
      const tileAxes = tileAxesOf(nest, axes, vectorAxis, a, b);
      for (const tileAxis of tileAxes.length > 0 ? tileAxes : [undefined]) {
        if (!finishFits(nest, vectorAxis, tileAxis)) continue;
        const points = tileAxis === undefined ? 1 : extentOf(nest, tileAxis);
        const around = axesAround(nest, axes.filter((axis) => axis !== vectorAxis && axis !== tileAxis && !stepAxes.includes(axis)), b);
        // What is not packed may be walked by nested loops, which have no parts.
        const trim = data ? trimSteps(nest, around.inner, stepAxes, steps, padding, machine.unroll) : undefined;
        const cost = (chooseTile(points, vectors, steps.count, machine.registers).cost / (points * vectors)) * (trim?.share ?? 1);
        if (cost >= bestCost) continue;
        best = { a, b, data, vectorAxis, vectors, tileAxis, steps, around, trim };
        bestCost = cost;
      }
    }
  }
  return best;
}

function axesAround(nest: ResolvedNest, axes: readonly number[], b: Access): AxesAround {
  const walked = axes.filter((axis) => extentOf(nest, axis) > 1);
  const sequential = walked.filter((axis) => nest.axes[axis]?.kind === 'sequential');
  const parallel = walked.filter((axis) => !sequential.includes(axis));
  return { outer: parallel.filter((axis) => b.along.has(axis)), sequential, inner: parallel.filter((axis) => !b.along.has(axis)) };
}

function extentOf(nest: ResolvedNest, axis: number): number {
  return present(nest.axes[axis], 'axis').extent;
}

/** The two loads whose products a nest adds up. */
function factorsOf({ combine, value, loads }: ResolvedNest): readonly [ResolvedLoad, ResolvedLoad] | undefined {
  if (combine !== 'sum' || value.kind !== 'binary' || value.op !== 'mul') return undefined;
  const [left, right] = [value.a, value.b].map((expr) => (expr.kind === 'load' ? loads.get(expr) : undefined));
  return left && right && left.guards.length === 0 && right.guards.length === 0 ? [left, right] : undefined;
}

function isVectorAxis(nest: ResolvedNest, axis: number, a: Access, b: Access, isPacked: boolean, machine: TargetMachine): boolean {
  const { kind, extent } = present(nest.axes[axis], 'axis');
  if (kind !== 'parallel' || (extent === 1 && machine.width > 1)) return false;
  return !a.along.has(axis) && b.along.has(axis) && strideAlong(nest.write, axis) === 1 && (isPacked || strideAlong(b, axis) === 1);
}

/** Of equally good ones the axis whose points lie closest in memory comes first. */
function tileAxesOf(nest: ResolvedNest, axes: readonly number[], vectorAxis: number, a: Access, b: Access): readonly number[] {
  const isAscending = (access: Access, axis: number): boolean => (strideAlong(access, axis) ?? -1) > 0;
  return axes
    .filter((axis) => axis !== vectorAxis && nest.axes[axis]?.kind === 'parallel' && !b.along.has(axis) && isAscending(a, axis) && isAscending(nest.write, axis))
    .toSorted((p, q) => (strideAlong(a, p) ?? 0) - (strideAlong(a, q) ?? 0));
}
