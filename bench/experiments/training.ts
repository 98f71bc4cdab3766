// Trains what an experiment's entries name, by `sweep`, and tells the runs that it came to.

import { join } from 'node:path';
import { summaryOfRun } from '../../src/driver/run/run-reader.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import type { SweepRun } from '../../src/driver/sweep/results.ts';
import { sweep } from '../../src/driver/sweep/sweep.ts';
import { planSweep } from '../../src/driver/sweep/sweep-plan.ts';
import type { SweepProgram } from '../../src/driver/sweep/sweep-plan.ts';
import type { ExperimentContext, Setting } from './experiment.ts';
import { recordOf } from './records.ts';
import type { FailedRecord, Records, RunRecord } from './records.ts';

export type Runs = readonly (RunRecord | FailedRecord)[];

/** @returns The runs of the setting, one a seed; undefined where it was stopped. */
export async function trainSetting(setting: Setting, seeds: readonly number[], records: Records, context: ExperimentContext): Promise<Runs | undefined> {
  const planned = (await planSweep(programOf(setting, seeds, context))).runs.map(({ hash, values }) => ({ hash, seed: values['seed'] as number }));
  const missing = planned.filter(({ hash }) => !records.find(hash)).map(({ seed }) => seed);
  if (missing.length > 0 && !(await trainMissing(setting, missing, records, context))) return undefined;
  return planned.flatMap(({ hash }) => records.find(hash) ?? []);
}

/** The folder that the run lies in, if it was trained here. */
export function folderOf({ hash, program }: RunRecord, { out }: ExperimentContext): string {
  return join(out, program, 'runs', hash);
}

/** What `sweep` is asked for. */
export function programOf({ program, sparsity, values = {} }: Setting, seeds: readonly number[], { programs, data }: ExperimentContext): SweepProgram {
  const constants = Object.entries(values).map(([name, value]) => ({ name, values: [value] }));
  return { file: join(programs, `${program}.ssl`), axes: [...constants, { name: 'seed', values: seeds }], sparsity, search: { directory: data }, confirmed: true };
}

async function trainMissing(setting: Setting, seeds: readonly number[], records: Records, context: ExperimentContext): Promise<boolean> {
  const { out, workers, signal, progress } = context;
  const record = ({ hash, run, values, state, faults = [] }: SweepRun): void => {
    if (records.find(hash)) return;
    const seed = values['seed'] as number;
    if (state === 'finished') return records.add(recordOf(hash, setting, summaryOfRun(run) as RunSummary));
    const why = faults.map(({ message }) => message).join('; ');
    if (faults.some(({ code }) => code === 'train/diverged')) return records.add({ hash, ...setting, seed, failed: why });
    // What was lost with its worker is no result.
    if (faults.length > 0) throw new Error(`${settingText(setting)}, seed ${seed}: ${why}`);
  };
  const told = new Map<string, string>();
  const { runs, interrupted } = await sweep({
    ...programOf(setting, seeds, context),
    out: join(out, setting.program),
    workers,
    signal,
    onProgress: (event) => {
      if (event.kind === 'run') return record(event.run);
      if (event.kind !== 'training' || event.event.kind !== 'step') return;
      const { phase, epoch, epochs, loss } = event.event;
      const at = `${phase} ${epoch}`;
      if (told.get(event.hash) === at) return;
      told.set(event.hash, at);
      progress(`${settingText(setting)}, ${event.what}: ${at} of ${epochs}, loss ${loss.toFixed(4)}`);
    },
  });
  // Those that were there already.
  runs.forEach(record);
  return !interrupted;
}

export function settingText({ program, sparsity, values = {} }: Setting): string {
  return [program, sparsity, ...Object.entries(values).map(([name, value]) => `${name} ${value}`)].filter((part) => part !== undefined).join(' ');
}
