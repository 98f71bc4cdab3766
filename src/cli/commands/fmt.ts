// ssl-compile fmt FILE...: the one layout of .ssl files, in place.

import { Option } from 'commander';
import type { Command } from 'commander';
import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { exitCode } from '../exit-code.ts';
import { example, jsonOption } from '../options.ts';
import type { JsonOption } from '../options.ts';
import type { Shell } from '../shell.ts';

interface FormatOptions extends JsonOption {
  readonly check?: true;
  readonly stdout?: true;
}

export function addFormat(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('fmt')
    .description('format files in place')
    .argument('<file...>', '.ssl files')
    .option('--check', 'change nothing; exit 1 if a file is not formatted')
    .addOption(new Option('--stdout', 'print the formatted text instead of changing the file').conflicts('json'))
    .addOption(jsonOption())
    .addHelpText('after', example('fmt examples/lenet.ssl', 'fmt --check examples/*.ssl'))
    .action(async (files: readonly string[], options: FormatOptions) => finish(await format(files, options, shell)));
}

interface Formatted {
  readonly file: string;
  readonly changed: boolean;
}

/** All files are read before the first is written, so that a mistake in one leaves the others alone. */
async function format(files: readonly string[], options: FormatOptions, shell: Shell): Promise<number> {
  const [{ formatSource, loadSource }, { replaceFile }] = await Promise.all([import('../../driver/model/source.ts'), import('../../driver/files/write-files.ts')]);
  const faults: Diagnostic[] = [];
  const read = files.flatMap((file) => {
    try {
      const source = loadSource(file);
      return [{ file, before: source.text, after: formatSource(source) }];
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      faults.push(...error.diagnostics);
      return [];
    }
  });
  if (faults.length > 0) throw new DiagnosticError(faults);
  const results: readonly Formatted[] = read.map(({ file, before, after }) => ({ file, changed: before !== after }));
  if (options.stdout) for (const { after } of read) shell.out(after);
  const changed = results.filter((result) => result.changed);
  if (!options.check && !options.stdout) for (const { file, before, after } of read) if (before !== after) replaceFile(file, new TextEncoder().encode(after));
  const unformatted = options.check === true && changed.length > 0;
  if (options.json) shell.out(`${JSON.stringify({ ok: !unformatted, files: results })}\n`);
  else if (unformatted) for (const { file } of changed) shell.err(`${file} is not formatted\n`);
  return unformatted ? exitCode.input : exitCode.ok;
}
