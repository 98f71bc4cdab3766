// One command line, from its arguments to its exit code. Nothing that goes wrong leaves here as an exception.

import { Command, CommanderError } from 'commander';
import { DiagnosticError } from '../base/diagnostic.ts';
import { Stopped } from '../driver/watch.ts';
import { addBench } from './bench.ts';
import { addBuild } from './build.ts';
import { addCheck } from './check.ts';
import { addData } from './data.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { addEvaluate } from './evaluate.ts';
import { addExplain } from './explain.ts';
import { addFormat } from './fmt.ts';
import { diagnosticsJson, printDiagnostics } from './report.ts';
import type { Shell } from './shell.ts';
import { addTrain } from './train.ts';
import { addVerify } from './verify.ts';
import { compilerVersion } from '../driver/version.ts';

const commands = [addCheck, addTrain, addBuild, addVerify, addEvaluate, addExplain, addBench, addFormat, addData];

export async function runCommandLine(args: readonly string[], shell: Shell): Promise<number> {
  const program = new Command('ssl-compile')
    .description('Compiles neural networks with learned structured sparsity into small, fast, verified modules.')
    .version(compilerVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options] ', '')}` })
    .addHelpText('after', '\nExample:\n  ssl-compile check examples/lenet.ssl')
    .configureOutput({ writeOut: shell.out, writeErr: shell.err })
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
  // Commander has printed what it has to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof UsageError) {
    shell.err(`error: ${error.message}\n`);
    return exitCode.usage;
  }
  if (error instanceof DiagnosticError) {
    if (args.includes('--json')) shell.out(`${JSON.stringify({ ok: false, diagnostics: diagnosticsJson(error.diagnostics) })}\n`);
    else printDiagnostics(error.diagnostics, shell);
    return exitCode.input;
  }
  shell.err(bugReport(error, shell));
  return exitCode.bug;
}

function bugReport(error: unknown, shell: Shell): string {
  const message = error instanceof Error ? error.message : String(error);
  const debugging = (shell.environment['SSL_DEBUG'] ?? '') !== '';
  const details = debugging && error instanceof Error ? (error.stack ?? message) : message;
  const hint = debugging ? '' : '\nSSL_DEBUG=1 shows where it happened.';
  return `bug in ssl-compile ${compilerVersion()}: ${details}\nplease report this together with the input that caused it.${hint}\n`;
}
