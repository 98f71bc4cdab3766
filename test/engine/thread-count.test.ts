import { expect, test } from 'vitest';
import { worthwhileThreads } from '../../src/engine/thread-count.ts';

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
