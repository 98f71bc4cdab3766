import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/ir/graph.ts';
import type { StructureArguments, StructureKind } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, preparation, runPasses } from '../../src/passes/pipeline.ts';
import { describeFate } from '../../src/sparsity/describe-fate.ts';
import { groupFates } from '../../src/sparsity/group-fate.ts';
import type { GroupFate, Stages } from '../../src/sparsity/group-fate.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { structureReport } from '../../src/sparsity/structure-report.ts';
import { fixture, networkOf, penalty, withValues } from './fixture.ts';

/** conv1: 4 filters of 1x3x3; relu; conv2: 3 filters of 4x3x3; flatten; fc: 5 units of 48 inputs. */
function lenetLike(): Program {
  const net = fixture([1, 8, 8]);
  const conv2 = net.conv('conv2', net.layer('relu', [net.conv('conv1', net.input, 4)]), 3);
  return net.finish(net.dense('fc', net.layer('flatten', [conv2]), 5));
}

/** Filter 0 of conv1 zero but for a positive bias, filter 1 and its bias zero, filter 2 read by no one; two fibers of conv2 zero. */
function trained(): Program {
  let program = lenetLike();
  program = withValues(program, 'conv1.weight', (i) => (i < 18 ? 0 : undefined));
  program = withValues(program, 'conv1.bias', (i) => (i === 1 ? 0 : 0.5 + i));
  return withValues(program, 'conv2.weight', (i) => ([...Array(9).keys()].includes((i % 36) - 18) || [27, 28].includes(i % 36) ? 0 : undefined));
}

function stagesOf(trained: Program): Stages {
  return { trained, prepared: runPasses(trained, preparation, ops), compacted: runPasses(trained, compaction, ops) };
}

function fates(structure: StructureKind, layer: string, program: Program): readonly GroupFate[] {
  const network = networkOf(program);
  const [answer] = groupFates(stagesOf(program), [groupSet(network, ops, penalty(structure, layer))], ops);
  return answer?.fates ?? [];
}

describe('the report of structure', () => {
  it('counts rows, columns, weights and MACs on the compacted graph', () => {
    const program = trained();
    const report = structureReport(program, runPasses(program, compaction, ops), ops);
    const [conv1, conv2, fc] = report.layers;
    expect(conv1).toEqual({ name: 'conv1', op: 'conv', filters: [1, 4], channels: [1, 1], fibers: [9, 9], weights: [9, 36], macs: [9 * 36, 36 * 36] });
    expect(conv2).toEqual({ name: 'conv2', op: 'conv', filters: [3, 3], channels: [1, 4], fibers: [7, 36], weights: [21, 108], macs: [21 * 16, 108 * 16] });
    expect(fc).toEqual({ name: 'fc', op: 'dense', inputs: [48, 48], outputs: [5, 5], weights: [240, 240], macs: [240, 240] });
    expect(report.convMacs).toEqual({ dense: 36 * 36 + 108 * 16, compacted: 9 * 36 + 21 * 16 });
    expect(report.macs.compacted).toBe(report.convMacs.compacted + 240);
    expect(report.weights).toEqual({ dense: 384, compacted: 270 });
  });
});

describe('what became of groups', () => {
  it('tells constants, zeros and the unread apart', () => {
    expect(fates('filters', 'conv1', trained())).toEqual([{ kind: 'folded', into: ['conv2'] }, { kind: 'zero' }, { kind: 'unread' }, { kind: 'alive' }]);
    expect(fates('channels', 'conv2', trained())).toEqual([{ kind: 'folded', into: ['conv2'] }, { kind: 'unread' }, { kind: 'zero' }, { kind: 'alive' }]);
    expect(fates('fibers', 'conv2', trained()).slice(26, 30)).toEqual([{ kind: 'zero' }, { kind: 'zero' }, { kind: 'zero' }, { kind: 'alive' }]);
  });

  it('says why a zero group stays', () => {
    const net = fixture([1, 8, 8]);
    const stem = net.conv('stem', net.input, 3);
    const sum = net.layer('add', [stem, net.conv('branch', stem, 3, { padding: 1 })]);
    let program = net.finish(net.conv('head', sum, 2));
    program = withValues(program, 'branch.weight', (i) => (i < 27 ? 0 : undefined));
    program = withValues(program, 'branch.bias', (i) => (i === 0 ? 0 : undefined));
    program = withValues(program, 'stem.weight', (i) => (i >= 9 && i < 18 ? 0 : undefined));
    program = withValues(program, 'head.weight', (i) => (i < 27 ? 0 : undefined));
    program = withValues(program, 'head.bias', (i) => (i === 0 ? 0 : undefined));
    expect(fates('filters', 'branch', program)[0]).toEqual({ kind: 'kept', reason: { kind: 'read', by: 'head' } });
    expect(fates('filters', 'head', program)[0]).toEqual({ kind: 'kept', reason: { kind: 'output', output: 'output' } });
    const constant = withValues(program, 'stem.bias', (i) => (i === 1 ? 0 : undefined));
    expect(fates('filters', 'stem', constant)[1]).toEqual({ kind: 'kept', reason: { kind: 'read', by: 'head' } });
  });

  it('names the shortcut and the padding', () => {
    const net = fixture([1, 8, 8]);
    const stem = net.conv('stem', net.input, 3);
    const sum = net.layer('add', [stem, net.conv('branch', stem, 3, { padding: 1 })]);
    let program = net.finish(net.conv('head', sum, 2));
    // The branch writes nothing to channel 1 and the head reads nothing of it, but the branch reads the stem's.
    program = withValues(program, 'branch.weight', (i) => (i >= 27 && i < 54 ? 0 : undefined));
    program = withValues(program, 'branch.bias', (i) => (i === 1 ? 0 : undefined));
    program = withValues(program, 'head.weight', (i) => (Math.floor(i / 9) % 3 === 1 ? 0 : undefined));
    expect(fates('filters', 'branch', program)[1]).toEqual({ kind: 'kept', reason: { kind: 'shortcut', by: 'add' } });
    expect(describeFate(fates('filters', 'branch', program)[1] ?? { kind: 'alive' })).toBe('zero, but stays: another operand of add keeps it');

    const padded = fixture([1, 8, 8]);
    const norm = padded.batchNorm('norm', padded.conv('conv1', padded.input, 3, { bias: false }));
    let constant = padded.finish(padded.conv('conv2', norm, 2, { padding: 1 }));
    for (const name of ['conv1.weight', 'norm.gamma', 'norm.beta']) constant = withValues(constant, name, (i) => (i < (name === 'conv1.weight' ? 9 : 1) ? 0 : undefined));
    expect(fates('filters', 'conv1', constant)[0]).toEqual({ kind: 'zero' });
    // A group without beta leaves act(beta), here in the convolution's own bias.
    const onlyWeights = groupSet(networkOf(constant), ops, penalty('filters', 'conv1'));
    const set = { ...onlyWeights, members: onlyWeights.members.slice(0, 1) };
    const emitting = withValues(constant, 'norm.beta', () => 0.5);
    const [answer] = groupFates(stagesOf(emitting), [set], ops);
    expect(answer?.fates[0]).toEqual({ kind: 'kept', reason: { kind: 'padding', by: 'conv2' } });
  });
});

describe('fine grains', () => {
  /** conv1, all of whose vectors of filters 0 and 1 are zero but two, and every second element of filter 2. */
  const program = withValues(trainedAll(), 'conv1.weight', (i) => (i < 18 ? (i === 3 || i === 12 ? undefined : 0) : i < 27 && i % 2 === 0 ? 0 : undefined));

  function trainedAll(): Program {
    const net = fixture([1, 8, 8]);
    return net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
  }

  it('tell zeros that stay in the weight from those that go', () => {
    const kinds = (structure: StructureKind, given?: StructureArguments): Record<string, number> => {
      const found: Record<string, number> = {};
      const [answer] = groupFates(stagesOf(program), [groupSet(networkOf(program), ops, penalty(structure, 'conv1', 1, 'one', given))], ops);
      for (const { kind } of answer?.fates ?? []) found[kind] = (found[kind] ?? 0) + 1;
      return found;
    };
    expect(kinds('elements')).toEqual({ alive: 2 + 4 + 9, stored: 16 + 5 });
    expect(kinds('vectors')).toEqual({ alive: 2 + 3 + 3, stored: 4 });
    expect(kinds('filters_2d')).toEqual({ alive: 4 });
    expect(kinds('blocks', { rows: 2, columns: 3 })).toEqual({ alive: 1 + 3, stored: 2 });
    const [conv1] = structureReport(program, runPasses(program, compaction, ops), ops).layers;
    expect(conv1).toMatchObject({ weights: [36, 36], nonzero: [15, 36] });
  });

  it('go with the rows that go', () => {
    const dead = withValues(withValues(program, 'conv1.weight', (i) => (i < 9 ? 0 : undefined)), 'conv1.bias', (i) => (i === 0 ? 0 : undefined));
    const [answer] = groupFates(stagesOf(dead), [groupSet(networkOf(dead), ops, penalty('vectors', 'conv1'))], ops);
    expect(answer?.fates.slice(0, 6).map(({ kind }) => kind)).toEqual(['zero', 'zero', 'zero', 'stored', 'alive', 'stored']);
  });
});
