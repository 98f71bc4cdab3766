// Nests, schedules and kernels as text, of the network in docs/architecture.md with a pool and branches.

import { describe, expect, test } from 'vitest';
import { printKernels } from '../../../src/ir/print-kernel.ts';
import type { Program } from '../../../src/ir/graph.ts';
import { dumpNests, dumpSchedules } from '../../../src/lower/dump.ts';
import { applyPlan, planDeployed, planTraining } from '../../../src/lower/lower.ts';
import { ops } from '../../../src/ops/index.ts';
import { convAttrs, denseAttrs, networkOf, normals, poolAttrs } from '../../train/networks.ts';
import { targets } from '../harness.ts';
import { trainingCase } from '../training-cases.ts';

const network = networkOf([2, 8, 8], 3, (image, layer) => {
  const conv1 = layer('relu1', 'relu', [layer('conv1', 'conv', [image], convAttrs(6, 3, { padding: [1, 1], groups: 2 }))]);
  const conv2 = layer('conv2', 'conv', [layer('pool1', 'max_pool', [conv1], poolAttrs(2, 2))], convAttrs(4, 2));
  return layer('out', 'softmax', [layer('fc', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(3))]);
});
const program: Program = { graph: network.graph, parameters: new Map(network.parameters.map(({ name, shape }) => [name, normals(name, shape)])) };

test('nests', async () => {
  await expect(dumpNests(planDeployed(program, ops, targets[0]!.machine))).toMatchFileSnapshot('golden/nests.txt');
});

test('kernels', async () => {
  await expect(printKernels(applyPlan(planDeployed(program, ops, targets[0]!.machine)))).toMatchFileSnapshot('golden/kernels.txt');
});

describe.each(targets)('$name', ({ name, machine }) => {
  test('schedules', async () => {
    await expect(dumpSchedules(planDeployed(program, ops, machine))).toMatchFileSnapshot(`golden/schedules-${name}.txt`);
  });

  test('schedules of a training step', async () => {
    const { graph } = trainingCase(network, 'proximal', { samples: 4, shards: 2 }, 1);
    await expect(dumpSchedules(planTraining({ step: graph }, ops, machine))).toMatchFileSnapshot(`golden/schedules-step-${name}.txt`);
  });
});
