// A network by hand: two outputs, each a weighted sum of a 2 x 2 x 3 image that lies padded in memory, pixel
// by pixel.

import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import { emitModule } from '../../src/emit/emit-module.ts';
import type { EmitOptions, EmittedModule } from '../../src/emit/emit-module.ts';
import { functionBuilder, get, int, intAdd, intMul, set } from '../../src/ir/kernel.ts';
import type { Bindings, KernelModule, TargetMachine } from '../../src/ir/kernel.ts';
import type { KernelTarget } from '../../src/targets/kernel-target.ts';
import { binary, f32, load, store } from '../targets/kernels.ts';

/** CHW, one sample. */
export const shape: readonly [number, number, number] = [2, 2, 3];
const [channels, rows, columns] = shape;
const samples = 1;
const inputs = channels * rows * columns;
/** Two channels a pixel, and a pixel of padding after each row. */
const rowStride = channels * (columns + 1);
const inputOffset = 3;
const outputOffset = 32;
const tableOffset = 40;
const weightsOffset = tableOffset + inputs;

/** Of output `k` and input `i`, in CHW order. */
export const weightOf = (k: number, i: number): number => Math.fround(Math.sin(1 + 12 * k + i));

export function expected(image: readonly number[]): number[] {
  return [0, 1].map((k) => image.reduce((sum, x, i) => sum + x * weightOf(k, i), 0));
}

const steps = (count: number, stride: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i * stride);

const bindings: Bindings = {
  inputs: [{ name: 'image', shape: [samples, ...shape], offset: inputOffset, axes: [steps(1, 0), steps(channels, 1), steps(rows, rowStride), steps(columns, channels)] }],
  outputs: [{ name: 'output', shape: [samples, 2], offset: outputOffset, axes: [steps(1, 0), steps(2, 1)] }],
};

export function fixtureKernels({ unit }: TargetMachine, padding = 0): KernelModule {
  const builder = functionBuilder(['k']);
  const i = builder.local('i32', 'i');
  const w = builder.local('i32', 'w');
  const sum = builder.local('f32', 'sum');
  const [k] = builder.params;
  if (!k) throw new Error('no parameter');
  const at = (offset: number): number => offset * unit;
  const address = load('i32', intMul(get(i), int(unit)), at(tableOffset));
  const entry = builder.finish('scores', [
    set(sum, f32(0)),
    set(w, intMul(get(k), int(at(inputs)))),
    { kind: 'repeat', counter: i, count: inputs, body: [
      set(sum, binary('add', 'f32', get(sum), binary('mul', 'f32', load('f32', address), load('f32', intAdd(get(w), intMul(get(i), int(unit))), at(weightsOffset))))),
    ] },
    store('f32', intMul(get(k), int(unit)), at(outputOffset), get(sum)),
  ]);
  const addresses = Int32Array.from({ length: inputs }, (_, n) => {
    const [c, y, x] = [Math.floor(n / (rows * columns)), Math.floor(n / columns) % rows, n % columns];
    return at(inputOffset + c + y * rowStride + x * channels);
  });
  const weights = Float32Array.from({ length: 2 * inputs + padding }, (_, n) => (n < 2 * inputs ? weightOf(Math.floor(n / inputs), n % inputs) : 0));
  return {
    functions: [entry],
    programs: new Map([['run', [{ items: [{ entry, tasks: 2 }], points: 2 }]]]),
    elements: weightsOffset + weights.length,
    segments: [{ offset: tableOffset, data: addresses }, { offset: weightsOffset, data: weights }],
    bindings,
    padded: () => [],
  };
}

export async function emitFixture(target: KernelTarget, options: Partial<EmitOptions> = {}): Promise<EmittedModule> {
  return emitModule({
    target, kernels: fixtureKernels(target.machine), name: 'Fixture', file: 'fixture', layout: 'chw',
    inline: false, meta: { compiler: '0.0.0', seed: 1 }, runtime: await runtimeFunctions(), ...options,
  });
}
