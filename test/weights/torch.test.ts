// From a state dict of PyTorch to a module, and to a training that goes on from it. torch/make.py made the files.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import type { TrainOptions, TrainResult } from '../../src/driver/run/train-options.ts';
import type { TrainEvent } from '../../src/driver/run/run-events.ts';
import { train } from '../../src/driver/run/train.ts';
import { checkSource } from '../../src/driver/model/source.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { ops } from '../../src/ops/index.ts';
import { runCli, temporaryFolder } from '../cli/support.ts';
import { safetensorsFile } from '../safetensors-file.ts';

const made = join(import.meta.dirname, 'torch');
const source = join(made, 'net.ssl');
const text = readFileSync(source, 'utf8');
const given = join(made, 'net.safetensors');
const wrapped = join(made, 'wrapped.safetensors');
const folder = temporaryFolder();

function tensorsOf(file: string): ReadonlyMap<string, Tensor> {
  const bytes = readFileSync(file);
  // What PyTorch counts in whole numbers nobody reads: as floats, the file can be read whole.
  const counted = Buffer.from(bytes.toString('latin1').replaceAll('"dtype": "I64"', '"dtype": "F64"'), 'latin1');
  return readSafetensors(counted, file).tensors;
}

const tensor = (file: string, name: string): Tensor => present(tensorsOf(file).get(name), name);
const samples = tensorsOf(join(made, 'samples.safetensors'));

interface Net {
  readonly run: (input: ArrayLike<number>) => Float32Array;
}

describe.each([
  ['as save_file writes it', given],
  ['behind module.', wrapped],
])('a state dict %s', (name, file) => {
  test.each(['wasm', 'js'])('builds for %s what answers as PyTorch does', async (target) => {
    const out = join(folder, `${name}-${target}`);
    const { code, out: printed } = await runCli(['build', source, '--weights', file, '--target', target, '--batch', '6', '--out', out, '--json']);
    expect(code).toBe(0);
    const { diagnostics } = JSON.parse(printed) as { diagnostics: readonly { code: string; message: string }[] };
    expect(diagnostics.map((each) => each.code)).toEqual([...(file === wrapped ? ['fit/prefix'] : []), 'fit/unread']);
    expect(diagnostics.at(-1)?.message).toContain('4 tensors that Net does not read');

    const { load } = (await import(pathToFileURL(join(out, 'net.js')).href)) as { load: () => Promise<Net> };
    const found = (await load()).run(present(samples.get('inputs'), 'inputs').data);
    const differences = present(samples.get('outputs'), 'outputs').data.map((value, i) => Math.abs(value - (found[i] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    const verified = await runCli(['verify', out, '--weights', file, '--source', source]);
    expect(verified.out).toMatch(/\nok\n$/);
    expect(verified.err).toContain('fit/unread');
  });
});

function split(name: string, count: number): Split {
  const draws = stream(5, name);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  return { count, labels, samples: Float32Array.from({ length: count * 288 }, (_, i) => 0.5 * draws.uniform(i) + 0.1 * (i % (2 + (labels[Math.floor(i / 288)] ?? 0)))) };
}

const dataset = (): Dataset => ({ name: 'ramps', shape: [2, 12, 12], classes: 4, training: split('training', 32), test: split('test', 16) });

const run = (out: string, options: Partial<TrainOptions> = {}, written = text): Promise<TrainResult> =>
  train(checkSource({ name: 'net.ssl', text: written }, ops).model, dataset(), { out: join(folder, out), threads: 1, ...options });

async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  return work.then(
    () => [],
    (error: unknown) => {
      if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
      throw error;
    },
  );
}

describe('a run that begins with it', () => {
  const events: TrainEvent[] = [];
  let result: TrainResult | undefined;

  beforeAll(async () => {
    result = await run('run', { init: given, onProgress: (event) => void events.push(event) });
  });

  test('says what it took and what it did not use', () => {
    const begin = present(events[0], 'event');
    if (begin.kind !== 'begin') throw new Error('the run does not begin');
    expect(begin.warnings).toEqual([]);
    const { taken, fresh, unused } = present(begin.initial, 'report');
    expect(taken).toHaveLength(25);
    expect(taken).toContainEqual({ parameter: 'bn3.variance', tensor: 'bn3.running_var' });
    expect(fresh).toEqual([]);
    expect(unused.map(({ tensor: name, why }) => `${name}: ${why}`)).toEqual([1, 2, 3, 4].map((i) => `bn${i}.num_batches_tracked: Net has no such name`));
    expect(result).toMatchObject({ status: 'finished', summary: { initial: { from: given, taken: 25, fresh: [] } } });
  });

  test('trains on from it, builds and verifies', async () => {
    const trained = readSafetensors(readFileSync(join(folder, 'run', 'weights.safetensors')), 'trained').tensors;
    const change = (name: string, from: string): number => Math.max(...present(trained.get(name), name).data.map((value, i) => Math.abs(value - (tensor(given, from).data[i] ?? NaN))));
    expect(change('fc2.weight', 'fc2.weight')).toBeGreaterThan(0);
    // A network of its own would be further away than a few steps go.
    expect(change('fc2.weight', 'fc2.weight')).toBeLessThan(0.1);
    expect((await runCli(['build', join(folder, 'run'), '--out', join(folder, 'run-out')])).code).toBe(0);
    expect((await runCli(['verify', join(folder, 'run-out'), '--weights', join(folder, 'run')])).out).toMatch(/\nok\n$/);
  });

  test('goes on without the file, and with no other', async () => {
    const summary = readFileSync(join(folder, 'run', 'summary.json'), 'utf8');
    await run('run', { resume: true });
    expect(readFileSync(join(folder, 'run', 'summary.json'), 'utf8')).toBe(summary);
    // The same tensors by another file are the same.
    await run('run', { resume: true, init: wrapped });
    expect(await codesOf(run('run', { resume: true, init: join(folder, 'run', 'sparsify.safetensors') }))).toEqual([expect.stringMatching(/^run\/different: .* was begun with another weights|^run\/different: .*weights/)]);
  });

  test('and was killed before its first checkpoint begins with the same', async () => {
    mkdirSync(join(folder, 'early'));
    for (const name of ['initial.safetensors', 'model.ssl']) copyFileSync(join(folder, 'run', name), join(folder, 'early', name));
    expect(await codesOf(run('early', { resume: true, init: join(folder, 'run', 'sparsify.safetensors') }))).toEqual([expect.stringContaining('run/different')]);
    await run('early', { resume: true });
    expect(readFileSync(join(folder, 'early', 'weights.safetensors'))).toEqual(readFileSync(join(folder, 'run', 'weights.safetensors')));
  });

  test('a baseline of no epochs leaves it as it was given, to the bit', async () => {
    await run('judged', { init: given }, text.replace('sparsify', 'baseline { epochs = 0 }\n  sparsify'));
    const kept = tensorsOf(join(folder, 'judged', 'baseline.safetensors'));
    expect(kept.get('bn2.gamma')?.data).toEqual(tensor(given, 'bn2.weight').data);
    expect(kept.get('conv3.weight')?.data).toEqual(tensor(given, 'conv3.weight').data);
    // Several strengths start from what one run left.
    const other = await run('stronger', { init: join(folder, 'judged') }, text.replace('0.002', '0.02'));
    expect(other).toMatchObject({ status: 'finished', summary: { initial: { taken: 25 } } });
  });
});

describe('what fits in part', () => {
  const part = join(folder, 'part.safetensors');

  beforeAll(() => {
    const tensors = [...tensorsOf(given)].map(([name, value]): [string, Tensor] => [name.replace(/^conv/, 'backbone.c').replace(/^fc1/, 'head'), value]);
    writeFileSync(part, safetensorsFile(new Map([...tensors, ['fc2.bias', { shape: [7], data: new Float32Array(7) }]])));
  });

  test('is taken by mapped names; the rest is drawn and told', async () => {
    const events: TrainEvent[] = [];
    await run('part', { init: { from: part, map: { 'backbone.c*': 'conv*' } }, onProgress: (event) => void events.push(event) });
    expect(events[0]).toMatchObject({
      initial: {
        fresh: [
          { parameter: 'fc2.bias', why: '"fc2.bias" is of another shape' },
          { parameter: 'fc1.weight', why: 'no tensor of that name' },
          { parameter: 'fc1.bias', why: 'no tensor of that name' },
        ],
      },
    });
    const begin = events[0];
    const unused = begin?.kind === 'begin' ? begin.initial?.unused : undefined;
    expect(unused).toContainEqual({ tensor: 'fc2.bias', why: 'it has shape [7], expected [4]' });
    expect(unused).toContainEqual({ tensor: 'head.weight', why: 'Net has no such name' });
    const kept = tensorsOf(join(folder, 'part', 'initial.safetensors'));
    expect(kept.get('conv2.weight')?.data).toEqual(tensor(given, 'conv2.weight').data);
    expect(kept.has('fc1.weight')).toBe(false);
  });

  test('nothing that fits is an error, and leaves no run', async () => {
    const none = join(folder, 'none.safetensors');
    writeFileSync(none, safetensorsFile(new Map([['a.weight', { shape: [1], data: new Float32Array(1) }]])));
    expect((await codesOf(run('none', { init: none })))[0]).toContain('fit/another-network');
    expect(await codesOf(run('none', { init: { from: part, map: { 'trunk.*': '*' } } }))).toEqual([expect.stringContaining('map/nothing')]);
    expect(await codesOf(run('none', { init: part }))).toEqual([]);
  });
});

test('to sparsify what nobody has trained is warned of', async () => {
  const events: TrainEvent[] = [];
  await run('random', { onProgress: (event) => void events.push(event) });
  const [begin] = events;
  expect(begin?.kind === 'begin' && begin.warnings.map(({ code, help }) => `${code} ${help}`)).toEqual([expect.stringMatching(/^run\/random-start begin from trained weights, --init RUN/)]);
});
