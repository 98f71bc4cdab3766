import { describe, expect, test } from 'vitest';
import { rateAt } from '../../src/train/schedule.ts';

describe('learning rates', () => {
  test('constant', () => {
    expect(rateAt({ kind: 'constant', rate: 0.3 }, 0.9)).toBe(0.3);
  });

  test('step multiplies from each share on', () => {
    const rates = [0, 0.49, 0.5, 0.79, 0.8, 0.99].map((share) => rateAt({ kind: 'step', rate: 1, at: [0.5, 0.8], factor: 0.25 }, share));
    expect(rates).toEqual([1, 1, 0.25, 0.25, 0.0625, 0.0625]);
  });

  test('cosine goes from the rate towards its end by way of the middle', () => {
    const schedule = { kind: 'cosine', rate: 2, to: 0.1 } as const;
    expect(rateAt(schedule, 0)).toBe(2);
    expect(rateAt(schedule, 0.5)).toBeCloseTo(1.1, 12);
    expect(rateAt(schedule, 1)).toBeCloseTo(0.2, 12);
  });
});
