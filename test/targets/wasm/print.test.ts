import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { functionBuilder, get, int, intAdd, intOp, set } from '../../../src/ir/kernel.ts';
import type { Expr, KernelModule } from '../../../src/ir/kernel.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { printWasm } from '../../../src/targets/wasm/print.ts';
import { load, mapKernel, moduleOf, store, unary } from '../kernels.ts';

const tools = await wabt();

function instantiate(module: KernelModule, stages = false): { memory: Float32Array; exports: Record<string, (...args: number[]) => void> } {
  const bytes = printWasm(module, { memory: 'own', stages });
  const read = tools.readWasm(bytes, { readDebugNames: false, simd: true, threads: true });
  read.validate();
  read.destroy();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return { memory: new Float32Array((exports['memory'] as WebAssembly.Memory).buffer), exports: exports as never };
}

function apply(op: 'exp' | 'log', type: 'f32' | 'vec', inputs: Float32Array): Float32Array {
  const { memory, exports } = instantiate(mapKernel(wasmMachine, type, inputs.length, (x) => unary(op, type, x)));
  memory.set(inputs);
  exports['run']?.();
  return memory.slice(inputs.length, 2 * inputs.length);
}

/** Distance in units in the last place of the nearest single-precision number. */
function ulps(found: number, exact: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, exact);
  const exponent = Math.max(1, (bits.getUint32(0) >>> 23) & 0xff);
  return Math.abs(found - exact) / 2 ** (exponent - 127 - 23);
}

describe('exp and log', () => {
  const grid = (from: number, to: number, count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
  const wide = Float32Array.from({ length: 40_000 }, (_, i) => 2 ** (-148 + (275 * i) / 40_000) * (1 + (i % 7) / 8));

  it.each(['f32', 'vec'] as const)('exp is within 2 ulp (%s)', (type) => {
    const inputs = new Float32Array([...grid(-104, 88.7, 60_000), ...grid(-1, 1, 20_000)]);
    const worst = apply('exp', type, inputs).reduce((most, y, i) => Math.max(most, ulps(y, Math.exp(inputs[i] as number))), 0);
    expect(worst).toBeLessThan(2);
  });

  it.each(['f32', 'vec'] as const)('log is within 2 ulp (%s)', (type) => {
    const inputs = new Float32Array([...wide, ...grid(0.5, 2, 20_000)]);
    const worst = apply('log', type, inputs).reduce((most, y, i) => Math.max(most, ulps(y, Math.log(inputs[i] as number))), 0);
    expect(worst).toBeLessThan(2);
  });

  it('knows the special values', () => {
    const special = Float32Array.of(0, -0, Infinity, -Infinity, NaN, 1, 200, -200, -1, 2 ** -149, 3.4e38, -104.5);
    expect([...apply('exp', 'f32', special)]).toEqual([1, 1, Infinity, 0, NaN, Math.fround(Math.E), Infinity, 0, Math.fround(Math.exp(-1)), 1, Infinity, 0]);
    const logs = apply('log', 'vec', special);
    expect([...logs].slice(0, 9)).toEqual([-Infinity, -Infinity, Infinity, NaN, NaN, 0, Math.fround(Math.log(200)), NaN, NaN]);
    expect(logs[9]).toBeCloseTo(-149 * Math.LN2, 4);
    expect(logs[10]).toBeCloseTo(Math.log(3.4e38), 4);
  });
});

describe('programs', () => {
  /** Appends `10 * stage + task` behind a counter that is element 0. */
  const stagesModule = (): KernelModule => {
    const entries = [0, 1, 2, 3].map((number) => {
      const builder = functionBuilder(['task']);
      const at = builder.local('i32', 'at');
      const value: Expr = { kind: 'to-float', a: intAdd(get(builder.params[0] ?? at), int(10 * number)) };
      return builder.finish(`item${number}`, [
        set(at, intOp('shift-left', load('i32', int(4)), int(2))),
        store('f32', get(at), 0, value),
      ]);
    });
    const [a, b, c, d] = entries as [typeof entries[0] & object, typeof entries[0] & object, typeof entries[0] & object, typeof entries[0] & object];
    const stages = [{ items: [{ entry: a, tasks: 1 }], points: 1 }, { items: [{ entry: b, tasks: 2 }, { entry: c, tasks: 3 }], points: 5 }, { items: [{ entry: d, tasks: 1 }], points: 1 }];
    return { ...moduleOf(entries, 64), programs: new Map([['step', stages], ['run', [{ items: [{ entry: a, tasks: 4 }], points: 4 }]]]) };
  };

  it('dispatches stages and their tasks', () => {
    const { memory, exports } = instantiate(stagesModule(), true);
    const cursor = new Int32Array(memory.buffer);
    const calls: readonly (readonly [number, number])[] = [[0, 0], [1, 0], [1, 1], [1, 2], [1, 4], [2, 0]];
    const seen = calls.map(([stage, task], i) => {
      cursor[1] = 8 + i;
      exports['step_stage']?.(stage, task);
      return memory[8 + i];
    });
    expect(seen).toEqual([0, 10, 11, 20, 22, 30]);
    expect(() => exports['step_stage']?.(3, 0)).toThrow(WebAssembly.RuntimeError);
  });

  it('runs every task of a program', () => {
    const { memory, exports } = instantiate(stagesModule());
    new Int32Array(memory.buffer)[1] = 8;
    exports['run']?.();
    expect(memory[8]).toBe(3);
    exports['step']?.();
    expect(memory[8]).toBe(30);
    expect(exports['step_stage']).toBeUndefined();
  });

  it('imports a shared memory and leaves weights out', () => {
    const module = { ...stagesModule(), segments: [{ offset: 8, data: Float32Array.of(7) }] };
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = printWasm(module, { memory: { import: 'env', shared: true, pages: 1 }, weights: 'separate' });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: shared } });
    expect(new Float32Array(shared.buffer)[8]).toBe(0);
    expect(Object.keys(instance.exports)).toEqual(['step', 'run']);
  });
});
