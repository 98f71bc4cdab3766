// ssl-compile build FILE --weights RUN|X.safetensors --target TARGET --out DIR: the module, perhaps tuned to this machine.

import { Option } from 'commander';
import type { Command } from 'commander';
import { formatBytes, grouped } from '../../base/number-text.ts';
import type { FileSize } from '../../driver/build/build.ts';
import { weightTypes } from '../../emit/weight-types/index.ts';
import type { Equivalence } from '../../driver/build/equivalence.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { findingsText } from '../text/findings-text.ts';
import { batchOption, dumpKernelsOption, example, folderPath, jsonOption, sparsityOption, stopAfterOption, targetOption, tuningOption, watchOf, weightsAsOption, winogradOption } from '../options.ts';
import type { JsonOption, SparsityOption, WatchOptions } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../text/text-table.ts';
import { targets } from '../../targets/index.ts';

interface BuildCommandOptions extends JsonOption, SparsityOption, WatchOptions {
  readonly weights?: string;
  readonly target: string;
  readonly out?: string;
  readonly dense?: true;
  readonly batch: number;
  readonly layout: 'chw' | 'hwc';
  readonly inline?: true;
  readonly winograd?: number;
  readonly threads?: true;
  readonly tune?: true;
  readonly tuning?: string;
  readonly weightsAs?: string;
}

export function addBuild(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('build')
    .description('emit a network with its weights as a small ES module')
    .argument('<file|run>', 'an .ssl file, or the folder of a run')
    .option('--weights <run|file>', 'weights: the folder of a run, or a .safetensors file whose names and shapes fit')
    .addOption(targetOption(targets))
    .option('--out <dir>', 'folder for the files; it is made if need be', folderPath)
    .option('--dense', 'emit the network uncompacted')
    .addOption(batchOption())
    .addOption(new Option('--layout <layout>', 'order of the numbers of an image').choices(['chw', 'hwc']).default('chw'))
    .option('--inline', 'put the code inside the ES module')
    .addOption(winogradOption())
    .option('--threads', 'emit a module that can run on several threads: load({ threads: 2 })')
    .addOption(weightsAsOption(weightTypes))
    .addOption(new Option('--tune', 'measure on this machine which schedules of its loops are the fastest, take these, and write tuning.json; Ctrl-C ends the measuring').conflicts(['tuning', 'stopAfter']))
    .addOption(tuningOption())
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addOption(dumpKernelsOption())
    .addOption(stopAfterOption())
    .addHelpText('after', example('build examples/lenet.ssl --weights runs/lenet --target wasm --out out', 'build net.ssl --weights net.safetensors --target js --dense --out out', 'build runs/lenet --tune --out out', 'build runs/lenet --tuning out/tuning.json --out out', 'build runs/lenet --weights-as int8 --out out'))
    .action(async (subject: string, options: BuildCommandOptions) => finish(await build(subject, options, shell)));
}

/** @returns The exit code. */
export async function build(subject: string, options: BuildCommandOptions, shell: Shell): Promise<number> {
  if (options.out === undefined && options.stopAfter === undefined) throw new UsageError("required option '--out <dir>' not specified");
  const [{ buildModule, checkThreads, fileSizes }, { ops }, { openModel, withWeights }, { writeModule }, { targetNamed }, { findingsOf }, { measure, readRecord, unusedTuning }, { storedWeights }] = await Promise.all([
    import('../../driver/build/build.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/model.ts'),
    import('../../driver/module/module-folder.ts'),
    import('../target-option.ts'),
    import('../../driver/evaluation/findings.ts'),
    import('../build-tuning.ts'),
    import('../build-weights.ts'),
  ]);
  const target = targetNamed(options.target, targets);
  const threads = options.threads ?? false;
  // Before anything is measured.
  checkThreads({ target, threads });
  const watch = await watchOf(options, shell, true, target.dumps);
  const opened = openModel(subject, options.weights, ops, { watch, sparsity: options.sparsity });
  const input = withWeights(opened);
  const { batch, layout } = options;
  const folder = options.out ?? '.';
  const stored = options.weightsAs === undefined ? undefined : await storedWeights(options.weightsAs, input, options.dense ?? false, shell);
  const shape = { target, dense: options.dense ?? false, batch, ...(options.winograd !== undefined && { winograd: options.winograd }), ...(stored && { weightsAs: stored.type }) };
  const tuning = options.tune ? await measure(input, shape, folder, shell) : options.tuning !== undefined ? readRecord(options.tuning) : undefined;
  const given = { ...(tuning && { tuning: tuning.pinned }), ...(stored?.change && { change: stored.change }) };
  const built = await buildModule(input, { ...shape, layout, inline: options.inline ?? false, threads, ...given }, ops, watch);
  const all = [...built.files, ...(tuning ? [tuning.file] : [])];
  const warnings = [...opened.warnings, ...(tuning ? [] : unusedTuning(folder, opened.model.network.name)), ...writeModule(folder, all)];
  const files = fileSizes(all);
  const { macs, weights, bytes } = built.structure;
  const findings = findingsOf(opened.model, input.weights.parameters, opened.errors, ops);
  if (options.json) {
    shell.out(`${JSON.stringify({ ok: true, findings, out: folder, files, equivalence: built.equivalence, macs, weights, ...(stored && { stored: stored.json }), ...(tuning && { tuning: tuning.json }), diagnostics: diagnosticsJson(warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(warnings, shell);
  shell.out(findingsText(findings));
  if (tuning) shell.out(tuning.text);
  shell.out(sizeTable(folder, files));
  shell.out(`\nMACs ${grouped(macs.dense)} -> ${grouped(macs.compacted)}, weights ${grouped(weights.dense)} -> ${grouped(weights.compacted)} (${stored ? formatBytes(stored.type.bytes * weights.compacted) : `${formatBytes(bytes.compacted)} with all parameters`})\n`);
  shell.out(`${equivalenceText(built.equivalence)}\n`);
  if (stored) shell.out(stored.text);
  return exitCode.ok;
}

function sizeTable(folder: string, files: readonly FileSize[]): string {
  const row = (name: string, sizes: readonly (number | undefined)[]): readonly string[] => [name, ...sizes.map((size) => (size === undefined ? '' : grouped(size)))];
  // Of sums with an unknown part nothing is known.
  const sum = (sizes: readonly (number | undefined)[]): number | undefined => sizes.reduce((total, size) => (total === undefined || size === undefined ? undefined : total + size), 0);
  const rows = files.map(({ name, bytes, gzipBytes }) => row(name, [bytes, gzipBytes]));
  const total = row('total', [sum(files.map(({ bytes }) => bytes)), sum(files.map(({ gzipBytes }) => gzipBytes))]);
  return formatTable({ head: [folder, 'bytes', 'gzip'], rows: [...rows, total], text: [0] });
}

function equivalenceText({ samples, maxAbsDifference }: Equivalence): string {
  if (samples === 0) return 'nothing is removed: the network is emitted as it is';
  return `largest difference to the dense network in float64, ${samples} ${samples === 1 ? 'input' : 'inputs'}: ${maxAbsDifference.toExponential(1)}`;
}
