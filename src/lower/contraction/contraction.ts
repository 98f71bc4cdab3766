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
import type { Domain } from '../accesses/domain.ts';
import { loadOf, strideAlong, type Access, type LoadNumber, type ResolvedLoad, type ResolvedNest } from '../accesses/resolve.ts';
import { finishFits } from './finish.ts';
import { stepsAlong, type StepPoints } from './steps.ts';
import { trimSteps, type Trim } from './trim-steps.ts';

/** One way to see a nest as a contraction. Its vector axis and its tile axis tell it from the others. */
export interface Contraction {
  readonly a: LoadNumber;
  readonly b: LoadNumber;
  readonly vectorAxis: number;
  /** Vectors that hold the vector axis, the last one perhaps in part. */
  readonly vectors: number;
  readonly tileAxis: number | undefined;
  /** Points of the tile axis; 1 where there is none. */
  readonly points: number;
  readonly stepAxes: readonly number[];
  readonly steps: StepPoints;
  /** The other axes, that are looped over around the microkernels. */
  readonly around: AxesAround;
}

export interface AxesAround {
  /** Those that move `b`: another matrix of weights each. */
  readonly outer: readonly number[];
  /** Scatters into what other points write too. */
  readonly sequential: readonly number[];
  /** The rest, the samples first. */
  readonly inner: readonly number[];
}

/** Every way to see a nest as a contraction; none where it is none. */
export function contractionsOf(domain: Domain, machine: TargetMachine): readonly Contraction[] {
  const { nest } = domain;
  const factors = factorsOf(nest);
  const axes = [...nest.axes.keys()].filter((axis) => axis !== domain.task);
  const stepAxes = axes.filter((axis) => nest.axes[axis]?.kind === 'reduce');
  if (!factors || stepAxes.length === 0) return [];
  const moves = (factor: LoadNumber, axis: number): boolean => loadOf(nest, factor).access.along.has(axis);
  // Points that move neither operand are a factor, no steps.
  if (stepAxes.some((axis) => extentOf(nest, axis) > 1 && !factors.some((factor) => moves(factor, axis)))) return [];
  const [left, right] = factors;
  return [[left, right] as const, [right, left] as const].flatMap(([a, b]): readonly Contraction[] => {
    const [spread, lanes] = [loadOf(nest, a), loadOf(nest, b)];
    if (spread.data) return [];
    const isPacked = lanes.data !== undefined;
    const vectorAxes = axes.filter((axis) => isVectorAxis(nest, axis, spread.access, lanes.access, isPacked, machine));
    const steps = vectorAxes.length > 0 ? stepsAlong(nest, stepAxes, spread.access, lanes.access, isPacked) : undefined;
    if (!steps) return [];
    return vectorAxes.flatMap((vectorAxis) =>
      orNone(tileAxesOf(nest, axes, vectorAxis, spread.access, lanes.access)).filter((tileAxis) => finishFits(nest, vectorAxis, tileAxis)).map((tileAxis): Contraction => {
        const others = axes.filter((axis) => axis !== vectorAxis && axis !== tileAxis && !stepAxes.includes(axis));
        return {
          a,
          b,
          vectorAxis,
          vectors: Math.ceil(extentOf(nest, vectorAxis) / machine.width),
          tileAxis,
          points: tileAxis === undefined ? 1 : extentOf(nest, tileAxis),
          stepAxes,
          steps,
          around: axesAround(nest, others, lanes.access),
        };
      }),
    );
  });
}

/** Which of packed steps each point takes, where some only read padding. @param unroll Steps in a turn of the loop. */
export function trimOf({ nest }: Domain, { a, b, around, stepAxes, steps }: Contraction, unroll: number): Trim | undefined {
  // What is not packed may be walked by nested loops, which have no parts.
  return loadOf(nest, b).data ? trimSteps(nest, around.inner, stepAxes, steps, loadOf(nest, a).padding, unroll) : undefined;
}

function orNone(axes: readonly number[]): readonly (number | undefined)[] {
  return axes.length > 0 ? axes : [undefined];
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
export function factorsOf(nest: ResolvedNest): readonly [LoadNumber, LoadNumber] | undefined {
  const { combine, value } = nest;
  if (combine !== 'sum' || value.kind !== 'binary' || value.op !== 'mul' || value.a.kind !== 'load' || value.b.kind !== 'load') return undefined;
  const isPlain = ({ guards }: ResolvedLoad): boolean => guards.length === 0;
  return isPlain(loadOf(nest, value.a)) && isPlain(loadOf(nest, value.b)) ? [value.a, value.b] : undefined;
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
