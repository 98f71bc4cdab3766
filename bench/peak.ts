// What 128-bit arithmetic can do on this machine: a WASM loop of f32x4 multiplications and additions, as
// many as there are and nothing else. It is the ceiling of the table and, between the candidates, the
// sentinel that tells whether someone else was using the core. A second one reads more than a core's own
// caches hold: who shares the last one with us slows that loop and leaves the first alone.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import wabt from 'wabt';
import type { Sentinel } from './measure.ts';

// Independent accumulators: two chains of multiply and add (3 + 3 cycles) a cycle need 12, one more is
// slack. Eight reach two thirds of the peak, and 14 with their two operands no longer fit the 15 registers
// V8 can use.
const ACCUMULATORS = 13;
const UNROLL = 2;
const FLOPS_A_TURN = ACCUMULATORS * UNROLL * 4 * 2;

/** Turns of the loop in one call of the first sentinel: about a millisecond. */
const SENTINEL_TURNS = 300_000;

/** Pages of 64 KiB that the second sentinel reads: 4 MiB. */
const SWEEP_PAGES = 64;

/** Times it reads them in one call: a third of a millisecond. */
const SWEEPS = 8;

type PeakLoop = (turns: number) => number;

function peakText(): string {
  const names = Array.from({ length: ACCUMULATORS }, (_, index) => `$a${index}`);
  // a <- a * m + b converges to b / (1 - m): neither infinite nor denormal, and nothing to hoist.
  const step = names.map((a) => `(local.set ${a} (f32x4.add (f32x4.mul (local.get ${a}) (local.get $m)) (local.get $b)))`);
  const sum = names.map((a) => `(local.set $m (f32x4.add (local.get $m) (local.get ${a})))`);
  return [
    `(module (memory (export "memory") ${SWEEP_PAGES} ${SWEEP_PAGES})`,
    // One vector of each cache line.
    '(func (export "sweep") (result i32) (local $at i32) (local $sum v128)',
    '(loop $again',
    '(local.set $sum (i32x4.add (local.get $sum) (v128.load (local.get $at))))',
    `(br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (i32.const ${SWEEP_PAGES * 65536}))))`,
    '(i32x4.extract_lane 0 (local.get $sum)))',
    '(func (export "peak") (param $turns i32) (result f32)',
    ...names.map((a) => `(local ${a} v128)`),
    '(local $m v128) (local $b v128)',
    '(local.set $m (v128.const f32x4 0.5 0.25 0.75 0.125))',
    '(local.set $b (v128.const f32x4 1 2 3 4))',
    '(loop $again',
    ...Array.from({ length: UNROLL }, () => step).flat(),
    '(br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))',
    ...sum,
    '(f32x4.extract_lane 0 (local.get $m))))',
  ].join('\n');
}

/** The module that exports `peak(turns)`. */
export async function compilePeakLoop(): Promise<WebAssembly.Module> {
  const parsed = (await wabt()).parseWat('peak.wat', peakText(), { simd: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return new WebAssembly.Module(new Uint8Array(buffer));
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
    { work: () => void peak(SENTINEL_TURNS), tolerance: 1.03, best: Infinity },
    { work: read, tolerance: 1.3, best: Infinity },
  ];
}

/** GFLOP/s at 1 and, where there are two, at 2 threads: the best of several runs, each thread a full share. */
export async function measurePeak(module: WebAssembly.Module): Promise<Readonly<Record<string, number>>> {
  const threads = availableParallelism() > 1 ? [1, 2] : [1];
  const peaks: Record<string, number> = {};
  for (const count of threads) peaks[String(count)] = await peakAt(module, count);
  return peaks;
}

async function peakAt(module: WebAssembly.Module, threads: number): Promise<number> {
  const turns = SENTINEL_TURNS;
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./peak-worker.ts', import.meta.url), { workerData: { module, turns, gate, threads } }),
  );
  try {
    const spans = await Promise.all(
      workers.map(
        (worker) =>
          new Promise<PeakSpans>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    return bestRate(spans, turns);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Start and end of each run of one thread, in milliseconds on the clock all threads share. */
export type PeakSpans = readonly (readonly [start: number, end: number])[];

/** The best round's GFLOP/s, from its first start to its last end. */
function bestRate(spans: readonly PeakSpans[], turns: number): number {
  const rounds = Math.min(...spans.map((thread) => thread.length));
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = Math.min(...spans.map((thread) => thread[round]?.[0] ?? NaN));
    const end = Math.max(...spans.map((thread) => thread[round]?.[1] ?? NaN));
    best = Math.max(best, (spans.length * turns * FLOPS_A_TURN) / (end - start) / 1e6);
  }
  return best;
}
