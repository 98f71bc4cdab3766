// What runs came to, one line each, kept with the results: a run that is listed is not trained again, on whatever machine.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import type { FinishedRung } from '../../src/driver/ladder/standings.ts';
import { processorHere } from '../../src/driver/module/processor.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import { reportFields } from '../../src/ir/structure.ts';
import type { Setting } from './experiment.ts';

export interface LayerTimes {
  readonly dense: number;
  readonly compacted?: number;
}

/** Milliseconds of each layer alone, dense and compacted, by name. */
export interface Times {
  readonly core: string;
  readonly layers: Readonly<Record<string, LayerTimes>>;
}

export interface LayerRecord {
  readonly name: string;
  readonly kept: Readonly<Record<string, readonly [kept: number, of: number]>>;
  readonly macs: number;
}

export interface RunRecord extends Setting {
  /** What the run is (run-identity.ts). */
  readonly hash: string;
  readonly seed: number;
  /** By phase: shares of the test set, and of the held-out samples. */
  readonly error: Readonly<Record<string, number>>;
  readonly heldOut: Readonly<Record<string, number>>;
  /** The phase of its result. */
  readonly product: string;
  readonly macs: number;
  readonly convMacs: number;
  readonly weights: number;
  readonly layers: readonly LayerRecord[];
  readonly epochs: number;
  readonly seconds: number;
  readonly commit: string;
  readonly core: string;
}

/** A run that came to nothing: its training diverged. */
export interface FailedRecord extends Setting {
  readonly hash: string;
  readonly seed: number;
  readonly failed: string;
}

/** A run of the granularity ladder. */
export interface RungRecord {
  readonly hash: string;
  readonly rung: FinishedRung;
  readonly commit: string;
  readonly core: string;
}

/** Measured apart from the training: on another day, or another machine. */
interface TimesRecord {
  readonly hash: string;
  readonly times: Times;
}

type Line = RunRecord | FailedRecord | RungRecord | TimesRecord;

export class Records {
  private readonly runs = new Map<string, RunRecord | FailedRecord>();
  private readonly times = new Map<string, Times>();
  private readonly rungs = new Map<string, RungRecord>();

  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, 'runs.jsonl');
    const lines = existsSync(this.file) ? readFileSync(this.file, 'utf8').split('\n').filter((line) => line !== '') : [];
    for (const line of lines) this.take(JSON.parse(line) as Line);
  }

  find(hash: string): RunRecord | FailedRecord | undefined {
    return this.runs.get(hash);
  }

  rungOf(hash: string): FinishedRung | undefined {
    return this.rungs.get(hash)?.rung;
  }

  timesOf(hash: string): Times | undefined {
    return this.times.get(hash);
  }

  add(record: Line): void {
    mkdirSync(dirname(this.file), { recursive: true });
    appendFileSync(this.file, `${JSON.stringify(record)}\n`);
    this.take(record);
  }

  /** Of two lines the later one counts. */
  private take(record: Line): void {
    if ('times' in record) this.times.set(record.hash, record.times);
    else if ('rung' in record) this.rungs.set(record.hash, record);
    else this.runs.set(record.hash, record);
  }
}

export function recordOf(hash: string, setting: Setting, summary: RunSummary): RunRecord {
  const { seed, error, heldOut, product, macs, convMacs, weights, layers, epochs, seconds } = summary;
  return {
    hash,
    ...setting,
    seed,
    error,
    heldOut,
    product,
    macs: macs.compacted,
    convMacs: convMacs.compacted,
    weights: weights.compacted,
    layers: layers.map((layer) => ({
      name: layer.name,
      kept: Object.fromEntries(reportFields.flatMap((field) => (layer[field] ? [[field, layer[field]] as const] : []))),
      macs: layer.macs[0],
    })),
    epochs: epochs[product] ?? 0,
    seconds: Math.round(seconds),
    commit: commitHere(),
    core: processorHere().core,
  };
}

/** Of the checkout, with a plus where it has changes. */
export function commitHere(): string {
  try {
    const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'bench/experiments/programs') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
