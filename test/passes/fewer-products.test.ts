// Which layers are computed by minimal filtering, and what the bound of that promises.

import { expect, test } from 'vitest';
import type { Program } from '../../src/ir/graph.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { ops } from '../../src/ops/index.ts';
import { restoreFilters, transformFilters } from '../../src/ops/support/winograd.ts';
import { fewerProducts } from '../../src/passes/fewer-products.ts';
import { convAttrs, networkOf, normals } from '../train/networks.ts';

interface Layer {
  readonly channels?: number;
  readonly filters?: number;
  readonly window?: number;
  readonly extent?: number;
  readonly more?: Parameters<typeof convAttrs>[2];
  readonly sparse?: true;
}

function network({ channels = 32, filters = 32, window = 3, extent = 12, more = { padding: [1, 1] }, sparse }: Layer = {}): Program {
  const { graph, parameters } = networkOf([channels, extent, extent], filters, (image, layer) => layer('scores', 'global_avg_pool', [layer('conv', 'conv', [image], convAttrs(filters, window, more))]));
  return { graph, parameters: new Map(parameters.map(({ name, shape }) => [name, { ...normals(name, shape), ...(sparse && name === 'conv.weight' && { sparse }) }])) };
}

function opsAfter(program: Program, allowed = 1e-3): readonly string[] {
  return fewerProducts(allowed).run(program, { ops }).graph.nodes.map(({ op }) => op);
}

test('a convolution of 3 x 3 becomes one on transformed filters, of the same name', () => {
  const before = network();
  const { graph, parameters } = fewerProducts(1e-3).run(before, { ops });
  expect(graph.nodes.find(({ op }) => op === 'winograd_conv')?.layer).toBe('conv');
  expect(parameters.get('conv.weight')?.shape).toEqual([16, 32, 32]);
  const [expected, found] = [before, { graph, parameters }].map((program) => evaluate(program.graph, ops, new Map([...program.parameters, ['image', normals('image', [1, 32, 12, 12])]])).outputs.values().next().value!.data);
  for (const [i, value] of expected!.entries()) expect(found![i]).toBeCloseTo(value, 11);
});

test.each<[what: string, layer: Layer]>([
  ['a window of 5 x 5', { window: 5 }],
  ['strides', { more: { stride: [2, 2] } }],
  ['dilation', { more: { dilation: [2, 2] } }],
  ['depthwise filters', { more: { groups: 32 } }],
  ['so few channels that transforms take longer than they save', { channels: 2, filters: 4 }],
  ['weights most of which are zero', { sparse: true }],
])('%s: nothing changes', (_, layer) => {
  expect(opsAfter(network(layer))).not.toContain('winograd_conv');
});

test('nor where results would be off by more than is allowed', () => {
  expect(opsAfter(network(), 1e-6)).not.toContain('winograd_conv');
  expect(opsAfter(network(), 0)).not.toContain('winograd_conv');
});

test('groups, and an odd number of rows', () => {
  expect(opsAfter(network({ extent: 11, more: { groups: 2 } }))).toContain('winograd_conv');
});

test('transformed filters are restored', () => {
  const { data } = normals('filters', [5, 3, 3]);
  const restored = restoreFilters(transformFilters(data));
  for (const [i, value] of data.entries()) expect(restored[i]).toBeCloseTo(value, 14);
});
