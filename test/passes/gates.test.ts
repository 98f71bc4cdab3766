// What elimination makes of activations, learned scales, gates and local responses. Every network is also run as kernels.

import { describe, expect, it, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { Node, Program, Value } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses, simplification } from '../../src/passes/pipeline.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { findRemoval } from '../../src/sparsity/removal.ts';
import { reasonOf } from '../../src/sparsity/kept-channels.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { deployed } from '../lower/harness.ts';
import { largestDifference } from '../random/checks.ts';
import { kernelError } from '../random/kernels.ts';
import { fixture, withValues } from '../sparsity/fixture.ts';
import type { Fixture } from '../sparsity/fixture.ts';

function compact(program: Program): Program {
  const compacted = runPasses(program, compaction, ops, { verify: true });
  expect(largestDifference(program, compacted, 1, ops)).toBeLessThan(1e-12);
  for (const engine of deployed) expect(kernelError(compacted, 1, ops, engine)).toBeLessThanOrEqual(1);
  return compacted;
}

function layer(program: Program, name: string): Node | undefined {
  return program.graph.nodes.find((node) => node.layer === name && node.op !== 'parameter');
}

const channels = (program: Program, name: string): number | undefined => layer(program, name)?.results[0]?.[1];

/** Zeroes filters or neurons; their biases become `bias`. */
function zeroRows(program: Program, name: string, rows: readonly number[], bias = 0): Program {
  const weight = present(program.parameters.get(`${name}.weight`), name);
  const columns = weight.data.length / (weight.shape[0] ?? 1);
  const cleared = withValues(program, `${name}.weight`, (i) => (rows.includes(Math.floor(i / columns)) ? 0 : undefined));
  return withValues(cleared, `${name}.bias`, (i) => (rows.includes(i) ? bias : undefined));
}

/** conv1 of six filters, whatever comes behind, conv2 of three. */
function between(behind: (net: Fixture, x: Value) => Value, padding = 0): Program {
  const net = fixture([2, 8, 8]);
  return net.finish(net.conv('conv2', behind(net, net.conv('conv1', net.input, 6)), 3, { padding }));
}

const acting = (op: string, attrs = {}) => (net: Fixture, x: Value): Value => net.layer(op, [x], attrs);

describe('constants behind activations', () => {
  test.each([
    ['sigmoid', {}, 'not zero'],
    ['hard_sigmoid', {}, 'not zero'],
    ['clip', { low: 0.25, high: 1 }, 'not zero'],
    ['clip', { low: -1, high: 1 }, 'zero'],
    ['tanh', {}, 'zero'],
    ['elu', { alpha: 1 }, 'zero'],
    ['hard_swish', {}, 'zero'],
  ] as const)('%s %o of a zero filter is %s', (op, attrs, at) => {
    const rows = [1, 4];
    // Folded where no border shows it; in front of padding only what is zero goes.
    expect(channels(compact(zeroRows(between(acting(op, attrs)), 'conv1', rows)), 'conv1')).toBe(4);
    expect(channels(compact(zeroRows(between(acting(op, attrs), 1), 'conv1', rows)), 'conv1')).toBe(at === 'zero' ? 4 : 6);
  });

  it('hard_sigmoid is exactly 0 far below: its channel goes in front of padding too', () => {
    expect(channels(compact(zeroRows(between(acting('hard_sigmoid'), 1), 'conv1', [0], -3)), 'conv1')).toBe(5);
  });
});

describe('learned numbers a channel', () => {
  it('slopes of prelu go with their channels, and a zero filter is zero behind them', () => {
    const compacted = compact(zeroRows(between((net, x) => net.learned('prelu', 'act', x), 1), 'conv1', [0, 5]));
    expect(compacted.parameters.get('act.slope')?.shape).toEqual([4]);
  });

  it('scale folds into the layer before it', () => {
    const compacted = compact(between((net, x) => net.learned('scale', 'scale', x, { shift: true })));
    expect(layer(compacted, 'scale')).toBeUndefined();
  });

  it('scale behind an activation stays, cut to its channels; a factor of zero makes a constant', () => {
    const program = between((net, x) => net.learned('scale', 'scale', net.layer('relu', [x]), { shift: true }));
    const compacted = compact(withValues(zeroRows(program, 'conv1', [3]), 'scale.factor', (i) => (i === 1 ? 0 : undefined)));
    expect(compacted.parameters.get('scale.factor')?.shape).toEqual([4]);
  });
});

const across = { size: 3, alpha: 0.8, beta: 0.75, k: 1, within: false };

describe('local responses', () => {
  it('across channels, zero channels go and their places stay', () => {
    const compacted = compact(zeroRows(between(acting('lrn', across), 1), 'conv1', [1, 3, 4]));
    expect(channels(compacted, 'conv1')).toBe(3);
    expect(layer(compacted, 'lrn')?.attrs['positions']).toEqual([0, 2, 4]);
  });

  it('no places are noted where channels stay together', () => {
    const compacted = compact(zeroRows(between(acting('lrn', across)), 'conv1', [0, 4, 5]));
    expect(layer(compacted, 'lrn')?.attrs['positions']).toBeUndefined();
  });

  it('across channels, a constant other than zero stays, and so does a channel that nobody reads', () => {
    expect(channels(compact(zeroRows(between(acting('lrn', across)), 'conv1', [1], 0.5)), 'conv1')).toBe(6);
    const program = between(acting('lrn', across));
    const unread = withValues(program, 'conv2.weight', (i) => (Math.floor(i / 9) % 6 === 2 ? 0 : undefined));
    expect(channels(compact(unread), 'conv1')).toBe(6);
  });

  it('a channel is constant where its whole window is', () => {
    expect(channels(compact(zeroRows(between(acting('lrn', across)), 'conv1', [0, 1, 2], 0.5)), 'conv1')).toBe(6);
    const { constants } = findRemoval(runPasses(zeroRows(between(acting('lrn', across)), 'conv1', [0, 1, 2], 0.5), simplification, ops), ops);
    const [lrn] = [...constants].filter(([, values]) => values.filter(Number.isNaN).length === 4).map(([, values]) => values);
    const square = 0.25;
    expect(lrn?.[0]).toBeCloseTo(0.5 / (1 + (0.8 / 3) * 2 * square) ** 0.75, 12);
    expect(lrn?.[1]).toBeCloseTo(0.5 / (1 + (0.8 / 3) * 3 * square) ** 0.75, 12);
  });

  it('says why a channel stays', () => {
    const program = runPasses(zeroRows(between(acting('lrn', across)), 'conv1', [1], 0.5), simplification, ops);
    const conv = present(layer(program, 'conv1'), 'conv1');
    expect(reasonOf(findRemoval(program, ops).kept, { node: conv.id, result: 0 }, 1)).toEqual({ kind: 'neighbours', by: 'lrn' });
  });

  it('a window wider than what there is costs no more', () => {
    for (const within of [false, true]) {
      const [all, more] = [13, 100_001].map((size) => lowerDeployed(compact(between(acting('lrn', { ...across, size, within }))), ops, wasmMachine).elements);
      expect(more).toBe(all);
    }
  });

  it('within a channel, zero channels go, and a constant varies at the border', () => {
    const within = { ...across, within: true };
    expect(channels(compact(zeroRows(between(acting('lrn', within)), 'conv1', [1])), 'conv1')).toBe(5);
    expect(channels(compact(zeroRows(between(acting('lrn', within)), 'conv1', [1], 0.5)), 'conv1')).toBe(6);
    expect(channels(compact(zeroRows(between(acting('lrn', { ...within, size: 1 })), 'conv1', [1], 0.5)), 'conv1')).toBe(5);
  });
});

/** Squeeze and excite: x times a gate that is made of the means of x. */
function gated(gate: string, padding = 0): Program {
  return between((net, x) => {
    const squeezed = net.builder.one('avg_pool', [x], { window: [6, 6], stride: [1, 1], padding: [0, 0] }, { layer: 'squeeze' });
    const excited = net.dense('excite', net.layer('relu', [net.dense('reduce', net.layer('flatten', [squeezed]), 3)]), 6);
    return net.layer('multiply', [x, net.builder.one(gate, [excited], {}, { layer: 'gate' })]);
  }, padding);
}

describe('gates', () => {
  it('a channel goes with its gate, whatever that is', () => {
    const compacted = compact(zeroRows(gated('sigmoid', 1), 'conv1', [2]));
    expect([channels(compacted, 'conv1'), channels(compacted, 'excite'), channels(compacted, 'reduce')]).toEqual([5, 5, 3]);
  });

  it('behind a gate that is 0 nobody reads the channel; the squeeze still does', () => {
    const program = zeroRows(gated('hard_sigmoid', 1), 'excite', [2, 3], -4);
    const compacted = compact(program);
    expect(channels(compacted, 'conv1')).toBe(6);
    expect(compacted.parameters.get('conv2.weight')?.shape).not.toEqual([3, 6, 3, 3]);
    const unread = withValues(program, 'reduce.weight', (i) => ([2, 3].includes(i % 6) ? 0 : undefined));
    expect(channels(compact(unread), 'conv1')).toBe(4);
  });

  it('a gate that is constant stays a factor', () => {
    expect(channels(compact(zeroRows(gated('sigmoid'), 'excite', [2], 0.3)), 'conv1')).toBe(6);
  });

  it('a product of constants is one', () => {
    const program = between((net, x) => net.layer('multiply', [net.layer('sigmoid', [x]), net.layer('hard_sigmoid', [x])]));
    expect(channels(compact(zeroRows(program, 'conv1', [0, 2], 0.5)), 'conv1')).toBe(4);
  });
});
