import { expect, test } from 'vitest';
import type { PhaseKind, PhaseSpec } from '../../src/ir/network.ts';
import { planRun } from '../../src/train/plan.ts';
import { scalarNames, stepScalars } from '../../src/train/step-scalars.ts';
import { adam, sgd } from './networks.ts';

const phase = (kind: PhaseKind, optimizer: PhaseSpec['optimizer']): PhaseSpec => ({ kind, name: kind, epochs: 2, batch: 10, schedule: { kind: 'constant', rate: 0.1 }, optimizer });
const phases = [phase('baseline', sgd()), phase('finetune', adam({ beta1: 0.5, beta2: 0.75 }))] as const;
const plan = planRun(phases, 30);

test('sgd reads the rate alone', () => {
  expect(scalarNames(phases[0])).toEqual(['rate']);
  expect([...stepScalars(plan, 3, 3)]).toEqual([['rate', new Float32Array(3).fill(0.1)]]);
});

test('the corrections of adam count the steps of their phase', () => {
  expect(scalarNames(phases[1])).toEqual(['rate', 'first_correction', 'second_correction']);
  // The phase begins at step 6. At its first step 1 - 0.5 and 1 - 0.75 are left to make up for.
  expect(stepScalars(plan, 6, 2).get('first_correction')).toEqual(Float32Array.of(2, 1 / 0.75));
  expect(stepScalars(plan, 6, 2).get('second_correction')).toEqual(Float32Array.of(2, 1 / Math.sqrt(1 - 0.75 ** 2)));
  // Wherever a session begins.
  expect(stepScalars(plan, 9, 3).get('first_correction')).toEqual(stepScalars(plan, 6, 6).get('first_correction')?.slice(3));
});
