import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { damageOnce, makeRuns } from './damage-run.ts';
import type { Runs } from './damage-run.ts';

let runs: Runs | undefined;
beforeAll(async () => {
  runs = await makeRuns();
}, 60_000);
afterAll(() => {
  if (runs) rmSync(runs.root, { recursive: true });
});

// A thousand: `node test/driver/damage-runs.ts`.
test('whatever happens to a file of a run, nothing untrue is believed', { timeout: 120_000 }, async () => {
  if (!runs) throw new Error('no runs were made');
  const wrong: unknown[] = [];
  for (let seed = 5001; seed <= 5030; seed++) {
    const outcome = await damageOnce(runs, seed);
    if (outcome.kind === 'wrong') wrong.push({ seed, ...outcome });
  }
  expect(wrong).toEqual([]);
});
