// What of a record of tuning is part of a build: the schedules, and where they come from. It stands in the module's
// `meta`, so that the module can be built again without the record.

import { fail } from '../../base/diagnostic.ts';
import type { FieldReader } from '../../base/json-fields.ts';
import type { Json } from '../../emit/literal.ts';
import type { Program } from '../../ir/graph.ts';
import type { SchedulePins } from '../../lower/schedule/pins.ts';
import { tuningDiagnostics } from './tuning-diagnostics.ts';
import { measureAgain, networkHash, tuningHash } from './tuning-record.ts';
import type { TuningRecord } from './tuning-record.ts';

export interface PinnedSchedules extends SchedulePins {
  readonly file: string;
  /** `sha256:...` of the record. */
  readonly record: string;
  /** `sha256:...` of the network that it belongs to. */
  readonly network: string;
  readonly target: string;
  readonly dense: boolean;
  readonly batch: number;
  readonly winograd?: number;
  readonly weightsAs?: string;
  /** Where it was measured. */
  readonly processor: string;
  readonly node: string;
}

/** @param file What a person calls it. */
export function pinnedBy(record: TuningRecord, file: string): PinnedSchedules {
  const { network, target, processor, node, nests } = record;
  return { file, record: `sha256:${tuningHash(record)}`, network, target, ...scheduledOptions(record), processor, node, schedules: new Map(Object.entries(nests).map(([name, { schedule }]) => [name, schedule])) };
}

/** What of a build its schedules depend on. */
export type ScheduledBuild = Pick<PinnedSchedules, 'target' | 'dense' | 'batch' | 'winograd' | 'weightsAs'>;

type ScheduledNetwork = ScheduledBuild & Pick<PinnedSchedules, 'network'>;

/** @throws DiagnosticError `tuning/target`, `tuning/options`, `tuning/network` where they belong to another build */
export function checkPinned(pinned: PinnedSchedules, program: Program, build: ScheduledBuild): void {
  const { file, network, target } = pinned;
  const wanted = build.target;
  if (target !== wanted) fail(tuningDiagnostics.target({ args: [file, target, wanted], help: `build with --target ${target}, or measure for this one: \`--tune --target ${wanted}\`` }));
  const [measured, asked] = [pinned, build].map(optionsText);
  if (measured !== asked) fail(tuningDiagnostics.options({ args: [file, measured ?? '', asked ?? ''], help: `build what it was measured on, or ${measureAgain}` }));
  if (network !== networkHash(program)) fail(tuningDiagnostics.network({ args: [file, program.graph.name], help: `build what it was measured on, or ${measureAgain}` }));
}

/** Whether the schedules of one fit the other. */
export function isOfSameBuild(a: ScheduledNetwork, b: ScheduledNetwork): boolean {
  return a.network === b.network && a.target === b.target && optionsText(a) === optionsText(b);
}

/** As the command line has them. */
export function optionsText({ dense, batch, winograd, weightsAs }: Omit<ScheduledBuild, 'target'>): string {
  return [...(dense ? ['--dense'] : []), `--batch ${batch}`, ...(winograd === undefined ? [] : [`--winograd ${winograd}`]), ...(weightsAs === undefined ? [] : [`--weights-as ${weightsAs}`])].join(', ');
}

interface GivenOptions {
  readonly dense: boolean;
  readonly batch: number;
  readonly winograd?: number | undefined;
  readonly weightsAs?: string | undefined;
}

/** What of a build's options schedules depend on. */
export function scheduledOptions({ dense, batch, winograd, weightsAs }: GivenOptions): Omit<ScheduledBuild, 'target'> {
  return { dense, batch, ...(winograd !== undefined && { winograd }), ...(weightsAs !== undefined && { weightsAs }) };
}

/** As `meta` tells it, which tells of the options elsewhere. */
export function pinnedMeta({ record, network, processor, node, schedules }: PinnedSchedules): Json {
  const sorted = [...schedules].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { record, network, processor, node, schedules: Object.fromEntries(sorted) };
}

/** What `meta` tells. @param file Of the module. */
export function pinnedIn(meta: FieldReader, file: string, build: ScheduledBuild): PinnedSchedules {
  const [record, network, processor, node] = [meta.text('record'), meta.text('network'), meta.text('processor'), meta.text('node')];
  const schedules = meta.inner('schedules').each((of, name) => of.text(name));
  return { ...build, file, record, network, processor, node, schedules: new Map(Object.entries(schedules)) };
}
