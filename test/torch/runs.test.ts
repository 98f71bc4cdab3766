// Whole runs, here and by an exported program: the same draws, and after every epoch the same losses and groups, up to what f32
// rounds otherwise.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { train } from '../../src/driver/run/train.ts';
import type { Model } from '../../src/ir/network.ts';
import { augmentedSource, modelOf, optionsSource, smallSource, stripes } from '../engine/fixture.ts';
import { apart, metricsOf, runPython, temporaryFolder, tensorsIn, waves, writeData, writeProgramOf } from './program.ts';
import type { MetricsLine } from './program.ts';

vi.setConfig({ testTimeout: 120_000 });
const folder = temporaryFolder();

/** Of losses and residuals, relative. */
const tolerance = 2e-3;

function onFolder(model: Model, path: string): Model {
  return { ...model, train: { ...present(model.train, 'train'), dataset: { kind: 'folder', path } } };
}

/** The same network with another `sparsity` block. */
const penalised = (block: string): string => smallSource.replace(/sparsity \{[^}]*\}/, `sparsity {\n${block}\n}`);

/** A bias before a batch norm has no gradient but what is rounded, which Adam takes for as large as any. */
const deep = `network Deep(image: tensor[1, 8, 8]) {
  stem = relu(batch_norm(conv(image, filters = 6, window = 3, padding = 1, bias = false)))
  wide = clip(batch_norm(conv(stem, filters = 6, window = 3, padding = 1, groups = 2, bias = false)), 0, 6)
  sum  = relu(add(wide, stem))
  gate = hard_sigmoid(dense(global_avg_pool(sum), units = 6))
  out  = concat(multiply(sum, gate), lrn(max_pool(sum, window = 3, stride = 1, padding = 1), size = 3))
  fc   = dense(avg_pool(out, window = 3, stride = 2, padding = 1, ceil = true), units = 3)
  return fc
}
sparsity {
  METHOD
}
train on "set" {
  baseline { epochs = 2, batch = 16, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 4, rate = 0.02 }
  finetune { epochs = 1, rate = 0.02 }
  seed = 5
}
`;

const cases: Readonly<Record<string, string>> = {
  'proximal, dropout, batch norm': smallSource,
  'augmentation, measured statistics, class weights, control': augmentedSource,
  'Adam, Nesterov, warmup, clipping, smoothing, the best epoch, patience': optionsSource.replace('window = 3)', 'window = 3, bias = false)'),
  subgradient: penalised('  method = subgradient\n  lasso filters of conv1 strength 0.06\n  lasso inputs of fc1 strength 0.02'),
  'groups that cross, converged': penalised('  crossing = converged\n  lasso filters of conv1 strength 0.03\n  lasso neurons of fc1 strength 0.03\n  lasso inputs of fc1 strength 0.02\n  lasso elements of fc2 strength 1e-3'),
  'blocks, vectors, 2-D filters': penalised('  lasso blocks(rows = 4, columns = 5) of fc1 strength 0.02\n  lasso vectors of conv1 strength 0.02\n  lasso filters_2d of conv1 strength 0.02'),
  admm: penalised('  admm filters of conv1 keep 3\n  admm neurons of fc1 keep 25%\n  admm inputs of fc2 keep 6'),
  'admm in rounds': penalised('  rounds = 2\n  admm filters of conv1 keep 3\n  admm elements of fc1 keep 25%').replace('sparsify { epochs = 3', 'sparsify { epochs = 6'),
  'magnitude in rounds': penalised('  rounds = 3\n  magnitude filters of conv1 keep 50%\n  magnitude inputs of fc1 keep 40%'),
  'coupled filters by admm, many ops': deep.replace('METHOD', 'admm coupled_filters of ** keep 60%'),
  'coupled filters by lasso, many ops': deep.replace('METHOD', 'weighting = one\n  lasso coupled_filters of ** strength 0.05'),
};

/** Samples of normal numbers, answered by a function of them. */
function numbers(): Dataset {
  const split = (name: string, count: number): Split => {
    const draws = stream(5, name);
    const samples = Float32Array.from({ length: count * 10 }, (_, i) => draws.normal(i));
    const labels = Float32Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? 1 + 2 * (samples[5 * i] as number) : (samples[5 * (i - 1) + 3] as number) ** 2));
    return { count, samples, labels };
  };
  return { name: 'numbers', shape: [10], classes: 0, targetShape: [2], training: split('training', 400), test: split('test', 60) };
}

/**
 * 100 steps that shrink filters of a norm about 1 by a half, behind the last of which those below a half are held at zero. The rate is
 * low, so that what f32 rounds does not grow to a difference that counts.
 */
const lenet = readFileSync(join(import.meta.dirname, '../../examples/lenet.ssl'), 'utf8')
  .replace('const strength = 0.008', 'const strength = 1')
  .replace('3 * strength', '0.73 * strength')
  .replace('channels of conv2 strength strength', 'channels of conv2 strength 0.95 * strength')
  .replace(/train on mnist \{[^}]*\}[^]*$/, 'train on "set" {\n  held_out = 0\n  sparsify { epochs = 1, batch = 64, optimizer = sgd(rate = 0.005) }\n}\n');

const regression = `network Two(x: tensor[10]) {
  return dense(tanh(dense(normalize(x, mean = per_channel, deviation = per_channel), units = 12)), units = 2)
}
train on "set" {
  task = regress
  baseline { epochs = 4, batch = 20, optimizer = adam(rate = 0.01) }
  seed = 2
}
`;

/** What an exported program does otherwise than the engine, in words; nothing where all is as it should be. */
async function differences(name: string, source: string, dataset: () => Dataset, args: readonly string[] = []): Promise<readonly string[]> {
  const [data, program, here, there] = ['data', 'program', 'here', 'there'].map((part) => join(folder, `${name.replaceAll(/\W+/g, '-')}-${part}`)) as [string, string, string, string];
  writeData(dataset(), data);
  const model = onFolder(modelOf(source), data);
  writeProgramOf(model, program);
  const ran = await runPython([join(program, 'train.py'), '--out', there, ...args]);
  if (ran.code !== 0) return [ran.err];
  await train(model, dataset(), { out: here, threads: 1 });
  const [found, expected] = [metricsOf(there), metricsOf(here)];
  return [
    ...(found.length === expected.length ? [] : [`${found.length} epochs in place of ${expected.length}`]),
    ...expected.flatMap((line, i) => differencesOfEpoch(present(found[i], 'line'), line)),
    ...differencesOfWeights(tensorsIn(join(there, 'weights.safetensors')), tensorsIn(join(here, 'weights.safetensors'))),
  ];
}

function differencesOfEpoch(found: MetricsLine, expected: MetricsLine): readonly string[] {
  const numbers: readonly (readonly [string, number | undefined, number | undefined, number])[] = [
    ['training loss', found.training.loss, expected.training.loss, tolerance],
    ['held-out loss', found.heldOut?.loss, expected.heldOut?.loss, 10 * tolerance],
    ...(expected.residuals ?? []).flatMap(({ layer, primal, dual }, r) => [
      [`primal of ${layer}`, found.residuals?.[r]?.primal, primal, 10 * tolerance] as const,
      [`dual of ${layer}`, found.residuals?.[r]?.dual, dual, 10 * tolerance] as const,
    ]),
  ];
  const plain = ({ phase, epoch, groups, residuals }: MetricsLine): string => JSON.stringify([phase, epoch, groups, residuals?.map(({ layer }) => layer)]);
  return [
    ...(plain(found) === plain(expected) ? [] : [`${plain(found)} in place of ${plain(expected)}`]),
    ...numbers.flatMap(([what, value, right, most]) => (value === right || apart([value ?? NaN], [right ?? NaN]) < most ? [] : [`${what} ${expected.phase} ${expected.epoch}: ${value}, not ${right}`])),
  ];
}

function differencesOfWeights(theirs: ReturnType<typeof tensorsIn>, ours: ReturnType<typeof tensorsIn>): readonly string[] {
  return [...ours].flatMap(([parameter, { data: values }]) => {
    const other = theirs.get(parameter)?.data;
    if (!other) return [`no ${parameter}`];
    // The engine does not compute what masks hold at zero, so statistics of it stay as they were.
    const gamma = ours.get(parameter.replace(/\.(mean|variance)$/, '.gamma'))?.data;
    const lives = (_: number, i: number): boolean => gamma?.[i] !== 0;
    const distance = apart(Array.from(other).filter(lives), Array.from(values).filter(lives), 0.05);
    return [
      ...(distance < 0.02 ? [] : [`${parameter} is ${distance} apart`]),
      ...(values.every((value, i) => (value === 0) === (other[i] === 0)) ? [] : [`other zeros in ${parameter}`]),
    ];
  });
}

describe('a run by PyTorch is the run of the engine', () => {
  it.each(Object.entries(cases))('%s', async (name, source) => expect(await differences(name, source, () => stripes(200, 60))).toEqual([]));
  // Where nothing is rounded to 32 bits, a copy in 64 has to be one.
  it.each(['admm in rounds', 'magnitude in rounds'])('%s, in 64 bits', async (name) => expect(await differences(`${name} double`, present(cases[name], 'case'), () => stripes(200, 60), ['--float64'])).toEqual([]));
  it('LeNet, proximal for an epoch: the same groups go', async () => {
    expect(await differences('lenet', lenet, () => waves([1, 28, 28], 6400))).toEqual([]);
    const [line] = metricsOf(join(folder, 'lenet-here'));
    expect(line?.groups.map(({ alive, total }) => alive > 0 && alive < total)).toContain(true);
  });
  it('numbers to be answered with', async () => expect(await differences('regress', regression, numbers)).toEqual([]));
});
