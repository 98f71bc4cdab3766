// ssl-compile export FILE|RUN --out MODEL.onnx: the network with its weights, compacted, as an ONNX model. With --to torch, FILE as
// a program that trains it with PyTorch.

import { dirname, join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { grouped } from '../../base/number-text.ts';
import type { Exported } from '../../driver/export/export-model.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { example, jsonOption, sparsityOption } from '../options.ts';
import type { JsonOption, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { findingsText } from '../text/findings-text.ts';

interface ExportCommandOptions extends JsonOption, SparsityOption {
  readonly to: 'onnx' | 'torch';
  readonly weights?: string;
  readonly out: string;
  readonly dense?: true;
}

export function addExport(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('export')
    .description('write a network with its weights, compacted, as an ONNX model, and prove that it answers the same; or a program that trains it with PyTorch')
    .argument('<file|run>', 'an .ssl file, or the folder of a run')
    .option('--weights <run|file>', 'weights: the folder of a run, or a .safetensors file whose names and shapes fit')
    .addOption(new Option('--to <format>', 'the format').choices(['onnx', 'torch']).default('onnx'))
    .requiredOption('--out <file|dir>', 'the file to be written, as model.onnx; of a program, its folder')
    .option('--dense', 'the network uncompacted, as it is trained')
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('export runs/lenet --out lenet.onnx', 'export net.ssl --weights net.safetensors --out net.onnx', 'export runs/lenet --dense --out dense.onnx', 'export net.ssl --to torch --out program'))
    .action(async (subject: string, options: ExportCommandOptions) => finish(await (options.to === 'torch' ? exportProgram : exportNetwork)(subject, options, shell)));
}

/** @returns The exit code. */
export async function exportNetwork(subject: string, { weights, out, sparsity, json, ...options }: Omit<ExportCommandOptions, 'to'>, shell: Shell): Promise<number> {
  const [{ exportModel, writeExported }, { ops }, { openModel, withWeights }, { findingsOf }, { checkWritable }] = await Promise.all([
    import('../../driver/export/export-model.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/model.ts'),
    import('../../driver/evaluation/findings.ts'),
    import('../../driver/files/write-files.ts'),
  ]);
  const dense = options.dense ?? false;
  // Before what takes long.
  checkWritable(dirname(out));
  const opened = openModel(subject, weights, ops, { sparsity });
  const input = withWeights(opened);
  const exported = exportModel(input, { dense }, ops);
  writeExported(out, exported);
  const findings = findingsOf(opened.model, input.weights.parameters, opened.errors, ops);
  if (json) {
    const { bytes, opset, nodes, equivalence, proof, structure: { macs, weights: kept } } = exported;
    shell.out(`${JSON.stringify({ ok: true, findings, file: out, bytes: bytes.length, opset, nodes, equivalence, proof, macs, weights: kept, diagnostics: diagnosticsJson(opened.warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(opened.warnings, shell);
  shell.out(findingsText(findings));
  shell.out(exportedText(out, exported, dense));
  return exitCode.ok;
}

/** @returns The exit code. */
async function exportProgram(subject: string, { weights, out, sparsity, dense, json }: ExportCommandOptions, shell: Shell): Promise<number> {
  if (dense) throw new UsageError('--dense goes with --to onnx: a program for PyTorch trains the dense network');
  const [{ checkProgramFolder, exportTorch, writeProgram }, { ops }, { checkFile }, { loadInitial }, { isFolder }, { checkWritable }] = await Promise.all([
    import('../../driver/export/export-torch.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/source.ts'),
    import('../../driver/weights/initial-weights.ts'),
    import('../../driver/weights/weights.ts'),
    import('../../driver/files/write-files.ts'),
  ]);
  if (isFolder(subject)) throw new UsageError(`--to torch takes an .ssl file: ${join(subject, 'model.ssl')} is that of the run, and --weights ${subject} begins with its weights`);
  checkProgramFolder(out);
  checkWritable(out);
  const { model, warnings } = checkFile(subject, ops, { sparsity });
  const program = exportTorch(model, weights === undefined ? undefined : loadInitial({ from: weights }, model.network), ops);
  writeProgram(out, program);
  if (json) shell.out(`${JSON.stringify({ ok: true, out, files: program.files.map(({ name }) => name), diagnostics: diagnosticsJson(warnings) })}\n`);
  else {
    printDiagnostics(warnings, shell);
    shell.out(`${out}: a program for PyTorch\ntrain with it: python ${join(out, 'train.py')} --out run\nthen: ssl-compile report run; ssl-compile build run --out module\n`);
  }
  return exitCode.ok;
}

function exportedText(out: string, { bytes, opset, nodes, structure: { macs, weights }, proof }: Exported, dense: boolean): string {
  const removed = dense ? '' : `MACs ${grouped(macs.dense)} -> ${grouped(macs.compacted)}, weights ${grouped(weights.dense)} -> ${grouped(weights.compacted)}\n`;
  return [
    `${out}: ${grouped(bytes.length)} bytes, opset ${opset}, ${grouped(nodes)} ${nodes === 1 ? 'node' : 'nodes'}, any size of batch\n`,
    removed,
    `proved: read back, in float64 the outputs for a batch of ${proof.samples} random inputs differ by ${proof.maxAbsDifference.toExponential(1)} at most, the largest being ${proof.maxAbsReference.toPrecision(3)}\n`,
  ].join('');
}
