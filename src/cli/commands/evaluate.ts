// ssl-compile evaluate DIR|RUN: the error of what ships on a test set.

import type { Command } from 'commander';
import type { EvaluationReport } from '../../driver/evaluation/evaluate.ts';
import { evaluationText } from '../text/evaluation-text.ts';
import { exitCode } from '../exit-code.ts';
import { example, folderPath, jsonOption } from '../options.ts';
import type { JsonOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';

interface EvaluateOptions extends JsonOption {
  readonly on?: string;
  readonly data?: string;
}

export function addEvaluate(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('evaluate')
    .description('the error of a built module, or of the one a run would give, on a test set: whole, by class, and what is taken for what')
    .argument('<dir|run>', 'the folder that `build` wrote, or the folder of a run')
    .option('--data <dir>', 'the folder of the data; or one to look in first for the data set of the source')
    .option('--on <name|dir>', 'the data set, as after `train on`, instead of the one of the source', folderPath)
    .addOption(jsonOption())
    .addHelpText('after', example('evaluate runs/lenet', 'evaluate out --data my-images', 'evaluate out --on mnist'))
    .action(async (place: string, options: EvaluateOptions) => finish(await evaluate(place, options, shell)));
}

async function evaluate(place: string, { on, data, json }: EvaluateOptions, shell: Shell): Promise<number> {
  const [{ evaluateSubject, openSubject }, { evaluationData }, { ops }] = await Promise.all([
    import('../../driver/evaluation/evaluate.ts'),
    import('../../driver/data/evaluation-data.ts'),
    import('../../ops/index.ts'),
  ]);
  const subject = await openSubject(place, ops);
  try {
    const dataset = await evaluationData({ place, on, own: subject.dataset, reading: { inputShape: subject.answering.inputShape, resize: subject.resize } }, { directory: data, environment: shell.environment });
    print(place, await evaluateSubject(subject, dataset), json ?? false, shell);
    return exitCode.ok;
  } finally {
    await subject.close();
  }
}

function print(place: string, report: EvaluationReport, json: boolean, shell: Shell): void {
  const { warnings, ...figures } = report;
  if (json) {
    shell.out(`${JSON.stringify({ ok: true, place, ...figures, diagnostics: diagnosticsJson(warnings) })}\n`);
    return;
  }
  printDiagnostics(warnings, shell);
  shell.out(evaluationText(place, report));
}
