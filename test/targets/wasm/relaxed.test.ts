// The relaxed version of code: how it is printed, and how it lies in the file of the strict one.

import { describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import type { Expr } from '../../../src/ir/kernel.ts';
import { relaxedVersion } from '../../../src/runtime/wasm.ts';
import { withSecondCode } from '../../../src/targets/wasm/encoder/second-code.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { printWasm } from '../../../src/targets/wasm/print.ts';
import { binary, gemmKernel, zipKernel } from '../kernels.ts';

const wabt = await loadWabt();
const features = { simd: true, relaxed_simd: true, threads: true, readDebugNames: false };

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  const module = wabt.readWasm(bytes, features);
  (module as { validate(enabled: object): void }).validate(features);
  const text = module.toText({});
  module.destroy();
  return text;
}

function zipped(type: 'f32' | 'vec', a: readonly number[], b: readonly number[], value: (a: Expr, b: Expr) => Expr): { readonly text: string; readonly found: number[] } {
  const bytes = printWasm(zipKernel(wasmMachine, type, a.length, value), { memory: 'own', relaxed: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const memory = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer);
  memory.set([...a, ...b]);
  (exports['run'] as () => void)();
  return { text: textOf(bytes), found: [...memory.subarray(2 * a.length, 3 * a.length)] };
}

const ten: Expr = { kind: 'float', type: 'vec', value: 10 };
const times = (a: Expr, b: Expr): Expr => binary('mul', 'vec', a, b);

describe('relaxed code', () => {
  it.each<[string, (a: Expr, b: Expr) => Expr, (a: number, b: number) => number]>([
    ['behind the sum', (a, b) => binary('add', 'vec', ten, times(a, b)), (a, b) => 10 + a * b],
    ['before it', (a, b) => binary('add', 'vec', times(a, b), a), (a, b) => a * b + a],
    ['on both sides', (a, b) => binary('add', 'vec', times(a, a), times(b, ten)), (a, b) => a * a + b * 10],
  ])('adds a product of vectors in one instruction: %s', (_, value, expected) => {
    const [a, b] = [[1, 2, 3, 4], [5, -6, 7, 8]];
    const { text, found } = zipped('vec', a, b, value);
    expect(text.match(/f32x4\.relaxed_madd/g)).toHaveLength(1);
    expect(found).toEqual(a.map((x, i) => expected(x, b[i] ?? NaN)));
  });

  it('rounds once, or as strict code does', () => {
    const near = 1 + 2 ** -12;
    const { found } = zipped('vec', [near, near, near, near], [-1, -1, -1, -1], (a, b) => binary('add', 'vec', times(a, a), binary('sub', 'vec', b, { kind: 'float', type: 'vec', value: 2 ** -11 })));
    for (const value of found) expect([2 ** -24, 0]).toContain(value);
  });

  it('leaves single numbers and differences as they are', () => {
    expect(zipped('f32', [2], [3], (a, b) => binary('add', 'f32', a, binary('mul', 'f32', a, b))).text).not.toContain('relaxed');
    expect(zipped('vec', [2, 2, 2, 2], [3, 3, 3, 3], (a, b) => binary('sub', 'vec', a, times(a, b))).text).not.toContain('relaxed');
  });
});

describe('a file with both versions', () => {
  const { module } = gemmKernel(wasmMachine, [0, 1, 2, 5], (filter, tap) => filter + tap, (filter) => filter);
  const strict = printWasm(module, { memory: 'own' });
  const relaxed = printWasm(module, { memory: 'own', relaxed: true });
  const { bytes, second } = withSecondCode(strict, printWasm(module, { memory: 'own', weights: 'separate', relaxed: true }), 'second');

  it('is the strict one, with a custom section more', () => {
    expect(textOf(bytes)).toBe(textOf(strict));
    expect(textOf(strict)).not.toContain('relaxed');
    const [code = new ArrayBuffer()] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'second');
    expect(bytes.length - strict.length).toBeLessThan(code.byteLength + 16);
  });

  it('has the relaxed one in ranges, to the byte', () => {
    expect(relaxedVersion(bytes, second)).toEqual(relaxed);
    expect(textOf(relaxed)).toContain('f32x4.relaxed_madd');
  });

  it('holds constants once', () => {
    const values = module.segments.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)).filter(({ length }) => length >= 16);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(Buffer.from(bytes).indexOf(value)).toBe(Buffer.from(bytes).lastIndexOf(value));
  });
});
