// Options that several commands share.

import { InvalidArgumentError, Option } from 'commander';
import { mostSamples } from '../driver/request.ts';
import type { Watch } from '../driver/model/watch.ts';
import { stages, unwatched, watch } from '../driver/model/watch.ts';
import type { CompileStage } from '../driver/model/watch.ts';
import { UsageError } from './exit-code.ts';
import type { Shell } from './shell.ts';

export interface JsonOption {
  readonly json?: true;
}

export interface SparsityOption {
  readonly sparsity?: string;
}

export interface TimingOption {
  readonly timing: boolean;
}

export interface WatchOptions {
  readonly dumpAfter?: string;
  readonly stopAfter?: CompileStage;
}

export const jsonOption = (): Option => new Option('--json', 'print one JSON object instead of text');
export const dumpAfterOption = (): Option => new Option('--dump-after <stage>', 'write the graph after `check` or a pass to standard error');
export const dumpKernelsOption = (): Option => new Option('--dump-after <stage>', 'write to standard error: the graph after `check` or a pass, or each `nest`, `schedule` or `kernel`');
export const stopAfterOption = (known: readonly CompileStage[] = stages): Option => new Option('--stop-after <stage>', 'end after this stage').choices(known);
export const timingOption = (): Option => new Option('--no-timing', 'leave out of report.html how long each layer takes here: the same run then gives the same page');
export const dataOption = (): Option => new Option('--data <dir>', 'folder to look for data sets in first');

export interface QueueOptions {
  readonly queue?: string;
  readonly queueName?: string;
}

export const queueOption = (what: string): Option => new Option('--queue <url>', `${what}: redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]; a password may be left out and stand in SSL_QUEUE_PASSWORD`);
export const queueNameOption = (): Option => new Option('--queue-name <name>', 'tells queues on one server apart; `sweeps` unless given');

/** The first is what is taken unless told. */
export function targetOption(targets: readonly { readonly name: string; readonly doc: string }[]): Option {
  return new Option('--target <target>', targets.map(({ name, doc }) => `${name}: ${doc}`).join('; ')).default(targets[0]?.name);
}

export const tuningOption = (): Option => new Option('--tuning <file>', 'schedules as the tuning.json of a `build --tune` has them');

export const weightsAsOption = (types: readonly { readonly name: string; readonly doc: string }[]): Option =>
  new Option('--weights-as <type>', `store the weights in fewer bits; \`load\` widens them to f32: ${types.map(({ name, doc }) => `${name}, ${doc}`).join('; ')}`);

export const sparsityOption = (): Option => new Option('--sparsity <name>', 'the `sparsity` block that counts, of a file with several');

export const batchOption = (): Option => new Option('--batch <n>', 'samples a run').argParser(integerFrom(1, mostSamples)).default(1);

export const winogradOption = (): Option =>
  new Option('--winograd <error>', 'compute 3 x 3 convolutions by Winograd minimal filtering where it is faster and results of a layer can be off by at most this share of the largest that it can answer, such as 1e-4; their weights take 16/9 of the room').argParser(share);

/** Reads an option's value: a share of something. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) throw new InvalidArgumentError('expected a number between 0 and 1, such as 1e-4.');
  return value;
}

/** Reads an option's value: a path, where an empty one would be the working directory. */
export function folderPath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a folder.');
  return text;
}

/** Reads an option's value. */
export function integerFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) throw new InvalidArgumentError(`expected an integer from ${least} to ${most}.`);
    return value;
  };
}

/** Reads an option's value. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/**
 * @param compacts Whether the command runs passes.
 * @param dumps What else than graphs can be written.
 * @throws UsageError for the name of nothing that the command writes.
 */
export async function watchOf({ dumpAfter, stopAfter }: WatchOptions, shell: Shell, compacts: boolean, dumps: readonly string[] = []): Promise<Watch> {
  const level = debugLevel(shell);
  if (level === 0 && dumpAfter === undefined && stopAfter === undefined) return unwatched;
  const [{ printGraph }, { compaction }, { didYouMean }] = await Promise.all([
    import('../ir/print.ts'),
    import('../passes/pipeline.ts'),
    import('../base/suggest.ts'),
  ]);
  const known = ['check', ...(compacts ? compaction.map(({ name }) => name) : []), ...dumps];
  if (dumpAfter !== undefined && !known.includes(dumpAfter)) {
    throw new UsageError(`there is no pass '${dumpAfter}': ${didYouMean(dumpAfter, known) ?? `known: ${known.join(', ')}`}`);
  }
  return watch({ level, dumpAfter, stopAfter, write: shell.err }, printGraph);
}

/** `SSL_DEBUG`, 0 where it is absent or no number. */
export function debugLevel(shell: Shell): number {
  const level = Number(shell.environment['SSL_DEBUG'] ?? '');
  return Number.isFinite(level) ? level : 0;
}

/** The text after the help of a command. */
export function example(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ssl-compile ${line}`).join('\n')}`;
}
