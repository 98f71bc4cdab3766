// Times several candidates side by side: rounds interleave them and alternate their order, so that whatever
// else the machine does meets all alike; the median of the rounds counts.

export interface Timed {
  readonly run: () => void;
}

/** A candidate is repeated within its turn until that lasts about so long, in milliseconds. */
const turnMs = 4;
const warmUpMs = 40;
const rounds = 15;

/** Microseconds a call, by candidate. */
export async function timeInterleaved(candidates: readonly Timed[]): Promise<readonly number[]> {
  for (const candidate of candidates) warmUp(candidate);
  // Optimised code comes from a background thread.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const entries = candidates.map((candidate) => ({ candidate, calls: Math.max(1, Math.ceil(turnMs / warmUp(candidate))), turns: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { candidate, calls, turns } of round % 2 === 0 ? entries : entries.toReversed()) turns.push(1000 * timeCalls(candidate, calls));
  }
  return entries.map(({ turns }) => median(turns));
}

/** Milliseconds of the fastest call. */
function warmUp(candidate: Timed): number {
  const start = performance.now();
  let fastest = Infinity;
  for (let call = 0; call < 3 || performance.now() - start < warmUpMs; call++) fastest = Math.min(fastest, timeCalls(candidate, 1));
  // A clock that saw no time pass must not ask for endless calls.
  return Math.max(fastest, 1e-4);
}

/** Milliseconds a call. */
function timeCalls({ run }: Timed, calls: number): number {
  const start = performance.now();
  for (let call = 0; call < calls; call++) run();
  return (performance.now() - start) / calls;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
