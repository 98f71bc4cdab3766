// `build --weights-as`: modules whose weights take fewer bits, what they answer, and what is told and refused.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { build as buildFiles, loadModel, writeFiles } from '../../src/index.ts';
import { safetensorsFile } from '../safetensors-file.ts';
import { PlainGpu } from '../targets/gpujs/plain-gpu.ts';
import { listing, runCli, smallFiles, smallSource, weightsOf } from './support.ts';
import type { Ran } from './support.ts';

const { folder, source, weights } = smallFiles();
const place = (name: string): string => join(folder, name);
const build = (out: string, ...more: readonly string[]): Promise<Ran> => runCli(['build', source, '--weights', weights, '--out', place(out), ...more], { SSL_DATA: place('no-data') });
const verify = (out: string, from = weights): Promise<Ran> => runCli(['verify', place(out), '--weights', from, '--source', source]);

interface Net {
  /** Of gpujs, a promise. */
  readonly run: (input: readonly number[]) => Float32Array;
  readonly meta: { readonly options: { readonly weightsAs?: string }; readonly rounding?: unknown; readonly layers: readonly { readonly filters?: readonly number[] }[] };
}
const loaded = async (out: string, options: object = {}): Promise<Net> => {
  const { load } = (await import(pathToFileURL(join(place(out), 'small.js')).href)) as { load: (options: object) => Promise<Net> };
  return load(options);
};
const image = Array.from({ length: 144 }, (_, i) => Math.sin(i));

/** Weights of the small network with one parameter changed. */
function changed(name: string, parameter: string, change: (value: number, i: number) => number): string {
  const tensors = weightsOf(smallSource);
  const data = tensors.get(parameter)?.data ?? new Float32Array();
  for (const [i, value] of data.entries()) data[i] = change(value, i);
  writeFileSync(place(name), safetensorsFile(tensors));
  return place(name);
}

describe.each(['f16', 'int8'])('weights as %s', (type) => {
  it.each([
    ['wasm', []],
    ['wasm-inline', ['--inline', '--dense']],
    ['wasm-hwc', ['--layout', 'hwc', '--batch', '3']],
    ['wasm-threads', ['--threads', '--winograd', '1e-4']],
    ['js', ['--target', 'js']],
  ])('%s: verify finds it sound and says how far the weights are off', async (name, options) => {
    expect((await build(`${type}-${name}`, '--weights-as', type, ...options)).code).toBe(0);
    const { code, out, err } = await verify(`${type}-${name}`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/\nweights as stored: at most 0\.[45]\d\d steps off those of the run, 0\.5 allowed\n/);
  });

  it('answers the same from bytes, from a compiled module and inline, strictly and not', async () => {
    const out = `${type}-wasm`;
    const bytes = readFileSync(join(place(out), 'small.wasm'));
    const strict = (await loaded(out, { relaxed: false })).run(image);
    expect((await loaded(out, { wasm: new WebAssembly.Module(bytes) })).run(image)).toEqual(strict);
    expect((await loaded(out, { wasm: Buffer.concat([Buffer.alloc(3), bytes]).subarray(3), relaxed: false })).run(image)).toEqual(strict);
    expect((await build(`${type}-inline`, '--weights-as', type, '--inline')).code).toBe(0);
    expect((await loaded(`${type}-inline`, { relaxed: false })).run(image)).toEqual(strict);
    const relaxed = (await loaded(out)).run(image);
    for (const [i, value] of strict.entries()) expect(relaxed[i]).toBeCloseTo(value, 5);
  });

  it('is told in meta, with files that are no more', async () => {
    expect((await loaded(`${type}-wasm`)).meta).toMatchObject({ options: { weightsAs: type }, rounding: 'its error is not measured' });
    expect(listing(place(`${type}-wasm`))).toEqual(['package.json', 'small.d.ts', 'small.js', 'small.wasm']);
  });

  it('answers the same in gpu.js', async () => {
    expect((await build(`${type}-gpujs`, '--weights-as', type, '--target', 'gpujs')).code).toBe(0);
    const net = await loaded(`${type}-gpujs`, { GPU: PlainGpu, mode: 'plain' });
    const answer = await Promise.resolve(net.run(image));
    const expected = (await loaded(`${type}-wasm`)).run(image);
    for (const [i, value] of answer.entries()) expect(value).toBeCloseTo(expected[i] ?? NaN, 5);
  });

  it('has its error measured where the test set is at hand', async () => {
    const digits = place(`digits-${type}.ssl`);
    writeFileSync(digits, `${smallSource.replace('tensor[1, 12, 12]', 'tensor[1, 28, 28]').replace('labels ["a", "b", "c"]', '').replace('units = 3', 'units = 10')}\ntrain on digits { baseline { epochs = 1, rate = 0.01 } }\n`);
    const tensors = place(`digits-${type}.safetensors`);
    writeFileSync(tensors, safetensorsFile(weightsOf(readFileSync(digits, 'utf8'))));
    const { code, out, err } = await runCli(['build', digits, '--weights', tensors, '--out', place(`digits-${type}`), '--weights-as', type]);
    expect([code, err]).toEqual([0, expect.not.stringContaining('error')]);
    expect(out).toMatch(new RegExp(`\nweights are stored as ${type}: error \\d+\\.\\d+% -> \\d+\\.\\d+% on the [\\d,]+ test samples of digits\n$`));
    expect((await loaded(`digits-${type}`)).meta.rounding).toMatchObject({ dataset: 'digits', before: expect.any(Number), after: expect.any(Number) });
    expect((await runCli(['verify', place(`digits-${type}`), '--weights', tensors, '--source', digits])).code).toBe(0);
  });
});

describe('build --weights-as', () => {
  it('says that the error is not measured, and why', async () => {
    expect((await build('said', '--weights-as', 'int8')).out).toContain('\nweights are stored as int8; what that does to the error is not measured: the source names no data set\n');
  });

  it('names the types that there are', async () => {
    const { code, err } = await build('unknown', '--weights-as', 'bf16');
    expect(code).toBe(2);
    expect(err).toContain("there is no type of weights 'bf16': ");
    expect(err).toMatch(/f16/);
    await expect(buildFiles(loadModel(source, weights), { weightsAs: 'bf16' as never })).rejects.toThrow('request/name: there is no type of weights "bf16"');
  });

  it.each([
    ['f16', 'conv1.weight', (value: number, i: number) => (i === 0 ? 70000 : value), 'error[stored/unfit]: row 0 of "conv1.weight" cannot be stored as f16: 70000 is more than f16 holds, 65504\n   = help: store the weights as int8, whose scales follow the weights, or leave --weights-as out\n'],
    ['f16', 'fc1.weight', () => 1e-9, 'error[stored/unfit]: "fc1.weight" cannot be stored as f16: all of its weights become 0\n'],
    ['int8', 'conv2.weight', (value: number) => value * 1e-43, '/ 127, is 0 in 32 bits\n   = help: store the weights as f16, or leave --weights-as out\n'],
  ] as const)('refuses %s where %s does not fit', async (type, parameter, change, message) => {
    const file = changed(`unfit-${type}-${parameter}.safetensors`, parameter, change);
    const { code, out, err } = await runCli(['build', source, '--weights', file, '--out', place('unfit'), '--weights-as', type, '--dense']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('stores a filter of zeros, and eliminates what rounding has made zero', async () => {
    const file = changed('tiny.safetensors', 'conv1.weight', (value, i) => (i < 9 ? 1e-9 : value));
    const kept = async (...more: readonly string[]): Promise<readonly number[] | undefined> => {
      const out = `tiny${more.join('')}`;
      expect((await runCli(['build', source, '--weights', file, '--out', place(out), ...more])).code).toBe(0);
      expect((await verify(out, file)).code).toBe(0);
      return (await loaded(out)).meta.layers[0]?.filters;
    };
    expect(await kept()).toEqual([2, 4]);
    expect(await kept('--weights-as', 'int8')).toEqual([2, 4]);
    expect(await kept('--weights-as', 'f16')).toEqual([1, 4]);
    expect(await kept('--weights-as', 'int8', '--dense')).toEqual([4, 4]);
  });

  it('is a fault where a module does not say how its weights are stored', async () => {
    expect((await build('wrong', '--weights-as', 'int8')).code).toBe(0);
    const path = join(place('wrong'), 'small.js');
    writeFileSync(path, readFileSync(path, 'utf8').replace('weightsAs: "int8"', 'weightsAs: "int4"'));
    expect((await verify('wrong')).err).toContain('`weightsAs` of its meta is missing or wrong');
  });

  it('goes together with --tune', async () => {
    expect((await build('tuned', '--weights-as', 'int8', '--tune', '--target', 'js')).code).toBe(0);
    expect((await verify('tuned')).code).toBe(0);
  });

  it('is an option of the library, too', async () => {
    const { files, rounding = [] } = await buildFiles(loadModel(source, weights), { weightsAs: 'int8', target: 'js' });
    expect(rounding.map(({ name }) => name)).toEqual(['conv1.weight', 'conv2.weight', 'fc1.weight', 'output.weight']);
    for (const { error } of rounding) expect(error).toBeLessThanOrEqual(0.5);
    writeFiles(place('library'), files);
    expect((await verify('library')).code).toBe(0);
  });
});
