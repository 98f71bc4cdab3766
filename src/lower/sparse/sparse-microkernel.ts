// The inner kernel of sparse sums: a register tile of P points by V vectors, which meets a run of R weights a step.
//
//   acc[p][v] = 0
//   loop over runs k:
//     for r in 0 .. P + R - 2:
//       x = b[offset[k] + r * stride + place[v]]
//       acc[r - i][v] += splat(weight[k][i]) * x           for every tap i for which r - i is a point of the tile
//   out[p][v] = finish(acc[p][v])

import { present } from '../../base/invariant.ts';
import type { FinishedVector } from '../contraction/finish.ts';
import { functionBuilder, get, int, intAdd, intOp, set, type Expr, type FunctionBuilder, type KernelFunction, type Local, type Stmt, type TargetMachine } from '../../ir/kernel.ts';

/** Elements from point to point of the tile, and from lane to lane. */
interface Strides {
  readonly point: number;
  readonly lane: number;
}

export interface SparseMicrokernel {
  readonly name: string;
  readonly points: number;
  /** Where each vector begins, in lanes. */
  readonly places: readonly number[];
  /** Of a vector, where it has more than there are; absent: all. */
  readonly lanes: number | undefined;
  readonly spread: Strides;
  readonly out: Strides;
  /** Weights of a run. */
  readonly run: number;
  /** Pointers to the operands of `finish`. */
  readonly extras: number;
  /** What is stored, from the accumulator of point p and the vector at `place`. */
  readonly finish: (accumulator: Expr, extras: readonly Expr[], p: number, place: number, builder: FunctionBuilder) => FinishedVector;
}

/** A function of pointers to `b`, `out`, the extras, the first offset of the runs and past the last, and the first weight. */
export function sparseMicrokernel({ name, points, places, lanes, spread, out, run, extras, finish }: SparseMicrokernel, machine: TargetMachine): KernelFunction {
  const { unit } = machine;
  const builder = functionBuilder(['b', 'out', ...Array.from({ length: extras }, (_, i) => `extra${i}`), 't', 'end', 'w']);
  const pointer = (at: number): Local => present(builder.params.at(at), 'pointer');
  const [b, to, t, end, w] = [pointer(0), pointer(1), pointer(-3), pointer(-2), pointer(-1)];
  const operands = builder.params.slice(2, -3).map(get);
  const from = builder.local('i32', 'from');
  const weights = Array.from({ length: run }, () => builder.local('vec', 'weight'));
  const loaded = run > 1 ? builder.local('vec', 'x') : undefined;
  const sums = Array.from({ length: points }, () => places.map(() => builder.local('vec', 'acc')));
  const offsetIn = (strides: Strides, p: number, place: number): number => (p * strides.point + place * strides.lane) * unit;

  /** All that meets the vector in row r of `b`, which is loaded where it is first wanted. */
  const meet = (r: number, v: number): Stmt[] => {
    const value: Expr = { kind: 'load', as: 'vec', at: get(from), offset: offsetIn(spread, r, present(places[v], 'place')) };
    const x = loaded ? get(loaded) : value;
    const adds = weights.flatMap((weight, i): Stmt[] => {
      const sum = sums[r - i]?.[v];
      return sum ? [set(sum, { kind: 'binary', op: 'add', type: 'vec', a: get(sum), b: { kind: 'binary', op: 'mul', type: 'vec', a: get(weight), b: x } })] : [];
    });
    return loaded ? [set(loaded, value), ...adds] : adds;
  };
  const step: Stmt[] = [
    set(from, intAdd(get(b), { kind: 'load', as: 'i32', at: get(t), offset: 0 })),
    ...weights.map((weight, i) => set(weight, { kind: 'load', as: 'splat', at: get(w), offset: i * unit })),
    ...Array.from({ length: points + run - 1 }, (_, r) => places.flatMap((__, v) => meet(r, v))).flat(),
    set(t, intAdd(get(t), int(unit))),
    set(w, intAdd(get(w), int(run * unit))),
  ];
  const each = (visit: (sum: Local, p: number, place: number) => readonly Stmt[]): Stmt[] => sums.flatMap((vectors, p) => vectors.flatMap((sum, v) => visit(sum, p, present(places[v], 'place'))));
  return builder.finish(name, [
    ...each((sum) => [set(sum, { kind: 'float', type: 'vec', value: 0 })]),
    { kind: 'loop', body: step, while: intOp('ne', get(t), get(end)) },
    ...each((sum, p, place) => {
      const { before, value } = finish(get(sum), operands, p, place, builder);
      return [...before, { kind: 'store', as: 'vec', at: get(to), offset: offsetIn(out, p, place), value, ...(lanes !== undefined && { lanes }), ...(out.lane !== 1 && machine.width > 1 && { apart: out.lane * unit }) }];
    }),
  ]);
}
