// Filters that go together: which they are, that a group of them that is zero leaves the network and changes nothing, and that
// the steps of lassos shrink them as one.

import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, preparation, runPasses } from '../../src/passes/pipeline.ts';
import { coupledSets } from '../../src/sparsity/coupling.ts';
import { eachElement } from '../../src/sparsity/elements.ts';
import { groupFates } from '../../src/sparsity/group-fate.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { norms } from '../../src/sparsity/norms.ts';
import { cross, liesIn } from '../../src/sparsity/treatment.ts';
import { mappedBy } from '../train/mapped-by.ts';
import type { Fixture } from './fixture.ts';
import { fixture, networkOf, penalty } from './fixture.ts';

type Net = Fixture & { readonly input: ReturnType<Fixture['layer']> };

function built(build: (net: Net) => ReturnType<Fixture['layer']>, input: Shape = [3, 8, 8]): Program {
  const net = fixture(input);
  return net.finish(net.dense('fc', net.layer('flatten', [build(net)]), 2));
}

const networks: Readonly<Record<string, { readonly program: Program; readonly sets: Readonly<Record<string, readonly [count: number, layers: string]>> }>> = {
  'the stage of a residual network': {
    program: built((net) => {
      const stem = net.layer('relu', [net.batchNorm('bn0', net.conv('stem', net.input, 6, { padding: 1 }))]);
      const inner = net.layer('relu', [net.batchNorm('bn1', net.conv('conv1', stem, 5, { padding: 1 }))]);
      const sum = net.layer('relu', [net.layer('add', [net.batchNorm('bn2', net.conv('conv2', inner, 6, { padding: 1 })), stem])]);
      return net.layer('relu', [net.layer('add', [net.conv('conv3', sum, 6, { padding: 1 }), sum])]);
    }),
    sets: { stem: [6, 'stem conv2 conv3'], conv1: [5, 'conv1'] },
  },
  'a residual network whose norms come first': {
    program: built((net) => {
      const stem = net.conv('stem', net.input, 6, { padding: 1 });
      const sum = net.layer('add', [stem, net.conv('conv1', net.layer('relu', [net.batchNorm('bn1', stem)]), 6, { padding: 1 })]);
      return net.layer('relu', [net.batchNorm('bn2', sum)]);
    }),
    sets: { stem: [6, 'stem conv1'] },
  },
  'a gate': {
    program: built((net) => {
      const x = net.layer('relu', [net.conv('conv1', net.input, 6, { padding: 1 })]);
      const squeezed = net.layer('relu', [net.conv('squeeze', net.builder.one('avg_pool', [x], { window: [8, 8], stride: [8, 8], padding: [0, 0] }, { layer: 'mean' }), 3, { window: 1 })]);
      return net.layer('multiply', [x, net.layer('sigmoid', [net.conv('excite', squeezed, 6, { window: 1 })])]);
    }),
    sets: { conv1: [6, 'conv1 excite'], squeeze: [3, 'squeeze'] },
  },
  'an inverted residual with a depthwise convolution of two filters a channel': {
    program: built((net) => {
      const stem = net.conv('stem', net.input, 4, { padding: 1 });
      const wide = net.layer('relu', [net.batchNorm('bn1', net.conv('expand', stem, 6, { window: 1 }))]);
      const deep = net.layer('relu', [net.batchNorm('bn2', net.conv('depthwise', wide, 12, { padding: 1, groups: 6 }))]);
      return net.layer('add', [net.conv('project', deep, 4, { window: 1 }), stem]);
    }),
    sets: { stem: [4, 'stem project'], expand: [6, 'expand depthwise'] },
  },
  'norms behind concatenations, as in a dense block': {
    program: built((net) => {
      const stem = net.conv('stem', net.input, 4, { padding: 1 });
      const next = (layer: string, x: ReturnType<Fixture['layer']>): ReturnType<Fixture['layer']> => net.layer('concat', [x, net.conv(layer, net.layer('relu', [net.batchNorm(`bn_${layer}`, x)]), 3, { padding: 1 })]);
      return net.layer('relu', [net.batchNorm('bn', next('conv2', next('conv1', stem)))]);
    }),
    sets: { stem: [4, 'stem'], conv1: [3, 'conv1'], conv2: [3, 'conv2'] },
  },
  'a sum over a concatenation': {
    program: built((net) => {
      const a = net.conv('a', net.input, 2);
      const b = net.conv('b', net.input, 3);
      return net.layer('relu', [net.layer('add', [net.layer('concat', [a, b]), net.conv('c', net.input, 5)])]);
    }),
    sets: { a: [5, 'a b c'] },
  },
  'a shuffle between halves': {
    program: built((net) => {
      const wide = net.conv('wide', net.input, 8, { padding: 1 });
      const half = (from: number) => net.builder.one('take_channels', [wide], { from, count: 4 }, { layer: `half${from}` });
      const deep = net.conv('deep', net.layer('relu', [half(4)]), 4, { padding: 1, groups: 4 });
      return net.builder.one('channel_shuffle', [net.layer('concat', [half(0), deep])], { groups: 2 }, { layer: 'shuffle' });
    }),
    sets: { wide: [8, 'wide deep'] },
  },
  'convolutions in groups': {
    program: built((net) => {
      const stem = net.layer('relu', [net.conv('stem', net.input, 8, { padding: 1 })]);
      return net.layer('relu', [net.conv('grouped', stem, 6, { padding: 1, groups: 2 })]);
    }),
    sets: { stem: [4, 'stem'], grouped: [3, 'grouped'] },
  },
  'what can never go': {
    program: ((net: Net) => {
      const own = net.conv('own', net.input, 3, { padding: 1 });
      return net.finish(net.layer('softmax', [net.layer('flatten', [net.conv('mixed', net.layer('add', [own, net.input]), 4)])]));
    })(fixture([3, 8, 8])),
    sets: {},
  },
};

describe.each(Object.entries(networks))('coupled filters: %s', (_, { program, sets }) => {
  const network = networkOf(program);
  const found = coupledSets(network, ops);
  const groups = Object.keys(sets).map((layer) => groupSet(network, ops, penalty('coupled_filters', layer, 1, 'sqrt_size')));

  it('are those of the layers that write common channels', () => {
    expect(Object.fromEntries([...new Set(found.values())].map(({ layers, count }) => [layers[0], [count, layers.join(' ')]]))).toEqual(sets);
    for (const { layers } of found.values()) for (const layer of layers) expect(found.get(layer)).toBe(found.get(layers[0]));
  });

  if (groups.length === 0) return;

  it('leave the network where they are zero, which computes the same', () => {
    const zeroed = withoutGroups(program, groups, [0, 2]);
    const compacted = runPasses(zeroed, compaction, ops, { verify: true });
    const input = tensor([1, 3, 8, 8], Float64Array.from({ length: 192 }, (__, i) => stream(7, 'input').normal(i)));
    const [before, after] = [zeroed, compacted].map((each) => answer(each, input));
    expect(present(after, 'answer').every((value, i) => Math.abs(value - (before?.[i] ?? NaN)) < 1e-12)).toBe(true);
    for (const set of groups) {
      const { fates } = present(groupFates({ trained: zeroed, prepared: runPasses(zeroed, preparation, ops), compacted }, [set], ops)[0], 'fates');
      expect(fates.map(({ kind }, group) => `${group} ${kind}`)).toEqual(fates.map((__, group) => `${group} ${[0, 2].includes(group) ? 'zero' : 'alive'}`));
    }
    // What is left is what a person would have written: no convolution has become one of unequal parts or taps.
    const kinds = new Set(program.graph.nodes.map(({ op }) => op));
    expect(compacted.graph.nodes.map(({ op }) => op).filter((op) => /conv|dense/.test(op) && !kinds.has(op))).toEqual([]);
  });

  it('are shrunk together by a step', () => {
    const rate = 0.25;
    const mapped = mappedBy(program, groups, rate, 'sequential');
    for (const set of groups) {
      const scales = norms(set, program.parameters).map((norm) => Math.max(0, 1 - (rate * set.factor) / norm));
      for (const member of set.members) {
        const { data } = present(program.parameters.get(member.parameter), member.parameter);
        eachElement(member, (element, group) => {
          expect(mapped.get(member.parameter)?.data[element]).toBeCloseTo((data[element] as number) * (scales[group] as number), 12);
        });
      }
    }
  });
});

describe('coupled filters among other groups', () => {
  const network = networkOf(present(networks['the stage of a residual network'], 'network').program);
  const set = (structure: 'filters' | 'channels' | 'filters_2d' | 'coupled_filters', layer: string): GroupSet => groupSet(network, ops, penalty(structure, layer));

  it('hold the filters of their layers, and what lies in these', () => {
    expect(liesIn(set('filters', 'conv2'), set('coupled_filters', 'stem'))).toBe(true);
    expect(liesIn(set('filters_2d', 'conv3'), set('coupled_filters', 'stem'))).toBe(true);
    expect(liesIn(set('coupled_filters', 'stem'), set('filters', 'conv2'))).toBe(false);
    expect(cross(set('channels', 'conv2'), set('coupled_filters', 'stem'))).toBe(true);
    expect(cross(set('channels', 'conv1'), set('coupled_filters', 'stem'))).toBe(false);
  });
});

function withoutGroups(program: Program, sets: readonly GroupSet[], gone: readonly number[]): Program {
  const parameters = new Map([...program.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  for (const { members } of sets) {
    for (const member of members) {
      const { data } = present(parameters.get(member.parameter), member.parameter);
      eachElement(member, (element, group) => {
        if (gone.includes(group)) data[element] = 0;
      });
    }
  }
  return { graph: program.graph, parameters };
}

function answer({ graph, parameters }: Program, input: F64Tensor): Float64Array {
  const feeds = new Map<string, F64Tensor>([['input', input], ...[...parameters].map(([name, { shape, data }]) => [name, tensor(shape, data)] as const)]);
  return present(evaluate(graph, ops, feeds).outputs.get('output'), 'output').data;
}
