// Damages many copies of a run, by hand:
//
//   node test/driver/damage-runs.ts [count [first seed]]
//
// and tells by kind of damage how many were refused, how many were mended or had no effect, and what went wrong.

import { rmSync } from 'node:fs';
import { damageOnce, damages, makeRuns } from './damage-run.ts';
import type { Outcome } from './damage-run.ts';

const [count = 1000, first = 1] = process.argv.slice(2).map(Number);
const runs = await makeRuns();
const outcomes: Outcome[] = [];
for (let seed = first; seed < first + count; seed++) {
  const outcome = await damageOnce(runs, seed);
  outcomes.push(outcome);
  if (outcome.kind === 'wrong') process.stdout.write(`seed ${seed}: ${outcome.damage}, ${outcome.file}: ${outcome.detail ?? ''}\n`);
}
rmSync(runs.root, { recursive: true });
const having = (damage: string | undefined, kind: Outcome['kind']): number => outcomes.filter((outcome) => (damage === undefined || outcome.damage === damage) && outcome.kind === kind).length;
for (const damage of [...Object.keys(damages), undefined]) {
  process.stdout.write(`${damage ?? 'in all'}: refused ${having(damage, 'refused')}, mended or without effect ${having(damage, 'mended or without effect')}, wrong ${having(damage, 'wrong')}\n`);
}
process.exitCode = having(undefined, 'wrong') > 0 ? 1 : 0;
