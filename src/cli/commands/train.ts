// ssl-compile train FILE --out RUN: baseline, sparsify, finetune, control.

import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { present } from '../../base/invariant.ts';
import type { Model } from '../../ir/network.ts';
import { largestSeed, mostWorkers } from '../../driver/request.ts';
import { engines } from '../../driver/run/engines.ts';
import type { EngineName, TrainResult } from '../../driver/run/train-options.ts';
import type { InitReport } from '../../driver/weights/initial-weights.ts';
import type { Scan } from '../../sparsity/shares.ts';
import type { TrainEvent } from '../../driver/run/run-events.ts';
import type { NamePattern } from '../../driver/weights/weight-map.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { dataText } from '../text/data-text.ts';
import { exitCode, exitCodeOf, UsageError } from '../exit-code.ts';
import { initialText } from '../text/initial-text.ts';
import { dataOption, example, folderPath, integerFrom, jsonOption, sparsityOption, timingOption } from '../options.ts';
import type { JsonOption, SparsityOption, TimingOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { writePage } from '../write-page.ts';
import { summaryText } from '../text/summary-text.ts';
import { showProgress } from '../text/train-progress.ts';

export interface TrainCommandOptions extends JsonOption, SparsityOption, TimingOption {
  readonly out: string;
  readonly data?: string;
  readonly resume?: true;
  readonly init?: string;
  readonly map?: readonly NamePattern[];
  readonly seed?: number;
  readonly threads?: number;
  readonly engine?: EngineName;
}

export function addTrain(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('train')
    .description('train a network as its file says: baseline, sparsify, finetune, control')
    .argument('<file>', 'an .ssl file with a `train` block')
    .requiredOption('--out <run>', 'folder of the run: checkpoints, metrics.jsonl, weights.safetensors, summary.json, report.html', folderPath)
    .option('--resume', 'go on with the run in the folder')
    .option('--init <run|file>', 'weights to begin with: the folder of a run, or a .safetensors file; all that fits is taken')
    .option('--map <old=new>', 'what names in that file stand for, `*` for any characters; may be given several times', addPattern)
    .addOption(sparsityOption())
    .addOption(dataOption())
    .addOption(new Option('--seed <n>', 'seed, instead of the one in the file').argParser(integerFrom(0, largestSeed)))
    .addOption(new Option('--threads <n>', 'worker threads at most; the results do not depend on it').argParser(integerFrom(1, mostWorkers)))
    .addOption(new Option('--engine <name>', `what runs the steps: ${engines.map(({ name, doc }) => `${name}: ${doc}`).join('; ')} (default: ${engines[0].name})`).choices(engines.map(({ name }) => name)))
    .addOption(timingOption())
    .addOption(jsonOption())
    .addHelpText('after', example('train examples/lenet.ssl --out runs/lenet', 'train examples/lenet.ssl --out runs/lenet --resume', "train net.ssl --out runs/net --init net.safetensors --map 'backbone.*=*'"))
    .action(async (file: string, options: TrainCommandOptions) => finish(await trainFile(file, options, shell)));
}

/** Of a command that trains on its way. */
interface TrainedBy {
  /** What it has scanned before. */
  readonly scan?: Scan | undefined;
  /** It builds what comes of the run: nobody has to be told how. */
  readonly builds?: true;
}

/** @returns The exit code. */
export async function trainFile(file: string, { out, data, resume, init, map, seed, sparsity, threads, engine, timing, json }: TrainCommandOptions, shell: Shell, { scan, builds }: TrainedBy = {}): Promise<number> {
  if (map && init === undefined) throw new UsageError('--map says what names in the file of --init stand for: add --init FILE');
  if (threads !== undefined && engine !== undefined && engine !== engines[0].name) throw new UsageError(`--threads is of engine ${engines[0].name}: engine ${engine} has threads of its own`);
  const [{ placedAt, trainingData }, { sparsityOfRun }, { checkFile }, { train, trainSpecOf }, { ops }] = await Promise.all([
    import('../../driver/data/training-data.ts'),
    import('../../driver/model/model.ts'),
    import('../../driver/model/source.ts'),
    import('../../driver/run/train.ts'),
    import('../../ops/index.ts'),
  ]);
  const { model: written, warnings: ofSource } = checkFile(file, ops, { sparsity: sparsity ?? (resume ? sparsityOfRun(out) : undefined) });
  const model = seed === undefined ? written : withSeed(written, seed);
  const spec = trainSpecOf(model);
  const warnings = [...ofSource];
  let origin: string | undefined;
  let initial: InitReport | undefined;
  const progress = showProgress(shell);
  const onProgress = (event: TrainEvent): void => {
    if (event.kind !== 'begin') return progress(event);
    initial = event.initial;
    warnings.push(...event.warnings);
    if (json) return;
    printDiagnostics(event.warnings, shell);
    if (initial) shell.err(initialText(initial, model.network.name));
  };
  // A function of its own, so that nobody holds on to the data set while `train` runs.
  const trainOnData = async (signal: AbortSignal): Promise<TrainResult> => {
    const dataset = await trainingData(model, spec, { directory: data, environment: shell.environment });
    warnings.push(...(dataset.warnings ?? []));
    origin = dataset.origin;
    if (!json) {
      printDiagnostics(warnings, shell);
      shell.err(dataText(dataset, model.network.labels));
    }
    collectGarbage();
    return train(model, dataset, { out, threads, engine, scan, resume: resume ?? false, ...(init !== undefined && { init: { from: init, map: Object.fromEntries((map ?? []).map(({ from, to }) => [from, to])) } }), onProgress, tidy: collectGarbage, signal });
  };
  const { result, signal } = await shell.interruptible((stop) => placedAt(spec.span, trainOnData(stop)));
  if (result.status === 'interrupted') {
    const { step, totalSteps } = result;
    if (json) shell.out(`${JSON.stringify({ ok: false, interrupted: { step, totalSteps } })}\n`);
    shell.err(`stopped after step ${step} of ${totalSteps}; go on with --resume\n`);
    return exitCodeOf(present(signal, 'signal that asked the run to stop'));
  }
  if (!json) shell.out(`${summaryText(result.summary)}\nthe run is in ${out}${builds ? '' : `; build it with: ssl-compile build ${out} --out DIR`}\n`);
  const { report, faults } = await writePage(out, timing, shell);
  if (json) {
    shell.out(`${JSON.stringify({ ok: true, out, report, origin, ...result.summary, ...(initial && { initialTensors: initial }), diagnostics: diagnosticsJson([...warnings, ...faults]) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(faults, shell);
  if (report !== undefined) shell.out(`its report is ${report}\n`);
  return exitCode.ok;
}

/** Reads one `--map`; the first `=` divides. */
function addPattern(text: string, before: readonly NamePattern[] = []): readonly NamePattern[] {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (from === '' || to === '') throw new InvalidArgumentError("expected OLD=NEW, such as 'backbone.*=*'.");
  if (before.some((pattern) => pattern.from === from)) throw new InvalidArgumentError(`'${from}' is mapped twice.`);
  return [...before, { from, to }];
}

function withSeed(model: Model, seed: number): Model {
  return model.train ? { ...model, train: { ...model.train, seed } } : model;
}
