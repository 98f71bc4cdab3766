// Nests of a network as modules of their own.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { printKernels } from '../../src/ir/print-kernel.ts';
import type { Program } from '../../src/ir/graph.ts';
import { applyPlan, planDeployed } from '../../src/lower/lower.ts';
import { nestsAlone } from '../../src/lower/nests-alone.ts';
import { ops } from '../../src/ops/index.ts';
import { timedTargets } from '../../src/targets/index.ts';
import { convAttrs, denseAttrs, networkOf, normals, poolAttrs } from '../train/networks.ts';

const network = networkOf([4, 8, 8], 3, (image, layer) => {
  const conv1 = layer('relu1', 'relu', [layer('conv1', 'conv', [image], convAttrs(8, 3, { padding: [1, 1], groups: 2 }))]);
  const conv2 = layer('conv2', 'conv', [layer('pool1', 'max_pool', [conv1], poolAttrs(2, 2))], convAttrs(4, 2));
  return layer('fc', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(3));
});
const program: Program = { graph: network.graph, parameters: new Map(network.parameters.map(({ name, shape }) => [name, normals(name, shape)])) };

describe.each(timedTargets)('$name', (target) => {
  const plan = planDeployed(program, ops, target.machine);

  test('groups of a convolution are alike, other nests are not', () => {
    const names = new Map<string, string[]>();
    for (const { name, likeness } of nestsAlone(plan)) names.set(likeness, [...(names.get(likeness) ?? []), name]);
    expect([...names.values()]).toEqual([['conv1.group0', 'conv1.group1'], ['pool1'], ['conv2'], ['fc']]);
  });

  test('where zeros are left out no nest is like another: each has other weights', () => {
    const sparse = new Map([...program.parameters].map(([name, value]) => [name, name === 'conv1.weight' ? { ...value, data: value.data.map((weight, i) => (i % 7 === 0 ? weight : 0)), sparse: true as const } : value]));
    const alike = nestsAlone(planDeployed({ ...program, parameters: sparse }, ops, target.machine)).filter(({ name }) => name.startsWith('conv1')).map(({ likeness }) => likeness);
    expect(new Set(alike).size).toBe(2);
  });

  test('the chosen schedule is one of its schedules, and gives the code that it gives in the whole', () => {
    const loops = (module: ReturnType<typeof applyPlan>): readonly string[] => module.functions.map(({ name, body }) => `${name.replace(/^run\d+_/, '')} ${body.length}`);
    const whole = loops(applyPlan(plan));
    for (const { chosen, schedules, moduleWith } of nestsAlone(plan)) {
      expect(schedules.map(({ text }) => text)).toContain(chosen.text);
      expect(whole).toEqual(expect.arrayContaining([...loops(moduleWith(chosen))]));
    }
  });

  test('every schedule is other code, and runs', async () => {
    const alone = nestsAlone(plan);
    for (const nest of await present(target.nests, 'nests')(program, ops)) {
      const texts = nest.schedules.map((schedule) => printKernels(alone.find(({ name }) => name === nest.name)!.moduleWith(schedule)));
      expect(new Set(texts).size).toBeGreaterThan(1);
      for (const schedule of nest.schedules.slice(0, 5)) expect((await nest.start(schedule)).run).not.toThrow();
    }
  });
});
