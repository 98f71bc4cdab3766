// ssl-compile ladder FILE: the convolutions pruned at each grain, from single weights to filters, to several shares of their
// weights; errors, storage and memory references, a picture, and which grain wins where.

import { basename } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { mostWorkers } from '../../driver/request.ts';
import type { LadderOutcome } from '../../driver/ladder/ladder.ts';
import type { SweepEvent } from '../../driver/sweep/sweep.ts';
import { readValues } from '../../driver/sweep/values.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { exitCode, exitCodeOf } from '../exit-code.ts';
import { dataOption, example, folderPath, integerFrom, jsonOption } from '../options.ts';
import type { JsonOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { showSweep } from '../text/sweep-progress.ts';

interface LadderCommandOptions extends JsonOption {
  readonly keep?: readonly number[];
  readonly grains?: readonly string[];
  readonly seeds?: string;
  readonly rounds?: number;
  readonly out?: string;
  readonly workers?: number;
  readonly data?: string;
}

export function addLadder(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('ladder')
    .description('prune the convolutions of a file at each grain, from single weights to filters, and compare error, storage and memory references; goes on where it was stopped')
    .argument('<file>', 'an .ssl file with a `train` block; its penalties do not count')
    .option('--keep <list>', 'shares of the weights of the convolutions that are left; 60%,40%,30%,20%,10% unless given', percentages)
    .option('--grains <list>', 'of elements, vectors, filters_2d and filters; all unless given', names)
    .option('--seeds <list>', 'such as 1..3 or 1,2; that of the file unless given')
    .addOption(new Option('--rounds <n>', 'in which the weights go, with training between them; 3 unless given, or one an epoch where `sparsify` has fewer').argParser(integerFrom(1, 1000)))
    .option('--out <dir>', 'folder of the ladder: ladder.json, ladder.svg, runs; runs/FILE.ladder unless given', folderPath)
    .addOption(new Option('--workers <n>', 'worker processes at most, each on one thread; as many as there are cores unless given').argParser(integerFrom(1, mostWorkers)))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', example('ladder lenet.ssl', 'ladder lenet.ssl --keep 40%,20%,10% --seeds 1..3 --workers 2'))
    .action(async (file: string, options: LadderCommandOptions) => finish(await climb(file, options, shell)));
}

async function climb(file: string, { seeds, data, json, out = `runs/${basename(file).replace(/\.ssl$/, '')}.ladder`, ...options }: LadderCommandOptions, shell: Shell): Promise<number> {
  const listed = seeds === undefined ? undefined : readValues(seeds, 'seed', '--seeds');
  const [{ ladder }, { ladderText }] = await Promise.all([import('../../driver/ladder/ladder.ts'), import('../text/ladder-text.ts')]);
  const warnings: Diagnostic[] = [];
  const show = showSweep(shell, { quiet: json === true, byOthers: false });
  const onProgress = (event: SweepEvent): void => {
    if (event.kind === 'begin') {
      warnings.push(...event.warnings);
      if (!json) printDiagnostics(event.warnings, shell);
    }
    show(event);
  };
  const request = { ...options, file, out, seeds: listed, search: { directory: data, environment: shell.environment }, onProgress, tidy: collectGarbage };
  const { result, signal } = await shell.interruptible((stop) => ladder({ ...request, signal: stop }));
  shell.progress('');
  if (result.interrupted) {
    const done = result.runs.filter(({ state }) => state === 'finished').length;
    if (json) shell.out(`${JSON.stringify({ ok: false, interrupted: { done, runs: result.runs.length } })}\n`);
    shell.err(`stopped, ${done} of ${result.runs.length} runs are done; the same command goes on\n`);
    return exitCodeOf(present(signal, 'signal that asked the ladder to stop'));
  }
  const ok = isComplete(result);
  if (json) shell.out(`${JSON.stringify({ ok, out, ...result, diagnostics: diagnosticsJson(warnings) })}\n`);
  else shell.out(ladderText(result, out));
  return ok ? exitCode.ok : exitCode.input;
}

/** That a run diverges, or that a grain cannot leave so little, is a result like others. */
const results: readonly string[] = ['train/diverged', 'run/budget-beyond'];

function isComplete({ runs }: LadderOutcome): boolean {
  return runs.every(({ state, faults = [] }) => state === 'finished' || faults.some(({ code }) => results.includes(code)));
}

/** `60%, 40` */
function percentages(text: string): readonly number[] {
  return names(text).map((name) => {
    const value = Number(name.replace(/\s*%$/, ''));
    if (!/^[\d.]+\s*%?$/.test(name) || !(value > 0 && value < 100)) throw new InvalidArgumentError('expected shares between 0% and 100%, such as 60%,40%,20%.');
    return value;
  });
}

function names(text: string): readonly string[] {
  const found = text.split(',').map((name) => name.trim());
  if (found.includes('')) throw new InvalidArgumentError('expected a list with commas between its items.');
  return found;
}
