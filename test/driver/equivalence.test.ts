import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { InternalError } from '../../src/base/invariant.ts';
import { verifyPrograms } from '../../src/driver/build/equivalence.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { fixture, withValues } from '../sparsity/fixture.ts';

const compacted = (program: Program): Program => runPasses(program, compaction, ops);
const check = (reference: Program, other: Program) => verifyPrograms(reference, other, 1000, ops);

/** Every element of a parameter moved by an amount. */
const moved = (program: Program, name: string, by: number): Program => withValues(program, name, (i) => by + (program.parameters.get(name)?.data[i] ?? 0));

/** A convolution and batch norm with a dense layer behind; filter 1 of the convolution is zero. */
function normed(change: (program: Program) => Program): Program {
  const net = fixture([2, 6, 6]);
  const features = net.layer('flatten', [net.layer('relu', [net.batchNorm('norm', net.conv('conv1', net.input, 4))])]);
  const program = net.finish(net.dense('fc', features, 3));
  return withValues(change(program), 'conv1.weight', (i) => (i >= 18 && i < 36 ? 0 : undefined));
}

const cancelling: Readonly<Record<string, () => Program>> = {
  'the bias of a convolution and the mean behind it': () => normed((program) => moved(moved(program, 'conv1.bias', 1e6), 'norm.mean', 1e6)),
  'the same at 1e15': () => normed((program) => moved(moved(program, 'conv1.bias', 1e15), 'norm.mean', 1e15)),
  'mean and beta': () => normed((program) => withValues(moved(program, 'norm.mean', 1e9), 'norm.beta', (c) => ((program.parameters.get('norm.gamma')?.data[c] ?? 0) * 1e9) / Math.sqrt((program.parameters.get('norm.variance')?.data[c] ?? 0) + 1e-5))),
  'a scale of 1e30, divided by a variance': () => normed((program) => withValues(withValues(program, 'norm.gamma', () => 1e30), 'norm.variance', () => 1e38)),
  'a scale of 1e30': () => normed((program) => withValues(program, 'norm.gamma', () => 1e30)),
  'the bias of a dense layer and the mean behind it': () => {
    const net = fixture([8]);
    const program = net.finish(net.dense('fc2', net.layer('relu', [net.batchNorm('norm', net.dense('fc1', net.input, 6))]), 3));
    return withValues(moved(moved(program, 'fc1.bias', -1e7), 'norm.mean', -1e7), 'fc1.weight', (i) => (i < 8 ? 0 : undefined));
  },
  'two branches of a shortcut': () => {
    const net = fixture([2, 6, 6]);
    const sum = net.layer('add', [net.batchNorm('norm1', net.conv('conv1', net.input, 3, { padding: 1 })), net.conv('conv2', net.input, 3, { padding: 1 })]);
    const program = net.finish(net.conv('conv3', net.layer('relu', [sum]), 2));
    return moved(moved(program, 'norm1.beta', 1e8), 'conv2.bias', -1e8);
  },
  'positions of an average': () => {
    const net = fixture([2, 6, 6]);
    const pooled = net.pool('avg_pool', net.conv('conv1', net.layer('normalize_input', [net.input], { mean: [1e6, -1e6], deviation: [1e-6, 1e-6] }), 4));
    const program = net.finish(net.conv('conv2', pooled, 2, { window: 2 }));
    return withValues(program, 'conv1.weight', (i) => (i < 18 ? 0 : undefined));
  },
};

describe('the equivalence check', () => {
  it.each(Object.keys(cancelling))('takes rounding for rounding where large terms cancel: %s', (name) => {
    const program = cancelling[name]?.();
    if (!program) throw new Error(name);
    const { samples, maxAbsDifference, maxAbsReference } = check(program, compacted(program));
    expect(samples).toBe(4);
    expect(Number.isFinite(maxAbsDifference)).toBe(true);
    expect(maxAbsReference).toBeGreaterThan(0);
  });

  it('is as strict as before where nothing cancels', () => {
    const program = normed((same) => same);
    const small = compacted(program);
    const { maxAbsDifference, maxAbsReference } = check(program, small);
    expect(maxAbsDifference).toBeLessThan(1e-13 * maxAbsReference);
    for (const name of small.parameters.keys()) {
      const planted = withValues(small, name, (i) => (small.parameters.get(name)?.data[i] ?? 0) * (1 + 1e-9));
      expect(() => check(program, planted), `in ${name}`).toThrow(InternalError);
    }
  });

  it('sees a forgotten filter whose share is a millionth', () => {
    const program = withValues(normed((same) => same), 'norm.beta', (c) => (c === 1 ? 1e-6 : undefined));
    const dead = withValues(program, 'norm.gamma', (c) => (c === 1 ? 0 : undefined));
    check(dead, compacted(dead));
    const forgotten = withValues(dead, 'norm.beta', (c) => (c === 1 ? 0 : undefined));
    expect(() => check(dead, compacted(forgotten))).toThrow(InternalError);
  });

  it('holds small values to their own rounding, beside large ones', () => {
    const net = fixture([4]);
    const program = withValues(net.finish(net.dense('fc2', net.dense('fc1', net.input, 5), 2)), 'fc1.weight', (i) => (i < 4 ? 0 : undefined));
    const uneven = withValues(program, 'fc2.weight', (i) => (program.parameters.get('fc2.weight')?.data[i] ?? 0) * (i < 5 ? 1e9 : 1));
    const small = compacted(uneven);
    check(uneven, small);
    expect(() => check(uneven, moved(small, 'fc2.bias', 1e-7))).toThrow(InternalError);
  });

  it('compares every output', () => {
    const net = fixture([4]);
    const hidden = net.dense('fc1', net.input, 5);
    net.builder.output('hidden', hidden);
    const program = net.finish(net.dense('fc2', hidden, 2));
    const zero = withValues(program, 'fc2.weight', () => 0);
    expect(() => check(zero, withValues(zero, 'fc1.bias', () => 3))).toThrow(InternalError);
  });

  it('takes a network that overflows for no bug of ours', () => {
    const net = fixture([4]);
    let value = net.input;
    for (let layer = 0; layer < 12; layer++) value = net.dense(`fc${layer}`, value, 4);
    let program = net.finish(value);
    for (let layer = 0; layer < 12; layer++) program = withValues(program, `fc${layer}.weight`, (i) => (layer === 0 && i < 4 ? 0 : 3e38));
    expect(() => check(program, compacted(program))).toThrow(DiagnosticError);
  });
});
