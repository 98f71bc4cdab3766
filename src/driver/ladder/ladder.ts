// The granularity ladder of a file, trained as the runs of a sweep: each a run of its own, found again by what it is. Its
// folder is that of a sweep, and has beside
//
//   ladder.json   what was asked for, what came of each run, and what follows
//   ladder.svg    held-out error against the share of weights left, and against the bits that they take

import { basename, join } from 'node:path';
import { structureNamed } from '../../ir/structure.ts';
import type { StructureKind } from '../../ir/structure.ts';
import { ladderPicture } from '../../report/ladder-picture.ts';
import { lostError } from '../../train/tasks/task.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import type { Fault } from '../sweep/job.ts';
import type { SweepRun } from '../sweep/results.ts';
import type { TaskState } from '../sweep/schedule.ts';
import { trainPlan } from '../sweep/sweep.ts';
import type { PlanOptions, Training } from '../sweep/sweep.ts';
import { ladderFiles } from '../sweep/sweep-folder.ts';
import { planPrograms } from '../sweep/sweep-plan.ts';
import { planLadder } from './ladder-plan.ts';
import type { LadderPlan, LadderRequest, Rung } from './ladder-plan.ts';
import { readRung } from './rung-result.ts';
import type { RungResult } from './rung-result.ts';
import { standingsOf } from './standings.ts';
import type { Standings } from './standings.ts';

export type LadderOptions = LadderRequest & Omit<PlanOptions, 'sparsity'>;

export interface LadderRun extends Rung {
  readonly hash: string;
  /** Its folder. */
  readonly run: string;
  readonly state: TaskState;
  readonly faults?: readonly Fault[];
  readonly result?: RungResult;
}

export interface LadderOutcome extends Standings, Omit<LadderPlan, 'rungs' | 'warnings'> {
  readonly file: string;
  readonly runs: readonly LadderRun[];
  /** Absent: no run has a held-out error. */
  readonly picture?: string;
  /** Stopped before all was done. */
  readonly interrupted: boolean;
}

/** Fails with `ladder/*` and what a sweep fails with, before anything is written. */
export async function ladder(options: LadderOptions, training?: Training): Promise<LadderOutcome> {
  const { file, out, search } = options;
  const { rungs, warnings: ofFile, ...plan } = planLadder(options);
  const { runs, warnings } = await planPrograms(rungs.map(({ program }) => program), { file, search });
  const conclude = (trained: readonly SweepRun[]): Omit<LadderOutcome, 'interrupted'> => {
    const found = rungs.map(({ grain, keep, seed }, i): LadderRun => ({ grain, keep, seed, ...standingOf(trained[i] as SweepRun, grain, plan.layers) }));
    const standings = standingsOf(found.flatMap(({ result, ...rung }) => (result && !result.useless ? [{ ...rung, result }] : [])), plan.grains, plan.keep);
    return writeOutcome(out, { file, ...plan, runs: found, ...standings });
  };
  const { drawn, interrupted } = await trainPlan({ runs, warnings: [...ofFile, ...warnings] }, options, conclude, training);
  return { ...drawn, interrupted };
}

function standingOf({ hash, run, state, faults }: SweepRun, grain: StructureKind, layers: readonly string[]): Omit<LadderRun, keyof Rung> {
  const result = state === 'finished' ? readRung(run, grain, layers) : undefined;
  return { hash, run, state, ...(faults && { faults }), ...(result && { result }) };
}

type Written = Omit<LadderOutcome, 'interrupted' | 'picture'>;

function writeOutcome(out: string, outcome: Written): Written & Pick<LadderOutcome, 'picture'> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  // The folder may be moved.
  const runs = outcome.runs.map(({ run, ...rest }) => ({ ...rest, run: `runs/${basename(run)}` }));
  const svg = pictureOf(outcome);
  writeFilesAtomically(out, [{ name: ladderFiles.record, bytes: encode(`${JSON.stringify({ ...outcome, runs }, null, 2)}\n`) }, ...(svg === undefined ? [] : [{ name: ladderFiles.picture, bytes: encode(svg) }])]);
  return { ...outcome, ...(svg !== undefined && { picture: join(out, ladderFiles.picture) }) };
}

/** Undefined where nothing is held out. */
export function pictureOf({ file, grains, means, baseline, control, task }: Pick<Written, 'file' | 'grains' | 'means' | 'baseline' | 'control' | 'task'>): string | undefined {
  const curves = grains.flatMap((grain, place) => {
    const points = means.flatMap(({ grain: of, keep, heldOut, density, storage, seeds }) => (of === grain && heldOut && heldOut.mean < lostError ? [{ keep, seeds: seeds.length, density: density.mean, storage: storage.mean, error: heldOut.mean, ...(heldOut.deviation !== undefined && { deviation: heldOut.deviation }) }] : []));
    return points.length > 0 ? [{ name: titleOf(grain), place, points }] : [];
  });
  if (curves.length === 0) return undefined;
  const level = (name: string, error: number | undefined): readonly { readonly name: string; readonly error: number }[] => (error === undefined || error >= lostError ? [] : [{ name, error }]);
  return ladderPicture({ ...(task && { task }), title: `${basename(file)}: convolutions pruned at each grain`, curves, levels: [...level('dense baseline', baseline?.heldOut?.mean), ...level('dense, trained as long', control?.heldOut?.mean)] });
}

/** `2-D filters` */
export function titleOf(grain: StructureKind): string {
  return `${structureNamed(grain).singular}s`;
}

