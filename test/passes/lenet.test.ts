// The examples, compacted to counts the paper prints, and the multiply-accumulates it prints for them.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { check } from '../../src/check/check.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { Model, Penalty } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { structureReport } from '../../src/sparsity/structure-report.ts';
import { parse } from '../../src/syntax/parse.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { largestDifference } from '../random/checks.ts';

function exampleModel(name: string): Model {
  const parsed = parse({ name, text: readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8') });
  return present(check(parsed.file, ops).model, 'model');
}

/** Initial weights, biases a little off zero, with all but the first `kept` groups of each structure at zero. */
function pruned({ network }: Model, structures: readonly { structure: Penalty['structure']; layer: string; kept: number }[]): Program {
  const parameters = new Map([...initialParameters(network, 1)].map(([name, { shape, data }]) => [name, { shape, data: data.map((w) => (w === 0 ? 0.125 : w)) }]));
  const span = { source: { name: '<test>', text: '' }, start: 0, end: 0 };
  for (const { structure, layer, kept } of structures) {
    const set: GroupSet = groupSet(network, ops, { kind: 'lasso', structure, layer, strength: 1, weighting: 'one', span });
    for (const member of set.members) {
      const data = present(parameters.get(member.parameter), member.parameter).data;
      for (const [element, group] of groupOfElements(member).entries()) if (group >= kept) data[element] = 0;
    }
  }
  return { graph: network.graph, parameters };
}

test('LeNet 3 of Table 1: 3 and 12 filters are 101K convolution MACs', () => {
  const trained = pruned(exampleModel('lenet.ssl'), [
    { structure: 'filters', layer: 'conv1', kept: 3 },
    { structure: 'filters', layer: 'conv2', kept: 12 },
  ]);
  const compacted = runPasses(trained, compaction, ops, { verify: true });
  expect(largestDifference(trained, compacted, 1, ops)).toBeLessThan(1e-12);
  const report = structureReport(trained, compacted, ops);
  expect(report.convMacs).toEqual({ dense: 288_000 + 1_600_000, compacted: 43_200 + 57_600 });
  expect(report.layers.map((layer) => [layer.name, layer.filters, layer.channels, layer.inputs, layer.outputs])).toEqual([
    ['conv1', [3, 20], [1, 1], undefined, undefined],
    ['conv2', [12, 50], [3, 20], undefined, undefined],
    ['fc1', undefined, undefined, [192, 800], [500, 500]],
    ['fc2', undefined, undefined, [500, 500], [10, 10]],
  ]);
});

test('LeNet with 7 and 14 fibers of Table 2: filters of conv1 that no fiber reads go too', () => {
  const trained = pruned(exampleModel('lenet-shapes.ssl'), [
    { structure: 'fibers', layer: 'conv1', kept: 7 },
    { structure: 'fibers', layer: 'conv2', kept: 14 },
  ]);
  const compacted = runPasses(trained, compaction, ops, { verify: true });
  expect(largestDifference(trained, compacted, 1, ops)).toBeLessThan(1e-12);
  const [conv1, conv2] = structureReport(trained, compacted, ops).layers;
  // The 14 fibers read channel 0 alone, so one filter of conv1 is left.
  expect(conv1).toMatchObject({ filters: [1, 20], fibers: [7, 25], macs: [7 * 576, 288_000] });
  expect(conv2).toMatchObject({ channels: [1, 20], fibers: [14, 500], macs: [50 * 14 * 64, 1_600_000] });
});

test('the MLP loses neurons and stops reading inputs', () => {
  const trained = pruned(exampleModel('mlp.ssl'), [
    { structure: 'inputs', layer: 'fc1', kept: 434 },
    { structure: 'neurons', layer: 'fc1', kept: 174 },
    { structure: 'neurons', layer: 'fc2', kept: 78 },
  ]);
  const compacted = runPasses(trained, compaction, ops, { verify: true });
  expect(largestDifference(trained, compacted, 1, ops)).toBeLessThan(1e-12);
  // 434-174-78-10 of Fig. 4.
  expect(structureReport(trained, compacted, ops).weights.compacted).toBe(434 * 174 + 174 * 78 + 78 * 10);
});
