// Suite `training`: one step of LeNet and of the multilayer perceptron on the engine that `train` uses,
// gathering of the batch included. A case also tells how much memory a whole training process takes.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/base/invariant.ts';
import { check } from '../../src/check/check.ts';
import { digits } from '../../src/data/digits/digits.ts';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import { startEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { shareSplit } from '../../src/engine/shared-data.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { defaultMeasureOptions, measure } from '../measure.ts';
import { inTemporaryFolder, residentOfCommand } from '../process.ts';
import { formatMs, formatRatio } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import type { Suite, SuiteContext } from '../suite.ts';

const OURS = 'ssl-wasm';
const BATCH = 64;
/** Nothing runs beside a step that neighbours would slow alike, so clean turns are worth waiting for. */
const PATIENCE_MS = 60_000;
/** Steps a call, so that waking the threads is a small part of it. */
const STEPS = 4;

interface Case {
  readonly name: string;
  /** A file of `examples/`. */
  readonly example: string;
  /** Operations of each layer for one sample, forward, two a multiply-add. */
  readonly forward: readonly number[];
}

const cases: readonly Case[] = [
  {
    name: `lenet/batch${BATCH}`,
    example: 'lenet.ssl',
    forward: [2 * 24 * 24 * 20 * 25, 2 * 8 * 8 * 50 * 500, 2 * 500 * 800, 2 * 10 * 500],
  },
  { name: `mlp/batch${BATCH}`, example: 'mlp.ssl', forward: [2 * 500 * 784, 2 * 300 * 500, 2 * 10 * 300] },
];

/** Of one step: forward, gradients by the weights, and by the inputs of all layers but the first. */
export function stepFlops(forward: readonly number[]): number {
  const all = forward.reduce((sum, flops) => sum + flops, 0);
  return BATCH * (3 * all - (forward[0] ?? 0));
}

function exampleText(example: string): string {
  return readFileSync(new URL(`../../examples/${example}`, import.meta.url), 'utf8');
}

function modelOf(example: string): Model {
  const { file } = parse({ name: example, text: exampleText(example) });
  return present(check(file, ops).model, `model of ${example}`);
}

/** An engine in the baseline phase, and its next few steps. */
async function prepare(model: Model, threads: number): Promise<{ readonly engine: Engine; readonly run: () => Promise<void> }> {
  const { training, test } = digits({ seed: 1, training: STEPS * BATCH, test: 1 });
  const data = { training: shareSplit(training), test: shareSplit(test) };
  const train = present(model.train, 'train block');
  const spec = { ...present(train.phases[0], 'baseline phase'), batch: BATCH };
  const engine = startEngine({ model, phases: [{ spec, groups: [], masked: new Set() }], data, threads }, ops);
  await engine.enter(0);
  engine.write(initialParameters(model.network, train.seed));
  const order = Uint32Array.from({ length: STEPS * BATCH }, (_, i) => i);
  const scalars = new Map([['rate', new Float32Array(STEPS).fill(0.01)]]);
  const pass = { program: 'step', split: 'training', from: 0, to: STEPS, firstStep: 0, seed: train.seed } as const;
  return {
    engine,
    run: async () => {
      const { diverged } = await engine.run({ ...pass, order, scalars });
      if (diverged) throw new Error('the losses of the training suite are not finite');
    },
  };
}

/** Peak resident memory of `ssl-compile train` on MNIST where it is there, else on digits; one epoch a phase. */
async function residentMemory(example: string, context: SuiteContext): Promise<number> {
  const dataset = await loadDataset({ kind: 'named', name: 'mnist' }).then(() => 'mnist', () => 'digits');
  context.progress(`${example}: training three epochs on ${dataset} for its memory`);
  const text = exampleText(example).replace('train on mnist', `train on ${dataset}`).replace(/epochs = \d+/g, 'epochs = 1');
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, example);
    writeFileSync(file, text);
    return residentOfCommand(['train', file, '--out', join(folder, 'run'), '--threads', '2']);
  });
}

/** One engine after the other: two by turns would push each other out of the last cache, which no training does. */
async function runCase({ name, example, forward }: Case, context: SuiteContext): Promise<readonly Row[]> {
  const model = modelOf(example);
  const rows: Row[] = [];
  for (const threads of availableParallelism() > 1 ? [1, 2] : [1]) {
    const { engine, run } = await prepare(model, threads);
    try {
      for (const { ms, clean } of await measure([{ name, run }], { ...defaultMeasureOptions, patienceMs: PATIENCE_MS, sentinels: context.sentinels })) {
        const perStep = ms / STEPS;
        context.progress(`${name}: ${perStep.toPrecision(3)} ms on ${threads} threads, ${clean} turns clean`);
        rows.push({ case: name, candidate: OURS, threads, ms: perStep, gflops: stepFlops(forward) / perStep / 1e6 });
      }
    } finally {
      await engine.close();
    }
  }
  const bytes = await residentMemory(example, context);
  return rows.map((row) => (row.threads === 2 ? { ...row, bytes } : row));
}

async function run(context: SuiteContext): Promise<readonly Row[]> {
  if (!context.wantsCandidate(OURS)) return [];
  const rows: Row[] = [];
  for (const each of cases) if (context.wantsCase(each.name)) rows.push(...(await runCase(each, context)));
  return rows;
}

function tables({ rows, machine }: Result): readonly Table[] {
  const body = rows.map(({ case: name, threads, ms, gflops = NaN, bytes }) => [
    name,
    String(threads),
    formatMs(ms),
    gflops.toFixed(1),
    formatRatio(gflops / (machine.peakGflops[String(threads)] ?? NaN)),
    bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(0),
  ]);
  return [{ title: 'Training, a step', head: ['case', 'threads', 'ms', 'GFLOP/s', 'of peak', 'process, MiB'], body }];
}

export const trainingSuite: Suite = {
  name: 'training',
  doc: 'a training step of LeNet and of a multilayer perceptron, batch 64, on one and two threads',
  candidates: [OURS],
  cases: cases.map(({ name }) => name),
  packages: () => [],
  run,
  tables,
};
