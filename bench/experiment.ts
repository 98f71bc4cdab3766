// The experiment command: `npm run --silent experiment -- NAME [--seeds 1,2,3] [--out FOLDER] [--json]`.
//
// Trains examples/NAME.ssl on its data set once a seed and prints what the papers' tables hold: test error
// after each phase, what is left of each layer, multiply-accumulates, weights; then the means. Runs that
// are in the folder already are gone on with, or only read. Results under bench/results/ were made by it.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError } from '../src/base/diagnostic.ts';
import { renderDiagnostic } from '../src/base/frame.ts';
import { loadDataset } from '../src/driver/data/load-dataset.ts';
import type { RunSummary } from '../src/driver/run/run-summary.ts';
import { train } from '../src/driver/run/train.ts';
import { checkFile } from '../src/driver/model/source.ts';
import type { Model } from '../src/ir/network.ts';
import { ops } from '../src/ops/index.ts';
import { readOptions, UsageError } from './arguments.ts';

const usage = 'usage: npm run --silent experiment -- NAME [--seeds 1,2,3] [--out runs/experiments] [--data FOLDER] [--json]\n  NAME is an example: lenet, lenet-shapes, mlp';

interface Arguments {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly out: string;
  readonly data: string | undefined;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = readOptions({
    args: [...args],
    allowPositionals: true,
    options: { seeds: { type: 'string', default: '1,2,3' }, out: { type: 'string', default: 'runs/experiments' }, data: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new UsageError('name one example');
  const seeds = values.seeds.split(',').map((text) => (/^\d+$/.test(text) ? Number(text) : NaN));
  if (!seeds.every(Number.isSafeInteger)) throw new UsageError(`--seeds ${values.seeds} is no list of integers`);
  return { name, seeds, out: values.out, data: values.data, json: values.json };
}

async function runSeed(model: Model, seed: number, { name, out, data }: Arguments): Promise<RunSummary> {
  const folder = join(out, `${name}-${seed}`);
  const spec = model.train;
  if (!spec) throw new Error(`examples/${name}.ssl has no train block`);
  const dataset = await loadDataset(spec.dataset, { directory: data });
  let phase = '';
  const result = await train({ ...model, train: { ...spec, seed } }, dataset, {
    out: folder,
    resume: true,
    onProgress: (event) => {
      if (event.kind === 'step' && `${event.phase} ${event.epoch}` !== phase) {
        phase = `${event.phase} ${event.epoch}`;
        process.stderr.write(`seed ${seed}: ${phase} of ${event.epochs}, loss ${event.loss.toFixed(4)}, ${Math.round(event.secondsLeft)} s left\n`);
      }
    },
  });
  if (result.status !== 'finished') throw new Error('interrupted');
  return result.summary;
}

const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(100 * share).toFixed(2)}%`);

function keptOf(summary: RunSummary): string {
  return summary.layers
    .flatMap((layer) => (['filters', 'channels', 'fibers', 'inputs', 'outputs'] as const).flatMap((field) => (layer[field] ? [`${layer.name} ${field} ${layer[field][0]}/${layer[field][1]}`] : [])))
    .join(', ');
}

function table(summaries: readonly RunSummary[]): string {
  const mean = (of: (summary: RunSummary) => number): number => summaries.reduce((sum, summary) => sum + of(summary), 0) / summaries.length;
  const lines = summaries.map(
    (s) =>
      `seed ${s.seed}: error ${percent(s.error['baseline'])} -> ${percent(s.error['sparsify'])} -> ${percent(s.error['finetune'])}, dense trained as long ${percent(s.error['control'])}; conv MACs ${s.convMacs.compacted} of ${s.convMacs.dense}; weights ${s.weights.compacted} of ${s.weights.dense}; ${Math.round(s.seconds)} s\n        ${keptOf(s)}`,
  );
  lines.push(`mean of ${summaries.length}: baseline ${percent(mean((s) => s.error['baseline'] ?? NaN))}, finetune ${percent(mean((s) => s.error['finetune'] ?? NaN))}, control ${percent(mean((s) => s.error['control'] ?? NaN))}, weights ${Math.round(mean((s) => s.weights.compacted))}, seconds ${Math.round(mean((s) => s.seconds))}`);
  return `${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  const { model } = checkFile(join(import.meta.dirname, '..', 'examples', `${args.name}.ssl`), ops);
  await mkdir(args.out, { recursive: true });
  const summaries: RunSummary[] = [];
  for (const seed of args.seeds) summaries.push(await runSeed(model, seed, args));
  process.stdout.write(args.json ? `${JSON.stringify({ experiment: args.name, runs: summaries }, undefined, 2)}\n` : table(summaries));
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
