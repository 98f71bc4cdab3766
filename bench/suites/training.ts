// Suite `training`: one step of examples on the engine that `train` uses, gathering of the batch included. Where a
// data set is at hand, or can be made, a case also tells how much memory a whole training process takes.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import { startEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { shareSplit } from '../../src/engine/shared-data.ts';
import type { SharedSplit } from '../../src/engine/shared-data.ts';
import { nodeMap } from '../../src/ir/graph.ts';
import type { Value } from '../../src/ir/graph.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import type { Model, Parameter } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { defaultMeasureOptions, measure } from '../measure.ts';
import { inTemporaryFolder, measureCommand } from '../process.ts';
import { formatMs, formatRatio } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';

const OURS = 'ssl-wasm';
/** Nothing runs beside a step that neighbours would slow alike, so clean turns are worth waiting for. */
const PATIENCE_MS = 60_000;
/** Steps a call, so that waking the threads is a small part of it. */
const STEPS = 4;

interface Case {
  readonly network: string;
  /** A file of `examples/`. */
  readonly example: string;
  readonly batch: number;
  /** Whether one channel of 28 x 28 comes in, as `digits` and MNIST have it: a whole run can be measured. */
  readonly digits: boolean;
}

const examples: readonly Case[] = [
  { network: 'lenet', example: 'lenet.ssl', batch: 64, digits: true },
  { network: 'mlp', example: 'mlp.ssl', batch: 64, digits: true },
  { network: 'convnet', example: 'convnet.ssl', batch: 100, digits: false },
  { network: 'resnet20', example: 'resnet20.ssl', batch: 128, digits: false },
];

const nameOf = ({ network, batch }: Case): string => `${network}/batch${batch}`;

/**
 * Operations of one step, two a multiply-add: forward, gradients by the weights, and by the inputs of all layers but
 * those that read the image. Taps that meet padding count.
 */
export function stepFlops({ network: { graph, parameters } }: Model, batch: number): number {
  const isMeasured = ({ initial }: Parameter): boolean => initial.kind === 'statistic';
  const measured = new Set(parameters.filter(isMeasured).map(({ name }) => name));
  const sizes = new Map(parameters.filter((parameter) => !isMeasured(parameter)).map(({ name, shape }) => [name, sizeOf(shape)]));
  const byId = nodeMap(graph);
  const isImage = (value: Value): boolean => {
    const node = present(byId.get(value.node), 'node');
    if (node.inputs.length === 0) return node.op === 'input' || measured.has(String(node.attrs['name']));
    return node.inputs.every(isImage);
  };
  return graph.nodes.reduce((flops, { inputs: [operand, weight], results }) => {
    const leaf = weight && byId.get(weight.node);
    const size = leaf && sizes.get(String(leaf.attrs['name']));
    // A vector of parameters multiplies no matrix: gamma of a batch norm.
    if (!operand || !leaf || size === undefined || (leaf.results[0]?.length ?? 0) < 2) return flops;
    return flops + 2 * size * sizeOf((results[0] ?? []).slice(2)) * batch * (isImage(operand) ? 2 : 3);
  }, 0);
}

function exampleFile(example: string): string {
  return join(import.meta.dirname, '../../examples', example);
}

function modelOf(example: string): Model {
  return checkFile(exampleFile(example), ops).model;
}

/** As many samples as the steps need, random, of the network's shape. */
function randomData({ network }: Model, samples: number): { readonly training: SharedSplit; readonly test: SharedSplit } {
  const { uniform } = stream(1, 'training suite');
  const { inputShape, classes } = dataInterfaceOf(network);
  const size = sizeOf(inputShape);
  const splitOf = (count: number): SharedSplit =>
    shareSplit({
      count,
      samples: Uint8Array.from({ length: count * size }, (_, i) => 256 * uniform(i)),
      labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
    });
  return { training: splitOf(samples), test: splitOf(1) };
}

/** An engine in the baseline phase, and its next few steps. */
async function prepare(model: Model, batch: number, threads: number): Promise<{ readonly engine: Engine; readonly run: () => Promise<void> }> {
  const data = randomData(model, STEPS * batch);
  const train = present(model.train, 'train block');
  const spec = { ...present(train.phases[0], 'baseline phase'), batch };
  const engine = startEngine({ model, phases: [{ spec, groups: [], masked: new Set() }], data, threads }, ops);
  await engine.enter(0);
  engine.write(initialParameters(model.network, train.seed));
  const order = Uint32Array.from({ length: STEPS * batch }, (_, i) => i);
  const scalars = new Map([['rate', new Float32Array(STEPS).fill(0.001)]]);
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
  const text = readFileSync(exampleFile(example), 'utf8').replace('train on mnist', `train on ${dataset}`).replace(/epochs = \d+/g, 'epochs = 1');
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, example);
    writeFileSync(file, text);
    return (await measureCommand(['train', file, '--out', join(folder, 'run'), '--threads', '2'])).resident;
  });
}

/** One engine after the other: two by turns would push each other out of the last cache, which no training does. */
async function runCase(each: Case, context: SuiteContext): Promise<readonly Row[]> {
  const { example, batch } = each;
  const name = nameOf(each);
  const model = modelOf(example);
  const flops = stepFlops(model, batch);
  const rows: Row[] = [];
  for (const threads of availableParallelism() > 1 ? [1, 2] : [1]) {
    const { engine, run } = await prepare(model, batch, threads);
    try {
      for (const { ms, clean } of await measure([{ name, run }], { ...defaultMeasureOptions, patienceMs: PATIENCE_MS, sentinels: context.sentinels, quietMs: context.quietMs })) {
        const perStep = ms / STEPS;
        context.progress(`${name}: ${perStep.toPrecision(3)} ms on ${threads} threads, ${clean} turns clean`);
        rows.push({ case: name, candidate: OURS, threads, ms: perStep, gflops: flops / perStep / 1e6, clean });
      }
    } finally {
      await engine.close();
    }
  }
  if (!each.digits) return rows;
  const bytes = await residentMemory(example, context);
  return rows.map((row) => (row.threads === 2 ? { ...row, bytes } : row));
}

async function run(context: SuiteContext): Promise<Measured> {
  if (!context.wantsCandidate(OURS)) return { rows: [] };
  const rows: Row[] = [];
  for (const each of examples) if (context.wantsCase(nameOf(each))) rows.push(...(await runCase(each, context)));
  return { rows };
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
  doc: 'a training step of LeNet, a multilayer perceptron, ConvNet and ResNet-20, on one and two threads',
  candidates: [OURS],
  cases: examples.map(nameOf),
  packages: () => [],
  run,
  tables,
};
