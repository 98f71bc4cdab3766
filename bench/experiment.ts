// The experiment command: `npm run --silent experiment -- NAME [--seeds 1,2,3] [--strengths 0.5,1,2] [--out FOLDER] [--threads N] [--json]`.
//
// Trains examples/NAME.ssl on its data set once a seed and prints what the papers' tables hold: test error
// after each phase, what is left of each layer, multiply-accumulates, weights; then the means. Runs that
// are in the folder already are gone on with, or only read. Results under bench/results/ were made by it.
//
// With --strengths the penalties of the file are multiplied by each of the factors. The baseline and the control are the
// same for all of them and are trained once a seed, in a run of their own; the runs of the factors begin with the
// weights of that baseline.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError } from '../src/base/diagnostic.ts';
import { renderDiagnostic } from '../src/base/frame.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { loadDataset } from '../src/driver/data/load-dataset.ts';
import type { RunSummary } from '../src/driver/run/run-summary.ts';
import { train } from '../src/driver/run/train.ts';
import type { TrainOptions } from '../src/driver/run/train-options.ts';
import { checkFile } from '../src/driver/model/source.ts';
import type { Model, PhaseSpec, TrainSpec } from '../src/ir/network.ts';
import { phaseTraits } from '../src/ir/phase.ts';
import { reportFields } from '../src/ir/structure.ts';
import { ops } from '../src/ops/index.ts';
import { usualMethod } from '../src/train/methods/index.ts';
import { readOptions, UsageError } from './arguments.ts';

const usage =
  'usage: npm run --silent experiment -- NAME [--sparsity BLOCK] [--seeds 1,2,3] [--strengths 0.5,1,2] [--out runs/experiments] [--data FOLDER] [--threads N] [--json]\n  NAME is an example: lenet, lenet-shapes, mlp, convnet, resnet20';

interface Arguments {
  readonly name: string;
  readonly sparsity: string | undefined;
  readonly seeds: readonly number[];
  /** Factors on the strengths of the file; empty: the file as it is. */
  readonly strengths: readonly number[];
  readonly out: string;
  readonly data: string | undefined;
  /** Absent: as many as the machine has. The results are the same bits. */
  readonly threads: number | undefined;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = readOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      sparsity: { type: 'string' },
      seeds: { type: 'string', default: '1,2,3' },
      strengths: { type: 'string' },
      out: { type: 'string', default: 'runs/experiments' },
      data: { type: 'string' },
      threads: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new UsageError('name one example');
  const seeds = values.seeds.split(',').map((text) => (/^\d+$/.test(text) ? Number(text) : NaN));
  if (!seeds.every(Number.isSafeInteger)) throw new UsageError(`--seeds ${values.seeds} is no list of integers`);
  const strengths = values.strengths?.split(',').map((text) => (text.trim() === '' ? NaN : Number(text))) ?? [];
  if (!strengths.every((factor) => factor > 0 && factor < Infinity)) throw new UsageError(`--strengths ${values.strengths} is no list of positive numbers`);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) throw new UsageError(`--threads ${values.threads} is no number of threads`);
  return { name, sparsity: values.sparsity, seeds, strengths, out: values.out, data: values.data, threads, json: values.json };
}

/** A run of the experiment. */
interface Result {
  readonly summary: RunSummary;
  /** On the strengths of the file. */
  readonly strength?: number;
}

/** @param data Loaded once. */
async function runSeed(model: Model, spec: TrainSpec, seed: number, data: Dataset, { name, sparsity, strengths, out, threads }: Arguments): Promise<readonly Result[]> {
  const folder = join(out, [name, sparsity, seed].filter((part) => part !== undefined).join('-'));
  const seeded: TrainSpec = { ...spec, seed };
  if (strengths.length === 0) return [{ summary: await runOnce({ ...model, train: seeded }, data, { out: folder, threads }) }];
  const isDense = ({ kind }: PhaseSpec): boolean => !phaseTraits[kind].masks;
  const dense = `${join(out, `${name}-${seed}`)}-dense`;
  const compared = await runOnce({ ...denseOf(model), train: { ...seeded, phases: spec.phases.filter(isDense) } }, data, { out: dense, threads });
  const results: Result[] = [];
  for (const strength of strengths) {
    const penalties = model.penalties.map((penalty) => (penalty.kind === 'lasso' ? { ...penalty, strength: penalty.strength * strength } : penalty));
    // The baseline is that of the dense run.
    const phases = spec.phases.filter(({ kind }) => !phaseTraits[kind].compares).map((phase) => (isDense(phase) ? { ...phase, epochs: 0 } : phase));
    const init = join(dense, 'baseline.safetensors');
    const summary = await runOnce({ ...model, penalties, train: { ...seeded, phases } }, data, { out: `${folder}-x${strength}`, init, threads });
    results.push({ strength, summary: joined(compared, summary) });
  }
  return results;
}

/** The two as the one run that they stand for. @param pruned Began with what the baseline of `dense` came to. */
function joined(dense: RunSummary, pruned: RunSummary): RunSummary {
  const before = dense.epochs['baseline'] ?? 0;
  const epochs = Object.fromEntries(Object.entries(pruned.epochs).map(([phase, own]) => [phase, before + own]));
  return {
    ...pruned,
    ...(dense.control !== undefined && { control: dense.control }),
    error: { ...dense.error, ...pruned.error },
    heldOut: { ...dense.heldOut, ...pruned.heldOut },
    epochs: { ...dense.epochs, ...epochs },
  };
}

/** The same of all `sparsity` blocks of a file: its run is theirs together. */
function denseOf({ sources, network }: Model): Model {
  return { sources, network, penalties: [], method: usualMethod, methodSettings: {}, crossing: 'sequential' };
}

async function runOnce(model: Model, data: Dataset, options: Pick<TrainOptions, 'out' | 'init' | 'threads'>): Promise<RunSummary> {
  let epoch = '';
  const result = await train(model, data, {
    ...options,
    resume: true,
    onProgress: (event) => {
      if (event.kind !== 'step' || `${event.phase} ${event.epoch}` === epoch) return;
      epoch = `${event.phase} ${event.epoch}`;
      process.stderr.write(`${options.out}: ${epoch} of ${event.epochs}, loss ${event.loss.toFixed(4)}, ${Math.round(event.secondsLeft)} s left\n`);
    },
  });
  if (result.status !== 'finished') throw new Error('interrupted');
  return result.summary;
}

const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(100 * share).toFixed(2)}%`);

function keptOf(summary: RunSummary): string {
  return summary.layers
    .flatMap((layer) => reportFields.flatMap((field) => (layer[field] ? [`${layer.name} ${field} ${layer[field][0]}/${layer[field][1]}`] : [])))
    .join(', ');
}

function table(results: readonly Result[]): string {
  const lines = results.map(
    ({ summary: s, strength }) =>
      `seed ${s.seed}${strength === undefined ? '' : `, strengths x ${strength}`}: error ${percent(s.error['baseline'])} -> ${percent(s.error['sparsify'])} -> ${percent(s.error['finetune'])}, dense trained as long ${percent(s.error['control'])}; conv MACs ${s.convMacs.compacted} of ${s.convMacs.dense}; weights ${s.weights.compacted} of ${s.weights.dense}; ${Math.round(s.seconds)} s\n        ${keptOf(s)}`,
  );
  for (const strength of new Set(results.map((result) => result.strength))) {
    const summaries = results.filter((result) => result.strength === strength).map(({ summary }) => summary);
    const mean = (of: (summary: RunSummary) => number): number => summaries.reduce((sum, summary) => sum + of(summary), 0) / summaries.length;
    lines.push(
      `mean of ${summaries.length}${strength === undefined ? '' : `, strengths x ${strength}`}: baseline ${percent(mean((s) => s.error['baseline'] ?? NaN))}, finetune ${percent(mean((s) => s.error['finetune'] ?? NaN))}, control ${percent(mean((s) => s.error['control'] ?? NaN))}, weights ${Math.round(mean((s) => s.weights.compacted))}, seconds ${Math.round(mean((s) => s.seconds))}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  const { model } = checkFile(join(import.meta.dirname, '..', 'examples', `${args.name}.ssl`), ops, { sparsity: args.sparsity });
  if (!model.train) throw new UsageError(`examples/${args.name}.ssl has no train block`);
  const data = await loadDataset(model.train.dataset, { directory: args.data }, { inputShape: model.network.inputShape, resize: model.train.resize });
  await mkdir(args.out, { recursive: true });
  const results: Result[] = [];
  for (const seed of args.seeds) results.push(...(await runSeed(model, model.train, seed, data, args)));
  const runs = results.map(({ summary, strength }) => ({ ...(strength !== undefined && { strength }), ...summary }));
  process.stdout.write(args.json ? `${JSON.stringify({ experiment: args.name, ...(args.sparsity !== undefined && { sparsity: args.sparsity }), runs }, undefined, 2)}\n` : table(results));
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
  } else if (error instanceof DiagnosticError) {
    for (const diagnostic of error.diagnostics) process.stderr.write(`${renderDiagnostic(diagnostic)}\n`);
    process.exitCode = 1;
  } else throw error;
}
