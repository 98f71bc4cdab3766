// The verifier and the interpreter of the kernel IR see the faults planted here.

import { expect, test } from 'vitest';
import { interpretKernels } from '../../src/ir/interpret-kernel.ts';
import { functionBuilder, get, int, intMul, intOp, set } from '../../src/ir/kernel.ts';
import type { Expr, KernelFunction, KernelModule, Local, Segment, Stmt } from '../../src/ir/kernel.ts';
import { verifyKernels } from '../../src/ir/verify-kernel.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';

const { unit } = wasmMachine;
const one: Expr = { kind: 'float', type: 'f32', value: 1 };
const store = (at: Expr, value: Expr = one, offset = 0): Stmt => ({ kind: 'store', as: 'f32', at, offset, value });
const load = (at: Expr): Expr => ({ kind: 'load', as: 'f32', at, offset: 0 });

interface Parts {
  readonly task: Expr;
  readonly local: (type: Local['type']) => Local;
}

function entryOf(body: (parts: Parts) => readonly Stmt[], name = 'entry'): KernelFunction {
  const builder = functionBuilder(['task']);
  const [task] = builder.params;
  if (!task) throw new Error('no task');
  return builder.finish(name, body({ task: get(task), local: (type) => builder.local(type, 'x') }));
}

function moduleOf(entry: KernelFunction, tasks = 1, segments: readonly Segment[] = []): KernelModule {
  return { functions: [entry], programs: new Map([['run', [{ items: [{ entry, tasks }], points: tasks }]]]), elements: 32, segments, bindings: { inputs: [], outputs: [] }, padded: () => [] };
}

const faults: readonly (readonly [string, (parts: Parts) => readonly Stmt[], RegExp])[] = [
  ['a vector for a number', ({ local }) => [set(local('vec'), one)], /float is f32 where vec is wanted/],
  ['an undeclared local', () => [set({ ordinal: 7, type: 'f32', name: 'y' }, one)], /y is not declared/],
  ['a negative offset', ({ task }) => [store(task, one, -4)], /an offset of -4/],
  ['half an element', ({ task }) => [store(task, one, 2)], /lies between elements/],
  ['a loop of no turns', ({ local }) => [{ kind: 'repeat', counter: local('i32'), count: 0, body: [] }], /repeats 0 times/],
  ['a set counter', ({ local }) => { const counter = local('i32'); return [{ kind: 'repeat', counter, count: 2, body: [set(counter, int(0))] }]; }, /counts a loop around it/],
  ['a large integer', ({ task }) => [store(intOp('add', task, int(2 ** 31)))], /is no i32/],
  ['all lanes as some', ({ task }) => [{ kind: 'store', as: 'vec', at: task, offset: 0, lanes: 4, value: { kind: 'splat', a: one } }], /stores 4 lanes/],
];

test.each(faults)('the verifier sees %s', (_what, body, message) => {
  expect(() => verifyKernels(moduleOf(entryOf(body)), wasmMachine)).toThrow(message);
});

test('the verifier sees callees after callers, and modules that do not hold together', () => {
  const callee = entryOf(() => [], 'callee');
  const caller = entryOf(({ task }) => [{ kind: 'call', callee, args: [task] }]);
  const module = moduleOf(caller);
  expect(() => verifyKernels({ ...module, functions: [caller, callee] }, wasmMachine)).toThrow(/does not stand before it/);
  expect(() => verifyKernels({ ...module, functions: [callee, caller] }, wasmMachine)).not.toThrow();
  expect(() => verifyKernels({ ...module, functions: [] }, wasmMachine)).toThrow(/not in the module/);
  const data = Float32Array.of(1, 2);
  expect(() => verifyKernels(moduleOf(callee, 1, [{ offset: 0, data }, { offset: 1, data }]), wasmMachine)).toThrow(/overlaps/);
  expect(() => verifyKernels(moduleOf(callee, 1, [{ offset: 31, data }]), wasmMachine)).toThrow(/33 of 32/);
  const binding = { name: 'x', shape: [2], offset: 31, axes: [Int32Array.of(0, 1)] };
  expect(() => verifyKernels({ ...module, functions: [callee, caller], bindings: { inputs: [binding], outputs: [] } }, wasmMachine)).toThrow(/lies at 31..32/);
});

test('the interpreter keeps stores in memory and off constants', () => {
  const run = (body: (parts: Parts) => readonly Stmt[], tasks = 1, segments: readonly Segment[] = []): (() => void) => () => interpretKernels(moduleOf(entryOf(body), tasks, segments), wasmMachine).run('run');
  expect(run(() => [store(int(32 * unit))])).toThrow(/leaves memory: element 32/);
  expect(run(() => [store(int(-unit), one, unit)])).toThrow(/address -4/);
  expect(run(() => [store(int(0))], 1, [{ offset: 0, data: Float32Array.of(1) }])).toThrow(/writes the constant/);
});

test('the interpreter keeps padding zero', () => {
  const zero: Expr = { kind: 'float', type: 'f32', value: 0 };
  const at = (element: number, value: Expr): (() => void) => () => {
    const module = moduleOf(entryOf(() => [store(int(element * unit), value)]));
    const padded = { name: 'x', first: 4, size: 8, offset: 5, axes: [Int32Array.of(0, 4), Int32Array.of(0, 1)] };
    interpretKernels({ ...module, padded: () => [padded] }, wasmMachine).run('run');
  };
  for (const element of [4, 7, 8, 11]) {
    expect(at(element, one)).toThrow(`task 0 of entry writes 1 into padding, at element ${element}`);
    expect(at(element, zero)).not.toThrow();
  }
  for (const element of [3, 5, 6, 9, 10, 12]) expect(at(element, one)).not.toThrow();
});

test('the interpreter keeps tasks of a stage apart', () => {
  const run = (body: (parts: Parts) => readonly Stmt[]): (() => void) => () => interpretKernels(moduleOf(entryOf(body), 2), wasmMachine).run('run');
  const own = ({ task }: Parts): Expr => intMul(task, int(unit));
  expect(run(() => [store(int(0))])).toThrow(/another task of its stage writes/);
  expect(run((parts) => [store(own(parts), load(int(unit)))])).toThrow(/another task of its stage reads/);
  expect(run((parts) => [store(own(parts), load(int(0)))])).toThrow(/reads element 0, which another task/);
  expect(run((parts) => [store(own(parts), load(own(parts)))])).not.toThrow();
});
