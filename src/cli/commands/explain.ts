// ssl-compile explain FILE|RUN: what a network consists of and what its penalties may remove; of a run, what
// each group became and why.

import type { Command } from 'commander';
import { exitCode } from '../exit-code.ts';
import { example, jsonOption, sparsityOption } from '../options.ts';
import type { JsonOption, SparsityOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';

export interface ExplainOptions extends JsonOption, SparsityOption {
  readonly weights?: string;
}

export function addExplain(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('explain')
    .description('say what each group of weights became and why; shapes, MACs and bytes before and after')
    .argument('<file|run>', 'an .ssl file, or the folder of a run')
    .option('--weights <run|file>', 'weights for an .ssl file: the folder of a run, or a .safetensors file')
    .addOption(sparsityOption())
    .addOption(jsonOption())
    .addHelpText('after', example('explain examples/lenet.ssl', 'explain runs/lenet'))
    .action(async (subject: string, options: ExplainOptions) => finish(await explain(subject, options, shell)));
}

async function explain(subject: string, options: ExplainOptions, shell: Shell): Promise<number> {
  const [{ explainModel }, { ops }, { explanationText }, { openModel }] = await Promise.all([
    import('../../driver/model/explain.ts'),
    import('../../ops/index.ts'),
    import('../text/explain-text.ts'),
    import('../../driver/model/model.ts'),
  ]);
  const { model, warnings, weights, errors } = openModel(subject, options.weights, ops, { sparsity: options.sparsity });
  const explanation = explainModel(model, weights?.parameters, errors, ops);
  if (options.json) {
    shell.out(`${JSON.stringify({ ok: true, ...explanation, diagnostics: diagnosticsJson(warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(warnings, shell);
  shell.out(explanationText(explanation));
  return exitCode.ok;
}
