// One command line, from its arguments to its exit code. Nothing that goes wrong leaves here as an exception.

import { Command, CommanderError } from 'commander';
import { defineDiagnostics, DiagnosticError } from '../base/diagnostic.ts';
import type { Diagnostic, DiagnosticTable } from '../base/diagnostic.ts';
import { Stopped } from '../driver/model/watch.ts';
import { addBench } from './commands/bench.ts';
import { addBuild } from './commands/build.ts';
import { addCheck } from './commands/check.ts';
import { addData } from './commands/data.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addFormat } from './commands/fmt.ts';
import { addImport } from './commands/import.ts';
import { addPrune } from './commands/prune.ts';
import { diagnosticsJson, printDiagnostics } from './report.ts';
import type { Shell } from './shell.ts';
import { addLadder } from './commands/ladder.ts';
import { addReport } from './commands/report.ts';
import { addSweep } from './commands/sweep.ts';
import { addTrain } from './commands/train.ts';
import { addWorker } from './commands/worker.ts';
import { addVerify } from './commands/verify.ts';
import { compilerVersion } from '../driver/model/version.ts';

const commands = [addCheck, addTrain, addSweep, addLadder, addWorker, addBuild, addVerify, addEvaluate, addExplain, addReport, addBench, addImport, addPrune, addExport, addFormat, addData];

export async function runCommandLine(args: readonly string[], shell: Shell): Promise<number> {
  const program = new Command('ssl-compile')
    .description('Compiles neural networks with learned structured sparsity into small, fast, verified modules.')
    .version(compilerVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options] ', '')}` })
    .addHelpText('after', '\nExample:\n  ssl-compile check examples/lenet.ssl')
    // Under --json the one object on standard output says it.
    .configureOutput({ writeOut: shell.out, writeErr: wantsJson(args) ? () => {} : shell.err })
    .exitOverride();
  let code: number = exitCode.ok;
  const finish = (answered: number): void => void (code = answered);
  for (const add of commands) add(program, shell, finish);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return answerTo(error, args, shell);
  }
}

/** Says what went wrong; the exit code. */
export function answerTo(error: unknown, args: readonly string[], shell: Shell): number {
  if (error instanceof Stopped) return exitCode.ok;
  const json = wantsJson(args);
  const answerJson = (diagnostics: readonly Diagnostic[]): void => shell.out(`${JSON.stringify({ ok: false, diagnostics: diagnosticsJson(diagnostics) })}\n`);
  if (error instanceof CommanderError) {
    // Help and version that were asked for. In text, commander has printed what it has to say.
    if (error.exitCode === 0) return exitCode.ok;
    if (json) answerJson([usageFault(error.message.replace(/^error: /, ''))]);
    return exitCode.usage;
  }
  if (error instanceof UsageError) {
    if (json) answerJson([usageFault(error.message)]);
    else shell.err(`error: ${error.message}\n`);
    return exitCode.usage;
  }
  if (error instanceof DiagnosticError) {
    if (json) answerJson(error.diagnostics);
    else printDiagnostics(error.diagnostics, shell);
    return exitCode.input;
  }
  const report = bugReport(error, shell);
  if (json) answerJson([commandDiagnostics.bug({ args: [report.trimEnd()] })]);
  else shell.err(report);
  return exitCode.bug;
}

/** Also where commander has not read the options, or could not. What follows `--` is no option. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

const messages = {
  usage: (why: string): string => why,
  bug: (report: string): string => report,
};
const commandDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('command', messages);

/** `unknown option '--jsn'\n(Did you mean --json?)` */
function usageFault(text: string): Diagnostic {
  const [message = '', hint] = text.split('\n');
  if (message === '(outputHelp)') return commandDiagnostics.usage({ args: ['no command given'], help: '`ssl-compile --help` lists the commands' });
  return commandDiagnostics.usage({ args: [message], help: hint?.replace(/^\((.*)\)$/, '$1') });
}

function bugReport(error: unknown, shell: Shell): string {
  const message = error instanceof Error ? error.message : String(error);
  const debugging = (shell.environment['SSL_DEBUG'] ?? '') !== '';
  const details = debugging && error instanceof Error ? (error.stack ?? message) : message;
  const hint = debugging ? '' : '\nSSL_DEBUG=1 shows where it happened.';
  return `bug in ssl-compile ${compilerVersion()}: ${details}\nplease report this together with the input that caused it.${hint}\n`;
}
