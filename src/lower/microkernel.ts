// The inner kernel of every contraction (convolution, dense layer and their gradients): a register tile of
// P points by V vectors, one rank-1 update a step.
//
//   acc[p][v] = 0
//   loop over steps k:
//     acc[p][v] += splat(a[offset(k) + p * stride]) * b[k][v]
//   out[p][v] = finish(acc[p][v])
//
// Where the steps of `a` are irregular they come from a table of offsets, one i32 load a step, so any set of
// kept shape fibers runs at full speed. The step loop is unrolled with an exit after each copy: every exit
// is a use of the accumulators, which keeps the engine from moving loads across steps and spilling.

import { present } from '../base/invariant.ts';
import { functionBuilder, get, int, intAdd, intOp, set, type Expr, type KernelFunction, type Local, type Stmt, type TargetMachine } from '../ir/kernel.ts';

/** How the operands move from step to step, in elements. */
export type Steps =
  /** `b` moves by `bStep`; `a` by the table at element `table`. */
  | { readonly kind: 'table'; readonly table: number; readonly count: number; readonly bStep: number }
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
  readonly finish: (accumulator: Expr, extras: readonly Expr[], p: number, v: number) => Expr;
}

/** Copies of the step in one turn of the loop. */
const unrolledSteps = 4;

export function microkernel(spec: Microkernel, machine: TargetMachine): KernelFunction {
  const { points, vectors, steps } = spec;
  const { unit, width } = machine;
  const builder = functionBuilder(['a', 'b', 'out', ...spec.extras]);
  const [a, b, out, ...extras] = builder.params;
  const [aPointer, bPointer, outPointer] = [present(a, 'a'), present(b, 'b'), present(out, 'out')];
  const acc = Array.from({ length: points }, () => Array.from({ length: vectors }, () => builder.local('vec', 'acc')));
  const row = Array.from({ length: vectors }, () => builder.local('vec', 'w'));
  const splat = builder.local('vec', 's');
  const each = (visit: (accumulator: Local, p: number, v: number) => Stmt): Stmt[] => acc.flatMap((vs, p) => vs.map((local, v) => visit(local, p, v)));
  const outOffset = (p: number, v: number): number => (p * spec.outStride + v * width) * unit;

  /** One rank-1 update with `a` read at `from` and `b` at `bOffset` elements past its pointer. */
  const step = (from: Expr, bOffset: number): Stmt[] => [
    ...row.map((local, v) => set(local, { kind: 'load', as: 'vec', at: get(bPointer), offset: (bOffset + v * width) * unit })),
    ...acc.flatMap((vs, p) => [
      set(splat, { kind: 'load', as: 'splat', at: from, offset: p * spec.aStride * unit }),
      ...vs.map((local, v) =>
        set(local, {
          kind: 'binary',
          op: 'add',
          type: 'vec',
          a: get(local),
          b: { kind: 'binary', op: 'mul', type: 'vec', a: get(splat), b: get(present(row[v], 'row')) },
        }),
      ),
    ]),
  ];
  const advance = (pointer: Local, elements: number): Stmt[] => (elements === 0 ? [] : [set(pointer, intAdd(get(pointer), int(elements * unit)))]);

  const tableLoop = (table: Extract<Steps, { kind: 'table' }>): Stmt[] => {
    const t = builder.local('i32', 't');
    const from = builder.local('i32', 'from');
    const unroll = Math.min(unrolledSteps, table.count);
    const end = (table.table + table.count) * unit;
    const body: Stmt[] = [];
    for (let u = 0; u < unroll; u++) {
      body.push(
        set(from, intAdd(get(aPointer), { kind: 'load', as: 'i32', at: get(t), offset: u * unit })),
        ...step(get(from), u * table.bStep),
      );
      if (u < unroll - 1) body.push({ kind: 'exit', when: intOp('eq', get(t), int(end - (u + 1) * unit)) });
    }
    body.push(...advance(bPointer, unroll * table.bStep), ...advance(t, unroll));
    return [set(t, int(table.table * unit)), { kind: 'loop', body, while: intOp('ne', get(t), int(end)) }];
  };

  const levelLoops = (levels: readonly StepLevel[]): Stmt[] => {
    const [level, ...inner] = levels;
    if (!level) return step(get(aPointer), 0);
    const aEnd = builder.local('i32', 'end');
    const onA = level.aStep !== 0;
    const counted = onA ? aPointer : bPointer;
    const countedStep = onA ? level.aStep : level.bStep;
    if (inner.length > 0) {
      const counter = builder.local('i32', 'i');
      const [aHere, bHere] = [builder.local('i32', 'a_here'), builder.local('i32', 'b_here')];
      return [
        {
          kind: 'repeat',
          counter,
          count: level.count,
          body: [
            set(aHere, get(aPointer)),
            set(bHere, get(bPointer)),
            ...levelLoops(inner),
            set(aPointer, intAdd(get(aHere), int(level.aStep * unit))),
            set(bPointer, intAdd(get(bHere), int(level.bStep * unit))),
          ],
        },
      ];
    }
    const unroll = 1;
    const body: Stmt[] = [];
    for (let u = 0; u < unroll; u++) {
      body.push(...offsetStep(level, u));
      if (u < unroll - 1) body.push({ kind: 'exit', when: intOp('eq', get(counted), intAdd(get(aEnd), int(-(u + 1) * countedStep * unit))) });
    }
    body.push(...advance(aPointer, unroll * level.aStep), ...advance(bPointer, unroll * level.bStep));
    return [
      set(aEnd, intAdd(get(counted), int(level.count * countedStep * unit))),
      { kind: 'loop', body, while: intOp('ne', get(counted), get(aEnd)) },
    ];
  };
  const offsetStep = (level: StepLevel, u: number): Stmt[] => {
    if (u === 0) return step(get(aPointer), 0);
    const from = builder.local('i32', 'from');
    return [set(from, intAdd(get(aPointer), int(u * level.aStep * unit))), ...step(get(from), u * level.bStep)];
  };

  return builder.finish(spec.name, [
    ...each((local, p, v) =>
      set(local, spec.keep ? { kind: 'load', as: 'vec', at: get(outPointer), offset: outOffset(p, v) } : { kind: 'float', type: 'vec', value: 0 }),
    ),
    ...(steps.kind === 'table' ? tableLoop(steps) : levelLoops(steps.levels)),
    ...each((local, p, v) => ({
      kind: 'store',
      as: 'vec',
      at: get(outPointer),
      offset: outOffset(p, v),
      value: spec.finish(get(local), extras.map(get), p, v),
      ...(spec.lastLanes !== undefined && v === vectors - 1 && { lanes: spec.lastLanes }),
    })),
  ]);
}
