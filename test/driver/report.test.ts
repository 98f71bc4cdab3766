import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { readReport } from '../../src/driver/report/read-report.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/driver/run/checkpoint-json.ts';
import { recordOf } from '../../src/driver/run/run-files.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import { train } from '../../src/driver/run/train.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { report } from '../../src/index.ts';
import type { TrainOptions } from '../../src/index.ts';
import { ops } from '../../src/ops/index.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { modelOf, smallSource, stripes } from '../engine/fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'ssl-report-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const source = smallSource.replace('  seed = 3', '  control { epochs = 1 }\n  seed = 3').replace('filters of conv1 strength 0.06', 'filters of conv1 strength 0.5');
const trainInto = (name: string, options: Partial<TrainOptions> = {}, text = source): ReturnType<typeof train> => train(modelOf(text), stripes(240, 60), { out: join(root, name), threads: 1, ...options });
const read = async (name: string): Promise<ReportData> => (await readReport(join(root, name), ops, { timing: false })).data;

describe('the report of a finished run', () => {
  let data: ReportData;
  const run = join(root, 'run');
  const summary = (): RunSummary => JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as RunSummary;
  const weightsOf = (file: string, name: string): ArrayLike<number> => present(readSafetensors(readFileSync(join(run, file)), file).tensors.get(name), name).data;
  beforeAll(async () => {
    await trainInto('run');
    data = await read('run');
  });

  it('has every epoch of metrics.jsonl, by phase', () => {
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { phase: string; training: { loss: number }; groups: { alive: number }[] });
    expect(data.phases.map(({ name, compares, behind, epochs, course }) => [name, compares, behind, epochs, course.length])).toEqual([['baseline', false, 0, 2, 2], ['sparsify', false, 2, 3, 3], ['finetune', false, 5, 2, 2], ['control', true, 2, 1, 1]]);
    expect(data.phases.flatMap(({ name, course }) => course.map(({ loss, alive }) => [name, loss, alive]))).toEqual(lines.map(({ phase, training, groups }) => [phase, training.loss, groups.map(({ alive }) => alive)]));
    expect(data.phases.map(({ testError }) => testError)).toEqual(Object.values(summary().error));
    expect(data.groups).toEqual([{ layer: 'conv1', structure: 'filters', total: 6, strength: 0.5 }, { layer: 'fc1', structure: 'neurons', total: 20, strength: 0.06 }]);
  });

  it('has the figures of the summary', () => {
    const { product, control, chance, seconds, macs, convMacs, weights, layers, evaluation } = summary();
    if (!data.evaluation || !('classes' in data.evaluation) || !('classes' in evaluation)) throw new Error('no classes');
    expect(data.result).toMatchObject({ product, control, chance, seconds, macs, convMacs, weights });
    expect(data.layers.map(({ name, weights: kept, macs: run }) => ({ name, weights: kept, macs: run }))).toEqual(layers.map(({ name, weights: kept, macs: run }) => ({ name, weights: kept, macs: run })));
    expect(data.evaluation.classes.map(({ wrong }) => wrong)).toEqual(evaluation.classes.map(({ wrong }) => wrong));
    expect(data.evaluation.confusion).toEqual(evaluation.confusion.flatMap((row, truth) => row.flatMap((count, answer) => (count > 0 ? [[truth, answer, count]] : []))));
  });

  it('shows the filters before the penalties and after, zero ones as none', () => {
    const [pictured] = data.filters;
    const zero = (file: string): boolean[] => Array.from({ length: 6 }, (_, filter) => Array.from({ length: 9 }, (__, i) => weightsOf(file, 'conv1.weight')[9 * filter + i]).every((weight) => weight === 0));
    const { before, after } = present(pictured, 'filters');
    expect(zero('weights.safetensors')).toContain(true);
    expect(after.levels.map((levels) => levels === null)).toEqual(zero('weights.safetensors'));
    expect(before?.levels.map((levels) => levels === null)).toEqual(zero('baseline.safetensors'));
    expect([before?.when, after.when]).toEqual(['after baseline', 'after finetune']);
    const weights = Array.from({ length: 54 }, (_, i) => weightsOf('baseline.safetensors', 'conv1.weight')[i] as number);
    const levels = present(before, 'before').levels.flatMap((each) => each ?? []);
    for (const [i, level] of levels.entries()) expect(((before?.largest ?? NaN) * level) / 127).toBeCloseTo(weights[i] ?? NaN, 2);
    expect(Math.max(...levels.map(Math.abs))).toBe(127);
  });

  it('has the shapes of both networks, and bytes that add up', () => {
    const [conv1, fc1, fc2] = data.layers;
    const left = data.filters[0]?.after.levels.filter((levels) => levels !== null).length;
    expect(conv1?.shape).toEqual({ dense: [6, 6, 6], compacted: [left, 6, 6] });
    expect(conv1?.bytes.dense).toBe(4 * (54 + 6));
    expect(fc1?.rows).toMatchObject({ total: 20 });
    expect(fc2?.shape).toEqual({ dense: [3], compacted: [3] });
    // Compacting folds batch norm into the convolution; four numbers a filter are counted beside the layers before.
    const sum = (side: 'dense' | 'compacted'): number => data.layers.reduce((total, { bytes }) => total + bytes[side], 0);
    expect(data.result?.bytes).toEqual({ dense: sum('dense') + 4 * 4 * 6, compacted: sum('compacted') });
  });

  it('is the same page whenever it is made, and says what makes it again', async () => {
    const [first, second] = [await report(run, { timing: false }), await report(run, { timing: false })];
    expect(second.html).toBe(first.html);
    expect(data.origin).toMatchObject({ seed: 3, sources: [{ path: 'model.ssl', text: source }], weightsHash: recordOf([readFileSync(join(run, 'weights.safetensors'))]).sha256 });
    expect(data.origin).not.toHaveProperty('writtenSeed');
    // A share held out that the source does not write is not told: data with a folder val has its own.
    expect(data.origin.samples).toEqual([]);
  });

  it('times the network where asked', async () => {
    const names: string[] = [];
    const { data: { timing } } = await report(run, { onLayer: (name) => void names.push(name) });
    expect(names).toEqual(['conv1', 'fc1', 'fc2', 'whole']);
    expect(timing).toMatchObject({ target: 'wasm', processor: expect.stringMatching(/./), date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), layers: [{ name: 'conv1' }, { name: 'fc1' }, { name: 'fc2' }] });
  });

  it('does not stand in the way of the run going on, wherever it lies', async () => {
    const before = readFileSync(join(run, 'summary.json'), 'utf8');
    writeFileSync(join(run, 'report.html'), 'anything');
    await trainInto('run', { resume: true });
    expect(readFileSync(join(run, 'summary.json'), 'utf8')).toBe(before);
  });

  it('of a summary of an earlier version names what is missing', async () => {
    const forged = join(root, 'forged');
    cpSync(run, forged, { recursive: true });
    const { chance: _, ...less } = summary();
    const text = JSON.stringify(less);
    writeFileSync(join(forged, 'summary.json'), text);
    const { checkpoint, tensors } = decodeCheckpoint(readFileSync(join(forged, 'checkpoint.json'), 'utf8'), 'checkpoint.json');
    const files = { ...checkpoint.files, 'summary.json': recordOf([new TextEncoder().encode(text)]) };
    writeFileSync(join(forged, 'checkpoint.json'), encodeCheckpoint({ checkpoint: { ...checkpoint, files }, tensors }));
    await expect(read('forged')).rejects.toMatchObject({ diagnostics: [{ code: 'run/earlier', message: expect.stringContaining('does not say `chance`'), help: expect.stringContaining('--resume') }] });
  });
});

it('of a run that was stopped: where it stands, and what there is', async () => {
  const stop = new AbortController();
  await trainInto('stopped', { signal: stop.signal, onProgress: ({ kind }) => void (kind === 'phase' && stop.abort()) });
  const data = await read('stopped');
  expect(data).toMatchObject({ unfinished: { phase: 'sparsify', totalSteps: expect.any(Number) }, phases: [{ name: 'baseline', testError: expect.any(Number), course: [{ epoch: 1 }, { epoch: 2 }] }, { name: 'sparsify', course: [] }, {}, {}], layers: [], filters: [] });
  expect(data).not.toHaveProperty('result');
  expect(data.unfinished?.step).toBe(data.unfinished && (data.unfinished.totalSteps ?? 0) / 8 * 2);
});

it('of a run without penalties, held-out samples or a control', async () => {
  await trainInto('plain', {}, source.slice(0, source.indexOf('sparsity {')) + 'train on toy { baseline { epochs = 1, batch = 16, rate = 0.05 } held_out = 0 }');
  const data = await read('plain');
  expect(data).toMatchObject({ groups: [], findings: [], phases: [{ name: 'baseline', course: [{ epoch: 1 }] }], result: { product: 'baseline' } });
  expect(data.filters[0]).not.toHaveProperty('before');
  expect(data.phases[0]?.course[0]).not.toHaveProperty('heldOut');
});

it('says what was done with the samples, and what was measured of them', async () => {
  const measured = source.replace('network Small(image: tensor[1, 8, 8]) {', 'network Small(image: tensor[1, 8, 8]) {\n  x = normalize(image, mean = per_channel, deviation = 0.5)').replace('conv(image', 'conv(x');
  await trainInto('samples', {}, measured.slice(0, measured.indexOf('sparsity {')) + 'train on toy { augment { pad = 1, mirror = true }, class_weights = balanced, held_out = 0.1, baseline { epochs = 1, batch = 16, rate = 0.05 } }');
  const { origin } = await read('samples');
  const [mean] = readSafetensors(readFileSync(join(root, 'samples', 'weights.safetensors')), 'weights').tensors.get('x.mean')?.data ?? [];
  expect(origin.samples).toEqual([['share held out', '0.1'], ['augmentation', 'pad [1, 1], mirror true'], ['list of class weights', 'balanced'], ['mean of the training set', String(Number(mean?.toPrecision(5)))]]);
});

describe('an input whose numbers a node changes one by one, by parameters too', () => {
  const single = 'train on toy { baseline { epochs = 0 }, held_out = 0.1 }';
  const sourceOf = (input: string, layer: string): string => `network Small(image: tensor[1, 8, 8]) {\n  ${input}\n  first = ${layer}\n  return dense(relu(first), units = 3)\n}\n${single}`;
  const inputs = ['x = normalize(image, mean = per_pixel, deviation = per_channel)', 'x = prelu(normalize(image, mean = per_channel))'];

  it.each(inputs)('%s: the filters that read it are shown', async (input) => {
    await trainInto(input, {}, sourceOf(input, 'conv(x, filters = 2, window = 3)'));
    expect((await read(input)).filters).toMatchObject([{ layer: 'first', total: 2, rows: 3, columns: 3 }]);
  });

  it.each(inputs)('%s: the numbers that are read of it are shown', async (input) => {
    await trainInto(`dense ${input}`, {}, sourceOf(input, 'dense(x, units = 4)'));
    expect((await read(`dense ${input}`)).inputs).toMatchObject({ shape: [1, 8, 8], used: 64 });
  });

  it.each(['x = max_pool(image, window = 2)', 'x = multiply(image, sigmoid(conv(image, filters = 1, window = 8)))'])('%s: those behind it are others', async (input) => {
    await trainInto(input, {}, sourceOf(input, 'dense(x, units = 4)'));
    expect(await read(input)).not.toHaveProperty('inputs');
  });
});

it('of a run that an application trained otherwise than its source says', async () => {
  const model = modelOf(source);
  const penalties = model.penalties.slice(0, 1).map((penalty) => ({ ...penalty, strength: 0.25 }));
  await train({ ...model, penalties }, stripes(120, 40), { out: join(root, 'other'), threads: 1 });
  const data = await read('other');
  expect(data.notes).toEqual([expect.stringMatching(/^The run was trained with another strength of filters of conv1 than its source says: 0\.25, not 0\.5/), expect.stringContaining('strength of neurons of fc1'), expect.stringContaining('weighting of neurons of fc1')]);
  expect(data.groups).toEqual([{ layer: 'conv1', structure: 'filters', total: 6 }]);
});
