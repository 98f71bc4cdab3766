// The experiment command: `npm run --silent experiment -- NAME [--seeds N] [--json]`.
//
// Trains what the rows of an experiment name (experiments/), prints them beside those of the papers, and writes both to
// results/experiments/. Runs that are listed there, or lie in the folder of runs, are not trained again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError } from '../src/base/diagnostic.ts';
import { renderDiagnostic } from '../src/base/frame.ts';
import { processorHere } from '../src/driver/module/processor.ts';
import { readOptions, UsageError } from './arguments.ts';
import type { Experiment } from './experiments/experiment.ts';
import { experiments } from './experiments/index.ts';
import { commitHere } from './experiments/records.ts';
import { markdownOf } from './experiments/tables.ts';

const usage = [
  'usage: npm run --silent experiment -- NAME [--seeds N] [--out FOLDER] [--data FOLDER] [--workers N] [--json]',
  '',
  ...experiments.map(({ name, doc }) => `  ${name.padEnd(16)}${doc}`),
  '',
  '  --seeds N       seeds 1 to N; 5 unless given',
  '  --out FOLDER    where runs are kept; runs/experiments unless given',
  '  --data FOLDER   where data sets are looked for first',
  '  --workers N     processes at most; as many as there are cores unless given',
  '  --json          one JSON object on standard output instead of tables',
].join('\n');

interface Command {
  readonly experiment: Experiment;
  readonly seeds: number;
  readonly out: string;
  readonly data: string | undefined;
  readonly workers: number | undefined;
  readonly json: boolean;
}

function readCommand(args: readonly string[]): Command {
  const { values, positionals } = readOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      seeds: { type: 'string' },
      out: { type: 'string', default: 'runs/experiments' },
      data: { type: 'string' },
      workers: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const experiment = experiments.find(({ name }) => name === positionals[0]);
  if (!experiment || positionals.length !== 1) throw new UsageError('name one experiment');
  const { out, data, json } = values;
  if (experiment.trainsNothing && values.seeds !== undefined) throw new UsageError(`${experiment.name} trains nothing: it has no seeds`);
  return { experiment, seeds: countOf('--seeds', values.seeds ?? '5'), out, data, workers: values.workers === undefined ? undefined : countOf('--workers', values.workers), json };
}

function countOf(option: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`${option} takes a whole number from 1 on, not ${text}`);
  return Number(text);
}

async function main(): Promise<number> {
  const { experiment, seeds, json, ...place } = readCommand(process.argv.slice(2));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const results = join(import.meta.dirname, 'results', 'experiments');
  const outcome = await experiment.measure({ ...place, programs: join(import.meta.dirname, 'experiments', 'programs'), results, seeds: Array.from({ length: seeds }, (_, at) => at + 1), signal: stop.signal, progress });
  if (!outcome) {
    progress('stopped; the same command goes on');
    return 1;
  }
  const { pictures = {}, ...rows } = outcome;
  const command = `npm run --silent experiment -- ${experiment.name}${experiment.trainsNothing ? '' : ` --seeds ${seeds}`}`;
  const from = { experiment: experiment.name, doc: experiment.doc, command, commit: commitHere(), core: processorHere().core };
  const result = `${JSON.stringify({ ...from, ...rows }, undefined, 2)}\n`;
  const markdown = markdownOf(from, outcome);
  mkdirSync(results, { recursive: true });
  for (const [name, text] of Object.entries({ [`${experiment.name}.json`]: result, [`${experiment.name}.md`]: markdown, ...pictures })) writeFileSync(join(results, name), text);
  process.stdout.write(json ? result : markdown);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
  } else if (error instanceof DiagnosticError) {
    for (const diagnostic of error.diagnostics) process.stderr.write(`${renderDiagnostic(diagnostic)}\n`);
    process.exitCode = 1;
  } else throw error;
}
