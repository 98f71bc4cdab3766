// ssl-compile bench FILE|RUN: own dense against compacted, per layer and whole; whether a run keeps to a budget.

import type { Command } from 'commander';
import { grouped } from '../../base/number-text.ts';
import type { BenchReport, Timing } from '../../driver/module/bench.ts';
import type { Budget } from '../../driver/module/budget.ts';
import { processorText } from '../../driver/module/processor.ts';
import { answersNothing } from '../../driver/evaluation/finding.ts';
import { exitCode } from '../exit-code.ts';
import { batchOption, example, jsonOption, positiveNumber, sparsityOption, targetOption } from '../options.ts';
import type { JsonOption, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';
import { budgetText } from '../text/budget-text.ts';
import { findingsText } from '../text/findings-text.ts';
import { formatTable } from '../text/text-table.ts';
import { timedTargets } from '../../targets/index.ts';

interface BenchOptions extends JsonOption, SparsityOption {
  readonly weights?: string;
  readonly target: string;
  readonly batch: number;
  readonly budgetMs?: number;
}

export function addBench(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('bench')
    .description('time the dense against the compacted network on this machine, per layer and whole')
    .argument('<file|run>', 'an .ssl file, or the folder of a run')
    .option('--weights <run|file>', 'weights: the folder of a run, or a .safetensors file whose names and shapes fit')
    .addOption(targetOption(timedTargets))
    .addOption(batchOption())
    .option('--budget-ms <x>', 'say whether one run takes no longer, and where its time goes; ends with 1 where it takes longer', positiveNumber)
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('bench runs/lenet', 'bench net.ssl --weights net.safetensors --target js', 'bench runs/lenet --budget-ms 0.5'))
    .action(async (subject: string, options: BenchOptions) => finish(await bench(subject, options, shell)));
}

async function bench(subject: string, { weights, target, batch, budgetMs, sparsity, json }: BenchOptions, shell: Shell): Promise<number> {
  const [{ benchModel }, { budgetOf }, { ops }, { openModel, withWeights }, { targetNamed }] = await Promise.all([
    import('../../driver/module/bench.ts'),
    import('../../driver/module/budget.ts'),
    import('../../ops/index.ts'),
    import('../../driver/model/model.ts'),
    import('../target-option.ts'),
  ]);
  const opened = withWeights(openModel(subject, weights, ops, { sparsity }));
  const report = await benchModel(opened, targetNamed(target, timedTargets), batch, ops, (layer) => shell.progress(`timing ${layer}`));
  const budget = budgetMs === undefined ? undefined : budgetOf(report, budgetMs);
  const ok = budget?.met ?? true;
  if (!json) printDiagnostics(opened.warnings, shell);
  shell.out(json ? `${JSON.stringify({ ok, ...report, ...(budget && { budget }), diagnostics: diagnosticsJson(opened.warnings) })}\n` : benchText(report, budget));
  return ok ? exitCode.ok : exitCode.input;
}

function benchText({ findings, layers, whole, call, processor, target, version, batch }: BenchReport, budget: Budget | undefined): string {
  // What a network that answers nothing saves is no achievement.
  const ratio = (dense: number, compacted: number): string => (answersNothing(findings) || !(compacted > 0) ? '' : `${(dense / compacted).toFixed(1)}x`);
  const row = (name: string, dense: Timing, compacted: Timing | undefined): string[] => [
    name,
    grouped(dense.macs),
    grouped(compacted?.macs ?? 0),
    dense.microseconds.toFixed(1),
    compacted?.microseconds.toFixed(1) ?? 'gone',
    ratio(dense.macs, compacted?.macs ?? 0),
    ratio(dense.microseconds, compacted?.microseconds ?? 0),
  ];
  const rows = [...layers.map(({ name, dense, compacted }) => row(name, dense, compacted)), row('whole', whole.dense, whole.compacted)];
  const table = formatTable({ head: ['layer', 'MACs', 'compacted', 'us dense', 'us compacted', 'fewer MACs', 'faster'], rows, text: [0] });
  const code = version === target ? target : `${target} (${version})`;
  return [
    `${findingsText(findings)}target ${code}, ${batch} ${batch === 1 ? 'sample' : 'samples'} a run, one thread, ${processorText(processor)}\n\n${table}\n`,
    `net.run, its input copied in and its output copied out: ${call.toFixed(1)} us\n`,
    ...(budget ? [budgetText(budget, call)] : []),
  ].join('');
}
