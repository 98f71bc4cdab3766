// What 128-bit arithmetic can do on this machine: a WASM loop of f32x4 multiplications and additions, as
// many as there are and nothing else. It is the ceiling of the table and, between the candidates, the
// sentinel that tells whether someone else was using the core. A second one reads more than a core's own
// caches hold: who shares the last one with us slows that loop and leaves the first alone.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import wabt from 'wabt';
import { ACCUMULATORS, bestRate, peakRounds, SWEEP_PAGES, UNROLL } from './peak-loop.ts';
import type { Arithmetic, CompiledLoops, LoopBytes, PeakSpans } from './peak-loop.ts';

const steps: Readonly<Record<Arithmetic, (a: string) => string>> = {
  strict: (a) => `(f32x4.add (f32x4.mul (local.get ${a}) (local.get $m)) (local.get $b))`,
  relaxed: (a) => `(f32x4.relaxed_madd (local.get ${a}) (local.get $m) (local.get $b))`,
};

function peakText(arithmetic: Arithmetic): string {
  const names = Array.from({ length: ACCUMULATORS }, (_, index) => `$a${index}`);
  // a <- a * m + b converges to b / (1 - m): neither infinite nor denormal, and nothing to hoist.
  const step = names.map((a) => `(local.set ${a} ${steps[arithmetic](a)})`);
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

/** Modules that export `peak(turns)`, `sweep()` and their memory. */
export async function peakLoopBytes(): Promise<LoopBytes> {
  const binaryTools = await wabt();
  const bytesOf = (arithmetic: Arithmetic): Uint8Array<ArrayBuffer> => {
    const parsed = binaryTools.parseWat('peak.wat', peakText(arithmetic), { simd: true, relaxed_simd: true });
    const { buffer } = parsed.toBinary({});
    parsed.destroy();
    return new Uint8Array(buffer);
  };
  return { strict: bytesOf('strict'), relaxed: bytesOf('relaxed') };
}

/** GFLOP/s. */
export interface Peaks {
  /** At 1 and, where there are two, at 2 threads, each thread a full share. */
  readonly strict: Readonly<Record<string, number>>;
  /** At one thread. */
  readonly relaxed?: number;
}

/** The best of several runs. */
export async function measurePeaks({ strict, relaxed }: CompiledLoops): Promise<Peaks> {
  const threads = availableParallelism() > 1 ? [1, 2] : [1];
  const peaks: Record<string, number> = {};
  for (const count of threads) peaks[String(count)] = await peakAt(strict, count);
  return { strict: peaks, ...(relaxed && { relaxed: await peakAt(relaxed, 1) }) };
}

/** Of two measurements: on a shared machine one may meet a busy core. */
export function largerPeaks(first: Peaks, second: Peaks): Peaks {
  const strict = Object.entries(first.strict).map(([threads, gflops]) => [threads, Math.max(gflops, second.strict[threads] ?? 0)] as const);
  return { strict: Object.fromEntries(strict), ...(first.relaxed !== undefined && { relaxed: Math.max(first.relaxed, second.relaxed ?? 0) }) };
}

async function peakAt(module: WebAssembly.Module, threads: number): Promise<number> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./peak-worker.ts', import.meta.url), { workerData: { module, gate, threads } }));
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
    return bestRate(spans, peakRounds);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
