// Experiments: what their rows name can be trained, and what runs come to is told as it is. Nothing is trained here: records of
// runs stand in for them.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentOf, measureEntries } from '../../bench/experiments/entries.ts';
import { curves } from '../../bench/experiments/experiment.ts';
import type { CurveName, Entry, ExperimentContext, Row, Setting } from '../../bench/experiments/experiment.ts';
import { comparison } from '../../bench/experiments/fronts.ts';
import { experiments } from '../../bench/experiments/index.ts';
import { pictureOfRows } from '../../bench/experiments/picture.ts';
import { Records } from '../../bench/experiments/records.ts';
import type { RunRecord } from '../../bench/experiments/records.ts';
import { markdownOf } from '../../bench/experiments/tables.ts';
import { programOf } from '../../bench/experiments/training.ts';
import { planSweep } from '../../src/driver/sweep/sweep-plan.ts';
import { temporaryFolder } from '../cli/support.ts';
import { writeStripes } from '../cli/stripes.ts';

const data = temporaryFolder();
writeStripes(join(data, 'stripes'));

const program = `const factor = 1

network Net(image: tensor[1, 6, 6]) {
  conv1 = conv(image, filters = 4, window = 3)
  return dense(conv1, units = 2)
}

sparsity {
  lasso filters of conv1 strength 0.01 * factor
}

train on "stripes" {
  held_out = 0.3
  baseline { epochs = 1, rate = 0.01 }
  sparsify { epochs = 1 }
  seed = 1
}
`;

const lasso = (factor: number): Setting => ({ program: 'net', values: { factor } });

interface Run {
  readonly heldOut: number;
  readonly error: number;
  readonly macs: number;
}

/** A context in which the runs of each factor, one a seed, have come to these. */
async function contextOf(runs: Readonly<Record<number, readonly (Run | 'diverged')[]>>): Promise<ExperimentContext> {
  const folder = mkdtempSync(join(data, 'experiments-'));
  writeFileSync(join(folder, 'net.ssl'), program);
  const context: ExperimentContext = { programs: folder, results: join(folder, 'results'), out: join(folder, 'runs'), seeds: [1, 2, 3], data, workers: 1, signal: AbortSignal.abort(), progress: () => {} };
  const records = new Records(context.results);
  for (const [factor, ofSeeds] of Object.entries(runs)) {
    const setting = lasso(Number(factor));
    const planned = await planSweep(programOf(setting, ofSeeds.map((_, at) => at + 1), context));
    for (const [at, { hash }] of planned.runs.entries()) {
      const run = ofSeeds[at] as Run | 'diverged';
      records.add(run === 'diverged' ? { hash, ...setting, seed: at + 1, failed: 'the loss is not finite' } : recordOf(hash, setting, at + 1, run));
    }
  }
  return context;
}

function recordOf(hash: string, setting: Setting, seed: number, { heldOut, error, macs }: Run): RunRecord {
  const layers = [{ name: 'conv1', kept: { filters: [seed, 4] as const }, macs }];
  return { hash, ...setting, seed, error: { baseline: 0.5, sparsify: error }, heldOut: { sparsify: heldOut }, product: 'sparsify', macs, convMacs: macs, weights: 10, layers, epochs: 2, seconds: 1, commit: 'abc', core: 'Zen' };
}

const same = (run: Run): readonly Run[] => [run, run, run];

describe('rows of an experiment', () => {
  it('are means over seeds, with the deviation of one run', async () => {
    const context = await contextOf({ 1: [{ heldOut: 0, error: 0.01, macs: 10 }, { heldOut: 0, error: 0.02, macs: 20 }, { heldOut: 0, error: 0.03, macs: 60 }] });
    const outcome = await measureEntries([{ label: 'lasso', settings: [lasso(1)] }, { label: 'dense', settings: [lasso(1)], phase: 'baseline' }], [], context);
    const [row, dense] = outcome?.ours ?? [];
    expect(row).toMatchObject({ label: 'lasso', seeds: 3, macs: 30, weights: 10, layers: [{ name: 'conv1', kept: { filters: [2, 4] }, macs: 30 }] });
    expect(row?.error?.mean).toBeCloseTo(0.02, 12);
    expect(row?.error?.sd).toBeCloseTo(0.01, 12);
    expect(dense).toMatchObject({ seeds: 3, error: { mean: 0.5 }, layers: [] });
    expect(dense).not.toHaveProperty('macs');
    const from = { experiment: 'x', doc: 'what', command: 'run x', commit: 'abc', core: 'Zen' };
    expect(outcome && markdownOf(from, outcome)).toContain('| lasso | 2.00% ± 0.58 (1.00) | 3 | 30 | 30 | 10 |\n');
  });

  const entry = (most: number): Entry => ({ label: 'best', settings: [lasso(1), lasso(2), lasso(3)], limit: { of: 'macs', most } });
  const candidates = { 1: same({ heldOut: 0.01, error: 0.5, macs: 100 }), 2: same({ heldOut: 0.02, error: 0.3, macs: 50 }), 3: same({ heldOut: 0.03, error: 0.1, macs: 40 }) };

  it('of several candidates take the smallest held-out error within the limit, whatever the test error', async () => {
    const outcome = await measureEntries([entry(60)], [], await contextOf(candidates));
    expect(outcome?.ours[0]?.error?.mean).toBeCloseTo(0.3, 12);
    expect(outcome?.candidates.map(({ fits, chosen }) => [fits, chosen])).toEqual([[false, false], [true, true], [true, false]]);
    expect(JSON.stringify(outcome?.candidates)).not.toContain('"error"');
  });

  it('say where no candidate is within the limit, and take the nearest', async () => {
    const [row] = (await measureEntries([entry(30)], [], await contextOf(candidates)))?.ours ?? [];
    expect(row?.macs).toBe(40);
    expect(row?.note).toContain('no candidate has at most 30 MACs');
  });

  it('count the runs that have diverged, and do not choose what did', async () => {
    const context = await contextOf({ ...candidates, 2: [...candidates[2].slice(0, 1), 'diverged', 'diverged'] });
    const [row] = (await measureEntries([{ label: 'one', settings: [lasso(2)] }], [], context))?.ours ?? [];
    expect(row).toMatchObject({ seeds: 1, note: expect.stringContaining('2 of 3 runs diverged') });
    expect((await measureEntries([entry(60)], [], context))?.ours[0]?.error?.mean).toBeCloseTo(0.1, 12);
  });

  it('make an experiment with a picture and findings', async () => {
    const context = await contextOf({ 1: candidates[1] });
    const parts = { name: 'mine', doc: 'what', findings: (ours: readonly Row[]) => ours.map(({ label }) => label) };
    const outcomeOf = async (entries: readonly Entry[]): ReturnType<typeof measureEntries> => experimentOf({ ...parts, entries, picture: { title: 'LeNet', sizes: ['macs'] } }).measure(context);
    const outcome = await outcomeOf([{ label: 'lasso', settings: [lasso(1)], curve: curves.lasso }]);
    expect(outcome?.findings).toEqual(['lasso']);
    expect(outcome?.pictures?.['mine.svg']).toContain('LeNet. group lasso: 50.00% at 100 MACs');
    expect(await outcomeOf([{ label: 'lasso', settings: [lasso(1)] }])).not.toHaveProperty('pictures');
  });

  it('are none where the training was stopped', async () => {
    expect(await measureEntries([{ label: 'lasso', settings: [lasso(1)] }], [], await contextOf({ 1: candidates[1].slice(0, 2) }))).toBeUndefined();
  });
});

it('experiments have names of their own', () => {
  expect(new Set(experiments.map(({ name }) => name)).size).toBe(experiments.length);
});

it('fronts are compared at the errors of each, between points by straight lines', () => {
  const [a, b] = [{ name: 'A', points: [{ error: 0.01, weights: 20_000 }] }, { name: 'B', points: [{ error: 0.02, weights: 10_000 }, { error: 0.005, weights: 40_000 }] }];
  expect(comparison(a, b)).toEqual([
    'At the 1.00% that A has with 20K weights B needs 30K, 1.50 times as many.',
    'At the 2.00% that B has with 10K weights A needs 20K, 2.00 times as many.',
    'At the 0.50% that B has with 40K weights A reaches that error nowhere.',
  ]);
});

it('a picture has the rows that name a curve, by their sizes, and the dense network as a line', () => {
  const row = (label: string, mean: number, weights: number, curve?: CurveName): Row => ({ label, seeds: 2, error: { mean, sd: mean / 20 }, weights, layers: [], ...(curve !== undefined && { curve }) });
  const rows = [row('A', 0.0101, 100_000, curves.admm), row('B', 0.009, 900_000), row('C', 0.0099, 120_345.6, curves.published), row('control', 0.0088, 900_000, curves.dense)];
  const picture = pictureOfRows(rows, { title: 'LeNet', sizes: ['weights'] });
  expect(picture).toContain('LeNet. ADMM: 1.01% at 100K weights; published: 0.99% at 120K weights; dense, trained as long: 0.88%');
  expect(picture).toContain('>dense, trained as long: 0.88%<');
  expect(picture).not.toContain('900K');
  expect(pictureOfRows([row('B', 0.009, 900_000)], { title: 'LeNet', sizes: ['weights'] })).toBeUndefined();
});
