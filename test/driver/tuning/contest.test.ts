import { expect, test } from 'vitest';
import { finalBetween } from '../../../src/driver/tuning/contest.ts';
import { stream } from '../../../src/base/random.ts';
import { fakeClock } from './trials.ts';

test('the times of a final agree with the rounds that decide it, whatever else runs here', async () => {
  const clock = fakeClock();
  const draws = stream(1, 'neighbours');
  let calls = 0;
  // Each call is disturbed for itself, so that medians of the two alone may be the other way round.
  const taking = (ms: number) => ({ run: () => clock.pass(ms * (1 + draws.uniform(calls++))) });
  const { incumbent, challenger, ratio, isWon } = await finalBetween(taking(7), taking(6.9), clock);
  expect(challenger / incumbent).toBeCloseTo(ratio, 12);
  expect(isWon).toBe(ratio <= 0.98);
});
