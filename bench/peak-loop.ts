// The fixed loops of peak.ts as they are run, in Node or in a page: bytes of a module come in.

import type { Sentinel } from './measure.ts';

// Independent accumulators: two chains of multiply and add (3 + 3 cycles) a cycle need 12, one more is
// slack. Eight reach two thirds of the peak, and 14 with their two operands no longer fit the 15 registers
// V8 can use.
export const ACCUMULATORS = 13;
export const UNROLL = 2;
const FLOPS_A_TURN: number = ACCUMULATORS * UNROLL * 4 * 2;

/** Turns of the loop in one call: about a millisecond. */
const PEAK_TURNS = 300_000;

/** Pages of 64 KiB that the second sentinel reads: 4 MiB. */
export const SWEEP_PAGES = 64;

/** Times it reads them in one call: a third of a millisecond. */
const SWEEPS = 8;

export type PeakLoop = (turns: number) => number;

/** A multiplication and an addition, or one instruction that does both and may round once. */
export type Arithmetic = 'strict' | 'relaxed';

/** The modules that export the loops, each with its own arithmetic. */
export type LoopBytes = Readonly<Record<Arithmetic, Uint8Array<ArrayBuffer>>>;

/** The loops as this engine runs them. */
export interface CompiledLoops {
  readonly strict: WebAssembly.Module;
  /** Absent without relaxed SIMD. */
  readonly relaxed?: WebAssembly.Module;
}

export function compileLoops({ strict, relaxed }: LoopBytes): CompiledLoops {
  return { strict: new WebAssembly.Module(strict), ...(WebAssembly.validate(relaxed) && { relaxed: new WebAssembly.Module(relaxed) }) };
}

export function instantiatePeakLoop(module: WebAssembly.Module): PeakLoop {
  return new WebAssembly.Instance(module).exports['peak'] as PeakLoop;
}

/** One of arithmetic and one of reading. */
export function sentinelsOf(module: WebAssembly.Module): readonly Sentinel[] {
  const { peak, sweep, memory } = new WebAssembly.Instance(module).exports as { readonly peak: PeakLoop; readonly sweep: () => number; readonly memory: WebAssembly.Memory };
  // Pages never written to would all be the one page of zeros.
  new Uint8Array(memory.buffer).fill(1);
  const read = (): void => {
    for (let i = 0; i < SWEEPS; i++) sweep();
  };
  return [
    { work: () => void peak(PEAK_TURNS), tolerance: 1.03, best: Infinity },
    { work: read, tolerance: 1.3, best: Infinity },
  ];
}

/** How a peak is measured: so many rounds of so many turns. */
export interface PeakRounds {
  readonly turns: number;
  readonly rounds: number;
}

export const peakRounds: PeakRounds = { turns: PEAK_TURNS, rounds: 1000 };

/** Clocks of pages tell five microseconds apart, and the best of many rounds is the one whose clock was furthest off. */
export const pagePeakRounds: PeakRounds = { turns: 4 * PEAK_TURNS, rounds: 250 };

const WARM_UP_ROUNDS = 60;

/** Start and end of each round of one thread, in milliseconds by the clock that all threads share. */
export type PeakSpans = readonly (readonly [start: number, end: number])[];

/** @param meet Called before each round: where threads wait for each other. */
export function peakSpans(loop: PeakLoop, { turns, rounds }: PeakRounds, meet: (round: number) => void = () => {}): PeakSpans {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) loop(turns);
  const spans: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    meet(round);
    const start = performance.timeOrigin + performance.now();
    loop(turns);
    spans.push([start, performance.timeOrigin + performance.now()]);
  }
  return spans;
}

/** The best round's GFLOP/s, from its first start to its last end. */
export function bestRate(threads: readonly PeakSpans[], { turns, rounds }: PeakRounds): number {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = Math.min(...threads.map((spans) => spans[round]?.[0] ?? NaN));
    const end = Math.max(...threads.map((spans) => spans[round]?.[1] ?? NaN));
    best = Math.max(best, (threads.length * turns * FLOPS_A_TURN) / (end - start) / 1e6);
  }
  return best;
}
