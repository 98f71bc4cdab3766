// ssl-compile verify DIR --weights RUN|FILE: does the shipped module compute its network?

import type { Command } from 'commander';
import { present } from '../../base/invariant.ts';
import type { Comparison } from '../../driver/module/comparison.ts';
import type { Verification } from '../../driver/module/verify.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { example, jsonOption, sparsityOption } from '../options.ts';
import type { JsonOption, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../text/text-table.ts';

interface VerifyOptions extends JsonOption, SparsityOption {
  readonly weights?: string;
  readonly source?: string;
}

export function addVerify(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('verify')
    .description('compare a built module with the float64 reference: its files, its outputs, every layer')
    .argument('<dir>', 'the folder that `build` wrote')
    .requiredOption('--weights <run|file>', 'what it was built from: the folder of a run, or a .safetensors file')
    .option('--source <file>', 'the .ssl file it was built from, if that is not the one of the run')
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('verify out --weights runs/lenet', 'verify out --weights net.safetensors --source net.ssl'))
    .action(async (folder: string, options: VerifyOptions) => finish(await verify(folder, options, shell)));
}

async function verify(folder: string, { weights = '', source, sparsity, json }: VerifyOptions, shell: Shell): Promise<number> {
  const [{ verifyModule }, { ops }, { openModel, withWeights }, { isFolder }, { targets }] = await Promise.all([
    import('../../driver/module/verify.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/model.ts'),
    import('../../driver/weights/weights.ts'),
    import('../../targets/index.ts'),
  ]);
  if (source === undefined && !isFolder(weights)) throw new UsageError(`--weights names a file: add --source FILE, the .ssl file that the module was built from`);
  const input = withWeights(openModel(source ?? weights, weights, ops, { sparsity }));
  const verification = await verifyModule(folder, input, targets, ops);
  const diagnostics = [...verification.faults, ...input.warnings];
  if (json) {
    const { faults: _, ...figures } = verification;
    // JSON has no infinity, which is the difference of a NaN, and would write null for it.
    const finite = (_key: string, value: unknown): unknown => (value === Infinity ? Number.MAX_VALUE : value);
    shell.out(`${JSON.stringify({ ...figures, diagnostics: diagnosticsJson(diagnostics) }, finite)}\n`);
  } else {
    printDiagnostics(diagnostics, shell);
    shell.out(verificationText(verification));
  }
  return verification.ok ? exitCode.ok : exitCode.input;
}

function verificationText({ ok, layers, versions, unchecked, inputs, files, rounding }: Verification): string {
  const several = versions.length + unchecked.length > 1;
  const row = (name: string, found: readonly Comparison[]): string[] => {
    const largest = (figure: (each: Comparison) => number): string => formatFigure(Math.max(...found.map(figure)));
    return [name, ...found.map(({ maxAbsDifference }) => formatFigure(maxAbsDifference)), largest(({ bound }) => bound), largest(({ maxAbsReference }) => maxAbsReference)];
  };
  const rows = [...layers.map(({ name }, i) => row(name, versions.map((version) => present(version.layers[i], name)))), row('shipped module', versions.map((version) => version.outputs))];
  const differences = versions.map(({ name }) => (several ? `largest difference, ${name}` : 'largest difference'));
  const table = formatTable({ head: ['layer', ...differences, 'rounding bound', 'largest value'], rows, text: [0] });
  const tried = `shipped module: run on ${inputs} random ${inputs === 1 ? 'input' : 'inputs'}`;
  const missing = unchecked.length === 0 ? '' : `; not ${unchecked.join(' and ')}, which this engine does not have`;
  const which = several ? `versions: ${versions.map(({ name }) => name).join(' and ')}${missing}\n` : '';
  const steps = rounding ? `weights as stored: at most ${Math.max(...rounding.map(({ error }) => error)).toFixed(3)} steps off those of the run, 0.5 allowed\n` : '';
  const bytes = files ? `files: ${files.filter(({ same }) => same).length} of ${files.length} as built, byte for byte` : 'files: built by another version, not compared';
  return `${table}\n${tried}\n${which}${steps}${bytes}\n${ok ? 'ok' : 'NOT ok'}\n`;
}

function formatFigure(value: number): string {
  return value === 0 ? '0' : value.toExponential(2);
}
