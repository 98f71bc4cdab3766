// tuning.json: which schedules of a network were the fastest where they were measured. An input of builds, so that these
// stay the same byte for byte; all that a module tells of its tuning comes from it.
//
//   {
//     "version": 4,                                  of the language of schedules
//     "compiler": "ssl-compile 0.4.0",
//     "name": "LeNet",                               of the network, for people and for who would replace the file
//     "network": "sha256:...",                       of the graph that is lowered: its names, layers and shapes, no weights
//     "target": "wasm",
//     "runs": "relaxed",                             the version of the code that was measured
//     "dense": false,
//     "batch": 1,
//     "processor": "AMD EPYC 9V45, Zen 5 (family 26, model 2)",
//     "node": "v24.13.0",
//     "whole": { "default": 96.1, "tuned": 92.3 },   microseconds a run, where anything is faster
//     "nests": {
//       "conv1": { "schedule": "tile 6 of x, 2 vectors of o, unroll 4", "default": 31.2, "tuned": 28.4 },

import { createHash } from 'node:crypto';
import { fail } from '../../base/diagnostic.ts';
import { fieldReader } from '../../base/json-fields.ts';
import type { FieldReader } from '../../base/json-fields.ts';
import { repeatedKey } from '../../base/json-keys.ts';
import type { Program } from '../../ir/graph.ts';
import { printGraph } from '../../ir/print.ts';
import { scheduleVersion } from '../../lower/schedule/version.ts';
import type { NamedFile } from '../files/write-files.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { mostSamples } from '../request.ts';
import { tuningDiagnostics } from './tuning-diagnostics.ts';

export interface TuningRecord {
  readonly version: number;
  /** Name and version. */
  readonly compiler: string;
  /** Of the network, as its source calls it. */
  readonly name: string;
  /** What it belongs to: `sha256:...` (networkHash). */
  readonly network: string;
  readonly target: string;
  /** The version of its code that was measured; the schedules are of all versions. */
  readonly runs: string;
  /** As options of the build say. */
  readonly dense: boolean;
  readonly batch: number;
  readonly winograd?: number;
  /** The type that weights are stored in. */
  readonly weightsAs?: string;
  readonly processor: string;
  readonly node: string;
  /** Absent where no schedule is faster than the default, or the measuring was stopped before. */
  readonly whole?: TunedTimes;
  readonly nests: Readonly<Record<string, TunedTimes & { readonly schedule: string }>>;
}

/** Where a record was measured, and for what build. */
export type MeasuredBuild = Pick<TuningRecord, 'processor' | 'node' | 'dense' | 'batch' | 'winograd' | 'weightsAs'>;

/** Microseconds. */
export interface TunedTimes {
  readonly default: number;
  readonly tuned: number;
}

export const tuningFile = 'tuning.json';

/** A record of a thousand nests has a tenth of it. */
export const mostRecordBytes: number = 2 ** 20;

/** Of what is lowered: what has other weights and the same shapes is the same. */
export function networkHash({ graph }: Program): string {
  return `sha256:${createHash('sha256').update(printGraph(graph)).digest('hex')}`;
}

/** Nests in the order of their names, so that equal records have equal text. */
export function tuningText({ version, compiler, name, network, target, runs, dense, batch, winograd, weightsAs, processor, node, whole, nests }: TuningRecord): string {
  const times = (of: TunedTimes): TunedTimes => ({ default: of.default, tuned: of.tuned });
  const sorted = Object.entries(nests).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([nest, { schedule, ...each }]) => [nest, { schedule, ...times(each) }]);
  return `${JSON.stringify({ version, compiler, name, network, target, runs, dense, batch, ...(winograd !== undefined && { winograd }), ...(weightsAs !== undefined && { weightsAs }), processor, node, ...(whole && { whole: times(whole) }), nests: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** As it is written beside a module. */
export function tuningAsFile(record: TuningRecord): NamedFile {
  return { name: tuningFile, bytes: new TextEncoder().encode(tuningText(record)) };
}

/** The sha256 of its file, in hex. */
export function tuningHash(record: TuningRecord): string {
  return createHash('sha256').update(tuningText(record)).digest('hex');
}

/** @throws DiagnosticError `tuning/corrupt`, `tuning/version`, `file/*` */
export function readTuning(path: string): TuningRecord {
  return parseTuning(readRegularFile(path, mostRecordBytes).toString('utf8'), path);
}

/** Of the network that a record is of, whatever else is wrong with it; undefined where that is not to be seen. */
export function networkNamedIn(record: Uint8Array): string | undefined {
  try {
    const found: unknown = JSON.parse(new TextDecoder().decode(record));
    return typeof found === 'object' && found !== null && 'name' in found && typeof found.name === 'string' ? found.name : undefined;
  } catch {
    return undefined;
  }
}

/** The cure of all that is wrong with a record. */
export const measureAgain = 'measure again: `ssl-compile build ... --tune`';

/** @param file What a person calls it. @throws DiagnosticError `tuning/corrupt`, `tuning/version` */
export function parseTuning(text: string, file: string): TuningRecord {
  const corrupt = (found: string, expected: string): never => fail(tuningDiagnostics.corrupt({ args: [file, found, expected], help: measureAgain }));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    corrupt('text that is no JSON', 'an object');
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) corrupt(`"${twice}" twice`, 'each name once');
  const whole = fieldReader(parsed, corrupt);
  const [version, compiler] = [whole.count('version'), whole.text('compiler')];
  if (version !== scheduleVersion) fail(tuningDiagnostics.version({ args: [file, version, scheduleVersion, compiler], help: measureAgain }));
  const batch = whole.count('batch');
  if (batch < 1 || batch > mostSamples) corrupt(`batch ${batch}`, `1 to ${mostSamples} samples`);
  const times = (of: FieldReader): TunedTimes => ({ default: of.number('default'), tuned: of.number('tuned') });
  return {
    version,
    compiler,
    name: whole.text('name'),
    network: whole.text('network'),
    target: whole.text('target'),
    runs: whole.text('runs'),
    dense: whole.flag('dense'),
    batch,
    ...(whole.has('winograd') && { winograd: whole.number('winograd') }),
    ...(whole.has('weightsAs') && { weightsAs: whole.text('weightsAs') }),
    processor: whole.text('processor'),
    node: whole.text('node'),
    ...(whole.has('whole') && { whole: times(whole.inner('whole')) }),
    nests: whole.inner('nests').each((of, name) => ({ schedule: of.inner(name).text('schedule'), ...times(of.inner(name)) })),
  };
}
