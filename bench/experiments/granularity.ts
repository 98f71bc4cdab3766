// The granularity ladder of LeNet (Mao et al. 2017): error, storage and memory references of four grains at several shares of the
// convolutions' weights.

import { join } from 'node:path';
import { ladderText } from '../../src/cli/text/ladder-text.ts';
import { ladder, pictureOf, titleOf } from '../../src/driver/ladder/ladder.ts';
import type { LadderOutcome, LadderRun } from '../../src/driver/ladder/ladder.ts';
import { planLadder } from '../../src/driver/ladder/ladder-plan.ts';
import { standingsOf } from '../../src/driver/ladder/standings.ts';
import { planPrograms } from '../../src/driver/sweep/sweep-plan.ts';
import { processorHere } from '../../src/driver/module/processor.ts';
import { asWritten } from './entries.ts';
import { curves } from './experiment.ts';
import type { Experiment, ExperimentContext, Outcome, Row } from './experiment.ts';
import { commitHere, Records } from './records.ts';

const program = 'lenet-ladder';
const keep = [40, 20, 10, 4];

export const granularityExperiment: Experiment = {
  name: 'granularity',
  doc: 'the granularity ladder of LeNet: elements, vectors, 2-D filters and filters by magnitude (Mao et al. 2017)',
  measure: async (context) => {
    const records = new Records(context.results);
    const runs: LadderRun[] = [];
    // Seed by seed: those that are known are not trained again.
    for (const seed of context.seeds) {
      const known = await knownRuns(seed, records, context);
      const ofSeed = known ?? (await trainSeed(seed, records, context));
      if (!ofSeed) return undefined;
      runs.push(...ofSeed);
    }
    return outcomeOf(runs, context);
  },
};

function requestOf(seed: number, { programs }: ExperimentContext): { readonly file: string; readonly keep: readonly number[]; readonly seeds: readonly number[] } {
  return { file: join(programs, `${program}.ssl`), keep, seeds: [seed] };
}

/** Undefined where one of them is not known. */
async function knownRuns(seed: number, records: Records, context: ExperimentContext): Promise<readonly LadderRun[] | undefined> {
  const request = requestOf(seed, context);
  const { rungs } = planLadder(request);
  const planned = await planPrograms(rungs.map((rung) => rung.program), { file: request.file, search: { directory: context.data } });
  const runs = planned.runs.map(({ hash }): LadderRun | undefined => {
    const rung = records.rungOf(hash);
    return rung && { ...rung, hash, run: hash, state: 'finished' };
  });
  return runs.includes(undefined) ? undefined : (runs as LadderRun[]);
}

async function trainSeed(seed: number, records: Records, context: ExperimentContext): Promise<readonly LadderRun[] | undefined> {
  const { out, data, workers, signal, progress } = context;
  const { runs, interrupted } = await ladder({
    ...requestOf(seed, context),
    out: join(out, program),
    search: { directory: data },
    workers,
    signal,
    onProgress: (event) => {
      if (event.kind === 'training' && event.event.kind === 'epoch') progress(`${program}, ${event.what}: ${event.event.phase} ${event.event.epoch} of ${event.event.epochs}`);
    },
  });
  for (const { hash, grain, keep: share, seed: ofRun, result } of runs) {
    if (result && !records.rungOf(hash)) records.add({ hash, rung: { grain, keep: share, seed: ofRun, result }, commit: commitHere(), core: processorHere().core });
  }
  return interrupted ? undefined : runs;
}

function outcomeOf(runs: readonly LadderRun[], context: ExperimentContext): Outcome {
  const { rungs: _, warnings: __, ...plan } = planLadder({ ...requestOf(1, context), seeds: context.seeds });
  const standings = standingsOf(runs.flatMap(({ result, ...rung }) => (result && !result.useless ? [{ ...rung, result }] : [])), plan.grains, plan.keep);
  const ladderOutcome: LadderOutcome = { file: `${program}.ssl`, ...plan, runs, ...standings, interrupted: false };
  const picture = pictureOf(ladderOutcome);
  const rows = standings.means.map(({ grain, keep: share, seeds, test }): Row => ({
    label: `${titleOf(grain)}, ${share}%`,
    seeds: seeds.length,
    error: asWritten(test),
    layers: [],
  }));
  const dense = [{ label: 'dense baseline', of: standings.baseline }, { label: curves.dense, of: standings.control }].flatMap(({ label, of }): readonly Row[] => (of ? [{ label, seeds: context.seeds.length, error: asWritten(of.test), layers: [] }] : []));
  return { published: [], ours: [...dense, ...rows], candidates: [], findings: ['```', ladderText(ladderOutcome, `FOLDER/${program}`).trimEnd(), '```'], ...(picture !== undefined && { pictures: { 'granularity.svg': picture } }) };
}
