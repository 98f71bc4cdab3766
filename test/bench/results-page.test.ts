// docs/results.md has the tables of the experiments as their results have them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../../bench/experiments/experiment.ts';
import { rowTable } from '../../bench/experiments/tables.ts';

const root = join(import.meta.dirname, '..', '..');
const results = join(root, 'bench', 'results', 'experiments');
const page = readFileSync(join(root, 'docs', 'results.md'), 'utf8');
const trained = readdirSync(results)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name: name.replace('.json', ''), outcome: JSON.parse(readFileSync(join(results, name), 'utf8')) as Outcome }))
  .filter(({ outcome }) => outcome.ours.some(({ error }) => error));

test.each(trained)('docs/results.md has the rows of $name and its picture', ({ name, outcome }) => {
  expect(page).toContain(rowTable(outcome.published, outcome.ours).at(-1));
  expect(page).toContain(`(../bench/results/experiments/${name}.svg)`);
  expect(existsSync(join(results, `${name}.svg`))).toBe(true);
});
