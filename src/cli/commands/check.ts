// ssl-compile check FILE: parse, resolve, shapes; diagnostics.

import type { Command } from 'commander';
import { grouped } from '../../base/number-text.ts';
import { formatShape } from '../../base/tensor.ts';
import type { NetworkPort, NetworkSummary } from '../../driver/model/network-summary.ts';
import { exitCode } from '../exit-code.ts';
import { dumpAfterOption, example, jsonOption, sparsityOption, stopAfterOption, watchOf } from '../options.ts';
import type { JsonOption, SparsityOption, WatchOptions } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../text/text-table.ts';

export function addCheck(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('check')
    .description('check a file: syntax, names, shapes, training plan; print the layers')
    .argument('<file>', 'an .ssl file')
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addOption(dumpAfterOption())
    .addOption(stopAfterOption(['parse', 'check']))
    .addHelpText('after', example('check examples/lenet.ssl'))
    .action(async (file: string, options: CheckOptions) => finish(await check(file, options, shell)));
}

type CheckOptions = JsonOption & SparsityOption & WatchOptions;

async function check(file: string, options: CheckOptions, shell: Shell): Promise<number> {
  const [{ checkFile }, { ops }, { summarizeNetwork }] = await Promise.all([
    import('../../driver/model/source.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/network-summary.ts'),
  ]);
  const watch = await watchOf(options, shell, false);
  const { model, warnings } = checkFile(file, ops, { watch, sparsity: options.sparsity, undecided: true });
  const summary = summarizeNetwork(model, ops);
  if (options.json) {
    shell.out(`${JSON.stringify({ ok: true, network: summary, diagnostics: diagnosticsJson(warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(warnings, shell);
  shell.out(layerTable(summary));
  return exitCode.ok;
}

export function layerTable({ name, inputs, outputs, layers, parameters, macs }: NetworkSummary): string {
  const head = ['layer', 'op', 'output', 'parameters', 'MACs'];
  const rows = layers.map((layer) => [layer.name, layer.op, formatShape(layer.shape), count(layer.parameters), count(layer.macs)]);
  const total = ['total', '', '', grouped(parameters), grouped(macs)];
  const ports = [portsText('input', inputs), ...(outputs.length > 1 ? [portsText('output', outputs)] : [])];
  return `${[name, ...ports].join(', ')}\n\n${formatTable({ head, rows: [...rows, total], text: [0, 1, 2] })}`;
}

/** `input [1, 28, 28]`, `outputs scores [10] and boxes [4]` */
function portsText(side: string, ports: readonly NetworkPort[]): string {
  const [first] = ports;
  if (first && ports.length === 1) return `${side} ${formatShape(first.shape)}`;
  return `${side}s ${ports.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(' and ')}`;
}

function count(value: number): string {
  return value === 0 ? '' : grouped(value);
}
