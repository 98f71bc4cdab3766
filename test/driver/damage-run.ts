// Damage to one file of the folder of a run, drawn by number, and what came of it: a run that is read or gone on with
// afterwards refuses, or is exactly what it would have been.

import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { train } from '../../src/driver/run/train.ts';
import { explain, loadModel } from '../../src/index.ts';
import type { Model } from '../../src/index.ts';
import { modelOf, smallSource, stripes } from '../engine/fixture.ts';

/** One to four epochs of a small network. */
const source = smallSource.replace('epochs = 2, batch', 'epochs = 1, batch').replace('epochs = 3', 'epochs = 2').replace('epochs = 2, optimizer = sgd(rate = 0.02', 'epochs = 1, optimizer = sgd(rate = 0.02');
const samples = (): ReturnType<typeof stripes> => stripes(120, 40);

export interface Runs {
  readonly root: string;
  readonly model: Model;
  /** Folders: of a run that has come to its end, and of one that was stopped on the way, with its earlier state. */
  readonly finished: string;
  readonly stopped: string;
  readonly earlier: string;
  readonly truth: Report;
}

export async function makeRuns(): Promise<Runs> {
  const root = mkdtempSync(join(tmpdir(), 'ssl-damage-'));
  const [finished, stopped, earlier] = ['finished', 'stopped', 'earlier'].map((name) => join(root, name)) as [string, string, string];
  const model = modelOf(source);
  await train(model, samples(), { out: finished });
  const stop = new AbortController();
  const onProgress = ({ kind }: { readonly kind: string }): void => {
    if (kind === 'phase') cpSync(stopped, earlier, { recursive: true, filter: (path) => !path.includes('run.lock') });
    if (kind === 'phase') stop.abort();
  };
  await train(model, samples(), { out: stopped, onProgress, signal: stop.signal });
  return { root, model, finished, stopped, earlier, truth: reportOf(finished) };
}

/** All that a person could believe of a run, but for how long it took. */
interface Report {
  readonly weights: string;
  readonly summary: unknown;
  readonly metrics: unknown;
  readonly phases: readonly string[];
}

function reportOf(folder: string): Report {
  const read = (name: string): string => readFileSync(join(folder, name), 'latin1');
  const timeless = (text: string): unknown => ({ ...(JSON.parse(text) as object), seconds: 0 });
  return {
    weights: read('weights.safetensors'),
    summary: timeless(read('summary.json')),
    metrics: read('metrics.jsonl').trimEnd().split('\n').map(timeless),
    phases: ['baseline', 'sparsify', 'finetune'].map((phase) => read(`${phase}.safetensors`)),
  };
}

interface Place {
  readonly folder: string;
  readonly name: string;
  readonly runs: Runs;
  /** From 0 to 1, by number. */
  readonly draw: (at: number) => number;
}

const pathOf = ({ folder, name }: Place): string => join(folder, name);

function editBytes(place: Place, change: (bytes: Buffer, at: number) => void): void {
  const bytes = readFileSync(pathOf(place));
  if (bytes.length > 0) change(bytes, Math.floor(place.draw(1) * bytes.length));
  writeFileSync(pathOf(place), bytes);
}

export const damages: Readonly<Record<string, (place: Place) => void>> = {
  'a bit flipped': (place) => editBytes(place, (bytes, at) => void (bytes[at] = present(bytes[at], 'byte') ^ (1 << Math.floor(8 * place.draw(2))))),
  'a byte replaced': (place) => editBytes(place, (bytes, at) => void (bytes[at] = Math.floor(256 * place.draw(2)))),
  'a number edited': (place) => {
    const text = readFileSync(pathOf(place), 'latin1');
    const numbers = [...text.matchAll(/(?<=[: [,])\d+(?:\.\d+)?(?=[,\]}\n ])/g)];
    const chosen = numbers[Math.floor(place.draw(1) * numbers.length)];
    if (!chosen) return;
    const other = String(Math.floor(place.draw(2) * 10));
    writeFileSync(pathOf(place), text.slice(0, chosen.index) + other + text.slice(chosen.index + chosen[0].length), 'latin1');
  },
  'cut short': (place) => truncateSync(pathOf(place), Math.floor(place.draw(1) * readFileSync(pathOf(place)).length)),
  'made longer': (place) => appendFileSync(pathOf(place), place.draw(1) < 0.5 ? '\0\0\0\0' : '{"phase":"baseline","epoch":9}\n'),
  emptied: (place) => writeFileSync(pathOf(place), ''),
  deleted: (place) => rmSync(pathOf(place)),
  'swapped with another': (place) => {
    const others = readdirSync(place.folder).filter((name) => name !== place.name);
    const other = join(place.folder, present(others[Math.floor(place.draw(1) * others.length)], 'other file'));
    renameSync(other, `${other}.aside`);
    renameSync(pathOf(place), other);
    renameSync(`${other}.aside`, pathOf(place));
  },
  'a folder in its place': (place) => {
    rmSync(pathOf(place));
    mkdirSync(pathOf(place));
  },
  'a link in its place': (place) => {
    const outside = join(place.folder, '..', 'outside');
    renameSync(pathOf(place), outside);
    if (place.draw(1) < 0.5) appendFileSync(outside, '{}\n');
    symlinkSync(outside, pathOf(place));
  },
  'an earlier one in its place': (place) => {
    const before = place.draw(1) < 0.5 ? place.runs.earlier : place.runs.stopped;
    const names = readdirSync(before);
    cpSync(join(before, names.includes(place.name) ? place.name : present(names[Math.floor(place.draw(2) * names.length)], 'file')), pathOf(place));
  },
};

export interface Outcome {
  readonly damage: string;
  readonly file: string;
  /** `wrong`: something was believed that is not so; everything else is fine. */
  readonly kind: 'refused' | 'mended or without effect' | 'wrong';
  readonly detail?: string;
}

/** Damages a copy of a run, every fifth time of the one that was stopped, and looks what comes of it. */
export async function damageOnce(runs: Runs, seed: number): Promise<Outcome> {
  const { uniform } = stream(seed, 'damage');
  const stopped = seed % 5 === 0;
  const place = join(runs.root, `try-${seed}`);
  const folder = join(place, 'run');
  cpSync(stopped ? runs.stopped : runs.finished, folder, { recursive: true });
  const files = readdirSync(folder).toSorted();
  const file = present(files[Math.floor(uniform(100) * files.length)], 'file');
  const names = Object.keys(damages);
  const damage = present(names[Math.floor(uniform(101) * names.length)], 'damage');
  damages[damage]?.({ folder, name: file, runs, draw: uniform });
  const outside = join(place, 'outside');
  const before = damage === 'a link in its place' ? readFileSync(outside, 'latin1') : '';

  const wrongs: string[] = [];
  /** Whether it was not refused. */
  const attempt = async (what: string, work: () => Promise<boolean> | boolean): Promise<boolean> => {
    try {
      if (!(await work())) wrongs.push(what);
      return true;
    } catch (error) {
      if (!(error instanceof DiagnosticError)) wrongs.push(`${what}: ${String(error)}`);
      return false;
    }
  };
  const truly = explain(loadModel(runs.finished));
  const reads = (): boolean => JSON.stringify(explain(loadModel(folder))) === JSON.stringify(truly);
  await attempt('explained', reads);
  const resumed = await attempt('resumed', async () => {
    await train(runs.model, samples(), { out: folder, resume: true });
    return JSON.stringify(reportOf(folder)) === JSON.stringify(runs.truth);
  });
  const whole = (await attempt('explained afterwards', reads)) && resumed;
  if (damage === 'a link in its place' && readFileSync(outside, 'latin1') !== before) wrongs.push('the file behind the link was changed');
  rmSync(place, { recursive: true });
  return { damage, file, kind: wrongs.length > 0 ? 'wrong' : whole ? 'mended or without effect' : 'refused', ...(wrongs.length > 0 && { detail: wrongs.join('; ') }) };
}
