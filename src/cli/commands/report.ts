// ssl-compile report RUN: a page that shows what came of a run.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { exitCode } from '../exit-code.ts';
import { example, jsonOption, timingOption } from '../options.ts';
import type { JsonOption, TimingOption } from '../options.ts';
import { diagnosticsJson, printDiagnostics } from '../report.ts';
import type { Shell } from '../shell.ts';

interface ReportOptions extends JsonOption, TimingOption {
  readonly out?: string;
}

export function addReport(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('report')
    .description('write a page that shows a run: curves, filters, layers before and after, errors by class')
    .argument('<run>', 'the folder of a run, which may be still training')
    .option('--out <file>', 'where to write the page, instead of report.html in the run', filePath)
    .addOption(timingOption())
    .addOption(jsonOption())
    .addHelpText('after', example('report runs/lenet', 'report runs/lenet --no-timing --out lenet.html'))
    .action(async (run: string, options: ReportOptions) => finish(await report(run, options, shell)));
}

async function report(run: string, { out, timing, json }: ReportOptions, shell: Shell): Promise<number> {
  const [{ writeReport }, { ops }] = await Promise.all([import('../../driver/report/write-report.ts'), import('../../ops/index.ts')]);
  const { file, data, warnings } = await writeReport(run, out, ops, { timing, onLayer: (layer) => shell.progress(`timing ${layer}`) });
  if (json) {
    shell.out(`${JSON.stringify({ ok: true, out: file, ...data, diagnostics: diagnosticsJson(warnings) })}\n`);
    return exitCode.ok;
  }
  printDiagnostics(warnings, shell);
  shell.out(`${file}\n`);
  return exitCode.ok;
}

function filePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a file.');
  return text;
}
