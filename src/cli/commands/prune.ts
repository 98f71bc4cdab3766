// ssl-compile prune MODEL.onnx --data DIR --keep "50% of macs" --out DIR: import, train within the budget, build and export, one
// after the other; with --budget-ms the share to keep is searched first.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { SurveyEvent } from '../../driver/prune/survey.ts';
import type { TaskName } from '../../ir/network.ts';
import { largestSeed, mostSamples } from '../../driver/request.ts';
import { tasks } from '../../train/tasks/index.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { example, folderPath, integerFrom, jsonOption, positiveNumber } from '../options.ts';
import type { JsonOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { build } from './build.ts';
import { exportNetwork } from './export.ts';
import { shapes } from './import.ts';
import { trainFile } from './train.ts';

interface PruneCommandOptions extends JsonOption {
  readonly data: string;
  readonly keep?: string;
  readonly budgetMs?: number;
  readonly out: string;
  readonly input: ReadonlyMap<string, readonly number[]>;
  readonly external?: true;
  readonly epochs: number;
  readonly rate: number;
  readonly batch: number;
  readonly seed: number;
  readonly task?: TaskName;
  readonly resume?: true;
}

const mostEpochs = 1e5;
/** What lies in the folder beside net.ssl and weights.safetensors. */
const places = { run: 'run', module: 'module', model: 'model.onnx' } as const;

export function addPrune(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('prune')
    .description('make a trained ONNX model smaller: import it, take filters away within a budget, train what is left, and write a module and an ONNX model of that')
    .argument('<model>', 'an .onnx file, of opset 7 to 25')
    .requiredOption('--data <name|dir>', 'what it is trained on: a folder, or the name of a known data set', folderPath)
    .addOption(new Option('--keep <budget>', "what is to be left of the whole network, as '50% of macs', '30% of weights' or '120 KB'").conflicts('budgetMs'))
    .option('--budget-ms <x>', 'instead: how long a run of the module may take on this machine, on one thread; ends with 1 where it takes longer', positiveNumber)
    .requiredOption('--out <dir>', 'folder for all that comes of it; it is made if need be', folderPath)
    .addOption(new Option('--epochs <n>', 'in which filters go, and as many again in which what is left is trained').argParser(integerFrom(1, mostEpochs)).default(5))
    .addOption(new Option('--rate <rate>', 'learning rate').argParser(positiveNumber).default(0.01))
    .addOption(new Option('--batch <n>', 'samples a step').argParser(integerFrom(1, mostSamples)).default(32))
    .addOption(new Option('--seed <n>', 'seed').argParser(integerFrom(0, largestSeed)).default(1))
    .addOption(new Option('--task <task>', 'what the network answers').choices(Object.keys(tasks)))
    .option('--input <name=shape>', 'the shape of an input that the file leaves open, the batch first: data=1,3,224,224', shapes, new Map<string, readonly number[]>())
    .option('--external', 'read weights that lie in other files of the model\'s folder')
    .option('--resume', 'go on with the training in the folder')
    .addOption(jsonOption())
    .addHelpText('after', example("prune model.onnx --data my-images --keep '50% of macs' --out small", "prune model.onnx --data mnist --keep '30% of weights' --epochs 10 --out small", 'prune model.onnx --data my-images --budget-ms 2.5 --out small'))
    .action(async (model: string, options: PruneCommandOptions) => finish(await prune(model, options, shell)));
}

/** @returns The exit code. */
async function prune(path: string, options: PruneCommandOptions, shell: Shell): Promise<number> {
  const { input, external, keep, budgetMs, out, json } = options;
  if (keep === undefined && budgetMs === undefined) throw new UsageError("how small? Say what is to be left, as --keep '50% of macs', or how long a run of the module may take, as --budget-ms 2.5");
  const [{ checkWritable }, { checkPlace, importedFiles, importFile, writeImported }, { givenWeights }, { foundPercent, pruningSource, timedKeep }, { survey }, { timeModule }, { checkSource }, { importedText, writtenText }, { givenText, timedModuleText, timedText }, { ops }] = await Promise.all([
    import('../../driver/files/write-files.ts'),
    import('../../driver/import/import-model.ts'),
    import('../../driver/prune/given-model.ts'),
    import('../../driver/prune/pruning-source.ts'),
    import('../../driver/prune/survey.ts'),
    import('../../driver/prune/time-module.ts'),
    import('../../driver/model/source.ts'),
    import('../text/import-text.ts'),
    import('../text/prune-text.ts'),
    import('../../ops/index.ts'),
  ]);
  const [file, weights, run] = [join(out, importedFiles.source), join(out, importedFiles.weights), join(out, places.run)];
  const imported = importFile(path, { shapes: input, external: external ?? false }, true, ops);
  const sourceOf = (percent: number): string => pruningSource(imported.source, { ...options, ...(budgetMs === undefined ? { keep: present(keep, 'budget') } : timedKeep(budgetMs, percent)) });
  const before = budgetMs === undefined ? undefined : foundPercent(file);
  // What cannot be pruned leaves nothing behind.
  const text = sourceOf(before ?? 100);
  const { model } = checkSource({ name: file, text }, ops);
  const allowed = before === undefined ? budgetMs : undefined;
  // Before what takes long.
  checkWritable(out);
  if (allowed === undefined) checkPlace(file, text);
  if (!json) shell.out(`${importedText(imported, path)}\n`);

  const warnings: Diagnostic[] = [];
  const onProgress = (event: SurveyEvent): void => {
    if (event.kind === 'work') return shell.progress(event.what);
    if (event.kind === 'judged') warnings.push(...event.warnings);
    if (json) return;
    shell.err(event.kind === 'judged' ? givenText(event.errors) : timedText(event));
    if (event.kind === 'judged') printDiagnostics(event.warnings, shell);
  };
  const isBegun = existsSync(run);
  const surveyed = isBegun && allowed === undefined ? undefined : await survey(model, givenWeights(imported.weights, weights, model.network), { environment: shell.environment, allowed, onProgress, tidy: collectGarbage });
  const percent = surveyed?.found?.percent ?? before;

  const isNew = !existsSync(file);
  const files = writeImported(out, { ...imported, source: sourceOf(percent ?? 100) });
  if (!json) shell.out(`${writtenText(out, files)}\n`);
  const told: unknown[] = [];
  const within: Shell = json ? { ...shell, out: (text) => void told.push(JSON.parse(text)) } : shell;
  const asJson = json && { json };
  const train = async (): Promise<number> => {
    try {
      return await trainFile(file, { out: run, init: weights, timing: true, ...(options.resume && { resume: true }), ...asJson }, within, { scan: surveyed?.found?.scan, builds: true });
    } catch (error) {
      // What is printed as one object is told all that may be the cause.
      throw json && error instanceof DiagnosticError ? new DiagnosticError([...warnings, ...error.diagnostics]) : error;
    } finally {
      // Where not a step was taken, there is nothing to go on with.
      if (isNew && !existsSync(run)) for (const { name } of files) rmSync(join(out, name));
    }
  };
  const code = await inTurn([
    train,
    () => build(run, { out: join(out, places.module), target: 'wasm', batch: 1, layout: 'chw', ...asJson }, within),
    () => exportNetwork(run, { out: join(out, places.model), ...asJson }, within),
  ], () => void (json || shell.out('\n')));
  if (code !== exitCode.ok) {
    if (json) shell.out(`${JSON.stringify(told.at(-1))}\n`);
    return code;
  }
  const budget = budgetMs === undefined || percent === undefined ? undefined : await timeModule(join(out, places.module), model.network, { milliseconds: budgetMs, percent });
  const ok = budget?.met ?? true;
  const [trained, built, exported] = told;
  if (json) shell.out(`${JSON.stringify({ ok, out, ...(surveyed && { given: surveyed.errors }), ...(budget && { budget }), trained, built, exported, diagnostics: diagnosticsJson(warnings) })}\n`);
  else shell.out(`the module is in ${join(out, places.module)}, the smaller model is ${join(out, places.model)}\n${budget ? timedModuleText(budget) : ''}`);
  return ok ? exitCode.ok : exitCode.input;
}

/** Until one ends otherwise than well. @param between Called behind each that does. */
async function inTurn(steps: readonly (() => Promise<number>)[], between: () => void): Promise<number> {
  for (const step of steps) {
    const code = await step();
    if (code !== exitCode.ok) return code;
    between();
  }
  return exitCode.ok;
}
