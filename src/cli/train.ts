// ssl-compile train FILE --out RUN: baseline, sparsify, finetune, control.

import { Option } from 'commander';
import type { Command } from 'commander';
import { DiagnosticError } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Span } from '../base/span.ts';
import type { Model } from '../ir/network.ts';
import { mostWorkers } from '../driver/request.ts';
import type { TrainResult } from '../driver/train-options.ts';
import { collectGarbage } from './collect-garbage.ts';
import { dataText } from './data-text.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { dataOption, example, folderPath, integerFrom, jsonOption } from './options.ts';
import type { JsonOption } from './options.ts';
import { diagnosticsJson, printDiagnostics } from './report.ts';
import type { Shell } from './shell.ts';
import { summaryText } from './summary-text.ts';
import { showProgress } from './train-progress.ts';

interface TrainCommandOptions extends JsonOption {
  readonly out: string;
  readonly data?: string;
  readonly resume?: true;
  readonly seed?: number;
  readonly threads?: number;
}

export function addTrain(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('train')
    .description('train a network as its file says: baseline, sparsify, finetune, control')
    .argument('<file>', 'an .ssl file with a `train` block')
    .requiredOption('--out <run>', 'folder of the run: checkpoints, metrics.jsonl, weights.safetensors, summary.json', folderPath)
    .option('--resume', 'go on with the run in the folder')
    .addOption(dataOption())
    .addOption(new Option('--seed <n>', 'seed, instead of the one in the file').argParser(integerFrom(0, 2 ** 32 - 1)))
    .addOption(new Option('--threads <n>', 'worker threads at most; the results do not depend on it').argParser(integerFrom(1, mostWorkers)))
    .addOption(jsonOption())
    .addHelpText('after', example('train examples/lenet.ssl --out runs/lenet', 'train examples/lenet.ssl --out runs/lenet --resume'))
    .action(async (file: string, options: TrainCommandOptions) => finish(await trainFile(file, options, shell)));
}

async function trainFile(file: string, { out, data, resume, seed, threads, json }: TrainCommandOptions, shell: Shell): Promise<number> {
  const [{ checkDataset }, { loadDataset }, { checkSource, loadSource }, { train, trainSpecOf }, { ops }] = await Promise.all([
    import('../data/check-dataset.ts'),
    import('../driver/data-load.ts'),
    import('../driver/source.ts'),
    import('../driver/run-train.ts'),
    import('../ops/index.ts'),
  ]);
  const { model: written, warnings: ofSource } = checkSource(loadSource(file), ops);
  const model = seed === undefined ? written : withSeed(written, seed);
  const spec = trainSpecOf(model);
  const warnings = [...ofSource];
  let origin: string | undefined;
  // A function of its own, so that nobody holds on to the data set while `train` runs.
  const trainOnData = async (signal: AbortSignal): Promise<TrainResult> => {
    const dataset = await loadDataset(spec.dataset, { directory: data, environment: shell.environment });
    // Errors are for `train` to throw.
    warnings.push(...(dataset.warnings ?? []), ...checkDataset(dataset, model.network, spec.span).filter(({ severity }) => severity === 'warning'));
    origin = dataset.origin;
    if (!json) {
      printDiagnostics(warnings, shell);
      shell.err(dataText(dataset, model.network.labels));
    }
    collectGarbage();
    return train(model, dataset, { out, threads, resume: resume ?? false, onProgress: showProgress(shell), tidy: collectGarbage, signal });
  };
  const { result, signal } = await shell.interruptible((stop) => withPlace(spec.span, trainOnData(stop)));
  if (result.status === 'interrupted') {
    const { step, totalSteps } = result;
    if (json) shell.out(`${JSON.stringify({ ok: false, interrupted: { step, totalSteps } })}\n`);
    shell.err(`stopped after step ${step} of ${totalSteps}; go on with --resume\n`);
    return exitCodeOf(present(signal, 'signal that asked the run to stop'));
  }
  shell.out(json ? `${JSON.stringify({ ok: true, out, origin, ...result.summary, diagnostics: diagnosticsJson(warnings) })}\n` : summaryText(result.summary, out));
  return exitCode.ok;
}

/** What is wrong with the data is shown where the file names it. */
async function withPlace<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    throw new DiagnosticError(error.diagnostics.map((fault) => (fault.code.startsWith('data/') ? { span, ...fault } : fault)));
  }
}

function withSeed(model: Model, seed: number): Model {
  return model.train ? { ...model, train: { ...model.train, seed } } : model;
}
