// Small kernels written by hand, which every printer must turn into the same answers.

import { functionBuilder, get, int, intAdd, intMul, intOp, set } from '../../src/ir/kernel.ts';
import type { Compare, Expr, FloatBinary, FloatUnary, KernelFunction, KernelModule, Local, Segment, Stmt, TargetMachine } from '../../src/ir/kernel.ts';

export function moduleOf(functions: readonly KernelFunction[], elements: number, segments: readonly Segment[] = [], tasks = 1): KernelModule {
  const entry = functions.at(-1) as KernelFunction;
  return { functions, programs: new Map([['run', [{ items: [{ entry, tasks }], points: tasks }]]]), elements, segments, bindings: { inputs: [], outputs: [] }, padded: () => [] };
}

export const f32 = (value: number): Expr => ({ kind: 'float', value, type: 'f32' });
export const load = (as: 'i32' | 'f32' | 'vec' | 'splat', at: Expr, offset = 0): Expr => ({ kind: 'load', as, at, offset });
export const store = (as: 'f32' | 'vec', at: Expr, offset: number, value: Expr): Stmt => ({ kind: 'store', as, at, offset, value });
export const unary = (op: FloatUnary, type: 'f32' | 'vec', a: Expr): Expr => ({ kind: 'unary', op, type, a });
export const binary = (op: FloatBinary, type: 'f32' | 'vec', a: Expr, b: Expr): Expr => ({ kind: 'binary', op, type, a, b });
export const select = (type: 'f32' | 'vec', a: Expr, compare: Compare, b: Expr, then: Expr, otherwise: Expr): Expr => ({ kind: 'select', type, compare, a, b, then, otherwise });

/** `out[i] = value(in[i], i)` for `count` elements (a multiple of 4): inputs from element 0, results after them. */
export function mapKernel(machine: TargetMachine, type: 'f32' | 'vec', count: number, value: (x: Expr, i: Expr) => Expr): KernelModule {
  const { local, finish } = functionBuilder(['task']);
  const i = local('i32', 'i');
  const p = local('i32', 'p');
  const step = type === 'vec' ? machine.width : 1;
  const fn = finish('map', [
    { kind: 'repeat', counter: i, count: count / step, body: [
      set(p, intMul(get(i), int(step * machine.unit))),
      store(type, get(p), count * machine.unit, value(load(type, get(p)), get(i))),
    ] },
  ]);
  return moduleOf([fn], 2 * count);
}

/** `c[i] = a[i] op b[i]`: a from 0, b from `count`, c from `2 * count`. */
export function zipKernel(machine: TargetMachine, type: 'f32' | 'vec', count: number, value: (a: Expr, b: Expr) => Expr): KernelModule {
  const { local, finish } = functionBuilder(['task']);
  const p = local('i32', 'p');
  const step = (type === 'vec' ? machine.width : 1) * machine.unit;
  const fn = finish('zip', [
    set(p, int(0)),
    { kind: 'loop', while: intOp('lt', get(p), int(count * machine.unit)), body: [
      store(type, get(p), 2 * count * machine.unit, value(load(type, get(p)), load(type, get(p), count * machine.unit))),
      set(p, intAdd(get(p), int(step))),
    ] },
  ]);
  return moduleOf([fn], 3 * count);
}

export interface Gemm {
  readonly module: KernelModule;
  /** 4 pixels of `taps.length` inputs each, at element 0, `stride` apart. */
  readonly stride: number;
  readonly output: number;
  readonly filters: number;
}

/**
 * The microkernel of a tap-offset table: 4 pixels x 2 vectors of filters, the taps in a table of addresses,
 * then ReLU. The output is 4 rows of `2 * width` filters.
 */
export function gemmKernel(machine: TargetMachine, taps: readonly number[], weights: (filter: number, tap: number) => number, bias: (filter: number) => number): Gemm {
  const { unit, width } = machine;
  const filters = 2 * width;
  const stride = Math.max(...taps) + 1;
  const table = 4 * stride;
  const packed = table + taps.length;
  const output = packed + filters * (taps.length + 1);
  const builder = functionBuilder(['input', 'destination']);
  const [input, destination] = builder.params as readonly [Local, Local];
  const t = builder.local('i32', 't');
  const w = builder.local('i32', 'w');
  const ip = builder.local('i32', 'ip');
  const accumulators = [0, 1, 2, 3].map((p) => [0, 1].map((v) => builder.local('vec', `acc${p}${v}`)));
  const weight = [0, 1].map((v) => builder.local('vec', `w${v}`));
  const end = (table + taps.length) * unit;
  const tap: readonly Stmt[] = [
    set(ip, intAdd(get(input), load('i32', get(t), 0))),
    ...weight.map((local, v) => set(local, load('vec', get(w), v * width * unit))),
    ...accumulators.flatMap((row, p) => row.map((acc, v) => set(acc, binary('add', 'vec', get(acc), binary('mul', 'vec', load('splat', get(ip), p * stride * unit), get(weight[v] as Local)))))),
  ];
  const kernel = builder.finish('gemm', [
    ...accumulators.flatMap((row) => row.map((acc, v) => set(acc, load('vec', int(packed * unit), v * width * unit)))),
    set(t, int(table * unit)),
    set(w, int((packed + filters) * unit)),
    { kind: 'loop', while: intOp('ne', get(t), int(end)), body: [
      ...tap,
      set(w, intAdd(get(w), int(filters * unit))),
      set(t, intAdd(get(t), int(unit))),
    ] },
    ...accumulators.flatMap((row, p) => row.map((acc, v) => store('vec', get(destination), (p * filters + v * width) * unit, unary('relu', 'vec', get(acc))))),
  ]);
  const caller = functionBuilder(['task']);
  const run = caller.finish('run_gemm', [{ kind: 'call', callee: kernel, args: [int(0), int(output * unit)] }]);
  const values: number[] = [];
  for (let f = 0; f < filters; f++) values.push(bias(f));
  for (let k = 0; k < taps.length; k++) for (let f = 0; f < filters; f++) values.push(weights(f, k));
  const segments: Segment[] = [
    { offset: table, data: Int32Array.from(taps, (tap) => tap * unit) },
    { offset: packed, data: Float32Array.from(values) },
  ];
  return { module: moduleOf([kernel, run], output + 4 * filters, segments), stride, output, filters };
}
