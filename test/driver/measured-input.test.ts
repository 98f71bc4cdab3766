// A network whose input is normalised by statistics of the training set: from training to the module.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import { sourceInMemory } from '../../src/base/samples.ts';
import { heldOut } from '../../src/data/dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { encodeSafetensors, readSafetensors } from '../../src/engine/safetensors.ts';
import { build, loadModel, train, verify, writeFiles } from '../../src/index.ts';
import type { TrainOptions } from '../../src/index.ts';
import { measure } from '../../src/train/statistics.ts';
import { contentsOf } from '../data/samples.ts';
import { stripes } from '../engine/fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'ssl-compile-measured-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string): string => join(root, name);

const source = (mean: string, channels = 2): string => `
network Measured(image: tensor[${channels}, 8, 8]) {
  x     = normalize(image, mean = ${mean}, deviation = per_channel)
  conv1 = relu(conv(x, filters = 3, window = 3, padding = 1))
  return dense(max_pool(conv1, window = 2), units = 3)
}

train on toy {
  baseline { epochs = 1, batch = 50, rate = 0.05 }
  finetune { epochs = 1 }
  control {}
  held_out = 0.25
}
`;

/** Stripes in the first channel, in the second half as bright ones, upside down. */
function twoChannels(): Dataset {
  const { training, test, ...rest } = stripes(200, 40);
  const widened = ({ count, samples, labels }: Dataset['test']): Dataset['test'] => {
    const narrow = contentsOf(samples);
    const wide = new Uint8Array(count * 128);
    for (let i = 0; i < count; i++) for (let p = 0; p < 64; p++) {
      wide[i * 128 + p] = narrow[i * 64 + p] ?? 0;
      wide[i * 128 + 64 + p] = (narrow[i * 64 + 63 - p] ?? 0) >> 1;
    }
    return { count, samples: wide, labels };
  };
  return { ...rest, shape: [2, 8, 8], training: widened(training), test: widened(test) };
}

function write(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

const run = (file: string, out: string, options: Partial<TrainOptions> = {}, data = twoChannels()): ReturnType<typeof train> => train(loadModel(file).model, data, { out: at(out), threads: 1, ...options });
/** A tensor that a run has left. */
const held = (out: string, name: string, file = 'weights.safetensors'): number[] => Array.from(present(readSafetensors(readFileSync(join(at(out), file)), file).tensors.get(name), name).data);

async function faultsOf(work: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  throw new Error('nothing was reported');
}

describe.each([['per_channel'], ['per_pixel']])('a mean %s', (mean) => {
  let file = '';
  beforeAll(async () => {
    file = write(`${mean}.ssl`, source(mean));
    await run(file, mean);
  }, 60_000);

  it('is of the samples that are trained on, and stays as it is', () => {
    const { training } = twoChannels();
    const { parameters } = loadModel(file).model.network;
    const expected = measure(parameters.filter(({ role }) => role === 'measured'), { source: sourceInMemory(contentsOf(training.samples), 128), shape: [2, 8, 8], chosen: heldOut(training, 0.25, 1).training });
    expect([...expected.parameters.keys()]).toEqual(['x.mean', 'x.deviation']);
    for (const [name, { data }] of expected.parameters) {
      for (const phase of ['weights', 'baseline', 'control']) expect(held(mean, name, `${phase}.safetensors`)).toEqual([...data]);
    }
  });

  it('is built into the module, which computes what the network does', async () => {
    const opened = loadModel(file, at(mean));
    const { files, equivalence } = await build(opened, { target: 'wasm' });
    expect(equivalence.maxAbsDifference).toBeLessThan(1e-12);
    writeFiles(at(`${mean}-out`), files);
    expect(await verify(at(`${mean}-out`), opened)).toMatchObject({ ok: true, faults: [] });
    const { load } = (await import(join(at(`${mean}-out`), 'measured.js'))) as { readonly load: () => Promise<{ readonly normalization: unknown }> };
    expect((await load()).normalization).toEqual({ mean: mean === 'per_pixel' ? 'per_pixel' : held(mean, 'x.mean'), deviation: held(mean, 'x.deviation') });
  }, 60_000);

  it('is needed of weights from elsewhere, and named', async () => {
    const bare = new Map([...readSafetensors(readFileSync(join(at(mean), 'weights.safetensors')), 'w').tensors].filter(([name]) => !name.startsWith('x.')));
    writeFileSync(at('bare.safetensors'), Buffer.concat(encodeSafetensors(bare)));
    const faults = await faultsOf(() => loadModel(file, at('bare.safetensors')));
    expect(faults.map(({ code }) => code)).toEqual(['fit/missing', 'fit/missing']);
    expect(faults[0]?.help).toBe('it is the mean of the training samples, which a run keeps with its weights: take those of a run, or give numbers, `normalize(..., mean = 0.5)`');
  });

  it('goes with weights that a run begins with, and is measured where they have none', async () => {
    const changed = new Map([...readSafetensors(readFileSync(join(at(mean), 'weights.safetensors')), 'w').tensors].map(([name, { shape, data }]) => [name, { shape, data: name === 'x.deviation' ? data.map(() => 0.5) : data }]));
    writeFileSync(at('given.safetensors'), Buffer.concat(encodeSafetensors(changed)));
    await run(file, `${mean}-given`, { init: at('given.safetensors') });
    expect(held(`${mean}-given`, 'x.deviation')).toEqual([0.5, 0.5]);
    let report: unknown;
    writeFileSync(at('bare.safetensors'), Buffer.concat(encodeSafetensors(new Map([...changed].filter(([name]) => !name.startsWith('x.'))))));
    await run(file, `${mean}-bare`, { init: at('bare.safetensors'), onProgress: (event) => void (event.kind === 'begin' && (report = event.initial)) });
    expect(report).toMatchObject({ fresh: [], measured: [{ parameter: 'x.mean', why: 'no tensor of that name' }, { parameter: 'x.deviation', why: 'no tensor of that name' }] });
    expect(held(`${mean}-bare`, 'x.deviation')).toEqual(held(mean, 'x.deviation'));
  }, 60_000);
});

it('a channel that is the same in all samples is told once', async () => {
  const data = twoChannels();
  for (const samples of [data.training, data.test].map((split) => contentsOf(split.samples))) for (let i = 0; i < samples.length; i++) if (i % 128 >= 64) samples[i] = 40;
  const file = write('still.ssl', source('per_channel'));
  const warnings: Diagnostic[] = [];
  await run(file, 'still', { onProgress: (event) => void (event.kind === 'begin' && warnings.push(...event.warnings)) }, data);
  expect(warnings).toMatchObject([{ code: 'run/constant-channel', severity: 'warning', message: 'of channel 1 of the training samples nothing is left once the mean is subtracted: the deviation counts as 1', span: expect.anything() }]);
  expect(held('still', 'x.deviation')[1]).toBe(1);
}, 60_000);
