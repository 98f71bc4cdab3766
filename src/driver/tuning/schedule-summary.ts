// The schedules that a build of a network takes, and where they come from.

import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { unpinned } from '../../lower/schedule/pins.ts';
import { leavesZerosOut } from '../../lower/schedule/schedule.ts';
import { layersWithFewer } from '../../passes/fewer-products.ts';
import type { Target } from '../../targets/target.ts';
import { checkPinned, pinnedBy, scheduledOptions } from './pinned.ts';
import type { MeasuredBuild, TunedTimes, TuningRecord } from './tuning-record.ts';

export interface ScheduleSummary {
  readonly target: string;
  /** Of those that were. */
  readonly measured?: MeasuredBuild;
  /** In the order in which they run. */
  readonly nests: readonly NestSummary[];
  /** Layers that `build --winograd` would compute from fewer products. */
  readonly winograd: readonly WinogradSummary[];
}

export interface WinogradSummary {
  readonly layer: string;
  /** By the model of costs. */
  readonly timesAsFast: number;
  /** The least that the build has to allow. */
  readonly error: number;
  /** What its weights take more. */
  readonly bytes: number;
}

export interface NestSummary {
  /** Of the layer, with a number where it has several nests. */
  readonly name: string;
  readonly schedule: string;
  /** Microseconds, alone; absent: chosen by the model of the machine. */
  readonly measured?: TunedTimes;
  /** Where zeros are left out: the schedule that multiplies by them, and how many times as long it takes by the model. */
  readonly dense?: { readonly schedule: string; readonly times: number };
}

/** Undefined for a target without schedules. @param program As lowered for the build that the record is of. @param file What a person calls the record. @throws DiagnosticError `tuning/*`, `schedule/*` for a record of another network */
export async function summarizeSchedules(program: Program, target: Target, ops: OpRegistry, record?: TuningRecord, file = 'tuning.json'): Promise<ScheduleSummary | undefined> {
  const pinned = record && pinnedBy(record, file);
  if (pinned) checkPinned(pinned, program, { ...pinned, target: target.name });
  const nests = await target.nests?.(program, ops, pinned ?? unpinned);
  if (!nests) return undefined;
  const timesOf = (name: string): TunedTimes | undefined => (record && Object.hasOwn(record.nests, name) ? record.nests[name] : undefined);
  return {
    target: target.name,
    ...(record && { measured: { processor: record.processor, node: record.node, ...scheduledOptions(record) } }),
    winograd: filterable(program, ops),
    nests: nests.map(({ name, chosen: { text, schedule, cost }, counterpart }): NestSummary => {
      const times = timesOf(name);
      return { name, schedule: text, ...(counterpart && leavesZerosOut(schedule) && { dense: { schedule: counterpart.text, times: counterpart.cost / cost } }), ...(times && { measured: { default: times.default, tuned: times.tuned } }) };
    }),
  };
}

function filterable(program: Program, ops: OpRegistry): readonly WinogradSummary[] {
  return layersWithFewer(program, ops).map(({ node, weight, made }): WinogradSummary => ({
    layer: node.layer ?? node.op,
    timesAsFast: made.gain,
    error: made.error,
    bytes: 4 * (made.weight.data.length - weight.data.length),
  }));
}
