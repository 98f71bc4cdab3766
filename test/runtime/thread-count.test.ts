import { expect, test } from 'vitest';
import { batchOf } from '../../src/engine/phase-module.ts';
import { worthwhileThreads } from '../../src/runtime/thread-count.ts';

const stages = (count: number, tasks: number, points: number): Parameters<typeof worthwhileThreads>[0] => Array.from({ length: count }, () => ({ tasks, points }));

test('little work is done by one thread, much by all that are there', () => {
  expect(worthwhileThreads(stages(20, 8, 1000), 64)).toBe(1);
  expect(worthwhileThreads(stages(20, 8, 1e8), 1)).toBe(1);
  expect(worthwhileThreads(stages(20, 8, 1e8), 2)).toBe(2);
  expect(worthwhileThreads(stages(20, 8, 1e8), 6)).toBe(4);
});

test('no more threads take part than there are tasks', () => {
  expect(worthwhileThreads(stages(20, 8, 1e9), 64)).toBe(8);
  expect(worthwhileThreads(stages(20, 1, 1e9), 64)).toBe(1);
});

test('shards are equal, and two, four or eight threads wait little for each other', () => {
  const shards = (samples: number): number => batchOf(samples).shards;
  expect([1, 7, 16, 64, 128].map(shards)).toEqual([1, 7, 8, 8, 8]);
  expect(shards(100)).toBe(4);
  expect(shards(50)).toBe(5);
});
