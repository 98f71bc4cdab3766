// ssl-compile explain FILE|RUN: what a network consists of and what its penalties may remove; of a run, what
// each group became and why, and which schedules its loops have; with --storage, what its zeros save.

import type { Command } from 'commander';
import type { OpenedModel } from '../../driver/model/model.ts';
import type { ScheduleSummary } from '../../driver/tuning/schedule-summary.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { example, jsonOption, sparsityOption, tuningOption } from '../options.ts';
import type { JsonOption, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';

export interface ExplainOptions extends JsonOption, SparsityOption {
  readonly weights?: string;
  readonly tuning?: string;
  readonly storage?: true;
}

export function addExplain(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('explain')
    .description('say what each group of weights became and why; shapes, MACs and bytes before and after')
    .argument('<file|run>', 'an .ssl file, or the folder of a run')
    .option('--weights <run|file>', 'weights for an .ssl file: the folder of a run, or a .safetensors file')
    .addOption(tuningOption())
    .option('--storage', 'say what zeros save: bits at each grain, from single weights to filters, and memory references')
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('explain examples/lenet.ssl', 'explain runs/lenet', 'explain runs/lenet --tuning out/tuning.json', 'explain runs/lenet --storage'))
    .action(async (subject: string, options: ExplainOptions) => finish(await explain(subject, options, shell)));
}

async function explain(subject: string, options: ExplainOptions, shell: Shell): Promise<number> {
  const [{ explainModel }, { ops }, { explanationText }, { openModel }] = await Promise.all([
    import('../../driver/model/explain.ts'),
    import('../../ops/index.ts'),
    import('../text/explain-text.ts'),
    import('../../driver/model/model.ts'),
  ]);
  const opened = openModel(subject, options.weights, ops, { sparsity: options.sparsity });
  const { model, warnings, weights, errors } = opened;
  const explanation = explainModel(model, weights?.parameters, errors, ops, { storage: options.storage === true });
  const { storage } = explanation;
  if (!explanation.trained && options.tuning !== undefined) throw new UsageError('--tuning says how a network with weights runs: add --weights');
  if (!weights && options.storage) throw new UsageError('--storage counts the zeros of weights: add --weights');
  // A network with a dead layer is not built. Where somebody says how it should be, that is what they are told.
  const isBuilt = explanation.trained?.findings.every(({ code }) => code !== 'result/dead-layer') ?? false;
  const schedules = isBuilt || options.tuning !== undefined ? await schedulesOf(opened, options.tuning, ops) : undefined;
  if (options.json) {
    shell.out(`${JSON.stringify({ ok: true, ...explanation, ...(schedules && { schedules }), diagnostics: diagnosticsJson(warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(warnings, shell);
  shell.out(explanationText(explanation));
  if (schedules) shell.out(`\n${(await import('../text/schedules-text.ts')).schedulesText(schedules)}`);
  if (storage) shell.out(`\n${(await import('../text/granularity-text.ts')).granularityText(storage)}`);
  return exitCode.ok;
}

/** Those of the build that the record is of or, without one, of a build with no options. */
async function schedulesOf(opened: OpenedModel, tuning: string | undefined, ops: OpRegistry): Promise<ScheduleSummary | undefined> {
  const [{ deployedProgram }, { withWeights }, { summarizeSchedules }, { readTuning }, { targetNamed }, { targets }, { weightTypes }] = await Promise.all([
    import('../../driver/build/build.ts'),
    import('../../driver/model/model.ts'),
    import('../../driver/tuning/schedule-summary.ts'),
    import('../../driver/tuning/tuning-record.ts'),
    import('../target-option.ts'),
    import('../../targets/index.ts'),
    import('../../emit/weight-types/index.ts'),
  ]);
  const record = tuning === undefined ? undefined : readTuning(tuning);
  const target = record ? targetNamed(record.target, targets) : targets[0];
  const { dense, batch, winograd, weightsAs } = record ?? { dense: false, batch: 1 };
  const type = weightTypes.find(({ name }) => name === weightsAs);
  const program = deployedProgram(withWeights(opened), { dense, batch, ...(winograd !== undefined && { winograd }), ...(type && { weightsAs: type }) }, ops);
  return summarizeSchedules(program, target, ops, record, tuning);
}
