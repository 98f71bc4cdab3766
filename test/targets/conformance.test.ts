// Every target gives the same answers from the same kernels.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../../src/base/random.ts';
import { functionBuilder, get, int, intAdd, intMul, intOp, set } from '../../src/ir/kernel.ts';
import type { Compare, Expr, FloatBinary, FloatUnary, IntOp, Local, Stmt } from '../../src/ir/kernel.ts';
import { binary, f32, gemmKernel, load, mapKernel, moduleOf, select, store, unary, zipKernel } from './kernels.ts';
import { runners } from './runners.ts';

const types = ['f32', 'vec'] as const;
const special = [0, -0, 1, -1, 0.5, -2.25, 1e-40, 3e38, -3e38, Infinity, -Infinity, NaN];

describe.each(runners)('$machine.name', ({ machine, start }) => {
  const { unit } = machine;

  function applied(op: FloatUnary, type: 'f32' | 'vec', inputs: readonly number[]): number[] {
    const { memory, run } = start(mapKernel(machine, type, inputs.length, (x) => unary(op, type, x)));
    memory.set(inputs);
    run();
    return Array.from(memory.subarray(inputs.length, 2 * inputs.length));
  }

  /** Of every pair of `values`. */
  function zipped(type: 'f32' | 'vec', values: readonly number[], value: (a: Expr, b: Expr) => Expr): { a: number; b: number; found: number }[] {
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    const { memory, run } = start(zipKernel(machine, type, pairs.length, value));
    memory.set(pairs.map(([a]) => a));
    memory.set(pairs.map(([, b]) => b), pairs.length);
    run();
    return pairs.map((_, i) => ({ a: memory[i] as number, b: memory[pairs.length + i] as number, found: memory[2 * pairs.length + i] as number }));
  }

  describe.each(types)('%s', (type) => {
    const exact: Readonly<Partial<Record<FloatUnary, (x: number) => number>>> = {
      neg: (x) => -x, abs: Math.abs, sqrt: Math.sqrt, reciprocal: (x) => 1 / x,
    };
    it.each(Object.entries(exact))('%s', (op, reference) => {
      const single = special.map(Math.fround);
      expect(applied(op as FloatUnary, type, special)).toEqual(single.map((x) => Math.fround(reference(x))));
    });

    it('relu keeps NaN and has no negative values', () => {
      const values = applied('relu', type, special);
      // -0 may stay as it is: adding 0 makes the zeros alike.
      expect(values.map((x) => x + 0)).toEqual(special.map((x) => Math.fround(Math.max(x, 0)) + 0));
    });

    it.each(['exp', 'log'] as const)('%s is near', (op) => {
      const values = Array.from({ length: 64 }, (_, i) => (op === 'exp' ? i / 4 - 8 : (i + 1) / 7));
      applied(op, type, values).forEach((found, i) => {
        const wanted = Math[op](Math.fround(values[i] as number));
        expect(Math.abs(found - wanted)).toBeLessThanOrEqual(2 ** -22 * Math.abs(wanted));
      });
    });

    const operators: Readonly<Record<FloatBinary, (a: number, b: number) => number>> = {
      add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b, min: Math.min, max: Math.max,
    };
    it.each(Object.entries(operators))('%s', (op, reference) => {
      const ordered = op === 'min' || op === 'max';
      // Of operands that are not ordered (NaN, two zeros), min and max may answer either.
      const allowed = (a: number, b: number): number[] => [Math.fround(reference(a, b)), ...(ordered && (a === b || Number.isNaN(a - b)) ? [a, b] : [])];
      for (const { a, b, found } of zipped(type, special, (x, y) => binary(op as FloatBinary, type, x, y))) {
        expect({ a, b, found, right: allowed(a, b).some((value) => Object.is(value, found)) }).toEqual({ a, b, found, right: true });
      }
    });

    const compares: Readonly<Record<Compare, (a: number, b: number) => boolean>> = {
      eq: (a, b) => a === b, ne: (a, b) => a !== b, lt: (a, b) => a < b, le: (a, b) => a <= b, gt: (a, b) => a > b, ge: (a, b) => a >= b,
    };
    it.each(Object.entries(compares))('select %s', (compare, reference) => {
      const ten: Expr = { kind: 'float', value: 10, type };
      for (const { a, b, found } of zipped(type, special, (x, y) => select(type, x, compare as Compare, y, x, ten))) {
        expect(found).toBe(reference(a, b) ? a : 10);
      }
    });

    it('splats scalars and single elements', () => {
      const { memory, run } = start(mapKernel(machine, type, 8, (x, i) => {
        const number: Expr = { kind: 'to-float', a: get((i as { local: Local }).local) };
        const scalar: Expr = type === 'vec' ? { kind: 'splat', a: number } : number;
        return binary('add', type, x, binary('add', type, scalar, load(type === 'vec' ? 'splat' : 'f32', int(0), unit)));
      }));
      memory.set([1, 2, 3, 4, 5, 6, 7, 8]);
      run();
      const step = type === 'vec' ? machine.width : 1;
      expect(Array.from(memory.subarray(8, 16))).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((x, at) => x + Math.floor(at / step) + 2));
    });
  });

  it.each([[1], [2], [5], [8]])('runs the tap-table microkernel with %i taps', (count) => {
    const taps = Array.from({ length: count }, (_, k) => 3 * k + (k % 2));
    const weight = (f: number, k: number): number => Math.sin(3 * f + k);
    const bias = (f: number): number => Math.cos(f);
    const { module, stride, output, filters } = gemmKernel(machine, taps, weight, bias);
    const { memory, run } = start(module);
    for (let i = 0; i < 4 * stride; i++) memory[i] = Math.sin(i) * 2;
    run();
    for (let p = 0; p < 4; p++) {
      for (let f = 0; f < filters; f++) {
        const sum = taps.reduce((total, tap, k) => total + Math.sin(p * stride + tap) * 2 * weight(f, k), bias(f));
        expect(memory[output + p * filters + f]).toBeCloseTo(Math.max(0, sum), 5);
      }
    }
  });

  describe('integers', () => {
    const numbers = [0, 1, -1, 5, 33, 0x7fffffff, -0x80000000, 0x12345678, -0x61c88647];
    /** Stores an i32 as two halves that a float holds exactly. */
    function evaluated(value: (a: Expr, b: Expr) => Expr, a: number, b: number): number {
      const builder = functionBuilder(['task']);
      const [x, y, z] = ['x', 'y', 'z'].map((name) => builder.local('i32', name)) as [Local, Local, Local];
      const half = (e: Expr): Expr => ({ kind: 'to-float', a: e });
      const fn = builder.finish('ints', [
        set(x, load('i32', int(0))),
        set(y, load('i32', int(0), unit)),
        set(z, value(get(x), get(y))),
        store('f32', int(2 * unit), 0, half(intOp('and', get(z), int(0xffff)))),
        store('f32', int(3 * unit), 0, half(intOp('shift-right-unsigned', get(z), int(16)))),
      ]);
      const { memory, run } = start(moduleOf([fn], 4));
      new Int32Array(memory.buffer).set([a, b]);
      run();
      return ((memory[2] as number) + 65536 * (memory[3] as number)) | 0;
    }

    const operators: Readonly<Record<IntOp, (a: number, b: number) => number>> = {
      add: (a, b) => (a + b) | 0, sub: (a, b) => (a - b) | 0, mul: Math.imul, and: (a, b) => a & b, xor: (a, b) => a ^ b,
      'shift-left': (a, b) => a << b, 'shift-right-unsigned': (a, b) => (a >>> b) | 0,
      eq: (a, b) => Number(a === b), ne: (a, b) => Number(a !== b), lt: (a, b) => Number(a < b), le: (a, b) => Number(a <= b),
      gt: (a, b) => Number(a > b), ge: (a, b) => Number(a >= b),
    };
    it.each(Object.entries(operators))('%s', (op, reference) => {
      for (const a of numbers) {
        for (const b of numbers) expect([a, b, evaluated((x, y) => intOp(op as IntOp, x, y), a, b)]).toEqual([a, b, reference(a, b)]);
      }
    });

    it('wraps in the middle of sums and products', () => {
      const value = (x: Expr, y: Expr): Expr => intOp('shift-right-unsigned', intOp('sub', intMul(intAdd(x, y), int(-3)), intMul(intMul(x, y), int(40503))), int(7));
      for (const a of numbers) {
        for (const b of numbers) {
          const wanted = (Math.imul(a + b, -3) - Math.imul(Math.imul(a, b), 40503)) >>> 7;
          expect([a, b, evaluated(value, a, b)]).toEqual([a, b, wanted]);
        }
      }
    });

    it('agrees on random expressions', () => {
      const tree: fc.Arbitrary<Expr> = fc.letrec<{ tree: Expr }>((tie) => ({
        tree: fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          fc.constantFrom<Expr>({ kind: 'load', as: 'i32', at: int(0), offset: 0 }, { kind: 'load', as: 'i32', at: int(0), offset: unit }),
          fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 })).map(int),
          fc.tuple(fc.constantFrom(...(Object.keys(operators) as IntOp[])), tie('tree'), tie('tree')).map(([op, a, b]) => intOp(op, a, b)),
        ),
      })).tree;
      const value = (e: Expr, a: number, b: number): number => {
        if (e.kind === 'int') return e.value | 0;
        if (e.kind === 'load') return e.offset === 0 ? a : b;
        if (e.kind !== 'int-op') throw new Error(e.kind);
        return operators[e.op](value(e.a, a, b), value(e.b, a, b));
      };
      fc.assert(fc.property(tree, fc.integer(), fc.integer(), (e, a, b) => {
        expect(evaluated(() => e, a, b)).toBe(value(e, a, b));
      }), { numRuns: 300 });
    });

    it('hashes as base/random does', () => {
      const mixed = (word: Expr): Expr => {
        const shifted = (e: Expr, by: number): Expr => intOp('xor', e, intOp('shift-right-unsigned', e, int(by)));
        const first = intMul(shifted(word, 16), int(0x85ebca6b));
        return shifted(intMul(shifted(first, 13), int(0xc2b2ae35)), 16);
      };
      const seeded = (a: Expr, b: Expr): Expr => mixed(intAdd(mixed(intOp('xor', a, int(0x9e3779b9))), b));
      const twice = (a: Expr, b: Expr): Expr => mixed(mixed(seeded(a, b)));
      for (const [seed, a] of [[1, 2], [-7, 0x7fffffff], [0, 0]] as const) expect(evaluated(twice, seed, a)).toBe(hash32(seed, a));
    });
  });

  describe('control', () => {
    /** Element 0 ends with the sum of what `body` adds to it. */
    function total(write: (add: (value: Expr) => Stmt, local: (name: string) => Local) => readonly Stmt[]): number {
      const builder = functionBuilder(['task']);
      const sum = builder.local('f32', 'sum');
      const add = (value: Expr): Stmt => set(sum, binary('add', 'f32', get(sum), { kind: 'to-float', a: value }));
      const body = write(add, (name) => builder.local('i32', name));
      const fn = builder.finish('control', [set(sum, f32(0)), ...body, store('f32', int(0), 0, get(sum))]);
      const { memory, run } = start(moduleOf([fn], 1));
      run();
      return memory[0] as number;
    }

    it('repeats, once too', () => {
      expect(total((add, local) => {
        const [i, j] = [local('i'), local('j')];
        return [{ kind: 'repeat', counter: i, count: 5, body: [{ kind: 'repeat', counter: j, count: 1, body: [add(intAdd(get(i), get(j)))] }] }];
      })).toBe(10);
    });

    it('runs the body of a loop before its condition', () => {
      expect(total((add) => [{ kind: 'loop', while: int(0), body: [add(int(7))] }])).toBe(7);
    });

    it('takes both arms of a condition in a loop in a repeat', () => {
      expect(total((add, local) => {
        const [i, j] = [local('i'), local('j')];
        const inside = intOp('and', intOp('ge', get(i), int(2)), intOp('lt', get(i), int(8)));
        return [{ kind: 'repeat', counter: j, count: 3, body: [set(i, int(0)), { kind: 'loop', while: intOp('lt', get(i), int(10)), body: [
          { kind: 'if', when: inside, then: [add(int(1))], otherwise: [add(int(1000)), { kind: 'if', when: intOp('eq', get(i), get(j)), then: [add(int(100))], otherwise: [] }] },
          set(i, intAdd(get(i), int(1))),
        ] }] }];
      })).toBe(12218);
    });

    it('counts tasks', () => {
      const builder = functionBuilder(['task']);
      const at = intMul(get(builder.params[0] as Local), int(unit));
      const fn = builder.finish('tasks', [store('f32', at, unit, binary('add', 'f32', load('f32', at, unit), f32(0.5)))]);
      const { memory, run } = start(moduleOf([fn], 8, [], 3));
      run();
      expect(Array.from(memory.subarray(0, 5))).toEqual([0, 0.5, 0.5, 0.5, 0]);
    });
  });
});
