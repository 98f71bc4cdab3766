import { expect, it } from 'vitest';
import { budgetText } from '../../src/cli/text/budget-text.ts';
import type { BenchReport } from '../../src/driver/module/bench.ts';
import { budgetOf } from '../../src/driver/module/budget.ts';

const timing = (microseconds: number) => ({ microseconds, macs: 1 });
const report: BenchReport = {
  findings: [],
  processor: { brand: 'A processor', core: 'A core' },
  target: 'wasm',
  version: 'relaxed',
  batch: 1,
  layers: [
    { name: 'conv1', dense: timing(50), compacted: timing(10) },
    { name: 'gone', dense: timing(70) },
    { name: 'conv2', dense: timing(90), compacted: timing(60) },
  ],
  whole: { dense: timing(220), compacted: timing(80) },
  call: 100,
};

it('lists layers by what they take, and what is left of the run', () => {
  const budget = budgetOf(report, 0.4);
  expect(budget).toEqual({ milliseconds: 0.4, met: true, layers: [{ name: 'conv2', microseconds: 60 }, { name: 'conv1', microseconds: 10 }], others: 30 });
  expect(budgetText(budget, report.call)).toBe(
    ['meets the budget of 0.4 ms, 25% of it', '', 'where the time goes    us  of the run', '-------------------  ----  ----------', 'conv2                60.0         60%', 'conv1                10.0         10%', 'all else             30.0         30%', ''].join('\n'),
  );
});

it('a run as long as its budget meets it, a longer one misses it', () => {
  expect(budgetOf(report, 0.1).met).toBe(true);
  const missed = budgetOf(report, 0.04);
  expect(missed.met).toBe(false);
  expect(budgetText(missed, report.call)).toMatch(/^misses the budget of 0\.04 ms, 2\.50 times as long\n/);
});

it('layers that alone take longer than the whole leave nothing', () => {
  const budget = budgetOf({ ...report, call: 50 }, 1);
  expect(budget.others).toBe(0);
  expect(budgetText(budget, 50)).not.toContain('all else');
});
