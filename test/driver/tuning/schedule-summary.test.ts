// What `explain` says of nests that leave zeros out, and of layers that take fewer products.

import { expect, test } from 'vitest';
import { schedulesText } from '../../../src/cli/text/schedules-text.ts';
import { summarizeSchedules } from '../../../src/driver/tuning/schedule-summary.ts';
import type { Program } from '../../../src/ir/graph.ts';
import { ops } from '../../../src/ops/index.ts';
import { compaction, runPasses } from '../../../src/passes/pipeline.ts';
import { targets } from '../../../src/targets/index.ts';
import { convAttrs, networkOf, normals } from '../../train/networks.ts';

/** Three convolutions of 3 x 3: of the first one weight in eleven is left, of the last every other one. */
function network(): Program {
  const attrs = convAttrs(32, 3, { padding: [1, 1] });
  const { graph, parameters } = networkOf([16, 12, 12], 32, (image, layer) => layer('scores', 'global_avg_pool', [layer('third', 'conv', [layer('second', 'conv', [layer('first', 'conv', [image], attrs)], attrs)], attrs)]));
  return {
    graph,
    parameters: new Map(parameters.map(({ name, shape }) => {
      const value = normals(name, shape);
      const every = name === 'first.weight' ? 11 : name === 'third.weight' ? 2 : 1;
      return [name, { ...value, data: value.data.map((weight, i) => (i % every === 0 ? weight : 0)) }];
    })),
  };
}

test('the dense schedule that would be taken, and layers that can be filtered', async () => {
  const summary = await summarizeSchedules(runPasses(network(), compaction, ops), targets[0], ops);
  expect(summary?.nests.find(({ name }) => name === 'first')).toMatchObject({ schedule: expect.stringMatching(/^sparse /), dense: { schedule: expect.stringMatching(/^tile /), times: expect.any(Number) } });
  expect(summary?.nests.find(({ name }) => name === 'second')?.dense).toBeUndefined();
  // It could leave zeros out, which takes longer.
  expect(summary?.nests.find(({ name }) => name === 'third')).toEqual({ name: 'third', schedule: expect.stringMatching(/^tile /) });
  expect(summary?.winograd.map(({ layer, bytes }) => [layer, bytes])).toEqual([['second', 4 * 7 * 32 * 32]]);
  const text = summary ? schedulesText(summary) : '';
  expect(text).toContain('\nNests that leave out weights of zero, and what would multiply by them, by the model of a core:\n\nnest   dense schedule');
  expect(text).toContain('\nLayers that `build --winograd ERROR` computes from fewer products, if ERROR is at least their bound:\n');
});
