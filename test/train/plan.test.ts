import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PhaseKind, PhaseSpec } from '../../src/ir/network.ts';
import { usualOptimizer } from '../../src/train/optimizers/index.ts';
import { epochOrder, planRun, positionOf } from '../../src/train/plan.ts';
import { keptAfter, roundAt } from '../../src/train/rounds.ts';

const phase = (kind: PhaseKind, epochs: number, batch: number, name: string = kind): PhaseSpec => ({
  kind,
  name,
  epochs,
  batch,
  schedule: { kind: 'step', rate: 1, at: [0.5], factor: 0.1 },
  optimizer: usualOptimizer,
});

describe('the plan of a run', () => {
  const plan = planRun([phase('baseline', 2, 30), phase('sparsify', 0, 30), phase('finetune', 3, 50)], 100);

  test('drops the remainder of an epoch', () => {
    expect(plan.phases.map(({ firstStep, stepsPerEpoch, steps }) => [firstStep, stepsPerEpoch, steps])).toEqual([
      [0, 3, 6],
      [6, 3, 0],
      [6, 2, 6],
    ]);
    expect(plan.totalSteps).toBe(12);
  });

  test('says where each step stands, passing over an empty phase', () => {
    const at = (step: number): number[] => {
      const { phase: p, epoch, stepInEpoch, stepInPhase, rate } = positionOf(plan, step);
      return [p, epoch, stepInEpoch, stepInPhase, rate];
    };
    expect(at(0)).toEqual([0, 0, 0, 0, 1]);
    expect(at(2)).toEqual([0, 0, 2, 2, 1]);
    expect(at(3)).toEqual([0, 1, 0, 3, 0.1]);
    expect(at(6)).toEqual([2, 0, 0, 0, 1]);
    expect(at(11)).toEqual([2, 2, 1, 5, 0.1]);
    expect(() => positionOf(plan, 12)).toThrow('step 12 of 12');
  });

  test('the rate rises through a warm-up, to what the schedule says there', () => {
    const warm = planRun([{ ...phase('baseline', 2, 20), warmup: 0.8 }], 100);
    expect(Array.from({ length: 6 }, (_, step) => positionOf(warm, step).rate)).toEqual([0.25, 0.5, 0.75, 1, 1, 0.1]);
  });

  test('each round of a phase that prunes runs through the schedule', () => {
    const rounds = planRun([phase('baseline', 3, 50), phase('sparsify', 3, 50)], 100, 2);
    expect(Array.from({ length: 12 }, (_, step) => positionOf(rounds, step).rate)).toEqual([1, 1, 1, 0.1, 0.1, 0.1, 1, 0.1, 1, 1, 0.1, 0.1]);
  });

  test('rounds follow one another, of nearly as many epochs, and leave fewer groups each', () => {
    const numbers = fc.record({ rounds: fc.integer({ min: 1, max: 12 }), epochs: fc.integer({ min: 0, max: 40 }), total: fc.integer({ min: 1, max: 99 }), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(numbers, ({ rounds, epochs, total, share }) => {
        const all = Array.from({ length: epochs }, (_, epoch) => roundAt(rounds, epochs, epoch));
        const budget = Math.max(1, Math.floor(share * total));
        for (const [epoch, round] of all.entries()) expect(epoch >= round.from && epoch < round.from + round.epochs).toBe(true);
        expect(new Set(all.map(({ number }) => number)).size).toBe(Math.min(rounds, epochs));
        const lengths = all.map((round) => round.epochs);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        const kept = all.map((round) => keptAfter(round, total, budget));
        expect(kept.every((count, i) => count >= budget && count <= (kept[i - 1] ?? total))).toBe(true);
        expect(keptAfter(roundAt(rounds, epochs, Math.max(0, epochs - 1)), total, budget)).toBe(budget);
      }),
    );
  });

  test('keys follow the kinds, not the names', () => {
    const { phases } = planRun([phase('baseline', 1, 30, 'dense'), phase('sparsify', 1, 30), phase('finetune', 1, 30, 'sparsify 2'), phase('sparsify', 1, 30, 'again')], 100);
    expect(phases.map(({ key }) => key)).toEqual(['baseline', 'sparsify', 'finetune', 'sparsify-2']);
  });

  test('each epoch visits every sample in an order of its own', () => {
    const first = epochOrder(1, 'baseline', 0, 100);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    for (const other of [epochOrder(1, 'baseline', 1, 100), epochOrder(2, 'baseline', 0, 100), epochOrder(1, 'finetune', 0, 100)]) expect(other).not.toEqual(first);
  });
});
