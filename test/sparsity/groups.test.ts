import { describe, expect, it } from 'vitest';
import { groupSet, groupSets } from '../../src/sparsity/groups.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { alive, norms } from '../../src/sparsity/norms.ts';
import { ops } from '../../src/ops/index.ts';
import type { Value } from '../../src/ir/graph.ts';
import { present } from '../../src/base/invariant.ts';
import type { Network, Penalty } from '../../src/ir/network.ts';
import type { StructureArguments, StructureKind } from '../../src/ir/structure.ts';
import { withoutShortcut } from '../../src/sparsity/branches.ts';
import { cross, liesIn } from '../../src/sparsity/treatment.ts';
import type { Fixture } from './fixture.ts';
import { fixture, networkOf, penalty, withValues } from './fixture.ts';

describe('elements and their groups', () => {
  it('numbers groups over the kept axes, row-major', () => {
    expect([...groupOfElements({ view: [2, 3], keep: [0] })]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...groupOfElements({ view: [2, 3], keep: [1] })]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...groupOfElements({ view: [2, 2, 2], keep: [0, 2] })]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    expect([...groupOfElements({ view: [3], keep: [] })]).toEqual([0, 0, 0]);
  });
});

describe('groups of a convolution', () => {
  const net = fixture([4, 6, 6]);
  const program = net.finish(net.conv('conv1', net.input, 6, { groups: 2 }));
  const network = networkOf(program);

  it('filters take the bias', () => {
    const set = groupSet(network, ops, penalty('filters', 'conv1', 1, 'sqrt_size'));
    expect(set).toMatchObject({ count: 6, size: 2 * 9 + 1, factor: Math.sqrt(19) });
    expect(set.members.map((member) => member.parameter)).toEqual(['conv1.weight', 'conv1.bias']);
  });

  it('channels and fibers are separate for each convolution group', () => {
    expect(groupSet(network, ops, penalty('channels', 'conv1'))).toMatchObject({ count: 4, size: 3 * 9, factor: 1 });
    const fibers = groupSet(network, ops, penalty('fibers', 'conv1'));
    expect(fibers).toMatchObject({ count: 36, size: 3 });
    // Fiber (group 1, channel 1, 0, 0) is number 27: elements of filters 3, 4, 5.
    const elements = [...groupOfElements(fibers.members[0] ?? { view: [], keep: [] }).entries()].filter(([, group]) => group === 27).map(([element]) => element);
    expect(elements).toEqual([3, 4, 5].map((filter) => filter * 18 + 9));
  });

  it('norms are square roots of sums over all members; a group is dead with its bias', () => {
    const set = groupSet(network, ops, penalty('filters', 'conv1'));
    const weight = program.parameters.get('conv1.weight')?.data ?? new Float64Array();
    const bias = program.parameters.get('conv1.bias')?.data ?? new Float64Array();
    const expected = Math.hypot(...weight.subarray(18, 36), bias[1] ?? 0);
    expect(norms(set, program.parameters)[1]).toBeCloseTo(expected, 12);

    const rowless = withValues(program, 'conv1.weight', (i) => (i >= 18 && i < 36 ? 0 : undefined));
    expect([...alive(set, rowless.parameters)]).toEqual([1, 1, 1, 1, 1, 1]);
    const dead = withValues(rowless, 'conv1.bias', (i) => (i === 1 ? 0 : undefined));
    expect([...alive(set, dead.parameters)]).toEqual([1, 0, 1, 1, 1, 1]);
  });
});

/** add(norm(y), y), where y = relu(x) */
function normBesideShortcut(net: Fixture, x: Value): Value {
  const y = net.layer('relu', [x]);
  return net.layer('add', [net.batchNorm('norm', y), y]);
}

describe('batch norm after a layer', () => {
  it('joins the filters with gamma and beta, not with running statistics', () => {
    const net = fixture([1, 6, 6]);
    const network = networkOf(net.finish(net.batchNorm('norm', net.conv('conv1', net.input, 3, { bias: false }))));
    const set = groupSet(network, ops, penalty('filters', 'conv1'));
    expect(set.members.map((member) => member.parameter)).toEqual(['conv1.weight', 'norm.gamma', 'norm.beta']);
    expect(set.size).toBe(9 + 2);
  });

  it.each([
    ['relu', (net: Fixture, x: Value) => net.layer('relu', [x])],
    ['max_pool', (net: Fixture, x: Value) => net.pool('max_pool', x, 1)],
    ['avg_pool', (net: Fixture, x: Value) => net.pool('avg_pool', x, 1)],
    ['dropout', (net: Fixture, x: Value) => net.layer('dropout', [x], { rate: 0.5 })],
    ['tanh', (net: Fixture, x: Value) => net.layer('tanh', [x])],
    ['prelu', (net: Fixture, x: Value) => net.learned('prelu', 'act', x)],
    ['lrn', (net: Fixture, x: Value) => net.layer('lrn', [x], { size: 3, alpha: 1, beta: 0.75, k: 1, within: false })],
    ['relu and pool', (net: Fixture, x: Value) => net.pool('max_pool', net.layer('relu', [x]))],
  ] as const)('joins them through what keeps a zero channel zero: %s', (_, between) => {
    const net = fixture([1, 6, 6]);
    const network = networkOf(net.finish(net.batchNorm('norm', between(net, net.conv('conv1', net.input, 3)))));
    const set = groupSet(network, ops, penalty('filters', 'conv1', 1, 'sqrt_size'));
    expect(set.members.map((member) => member.parameter)).toEqual(['conv1.weight', 'conv1.bias', 'norm.gamma', 'norm.beta']);
    expect(set).toMatchObject({ count: 3, size: 9 + 1 + 2, factor: Math.sqrt(12) });
  });

  it('so do the factor and the shift of a scale', () => {
    const net = fixture([1, 6, 6]);
    const network = networkOf(net.finish(net.learned('scale', 'scale', net.conv('conv1', net.input, 3), { shift: true })));
    expect(groupSet(network, ops, penalty('filters', 'conv1')).members.map((member) => member.parameter)).toEqual(['conv1.weight', 'conv1.bias', 'scale.factor', 'scale.shift']);
  });

  it('joins them one behind the other, and neurons likewise', () => {
    const net = fixture([5]);
    const twice = net.batchNorm('norm2', net.layer('relu', [net.batchNorm('norm1', net.dense('fc', net.input, 3))]));
    const set = groupSet(networkOf(net.finish(twice)), ops, penalty('neurons', 'fc'));
    expect(set.members.map((member) => member.parameter)).toEqual(['fc.weight', 'fc.bias', 'norm1.gamma', 'norm1.beta', 'norm2.gamma', 'norm2.beta']);
  });

  it.each([
    ['what something else reads on the way', normBesideShortcut],
    ['a sum', (net: Fixture, x: Value, image: Value) => net.batchNorm('norm', net.layer('add', [x, net.conv('conv2', image, 3)]))],
    ['what makes more of zero', (net: Fixture, x: Value) => net.batchNorm('norm', net.layer('sigmoid', [x]))],
    ['a flatten, where a filter has many features', (net: Fixture, x: Value) => net.batchNorm('norm', net.layer('flatten', [x]))],
    ['another layer with weights', (net: Fixture, x: Value) => net.batchNorm('norm', net.conv('conv2', x, 3))],
  ] as const)('does not join them through %s', (_, behind) => {
    const net = fixture([1, 6, 6]);
    const network = networkOf(net.finish(behind(net, net.conv('conv1', net.input, 3), net.input)));
    expect(groupSet(network, ops, penalty('filters', 'conv1')).members.map((member) => member.parameter)).toEqual(['conv1.weight', 'conv1.bias']);
  });

  it('does not join them through an output', () => {
    const net = fixture([1, 6, 6]);
    const rectified = net.layer('relu', [net.conv('conv1', net.input, 3)]);
    net.builder.output('other', rectified);
    const network = networkOf(net.finish(net.batchNorm('norm', rectified)));
    expect(groupSet(network, ops, penalty('filters', 'conv1')).members).toHaveLength(2);
  });

  it('is no part of the filters when something else reads the layer too', () => {
    const net = fixture([1, 6, 6]);
    const x = net.conv('conv1', net.input, 3, { padding: 1 });
    const network = networkOf(net.finish(net.layer('add', [net.batchNorm('norm', x), x])));
    expect(groupSet(network, ops, penalty('filters', 'conv1')).members.map((member) => member.parameter)).toEqual(['conv1.weight', 'conv1.bias']);
  });
});

describe('dense layers', () => {
  it('have neurons with their bias, and inputs', () => {
    const net = fixture([5]);
    const network = networkOf(net.finish(net.dense('fc', net.input, 3)));
    expect(groupSet(network, ops, penalty('neurons', 'fc'))).toMatchObject({ count: 3, size: 6 });
    expect(groupSet(network, ops, penalty('inputs', 'fc'))).toMatchObject({ count: 5, size: 3 });
  });
});

it('orders crossing structures: filters, fibers, channels', () => {
  const net = fixture([2, 6, 6]);
  const network = networkOf(net.finish(net.conv('conv1', net.input, 3)));
  const sets = groupSets(network, ops, [penalty('channels', 'conv1'), penalty('fibers', 'conv1'), penalty('filters', 'conv1')]);
  expect(sets.map((set) => set.penalty.structure)).toEqual(['filters', 'fibers', 'channels']);
});

describe('finer grains', () => {
  const net = fixture([4, 6, 6]);
  const network = networkOf(net.finish(net.conv('conv1', net.input, 6, { groups: 2 })));
  const setOf = (structure: StructureKind, given?: StructureArguments) => groupSet(network, ops, penalty(structure, 'conv1', 1, 'sqrt_size', given));

  it('take weights alone', () => {
    for (const [structure, count, size] of [['filters_2d', 12, 9], ['vectors', 36, 3], ['elements', 108, 1]] as const) {
      const set = setOf(structure);
      expect(set).toMatchObject({ count, size, factor: Math.sqrt(size) });
      expect(set.members.map(({ parameter }) => parameter)).toEqual(['conv1.weight']);
    }
  });

  it('blocks are tiles of each convolution group, the last ones smaller', () => {
    // Two groups of 3 filters by 18 columns: tiles of 2 x 8 are 2 down, 3 across.
    const set = setOf('blocks', { rows: 2, columns: 8 });
    expect(set).toMatchObject({ count: 2 * 2 * 3, size: 16 });
    const groups = groupOfElements(present(set.members[0], 'member'));
    const of = (filter: number, column: number): number | undefined => groups[filter * 18 + column];
    expect([of(0, 0), of(1, 7), of(1, 8), of(0, 17), of(2, 0), of(2, 16), of(3, 0), of(5, 17)]).toEqual([0, 0, 1, 2, 3, 5, 6, 11]);
  });

  it('blocks as large as the matrix are one a group', () => {
    expect(setOf('blocks', { rows: 2 ** 30, columns: 2 ** 30 })).toMatchObject({ count: 2, size: 54 });
  });
});

/** relu(add(branch, shortcut)) behind a stem; `projection`: the shortcut has a convolution too. */
function block(projection: boolean): Network {
  const net = fixture([2, 6, 6]);
  const stem = net.layer('relu', [net.conv('stem', net.input, 4, { padding: 1 })]);
  const inner = net.layer('relu', [net.batchNorm('norm1', net.conv('conv1', stem, 5, { padding: 1, bias: false }))]);
  const branch = net.batchNorm('norm2', net.conv('conv2', inner, 4, { padding: 1 }));
  const shortcut = projection ? net.conv('projection', stem, 4, { window: 1 }) : stem;
  const sum = net.builder.one('add', projection ? [shortcut, branch] : [branch, shortcut], {}, { layer: 'sum' });
  return networkOf(net.finish(net.conv('head', net.layer('relu', [sum]), 2)));
}

describe('depth', () => {
  it('a layer is one group with its bias, gamma and beta', () => {
    const set = groupSet(block(false), ops, penalty('layers', 'conv2'));
    expect(set.members.map(({ parameter }) => parameter)).toEqual(['conv2.weight', 'conv2.bias', 'norm2.gamma', 'norm2.beta']);
    expect(set).toMatchObject({ count: 1, size: 4 * 5 * 9 + 4 + 4 + 4 });
  });

  it.each([false, true])('a branch is all that lies between the ends of a shortcut (a projection: %s)', (projection) => {
    const set = groupSet(block(projection), ops, penalty('branches', 'sum'));
    expect(set.members.map(({ parameter }) => parameter)).toEqual(['conv1.weight', 'norm1.gamma', 'norm1.beta', 'conv2.weight', 'conv2.bias', 'norm2.gamma', 'norm2.beta']);
    expect(set.count).toBe(1);
  });

  it('a branch leaves out what is read beside it too', () => {
    const net = fixture([2, 6, 6]);
    const shared = net.conv('shared', net.input, 4, { padding: 1 });
    const inner = net.conv('inner', shared, 4, { padding: 1 });
    const sum = net.builder.one('add', [net.conv('last', inner, 4, { padding: 1 }), shared], {}, { layer: 'sum' });
    const network = networkOf(net.finish(net.layer('add', [sum, inner])));
    expect(groupSet(network, ops, penalty('branches', 'sum')).members.map(({ parameter }) => parameter)).toEqual(['last.weight', 'last.bias']);
  });

  it('a shortcut leads around the layers of branches and projections alone', () => {
    const { graph } = block(true);
    const alone = withoutShortcut(graph);
    const names = graph.nodes.flatMap(({ id, op, layer }) => (op === 'conv' && !alone.has(id) ? [layer] : []));
    expect(names).toEqual(['conv1', 'conv2', 'projection']);
  });
});

describe('the order of treatment', () => {
  const order = (network: Network, penalties: readonly Penalty[]): readonly string[] =>
    groupSets(network, ops, penalties).map(({ penalty: { structure, layer } }) => `${structure} of ${layer}`);
  const all = (layer: string, ...kinds: readonly StructureKind[]): readonly Penalty[] => kinds.map((kind) => penalty(kind, layer, 1, 'one', kind === 'blocks' ? { rows: 2, columns: 3 } : undefined));

  it('is finest first, and goes from layers to their branch', () => {
    const penalties = [...all('sum', 'branches'), ...all('conv1', 'layers', 'channels', 'fibers', 'filters', 'blocks', 'filters_2d', 'vectors', 'elements')];
    expect(order(block(false), penalties)).toEqual([...['elements', 'vectors', 'filters_2d', 'blocks', 'filters', 'fibers', 'channels', 'layers'].map((kind) => `${kind} of conv1`), 'branches of sum']);
  });

  it('puts what nests leaf first, whatever the list says', () => {
    const net = fixture([4, 6, 6]);
    const depthwise = networkOf(net.finish(net.conv('conv1', net.input, 4, { groups: 4 })));
    // Fibers of a depthwise layer lie in its filters, which have the bias as well.
    expect(order(depthwise, all('conv1', 'filters', 'fibers'))).toEqual(['fibers of conv1', 'filters of conv1']);
    const whole = all('conv2', 'filters', 'filters_2d').concat(penalty('blocks', 'conv2', 1, 'one', { rows: 9, columns: 9 }));
    const blocks = net.conv('conv2', net.input, 9);
    expect(order(networkOf(net.finish(blocks)), whole)).toEqual(['filters_2d of conv2', 'blocks of conv2', 'filters of conv2']);
  });

  it('knows which cross', () => {
    const network = block(false);
    const crossing = (a: StructureKind, b: StructureKind): boolean => {
      const [first, second] = groupSets(network, ops, [...all('conv1', a), ...all('conv1', b)]);
      return cross(present(first, 'set'), present(second, 'set'));
    };
    expect(crossing('filters', 'channels')).toBe(true);
    expect(crossing('blocks', 'filters')).toBe(true);
    expect(crossing('vectors', 'fibers')).toBe(true);
    expect(crossing('filters_2d', 'filters')).toBe(false);
    expect(crossing('fibers', 'channels')).toBe(false);
    expect(crossing('channels', 'layers')).toBe(false);
    const [layers, branch] = groupSets(network, ops, [...all('conv2', 'layers'), ...all('sum', 'branches')]);
    expect(liesIn(present(layers, 'set'), present(branch, 'set'))).toBe(true);
  });
});
