// Depthwise convolutions: one channel and few filters a group, so that filters and channels of the layer are one thing,
// a dead one takes its channel along, and what is left may be unequal.

import { expect, it } from 'vitest';
import type { Node, Program } from '../../src/ir/graph.ts';
import { isParameter } from '../../src/ir/leaf.ts';
import type { StructureKind } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { largestDifference } from '../random/checks.ts';
import { fixture, networkOf, penalty, withValues } from '../sparsity/fixture.ts';

/** conv, depthwise with `multiplier` filters a channel, batch norm, pointwise. */
function separable(multiplier: number, padding: number): Program {
  const net = fixture([2, 7, 7]);
  const depthwise = net.conv('depthwise', net.conv('first', net.input, 4), 4 * multiplier, { groups: 4, padding });
  return net.finish(net.conv('pointwise', net.batchNorm('norm', depthwise), 3, { window: 1 }));
}

const nodeOf = (program: Program, name: string): Node | undefined => program.graph.nodes.find((node) => node.layer === name && !isParameter(node));
const channelsOf = (program: Program, name: string): number | undefined => nodeOf(program, name)?.results[0]?.[1];

function compact(program: Program): Program {
  const compacted = runPasses(program, compaction, ops, { verify: true });
  expect(largestDifference(program, compacted, 1, ops)).toBeLessThan(1e-12);
  return compacted;
}

/** Zeroes what a group of the structure holds. */
function zeroGroups(program: Program, structure: StructureKind, dead: readonly number[]): Program {
  const set = groupSet(networkOf(program), ops, penalty(structure, 'depthwise'));
  return set.members.reduce((zeroed, { parameter, view }) => {
    const size = view.reduce((product, extent) => product * extent, 1) / set.count;
    return withValues(zeroed, parameter, (i) => (dead.includes(Math.floor(i / size)) ? 0 : undefined));
  }, program);
}

it('filters and channels of a depthwise layer are the same groups, with bias, gamma and beta', () => {
  const network = networkOf(separable(1, 0));
  const membersOf = (structure: StructureKind): readonly string[] => groupSet(network, ops, penalty(structure, 'depthwise')).members.map(({ parameter }) => parameter);
  expect(membersOf('channels')).toEqual(['depthwise.weight', 'depthwise.bias', 'norm.gamma', 'norm.beta']);
  expect(membersOf('filters')).toEqual(membersOf('channels'));
  expect(groupSet(network, ops, penalty('channels', 'depthwise')).count).toBe(4);
});

it('with more filters a channel they are two things again', () => {
  const network = networkOf(separable(2, 0));
  const [filters, channels] = (['filters', 'channels'] as const).map((structure) => groupSet(network, ops, penalty(structure, 'depthwise')));
  expect([filters?.count, channels?.count]).toEqual([8, 4]);
  expect(channels?.members.map(({ parameter }) => parameter)).toEqual(['depthwise.weight']);
});

it.each(['filters', 'channels'] as const)('a dead one of the %s goes with the filter before it and the column behind it, padded or not', (structure) => {
  for (const padding of [0, 1]) {
    const compacted = compact(zeroGroups(separable(1, padding), structure, [1, 2]));
    expect(['first', 'depthwise', 'pointwise'].map((name) => channelsOf(compacted, name))).toEqual([2, 2, 3]);
    expect(nodeOf(compacted, 'depthwise')).toMatchObject({ op: 'conv', attrs: { groups: 2, filters: 2 } });
    expect(compacted.parameters.get('pointwise.weight')?.shape).toEqual([3, 2, 1, 1]);
  }
});

it('a filter that nobody reads goes with its channel, though it is not zero', () => {
  const program = separable(1, 1);
  const compacted = compact(withValues(program, 'pointwise.weight', (i) => (i % 4 === 3 ? 0 : undefined)));
  expect([channelsOf(compacted, 'first'), channelsOf(compacted, 'depthwise')]).toEqual([3, 3]);
});

it('unequal groups are parts of their own: two filters of one channel, one of the next', () => {
  const compacted = compact(zeroGroups(separable(2, 1), 'filters', [1, 4, 5, 6]));
  expect([channelsOf(compacted, 'first'), channelsOf(compacted, 'depthwise')]).toEqual([3, 4]);
  expect(nodeOf(compacted, 'depthwise')).toMatchObject({ op: 'tap_conv', attrs: { filters: [1, 2, 1] } });
});
