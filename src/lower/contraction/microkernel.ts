// The inner kernel of every contraction (convolution, dense layer and their gradients): a register tile of
// P points by V vectors, one rank-1 update a step.
//
//   acc[p][v] = 0
//   loop over steps k:
//     acc[p][v] += splat(a[offset(k) + p * stride]) * b[k][v]
//   out[p][v] = finish(acc[p][v])
//
// Where the steps of `a` are irregular they come from a table of offsets, one i32 load a step, so any set of
// kept shape fibers runs at full speed. The schedule says how far that loop is unrolled; the steps that do
// not fill a turn come first.

import { present } from '../../base/invariant.ts';
import { functionBuilder, get, int, intAdd, intOp, set, type Expr, type FunctionBuilder, type KernelFunction, type Local, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import type { FinishedVector } from './finish.ts';

/** How the operands move from step to step, in elements. */
export type Steps =
  /**
   * `b` moves by `bStep`; `a` by the table at element `table`. In parts: the caller says from which entry to which,
   * whole turns of the loop less than all.
   */
  | { readonly kind: 'table'; readonly table: number; readonly count: number; readonly bStep: number; readonly unroll: number; readonly inParts: boolean }
  /** Nested counted loops, outermost first. */
  | { readonly kind: 'loops'; readonly levels: readonly StepLevel[] };

export interface StepLevel {
  readonly count: number;
  readonly aStep: number;
  readonly bStep: number;
}

export interface Microkernel {
  readonly name: string;
  readonly points: number;
  readonly vectors: number;
  /** Elements from one point of the tile to the next. */
  readonly aStride: number;
  readonly outStride: number;
  readonly steps: Steps;
  /** The accumulators start from what `out` holds. */
  readonly keep: boolean;
  /** Lanes of the last vector that exist, where its memory past them belongs to others. */
  readonly lastLanes: number | undefined;
  /** Extra pointers, for the operands of `finish`. */
  readonly extras: readonly string[];
  /** What is stored, from the accumulator of point p and vector v. */
  readonly finish: (accumulator: Expr, extras: readonly Expr[], p: number, v: number, builder: FunctionBuilder) => FinishedVector;
}

/** A function of pointers to `a`, `b`, `out` and the extras; in parts also to the first entry of the table and past the last. */
export function microkernel(spec: Microkernel, machine: TargetMachine): KernelFunction {
  const { points, vectors, steps } = spec;
  const { unit, width } = machine;
  const builder = functionBuilder(['a', 'b', 'out', ...spec.extras, ...(steps.kind === 'table' && steps.inParts ? ['t', 'end'] : [])]);
  const [aParam, bParam, outParam, ...others] = builder.params;
  const [a, b, out] = [present(aParam, 'a'), present(bParam, 'b'), present(outParam, 'out')];
  const extras = others.slice(0, spec.extras.length);
  const part = others.slice(spec.extras.length);
  const acc = Array.from({ length: points }, () => Array.from({ length: vectors }, () => builder.local('vec', 'acc')));
  const row = Array.from({ length: vectors }, () => builder.local('vec', 'w'));
  const splat = builder.local('vec', 's');
  const each = (visit: (accumulator: Local, p: number, v: number) => readonly Stmt[]): Stmt[] => acc.flatMap((vs, p) => vs.flatMap((local, v) => visit(local, p, v)));
  const outOffset = (p: number, v: number): number => (p * spec.outStride + v * width) * unit;
  const product = (v: number): Expr => ({ kind: 'binary', op: 'mul', type: 'vec', a: get(splat), b: get(present(row[v], 'row')) });
  const step = (from: Expr, bOffset: number): Stmt[] => [
    ...row.map((local, v) => set(local, { kind: 'load', as: 'vec', at: get(b), offset: (bOffset + v * width) * unit })),
    ...acc.flatMap((vs, p) => [
      set(splat, { kind: 'load', as: 'splat', at: from, offset: p * spec.aStride * unit }),
      ...vs.map((local, v) => set(local, { kind: 'binary', op: 'add', type: 'vec', a: get(local), b: product(v) })),
    ]),
  ];
  const inner: InnerLoop = { builder, machine, a, b, step };
  return builder.finish(spec.name, [
    ...each((local, p, v) => [set(local, spec.keep ? { kind: 'load', as: 'vec', at: get(out), offset: outOffset(p, v) } : { kind: 'float', type: 'vec', value: 0 })]),
    ...(steps.kind === 'table' ? tableLoop(steps, part, inner) : levelLoops(steps.levels, inner)),
    ...each((local, p, v) => {
      const { before, value } = spec.finish(get(local), extras.map(get), p, v, builder);
      return [...before, { kind: 'store', as: 'vec', at: get(out), offset: outOffset(p, v), value, ...(spec.lastLanes !== undefined && v === vectors - 1 && { lanes: spec.lastLanes }) }];
    }),
  ]);
}

interface InnerLoop {
  readonly builder: FunctionBuilder;
  readonly machine: TargetMachine;
  readonly a: Local;
  readonly b: Local;
  /** One rank-1 update with `a` read at `from` and `b` at `bOffset` elements past its pointer. */
  readonly step: (from: Expr, bOffset: number) => Stmt[];
}

function advance(pointer: Local, elements: number, unit: number): Stmt[] {
  return elements === 0 ? [] : [set(pointer, intAdd(get(pointer), int(elements * unit)))];
}

function tableLoop({ table, count, bStep, unroll }: Extract<Steps, { kind: 'table' }>, [first, end]: readonly Local[], { builder, machine, a, b, step }: InnerLoop): Stmt[] {
  const { unit } = machine;
  const t = first ?? builder.local('i32', 't');
  const from = builder.local('i32', 'from');
  const walk = (many: number): Stmt[] => [
    ...Array.from({ length: many }, (_, u) => [set(from, intAdd(get(a), { kind: 'load', as: 'i32', at: get(t), offset: u * unit })), ...step(get(from), u * bStep)]).flat(),
    ...advance(b, many * bStep, unit),
    ...advance(t, many, unit),
  ];
  const rest = count % unroll;
  const whole: Stmt = { kind: 'loop', body: walk(unroll), while: intOp('ne', get(t), end ? get(end) : int((table + count) * unit)) };
  return [...(first ? [] : [set(t, int(table * unit))]), ...walk(rest), ...(count > rest ? [whole] : [])];
}

/** The innermost loop ends by a pointer that it moves, so it needs no counter. */
function levelLoops(levels: readonly StepLevel[], loop: InnerLoop): Stmt[] {
  const [level, ...inner] = levels;
  const { builder, machine: { unit }, a, b, step } = loop;
  if (!level) return step(get(a), 0);
  const { count, aStep, bStep } = level;
  const end = builder.local('i32', 'end');
  if (inner.length > 0) {
    const counter = builder.local('i32', 'i');
    const [aHere, bHere] = [builder.local('i32', 'a_here'), builder.local('i32', 'b_here')];
    const body = [
      set(aHere, get(a)),
      set(bHere, get(b)),
      ...levelLoops(inner, loop),
      set(a, intAdd(get(aHere), int(aStep * unit))),
      set(b, intAdd(get(bHere), int(bStep * unit))),
    ];
    return [{ kind: 'repeat', counter, count, body }];
  }
  const [walked, stride] = aStep === 0 ? [b, bStep] : [a, aStep];
  return [
    set(end, intAdd(get(walked), int(count * stride * unit))),
    { kind: 'loop', body: [...step(get(a), 0), ...advance(a, aStep, unit), ...advance(b, bStep, unit)], while: intOp('ne', get(walked), get(end)) },
  ];
}
