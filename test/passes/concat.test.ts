// Elimination where channels change their numbers or meet zeros: concat, flatten behind it, pad, pools that count padding.

import { expect, it } from 'vitest';
import type { Node, Program } from '../../src/ir/graph.ts';
import { isParameter } from '../../src/ir/leaf.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { largestDifference } from '../random/checks.ts';
import { fixture, withValues } from '../sparsity/fixture.ts';

function compact(program: Program): Program {
  const compacted = runPasses(program, compaction, ops, { verify: true });
  expect(largestDifference(program, compacted, 1, ops)).toBeLessThan(1e-12);
  return compacted;
}

const shapeOf = (program: Program, name: string): Node['results'][number] | undefined => program.graph.nodes.find((node) => node.layer === name && !isParameter(node))?.results[0];

/** Zeroes filters of 3 x 3 convolutions; `biased`: they emit their bias. */
function zeroFilters(program: Program, layer: string, filters: readonly number[], biased: boolean): Program {
  const size = (program.parameters.get(`${layer}.weight`)?.data.length ?? 0) / (program.parameters.get(`${layer}.bias`)?.data.length ?? 1);
  const weights = withValues(program, `${layer}.weight`, (i) => (filters.includes(Math.floor(i / size)) ? 0 : undefined));
  return biased ? weights : withValues(weights, `${layer}.bias`, (i) => (filters.includes(i) ? 0 : undefined));
}

it('dead filters of each operand go, and the others are read at their new places', () => {
  const net = fixture([2, 8, 8]);
  const both = net.layer('concat', [net.conv('a', net.input, 3), net.conv('b', net.input, 4)]);
  const program = net.finish(net.conv('reader', both, 2));
  const compacted = compact(zeroFilters(zeroFilters(program, 'a', [1], true), 'b', [0, 3], true));
  expect([shapeOf(compacted, 'a'), shapeOf(compacted, 'b'), shapeOf(compacted, 'concat')]).toEqual([[1, 2, 6, 6], [1, 2, 6, 6], [1, 4, 6, 6]]);
  expect(compacted.parameters.get('reader.weight')?.shape).toEqual([2, 4, 3, 3]);
});

it('a channel that nobody reads behind a concat goes with its filter; one operand twice keeps what either place needs', () => {
  const net = fixture([2, 8, 8]);
  const a = net.conv('a', net.input, 3);
  const program = net.finish(net.conv('reader', net.layer('concat', [a, a]), 2));
  // Columns of channel 1 in both places, of channel 2 in the second alone.
  const unread = withValues(program, 'reader.weight', (i) => ([1, 4, 5].includes(Math.floor(i / 9) % 6) ? 0 : undefined));
  const compacted = compact(unread);
  expect([shapeOf(compacted, 'a'), shapeOf(compacted, 'concat')]).toEqual([[1, 2, 6, 6], [1, 4, 6, 6]]);
});

it('a channel behind concat and flatten goes with all its positions', () => {
  const net = fixture([2, 5, 5]);
  const both = net.layer('concat', [net.conv('a', net.input, 2), net.layer('relu', [net.conv('b', net.input, 3)])]);
  const program = net.finish(net.dense('fc', net.layer('flatten', [both]), 2));
  const compacted = compact(zeroFilters(program, 'b', [1], true));
  expect([shapeOf(compacted, 'b'), shapeOf(compacted, 'flatten')]).toEqual([[1, 2, 3, 3], [1, 36]]);
});

it('an operand without a channel left keeps one', () => {
  const net = fixture([2, 8, 8]);
  const program = net.finish(net.conv('reader', net.layer('concat', [net.conv('a', net.input, 3), net.conv('b', net.input, 3)]), 2));
  const compacted = compact(zeroFilters(program, 'a', [0, 1, 2], true));
  expect([shapeOf(compacted, 'a'), shapeOf(compacted, 'concat')]).toEqual([[1, 1, 6, 6], [1, 4, 6, 6]]);
});

it.each([
  ['pad', { padding: [1, 0] }, 3, 4],
  ['upsample', { factor: [2, 2] }, 3, 3],
  ['global_avg_pool', {}, 3, 3],
  ['max_pool', { window: [2, 2], stride: [2, 2], padding: [1, 1] }, 3, 3],
  ['max_pool', { window: [3, 3], stride: [2, 2], padding: [0, 0], ceil: true }, 3, 3],
  ['avg_pool', { window: [2, 2], stride: [2, 2], padding: [1, 1] }, 3, 3],
  ['avg_pool', { window: [2, 2], stride: [2, 2], padding: [1, 1], divisor: 'padded' }, 3, 4],
  ['avg_pool', { window: [3, 3], stride: [2, 2], padding: [0, 0], ceil: true, divisor: 'window' }, 3, 4],
] as const)('through %s %j: a zero filter goes, one that emits its bias where nothing changes it', (op, attrs, dead, constant) => {
  const net = fixture([2, 8, 8]);
  const program = net.finish(net.conv('reader', net.layer(op, [net.conv('a', net.input, 4)], attrs), 2, { window: 1 }));
  expect(shapeOf(compact(zeroFilters(program, 'a', [2], false)), 'a')?.[1]).toBe(dead);
  expect(shapeOf(compact(zeroFilters(program, 'a', [2], true)), 'a')?.[1]).toBe(constant);
});
