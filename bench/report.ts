// The result of a suite, as JSON and as tables.

import { formatTable } from '../src/cli/text/text-table.ts';
import { defaultMeasureOptions } from './measure.ts';
import type { Quartiles } from './measure.ts';

export interface Row {
  readonly case: string;
  readonly candidate: string;
  readonly threads: number;
  readonly ms: number;
  /** Of the operations that the candidate's network has, two a multiply-add. */
  readonly gflops?: number;
  /** Milliseconds of the shortest turn. */
  readonly best?: number;
  /** How many of the turns that `ms` is the median of ran undisturbed; 20 is all. */
  readonly clean?: number;
  /** How many times as long as the first candidate of the case, round by round: quartiles. */
  readonly times?: Quartiles;
  /** From the float64 reference, at most, relative to its largest value. */
  readonly difference?: number;
  /** Bytes of the largest resident memory of the process. */
  readonly resident?: number;
  /** Size of the emitted module with its weights. */
  readonly bytes?: number;
  readonly gzipBytes?: number;
}

export interface Machine {
  readonly cpu: string;
  /** What its speed depends on, where `cpu` is a brand: the design of a core, such as `Zen 5 (family 26, model 2)`. */
  readonly core: string;
  readonly threads: number;
  readonly node: string;
  /** By number of threads. */
  readonly peakGflops: Readonly<Record<string, number>>;
  /** Of one thread, in multiply-adds of relaxed SIMD; absent where Node has none. */
  readonly relaxedPeakGflops?: number;
}

/** Where candidates run, if not in Node. */
export interface Engine {
  readonly name: string;
  /** It compiles a module with a relaxed multiply and add. */
  readonly relaxedSimd: boolean;
  readonly peakGflops: ThreadPeaks;
}

/** GFLOP/s of one thread, in either kind of instruction that the engine has. */
export interface ThreadPeaks {
  readonly strict: number;
  readonly relaxed?: number;
}

export interface Result {
  readonly suite: string;
  readonly machine: Machine;
  readonly engine?: Engine;
  /** Versions by package name. */
  readonly peers: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export interface Table {
  readonly title: string;
  /** The first column is text, the others are numbers. */
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

/** Each table says by itself what core it is of: readers copy tables, not headings. */
export function formatResult(result: Result, tables: readonly Table[]): string {
  const { cpu, core, threads, node, peakGflops, relaxedPeakGflops } = result.machine;
  const peaks = Object.entries(peakGflops).map(([count, gflops]) => `${gflops.toFixed(1)} on ${count}`);
  const peers = Object.entries(result.peers).map(([name, version]) => `${name} ${version}`);
  const heading = [
    `suite ${result.suite}: ${cpu}, ${core}, ${threads} threads, Node ${node}`,
    `128-bit multiply+add peak in Node, GFLOP/s: ${peaks.join(', ')}${relaxedText(relaxedPeakGflops)}`,
    ...(result.engine ? [engineText(result.engine)] : []),
    ...(peers.length > 0 ? [`peers: ${peers.join(', ')}`] : []),
  ].join('\n');
  return [heading, ...tables.map(({ title, head, body }) => `${title}; ${core}\n${formatTable({ head, rows: body, text: [0] }).trimEnd()}`)].join('\n\n');
}

function engineText({ name, relaxedSimd, peakGflops: { strict, relaxed } }: Engine): string {
  return `${name}, ${relaxedSimd ? 'with' : 'without'} relaxed SIMD: peak there ${strict.toFixed(1)} on 1${relaxedText(relaxed)}`;
}

function relaxedText(gflops: number | undefined): string {
  return gflops === undefined ? '' : `, relaxed ${gflops.toFixed(1)} on 1`;
}

export function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Three significant digits or so, without exponents. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(4);
}

export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || Number.isNaN(ratio) ? '' : ratio.toFixed(2);
}

/** A ratio with its quartiles, where other processes were seen beside it. */
export function formatTimes(row: Row | undefined): string {
  if (!row?.times) return '';
  const [lower, middle, upper] = row.times.map(formatRatio);
  return (row.clean ?? 0) >= defaultMeasureOptions.rounds ? `${middle}` : `${middle} (${lower} to ${upper})`;
}

/** One candidate in one case, if it was measured. */
export function rowOf(rows: readonly Row[], name: string, candidate: string): Row | undefined {
  return rows.find((row) => row.case === name && row.candidate === candidate);
}

export function msOf(rows: readonly Row[], name: string, candidate: string): number | undefined {
  return rowOf(rows, name, candidate)?.ms;
}

/** `a / b`, if both are there. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
