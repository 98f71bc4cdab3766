import { describe, expect, it } from 'vitest';
import type { Node, Program } from '../../src/ir/graph.ts';
import { printGraph } from '../../src/ir/print.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { largestDifference } from '../random/checks.ts';
import { fixture, withValues } from '../sparsity/fixture.ts';

function compact(program: Program): Program {
  const compacted = runPasses(program, compaction, ops, { verify: true });
  expect(largestDifference(program, compacted, 1, ops)).toBeLessThan(1e-12);
  expect(printGraph(runPasses(compacted, compaction, ops, { verify: true }).graph)).toBe(printGraph(compacted.graph));
  return compacted;
}

function layer(program: Program, name: string): Node | undefined {
  return program.graph.nodes.find((node) => node.layer === name && node.op !== 'parameter');
}

const shapeOf = (program: Program, name: string): readonly number[] | undefined => layer(program, name)?.results[0];

/** Zeroes rows (filters, neurons) of a weight, and their biases unless told otherwise. */
function zeroRows(program: Program, name: string, rows: readonly number[], bias: 'bias too' | 'keep bias' = 'bias too'): Program {
  const weight = program.parameters.get(`${name}.weight`);
  const columns = (weight?.data.length ?? 0) / (weight?.shape[0] ?? 1);
  const cleared = withValues(program, `${name}.weight`, (i) => (rows.includes(Math.floor(i / columns)) ? 0 : undefined));
  return bias === 'keep bias' ? cleared : withValues(cleared, `${name}.bias`, (i) => (rows.includes(i) ? 0 : undefined));
}

/** Zeroes columns of the matrix a weight is (all rows). */
function zeroColumns(program: Program, name: string, columns: readonly number[]): Program {
  const weight = program.parameters.get(`${name}.weight`);
  const count = (weight?.data.length ?? 0) / (weight?.shape[0] ?? 1);
  return withValues(program, `${name}.weight`, (i) => (columns.includes(i % count) ? 0 : undefined));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('filters and channels', () => {
  it('a zero filter with a bias is a constant, folded into the reader', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
    const compacted = compact(zeroRows(program, 'conv1', [1, 3], 'keep bias'));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 2, 6, 6]);
    expect(layer(compacted, 'conv2')?.op).toBe('conv');
    expect(compacted.parameters.get('conv2.weight')?.shape).toEqual([3, 2, 3, 3]);
  });

  it('a reader without a bias gets one', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3, { bias: false }));
    const compacted = compact(zeroRows(program, 'conv1', [0], 'keep bias'));
    expect(compacted.parameters.get('conv2.bias')?.shape).toEqual([3]);
  });

  it('at padding a constant stays unless it is zero', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3, { padding: 1 }));
    expect(shapeOf(compact(zeroRows(program, 'conv1', [1], 'keep bias')), 'conv1')).toEqual([1, 4, 6, 6]);
    expect(shapeOf(compact(zeroRows(program, 'conv1', [1])), 'conv1')).toEqual([1, 3, 6, 6]);
  });

  it('a filter nobody reads goes, though it is not zero', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
    expect(shapeOf(compact(zeroColumns(program, 'conv2', range(9, 18))), 'conv1')).toEqual([1, 3, 6, 6]);
  });

  it('a filter read by dead filters alone goes with them', () => {
    const net = fixture([1, 8, 8]);
    const middle = net.conv('conv2', net.conv('conv1', net.input, 4), 3);
    let program = zeroRows(net.finish(net.conv('conv3', middle, 2)), 'conv2', [0, 2]);
    // Of conv2, filter 1 stays, and does not read channel 3.
    program = withValues(program, 'conv2.weight', (i) => (i >= 36 + 27 && i < 72 ? 0 : undefined));
    program = withValues(program, 'conv3.weight', (i) => (i % 27 < 9 ? 0 : undefined));
    const compacted = compact(program);
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 3, 6, 6]);
    expect(shapeOf(compacted, 'conv2')).toEqual([1, 1, 4, 4]);
  });

  it('a constant that relu makes zero goes at padding too', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.layer('relu', [net.conv('conv1', net.input, 4)]), 3, { padding: 1 }));
    const negative = withValues(zeroRows(program, 'conv1', [1], 'keep bias'), 'conv1.bias', (i) => (i === 1 ? -0.5 : undefined));
    expect(shapeOf(compact(negative), 'conv1')).toEqual([1, 3, 6, 6]);
  });

  it('one reader folds a constant that stays for another', () => {
    const net = fixture([1, 8, 8]);
    const shared = net.conv('conv1', net.input, 4);
    const padded = net.conv('padded', shared, 2, { padding: 1 });
    const inner = net.conv('inner', shared, 2, { window: 1 });
    const compacted = compact(zeroRows(net.finish(net.layer('add', [padded, inner])), 'conv1', [0], 'keep bias'));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 4, 6, 6]);
    expect(compacted.parameters.get('inner.weight')?.data.length).toBe(2 * 3);
    expect(compacted.parameters.get('padded.weight')?.data.length).toBe(2 * 36);
  });

  it('shape fibers become taps', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
    const compacted = compact(zeroColumns(program, 'conv2', [0, 5, 30]));
    expect(layer(compacted, 'conv2')?.op).toBe('tap_conv');
    expect(compacted.parameters.get('conv2.weight')?.shape).toEqual([3 * 33]);
  });

  it('the filters of the answer stay', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv1', net.input, 4));
    expect(shapeOf(compact(zeroRows(program, 'conv1', [0, 1])), 'conv1')).toEqual([1, 4, 6, 6]);
  });

  it('the last filter stays', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
    const compacted = compact(zeroRows(program, 'conv1', [0, 1, 2, 3], 'keep bias'));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 1, 6, 6]);
    expect(compacted.parameters.get('conv2.weight')?.data.length).toBe(3);
  });

  it('unequal convolution groups become parts', () => {
    const net = fixture([4, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 6, { groups: 2 }), 4));
    const compacted = compact(zeroRows(program, 'conv1', [0, 1]));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 4, 6, 6]);
    expect(layer(compacted, 'conv1')?.op).toBe('tap_conv');
  });

  it('a group whose channels are all constant keeps one', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 4, { groups: 2 }));
    const compacted = compact(zeroRows(program, 'conv1', [2, 3], 'keep bias'));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 3, 6, 6]);
  });
});

describe('across pools, activations and flatten', () => {
  it('one dead channel is height x width inputs of the dense layer', () => {
    const net = fixture([1, 8, 8]);
    const pooled = net.layer('relu', [net.pool('max_pool', net.conv('conv1', net.input, 4))]);
    const program = net.finish(net.dense('fc', net.layer('flatten', [pooled]), 3));
    const compacted = compact(zeroRows(program, 'conv1', [2], 'keep bias'));
    expect(shapeOf(compacted, 'max_pool')).toEqual([1, 3, 3, 3]);
    expect(compacted.parameters.get('fc.weight')?.shape).toEqual([3, 27]);
    expect(layer(compacted, 'fc')?.op).toBe('dense');
  });

  it('padded pools keep constants: maxima of -infinity, averages of what is inside', () => {
    for (const pool of ['max_pool', 'avg_pool'] as const) {
      const net = fixture([1, 8, 8]);
      const program = net.finish(net.conv('conv2', net.pool(pool, net.conv('conv1', net.input, 4), 1), 3));
      expect(shapeOf(compact(zeroRows(program, 'conv1', [0], 'keep bias')), 'conv1')).toEqual([1, 3, 6, 6]);
    }
  });

  it('positions of a channel that only some pixels need become taps of the dense layer', () => {
    const net = fixture([1, 8, 8]);
    const program = net.finish(net.dense('fc', net.layer('flatten', [net.conv('conv1', net.input, 2)]), 3));
    const compacted = compact(zeroColumns(program, 'fc', range(0, 30)));
    expect(layer(compacted, 'fc')?.op).toBe('tap_dense');
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 2, 6, 6]);
    expect(shapeOf(compact(zeroColumns(program, 'fc', range(0, 36))), 'conv1')).toEqual([1, 1, 6, 6]);
  });
});

describe('shortcuts', () => {
  const build = (): Program => {
    const net = fixture([1, 8, 8]);
    const stem = net.conv('stem', net.input, 4);
    const inner = net.layer('relu', [net.conv('inner', stem, 5, { padding: 1 })]);
    const sum = net.layer('add', [stem, net.conv('branch', inner, 4, { padding: 1 })]);
    return net.finish(net.conv('head', sum, 2));
  };

  it('a channel goes only if every writer agrees', () => {
    expect(shapeOf(compact(zeroRows(build(), 'branch', [1])), 'add')).toEqual([1, 4, 6, 6]);
    expect(shapeOf(compact(zeroRows(zeroRows(build(), 'branch', [1]), 'stem', [1])), 'add')).toEqual([1, 3, 6, 6]);
  });

  it('channels inside the block are free', () => {
    expect(shapeOf(compact(zeroRows(build(), 'inner', [0, 4])), 'inner')).toEqual([1, 3, 6, 6]);
  });

  it('a dead branch leaves a constant, not an identity: it goes into the bias before the fork', () => {
    const compacted = compact(zeroRows(build(), 'branch', [0, 1, 2, 3], 'keep bias'));
    for (const name of ['inner', 'branch', 'add']) expect(layer(compacted, name)).toBeUndefined();
    expect(compacted.parameters.get('stem.bias')?.data).not.toEqual(build().parameters.get('stem.bias')?.data);
  });

  it('a dead branch of zeros leaves nothing, a constant one a shift where no bias takes it', () => {
    const rectified = (bias: 'bias too' | 'keep bias'): Program => {
      const net = fixture([1, 8, 8]);
      const stem = net.layer('relu', [net.conv('stem', net.input, 4)]);
      const sum = net.layer('add', [net.conv('branch', stem, 4, { padding: 1 }), stem]);
      return compact(zeroRows(net.finish(net.conv('head', sum, 2)), 'branch', [0, 1, 2, 3], bias));
    };
    expect(rectified('bias too').graph.nodes.map(({ op }) => op)).not.toContain('scale');
    const shifted = rectified('keep bias');
    expect(layer(shifted, 'branch')).toBeUndefined();
    expect(layer(shifted, 'add')?.op).toBe('scale');
  });

  it('a first layer that is zero takes the whole branch with it, unless its constant meets padding', () => {
    const build = (padding: number): Program => {
      const net = fixture([1, 8, 8]);
      const stem = net.conv('stem', net.input, 4);
      const inner = net.layer('relu', [net.conv('inner', stem, 5, { padding })]);
      const last = net.conv('branch', inner, 4, { padding, window: padding === 0 ? 1 : 3 });
      const shortcut = padding === 0 ? net.conv('projection', stem, 4) : stem;
      return net.finish(net.conv('head', net.layer('add', [last, shortcut]), 2));
    };
    const all = range(0, 5);
    expect(layer(compact(zeroRows(build(1), 'inner', all)), 'branch')).toBeUndefined();
    expect(layer(compact(zeroRows(build(0), 'inner', all, 'keep bias')), 'branch')).toBeUndefined();
    expect(layer(compact(zeroRows(build(1), 'inner', all, 'keep bias')), 'branch')).toBeDefined();
  });

  it('a projection that is zero leaves the branch alone', () => {
    const net = fixture([2, 8, 8]);
    const branch = net.conv('branch', net.input, 4, { padding: 1 });
    const sum = net.layer('add', [net.conv('projection', net.input, 4, { window: 1 }), branch]);
    const compacted = compact(zeroRows(net.finish(net.conv('head', sum, 2)), 'projection', [0, 1, 2, 3], 'keep bias'));
    expect(layer(compacted, 'projection')).toBeUndefined();
    expect(layer(compacted, 'branch')).toBeDefined();
    expect(layer(compacted, 'add')).toBeUndefined();
  });
});

describe('neurons', () => {
  const build = (): Program => {
    const net = fixture([6]);
    return net.finish(net.dense('fc2', net.layer('relu', [net.dense('fc1', net.input, 5)]), 3));
  };

  it('a dead neuron with a bias becomes a bias of the next layer', () => {
    const compacted = compact(zeroRows(build(), 'fc1', [0, 2], 'keep bias'));
    expect(compacted.parameters.get('fc2.weight')?.shape).toEqual([3, 3]);
  });

  it('a neuron nobody reads disappears', () => {
    expect(compact(zeroColumns(build(), 'fc2', [4])).parameters.get('fc1.weight')?.shape).toEqual([4, 6]);
  });

  it('inputs of the network stay, the layer stops reading them', () => {
    const compacted = compact(zeroColumns(build(), 'fc1', [0, 5]));
    expect(layer(compacted, 'fc1')?.op).toBe('tap_dense');
    expect(compacted.parameters.get('fc1.weight')?.shape).toEqual([5, 4]);
  });

  it('softmax keeps every logit', () => {
    const net = fixture([6]);
    const program = net.finish(net.layer('softmax', [net.dense('fc1', net.input, 5)]));
    expect(compact(zeroRows(program, 'fc1', [0, 2])).parameters.get('fc1.weight')?.shape).toEqual([5, 6]);
  });
});

describe('batch norm', () => {
  it('a zero filter emits what batch norm makes of its bias', () => {
    const net = fixture([1, 8, 8]);
    const norm = net.layer('relu', [net.batchNorm('norm', net.conv('conv1', net.input, 4, { bias: false }))]);
    const program = net.finish(net.conv('conv2', norm, 3));
    const compacted = compact(zeroRows(program, 'conv1', [1]));
    expect(shapeOf(compacted, 'conv1')).toEqual([1, 3, 6, 6]);
    expect(layer(compacted, 'norm')).toBeUndefined();
  });

  it('that cannot be folded is sliced', () => {
    const net = fixture([1, 8, 8]);
    const norm = net.batchNorm('norm', net.layer('relu', [net.conv('conv1', net.input, 4)]));
    const program = net.finish(net.conv('conv2', norm, 3));
    const compacted = compact(zeroRows(program, 'conv1', [1]));
    expect(compacted.parameters.get('norm.variance')?.shape).toEqual([3]);
  });

  it('behind a rectifier and a pool, a filter whose whole group is zero goes before padding too', () => {
    const net = fixture([1, 8, 8]);
    const norm = net.batchNorm('norm', net.pool('avg_pool', net.layer('relu', [net.conv('conv1', net.input, 4)]), 1));
    const program = zeroRows(net.finish(net.conv('conv2', norm, 3, { padding: 1 })), 'conv1', [1]);
    expect(shapeOf(compact(program), 'conv1')).toEqual([1, 4, 6, 6]);
    const dead = ['norm.gamma', 'norm.beta'].reduce((changed, name) => withValues(changed, name, (i) => (i === 1 ? 0 : undefined)), program);
    expect(shapeOf(compact(dead), 'conv1')).toEqual([1, 3, 6, 6]);
  });

  it('gamma of zero makes a constant', () => {
    const net = fixture([1, 8, 8]);
    const norm = net.batchNorm('norm', net.conv('conv1', net.input, 4));
    const program = withValues(net.finish(net.conv('conv2', norm, 3)), 'norm.gamma', (i) => (i < 2 ? 0 : undefined));
    expect(shapeOf(compact(program), 'conv1')).toEqual([1, 2, 6, 6]);
  });
});
