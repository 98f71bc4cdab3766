// Entries to rows: candidates are chosen between, runs are averaged over, layers are timed.

import { existsSync } from 'node:fs';
import { benchModel } from '../../src/driver/module/bench.ts';
import { openModel, withWeights } from '../../src/driver/model/model.ts';
import { grouped } from '../../src/base/number-text.ts';
import { meanOf as meanOfRuns } from '../../src/driver/sweep/means.ts';
import type { Mean as MeanOfRuns } from '../../src/driver/sweep/means.ts';
import { ops } from '../../src/ops/index.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { sizeNames } from './experiment.ts';
import type { CandidateRow, Entry, Experiment, ExperimentContext, LayerRow, Limit, Mean, Outcome, Row, Setting } from './experiment.ts';
import { pictureOfRows } from './picture.ts';
import type { RowsPicture } from './picture.ts';
import { Records } from './records.ts';
import type { RunRecord } from './records.ts';
import { folderOf, settingText, trainSetting } from './training.ts';
import type { Runs } from './training.ts';

/** Candidates are compared over so many of the seeds. */
const seedsOfChoice = 2;

interface Chosen {
  readonly setting: Setting;
  readonly candidates: readonly CandidateRow[];
  /** None is within the limit: it is the nearest. */
  readonly missed?: string;
}

/** An experiment that is a list of entries beside rows of papers, with their picture. */
export function experimentOf({ name, doc, entries, published = [], picture, findings }: EntryExperiment): Experiment {
  return {
    name,
    doc,
    measure: async (context) => {
      const outcome = await measureEntries(entries, published, context);
      if (!outcome) return undefined;
      const drawn = pictureOfRows([...outcome.ours, ...published], picture);
      return { ...outcome, ...(findings && { findings: findings(outcome.ours) }), ...(drawn !== undefined && { pictures: { [`${name}.svg`]: drawn } }) };
    },
  };
}

interface EntryExperiment {
  readonly name: string;
  readonly doc: string;
  readonly entries: readonly Entry[];
  readonly published?: readonly Row[];
  readonly picture: RowsPicture;
  readonly findings?: (ours: readonly Row[]) => readonly string[];
}

/** Trains and measures all entries. @returns undefined where it was stopped. */
export async function measureEntries(entries: readonly Entry[], published: readonly Row[], context: ExperimentContext): Promise<Outcome | undefined> {
  const records = new Records(context.results);
  const ours: Row[] = [];
  const candidates: CandidateRow[] = [];
  for (const entry of entries) {
    const chosen = await chooseSetting(entry, records, context);
    const runs = chosen && (await trainSetting(chosen.setting, context.seeds, records, context));
    if (!runs) return undefined;
    await timeFirst(runs, records, context);
    candidates.push(...chosen.candidates);
    ours.push(rowOf(entry, chosen, runs, records));
  }
  return { published, ours, candidates };
}

async function chooseSetting({ label, settings, limit }: Entry, records: Records, context: ExperimentContext): Promise<Chosen | undefined> {
  if (settings.length === 1) return { setting: settings[0], candidates: [] };
  const found: { readonly setting: Setting; readonly heldOut: Mean; readonly size: number }[] = [];
  for (const setting of settings) {
    const runs = await trainSetting(setting, context.seeds.slice(0, seedsOfChoice), records, context);
    if (!runs) return undefined;
    const ended = finished(runs);
    // What diverges once is no candidate.
    if (ended.length < runs.length) continue;
    found.push({ setting, heldOut: meanOf(ended.map(({ heldOut, product }) => heldOut[product] ?? NaN)), size: limit ? meanOf(ended.map((run) => run[limit.of])).mean : 0 });
  }
  const fits = ({ size }: { readonly size: number }): boolean => !limit || size <= limit.most;
  const within = found.filter(fits).toSorted((a, b) => a.heldOut.mean - b.heldOut.mean);
  const best = within[0] ?? found.toSorted((a, b) => a.size - b.size)[0];
  if (!best) throw new Error(`${label}: every candidate diverges`);
  return {
    setting: best.setting,
    candidates: found.map((each) => ({ entry: label, setting: settingText(each.setting), heldOut: each.heldOut, size: each.size, fits: fits(each), chosen: each === best })),
    ...(within.length === 0 && limit && { missed: `no candidate has at most ${limitText(limit)}` }),
  };
}

function limitText({ of, most }: Limit): string {
  return `${grouped(most)} ${sizeNames[of]}`;
}

function finished(runs: Runs): readonly RunRecord[] {
  return runs.flatMap((run) => ('failed' in run ? [] : [run]));
}

function rowOf({ label, phase, curve }: Entry, { setting, missed }: Chosen, runs: Runs, records: Records): Row {
  const ended = finished(runs);
  const [first] = ended;
  const failures = runs.length - ended.length;
  const note = [missed, failures > 0 ? `${failures} of ${runs.length} runs diverged` : undefined].filter((part) => part !== undefined).join('; ');
  if (!first) return { label, seeds: 0, layers: [], note };
  const errors = ended.map(({ error, product }) => error[phase ?? product] ?? NaN);
  // Another phase than the last one has the network as it was.
  const sizes = phase === undefined && { macs: meanOf(ended.map(({ macs }) => macs)).mean, convMacs: meanOf(ended.map(({ convMacs }) => convMacs)).mean, weights: meanOf(ended.map(({ weights }) => weights)).mean };
  return { label, seeds: ended.length, error: meanOf(errors), ...sizes, layers: phase === undefined ? layersOf(ended, records) : [], ...(curve !== undefined && { curve }), note: [settingText(setting), ...(note ? [note] : [])].join('; ') };
}

function layersOf(runs: readonly RunRecord[], records: Records): readonly LayerRow[] {
  const timed = runs.flatMap(({ hash }) => records.timesOf(hash) ?? [])[0];
  return (runs[0]?.layers ?? []).map(({ name, kept }, at) => {
    const time = timed?.layers[name];
    return {
      name,
      kept: Object.fromEntries(Object.entries(kept).map(([field, [, total]]) => [field, [meanOf(runs.map(({ layers }) => layers[at]?.kept[field]?.[0] ?? 0)).mean, total] as const])),
      macs: meanOf(runs.map(({ layers }) => layers[at]?.macs ?? 0)).mean,
      ...(time?.compacted !== undefined && { ms: time.compacted, speedup: time.dense / time.compacted }),
    };
  });
}

/** Where the run lies here, and was not timed before. */
async function timeFirst(runs: Runs, records: Records, context: ExperimentContext): Promise<void> {
  const ended = finished(runs);
  const [first] = ended;
  if (!first || ended.some(({ hash }) => records.timesOf(hash)) || !existsSync(folderOf(first, context))) return;
  const { layers, processor } = await benchModel(withWeights(openModel(folderOf(first, context), undefined, ops)), wasmTarget, 1, ops, () => {});
  const inMs = layers.map(({ name, dense, compacted }) => [name, { dense: dense.microseconds / 1000, ...(compacted && { compacted: compacted.microseconds / 1000 }) }] as const);
  records.add({ hash: first.hash, times: { core: processor.core, layers: Object.fromEntries(inMs) } });
}

function meanOf(values: readonly number[]): Mean {
  return asWritten(meanOfRuns(values));
}

/** As results have it. */
export function asWritten({ mean, deviation }: MeanOfRuns): Mean {
  return { mean, ...(deviation !== undefined && { sd: deviation }) };
}
