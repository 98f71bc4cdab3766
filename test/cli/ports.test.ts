// Networks with several inputs or outputs, from source to modules that are verified and used by name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { ops } from '../../src/ops/index.ts';
import { modelOf, runCli, smallFiles, weightsOf } from './support.ts';

const text = `network Ports(image: tensor[3, 6, 6], scale: tensor[4], grid: tensor[3, 2]) {
  c1     = relu(conv(normalize(image, mean = 0.5, deviation = 0.25), filters = 8, window = 3))
  mixed  = add(flatten(global_avg_pool(c1)), dense(scale, units = 8))
  scores = softmax(dense(concat(mixed, flatten(grid)), units = 5))
  map    = conv(c1, filters = 2, window = 1)
  plain  = relu(grid)
  return scores, map, plain
}

sparsity {
  lasso filters of c1 strength 0.01
}
`;
const { folder, source, weights } = smallFiles(text);

type Lists = Readonly<Record<string, ArrayLike<number>>>;

interface Net {
  readonly run: (inputs: Lists, into?: Readonly<Record<string, Float32Array>>) => Promise<Readonly<Record<string, Float32Array>>> | Readonly<Record<string, Float32Array>>;
  readonly inputShapes: object;
  readonly outputShapes: object;
  readonly inputs?: Readonly<Record<string, Float32Array>>;
  readonly outputs?: Readonly<Record<string, Float32Array>>;
  readonly compute?: () => void;
  readonly close?: () => void;
}

async function loaded(name: string, options: object = {}): Promise<Net> {
  const { load } = (await import(pathToFileURL(join(folder, name, 'ports.js')).href)) as { readonly load: (options: object) => Promise<Net> };
  return load(options);
}

const variants: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['wasm', ['--target', 'wasm']],
  ['js', ['--target', 'js']],
  ['hwc', ['--layout', 'hwc', '--batch', '2']],
  ['threads', ['--threads']],
  ['int8', ['--weights-as', 'int8', '--inline']],
];

const numbers = (count: number, from: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(from + i));
const given = { image: numbers(108, 1), scale: numbers(4, 2), grid: numbers(6, 3) };

/** In float64, dense. */
function expected(): Readonly<Record<string, readonly number[]>> {
  const { network } = modelOf(text);
  const values = Object.entries(given).map(([name, data]): [string, F64Tensor] => [name, tensor([1, ...(network.inputs.find((input) => input.name === name)?.shape ?? [])], Float64Array.from(data))]);
  const parameters = [...weightsOf(text)].map(([name, { shape, data }]): [string, F64Tensor] => [name, tensor(shape, Float64Array.from(data))]);
  return Object.fromEntries([...evaluate(network.graph, ops, new Map([...parameters, ...values])).outputs].map(([name, { data }]) => [name, [...data]]));
}

const rounded = (lists: Lists): object => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, Array.from(list, (value) => value.toFixed(4))]));

beforeAll(async () => {
  for (const [name, options] of variants) await runCli(['build', source, '--weights', weights, '--out', join(folder, name), ...options]);
});

describe('a network with several inputs and outputs', () => {
  it.each(variants.map(([name]) => name))('is verified: %s', async (name) => {
    const { code, out, err } = await runCli(['verify', join(folder, name, 'ports.js'), '--weights', weights, '--source', source, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ ok: true, diagnostics: [] });
  });

  it.each(['wasm', 'js', 'threads'])('takes and answers lists by name: %s', async (name) => {
    const net = await loaded(name, name === 'threads' ? { threads: 2 } : {});
    expect(net).toMatchObject({ inputShapes: { image: [3, 6, 6], scale: [4], grid: [3, 2] }, outputShapes: { scores: [5], map: [2, 4, 4], plain: [3, 2] } });
    expect(rounded(await net.run(given))).toEqual(rounded(expected()));
    const scores = new Float32Array(5);
    expect((await net.run(given, { scores })).scores).toBe(scores);
    // The caller may change what it gave while it waits.
    const changed = { ...given, image: given.image.slice() };
    const [first, second] = [net.run({ ...given, scale: [0, 0, 0, 0] }), net.run(changed)];
    changed.image.fill(0);
    expect(rounded(await first)).not.toEqual(rounded(await second));
    expect(rounded(await second)).toEqual(rounded(expected()));
    net.close?.();
  });

  it('has views of its memory by name', async () => {
    const net = await loaded('js');
    for (const [name, list] of Object.entries(given)) net.inputs?.[name]?.set(list);
    net.compute?.();
    expect(rounded({ scores: net.outputs?.['scores'] ?? [] })).toEqual(rounded({ scores: expected()['scores'] ?? [] }));
  });

  it('refuses what has another name, length or kind, and says which', async () => {
    const net = await loaded('js');
    const run = (inputs: object, into?: object) => (): unknown => net.run(inputs as Lists, into as Readonly<Record<string, Float32Array>>);
    expect(run({ image: given.image, scale: given.scale })).toThrow(new RangeError('input grid of Ports: expected 6 numbers, found no array but undefined'));
    expect(run({ ...given, colour: [] })).toThrow(new TypeError('inputs of Ports: there is no colour, only image, scale, grid'));
    expect(run(given.image)).toThrow(new TypeError('inputs of Ports: expected an object of image, scale, grid, found Float32Array'));
    expect(run({ ...given, scale: [1, 2, 3, '4'] })).toThrow(new TypeError('input scale of Ports: element 3 is string, expected a number'));
    expect(run(given, { map: new Float32Array(5) })).toThrow(new RangeError('output map of Ports: expected 32 numbers, found 5'));
    expect(run(given, new Float32Array(5))).toThrow(new TypeError('outputs of Ports: expected an object of scores, map, plain, found Float32Array'));
  });

  it('has declarations with a member for each', () => {
    const declarations = readFileSync(join(folder, 'hwc', 'ports.d.ts'), 'utf8');
    expect(declarations).toContain(`export interface Outputs {
  /** 10 numbers: 2 x 5, in order. */
  readonly scores: Float32Array;
  /** 64 numbers: 2 x 4 x 4 x 2, rows, columns, channels (HWC). */
  readonly map: Float32Array;
  /** 12 numbers: 2 x 3 x 2, in order. */
  readonly plain: Float32Array;
}`);
    expect(declarations).toContain('  run(input: Inputs, into?: Partial<Outputs>): Outputs;');
    expect(declarations).toContain('readonly normalizations: { readonly image: { readonly mean: readonly [0.5]; readonly deviation: readonly [0.25]; }; };');
  });

  it('is no classifier', async () => {
    const { code, err } = await runCli(['evaluate', join(folder, 'js'), '--on', 'digits']);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('is no classifier') });
  });

  it('is told of by check, explain and bench', async () => {
    expect((await runCli(['check', source])).out).toMatch(/^Ports, inputs image \[3, 6, 6\] and scale \[4\] and grid \[3, 2\], outputs scores \[5\] and map \[2, 4, 4\] and plain \[3, 2\]\n/);
    expect((await runCli(['explain', source, '--weights', weights])).code).toBe(0);
    expect((await runCli(['bench', source, '--weights', weights])).out).toContain('net.run');
  });
});

it('one input of several outputs is given as it is', async () => {
  const files = smallFiles('network Pair(image: tensor[1, 3, 3]) {\n  a = flatten(image)\n  b = relu(a)\n  return a, b\n}\n');
  expect((await runCli(['build', files.source, '--weights', files.weights, '--target', 'js', '--out', join(files.folder, 'pair')])).code).toBe(0);
  const { load } = (await import(pathToFileURL(join(files.folder, 'pair', 'pair.js')).href)) as { readonly load: () => Promise<{ readonly run: (image: ArrayLike<number>) => object; readonly inputShape: readonly number[] }> };
  const net = await load();
  expect(net.inputShape).toEqual([1, 3, 3]);
  expect(net.run([1, -1, 2, -2, 3, -3, 4, -4, 5])).toEqual({ a: Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4, 5), b: Float32Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5) });
});
