// Steps of an exported program against those of the engine, and against the step graph in the float64 interpreter. `whole.ts`
// measures the same over more steps, `random.ts` over more networks.

import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { temporaryFolder } from './program.ts';
import { randomCourse, randomSteps } from './random-course.ts';
import { byEngine, byProgram, byPrograms, byReference, exampleCourse, farthest, lossesApart, updatesApart } from './steps.ts';

vi.setConfig({ testTimeout: 120_000 });
const folder = temporaryFolder();

describe('20 steps in f32 from one state come to the same losses and weights', () => {
  // What f32 rounds decides now and then which of two numbers a pool takes, and from then on two runs part by themselves: by some
  // ten thousandths here. A network without pools stays near. What the arithmetic is, float64 tells to the last digits, below.
  it.each([
    ['LeNet, proximal', 'lenet', 1, 1e-2],
    ['MLP, proximal', 'mlp', 1, 1e-4],
    ['ConvNet, dense', 'convnet', 0, 1e-2],
  ])('%s', async (name, example, phase, tolerance) => {
    const course = exampleCourse(example, phase);
    const [theirs, ours] = [await byProgram(course, 20, join(folder, name), false), await byEngine(course, 20)];
    expect(lossesApart(theirs, ours)).toBeLessThan(tolerance);
    expect(farthest(theirs, ours)).toBeLessThan(tolerance);
  });
});

describe('random networks under random updates', () => {
  it('in float64 are the step graph, to 1e-8', async () => {
    const courses = Array.from({ length: 12 }, (_, i) => randomCourse(40 + i));
    const found = await byPrograms(courses, randomSteps, join(folder, 'random'), true);
    for (const [i, course] of courses.entries()) {
      const [theirs, ours] = [present(found[i], 'steps'), byReference(course, randomSteps)];
      expect(lossesApart(theirs, ours)).toBeLessThan(1e-8);
      expect(farthest(theirs, ours)).toBeLessThan(1e-8);
    }
  });
});

describe('with batch norm', () => {
  it.each(['resnet20', 'mobilenet'])('%s in float64 is the step graph, to 1e-8', async (example) => {
    const course = exampleCourse(example, 1, { batch: 4, size: 16 });
    const [theirs, ours] = [await byProgram(course, 2, join(folder, `${example}-double`), true), byReference(course, 2)];
    expect(lossesApart(theirs, ours)).toBeLessThan(1e-8);
    expect(farthest(theirs, ours)).toBeLessThan(1e-8);
  });

  // A number on the kink of a relu moves the update of a small batch by up to a few thousandths.
  it('ResNet-20 in f32, put to one state before every step, is mostly updated alike to 1e-3 of the update', async () => {
    const course = exampleCourse('resnet20', 1, { batch: 8 });
    const theirs = await byProgram(course, 5, join(folder, 'single'), false);
    const ours = await byEngine(course, 5, theirs.states);
    const apart = updatesApart(theirs, ours).toSorted((a, b) => a - b);
    expect(apart[2]).toBeLessThan(2e-3);
    expect(apart.at(-1)).toBeLessThan(2e-2);
  });
});
