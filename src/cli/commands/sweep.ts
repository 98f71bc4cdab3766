// ssl-compile sweep FILE --set NAME=VALUES: all combinations, by worker processes here or on other machines; a table, a
// picture, the best within a budget. sweep --status: how the sweeps of a queue stand.

import { basename } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { present } from '../../base/invariant.ts';
import { mostWorkers } from '../../driver/request.ts';
import type { Choice } from '../../driver/sweep/choose.ts';
import type { SweepOutcome } from '../../driver/sweep/results.ts';
import type { SweepQueue } from '../../driver/sweep/queue/sweep-over-queue.ts';
import type { SweepEvent } from '../../driver/sweep/sweep.ts';
import { readAxis } from '../../driver/sweep/values.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { queueRequest } from '../queue-request.ts';
import { exitCode, exitCodeOf, UsageError } from '../exit-code.ts';
import { dataOption, example, folderPath, integerFrom, jsonOption, positiveNumber, queueNameOption, queueOption, sparsityOption } from '../options.ts';
import type { JsonOption, QueueOptions, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { showSweep } from '../text/sweep-progress.ts';
import { choiceText, sweepText } from '../text/sweep-text.ts';

interface SweepCommandOptions extends JsonOption, SparsityOption, QueueOptions {
  readonly set?: readonly string[];
  readonly out?: string;
  readonly workers?: number;
  readonly data?: string;
  readonly budgetMacs?: number;
  readonly budgetMs?: number;
  readonly yes?: true;
  readonly status?: true;
}

export function addSweep(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('sweep')
    .description('train a file for all combinations of values, each as a run of its own; goes on where it was stopped')
    .argument('[file]', 'an .ssl file with a `train` block')
    .option('--set <name=values>', 'what a constant of the file, or `seed`, is to be: geom(from, to, count), lin(from, to, count), 1..5 or 0.1,0.2; may be given several times', addText)
    .option('--out <dir>', 'folder of the sweep: sweep.json, sweep.svg, runs; runs/FILE.sweep unless given', folderPath)
    .addOption(new Option('--workers <n>', 'worker processes at most, each on one thread; as many as there are cores unless given').argParser(integerFrom(1, mostWorkers)))
    .addOption(new Option('--budget-macs <n>', 'say which run with at most so many MACs has the smallest held-out error').argParser(integerFrom(1, Number.MAX_SAFE_INTEGER)))
    .option('--budget-ms <x>', 'say which run with a module that takes at most so long here has the smallest held-out error', positiveNumber)
    .option('--yes', 'more than 1,000 runs are meant')
    .addOption(queueOption('have the runs trained by `ssl-compile worker` on any machines that reach this Redis server').conflicts('workers'))
    .addOption(queueNameOption())
    .option('--status', 'say how the sweeps of the queue stand, and who works for them; nothing else')
    .addOption(sparsityOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', example('sweep lenet.ssl --set "strength=geom(1e-4, 1e-2, 8)" --set seed=1..5', 'sweep lenet.ssl --set strength=0.01,0.02 --budget-macs 100000', 'sweep lenet.ssl --set seed=1..5 --queue redis://localhost:6379', 'sweep --status --queue redis://localhost:6379'))
    .action(async (file: string | undefined, options: SweepCommandOptions) => finish(await (options.status ? showStatus(file, options, shell) : sweepFile(file, options, shell))));
}

async function showStatus(file: string | undefined, { set, queue: url, queueName, json }: SweepCommandOptions, shell: Shell): Promise<number> {
  if (url === undefined) throw new UsageError('--status is of a queue: add --queue redis://HOST');
  if (file !== undefined || set !== undefined) throw new UsageError('--status tells of all sweeps of a queue: leave out the file and --set');
  const [{ openQueue }, { readStatus }, { statusText }] = await Promise.all([import('../../driver/sweep/queue/open-queue.ts'), import('../../driver/sweep/queue/status.ts'), import('../text/queue-text.ts')]);
  const board = await openQueue(queueRequest(url, queueName, shell));
  try {
    const status = await readStatus(board);
    shell.out(json ? `${JSON.stringify({ ok: true, ...status })}\n` : statusText(status));
    return exitCode.ok;
  } finally {
    await board.close();
  }
}

async function sweepFile(file: string | undefined, options: SweepCommandOptions, shell: Shell): Promise<number> {
  const { set, queue: url, queueName, out: folder } = options;
  if (file === undefined) throw new UsageError("missing required argument 'file'");
  if (set === undefined) throw new UsageError("required option '--set <name=values>' not specified");
  const out = folder ?? defaultFolder(file);
  const asked = { ...options, file, set, out };
  if (url !== undefined) return train(asked, { ...queueRequest(url, queueName, shell), onNote: (note) => shell.err(`${note}\n`) }, shell);
  if (queueName !== undefined) throw new UsageError('--queue-name is the name of a queue: add --queue redis://HOST');
  return train(asked, undefined, shell);
}

interface AskedSweep extends SweepCommandOptions {
  readonly file: string;
  readonly set: readonly string[];
  readonly out: string;
}

/** @param queue By whose workers; undefined: by those of this process. */
async function train({ file, set, out, workers, data, budgetMacs, budgetMs, yes, sparsity, json }: AskedSweep, queue: SweepQueue | undefined, shell: Shell): Promise<number> {
  const axes = set.map((text) => readAxis(text));
  const [{ sweep }, { sweepOverQueue }, { choose }] = await Promise.all([import('../../driver/sweep/sweep.ts'), import('../../driver/sweep/queue/sweep-over-queue.ts'), import('../../driver/sweep/choose.ts')]);
  const warnings: Diagnostic[] = [];
  const show = showSweep(shell, { quiet: json === true, byOthers: queue !== undefined });
  const onProgress = (event: SweepEvent): void => {
    if (event.kind === 'begin') {
      warnings.push(...event.warnings);
      if (!json) printDiagnostics(event.warnings, shell);
    }
    show(event);
  };
  const request = { file, axes, out, workers, sparsity, search: { directory: data, environment: shell.environment }, confirmed: yes === true, onProgress, tidy: collectGarbage };
  const { result, signal } = await shell.interruptible((stop) => (queue ? sweepOverQueue({ ...request, signal: stop }, queue) : sweep({ ...request, signal: stop })));
  shell.progress('');
  if (result.interrupted) {
    const done = result.runs.filter(({ state }) => state === 'finished').length;
    if (json) shell.out(`${JSON.stringify({ ok: false, interrupted: { done, runs: result.runs.length } })}\n`);
    shell.err(`stopped, ${done} of ${result.runs.length} runs are done; ${queue ? 'workers go on with what they are asked for, and the same command takes what they have done' : 'the same command goes on'}\n`);
    return exitCodeOf(present(signal, 'signal that asked the sweep to stop'));
  }
  const budgets = { macs: budgetMacs, ms: budgetMs };
  const isLimited = budgetMacs !== undefined || budgetMs !== undefined;
  if (!json) shell.out(sweepText(result, out));
  const choice = isLimited ? await choose(result.runs, budgets, ({ run }) => shell.progress(`timing ${run}`)) : undefined;
  const ok = isComplete(result) && (!isLimited || choice?.met === true);
  if (json) shell.out(`${JSON.stringify({ ok, out, ...result, ...(choice && { choice: choiceJson(choice) }), diagnostics: diagnosticsJson(warnings) })}\n`);
  else if (isLimited) shell.out(choiceText(choice, budgets));
  return ok ? exitCode.ok : exitCode.input;
}

/** A run that has diverged is a result like others. */
function isComplete({ runs }: SweepOutcome): boolean {
  return runs.every(({ state, faults = [] }) => state === 'finished' || faults.some(({ code }) => code === 'train/diverged'));
}

function choiceJson({ met, run, ms }: Choice): object {
  return { met, run: run.run, values: run.values, result: run.result, ...(ms !== undefined && { ms }) };
}

function addText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function defaultFolder(file: string): string {
  return `runs/${basename(file).replace(/\.ssl$/, '')}.sweep`;
}
