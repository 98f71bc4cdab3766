import { describe, expect, it } from 'vitest';
import { InternalError } from '../../src/base/invariant.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { eliminate } from '../../src/passes/eliminate.ts';
import type { Pass } from '../../src/passes/pass.ts';
import { compaction, runPasses, simplification } from '../../src/passes/pipeline.ts';
import { largestDifference } from '../random/checks.ts';
import { fixture } from '../sparsity/fixture.ts';

const opsOf = (program: Program): string[] => program.graph.nodes.map((node) => node.op).filter((op) => op !== 'parameter' && op !== 'input');

describe('the pipeline', () => {
  const program = (): Program => {
    const net = fixture([6]);
    return net.finish(net.dense('fc', net.input, 3));
  };

  it('refuses a pass before what it requires', () => {
    expect(() => runPasses(program(), [eliminate], ops)).toThrow('eliminate requires no-identities, affine-folded');
  });

  it('verifies after each pass and names it', () => {
    const broken: Pass = { name: 'broken', doc: '', requires: [], ensures: [], run: ({ graph, parameters }) => ({ graph: { ...graph, nodes: graph.nodes.slice(1) }, parameters }) };
    expect(() => runPasses(program(), [broken], ops, { verify: true })).toThrow(InternalError);
    expect(() => runPasses(program(), [broken], ops, { verify: true })).toThrow(/after broken/);
  });

  it('shows the program after each pass', () => {
    const seen: string[] = [];
    runPasses(program(), compaction, ops, { onAfter: (pass) => void seen.push(pass.name) });
    expect(seen).toEqual(['drop-identities', 'fold-batch-norm', 'drop-branches', 'eliminate', 'mark-sparse']);
  });
});

describe('drop-identities', () => {
  it('removes dropout and keeps flatten', () => {
    const net = fixture([2, 4, 4]);
    const flat = net.layer('flatten', [net.layer('dropout', [net.input], { rate: 0.5 })]);
    const program = net.finish(net.dense('fc', net.layer('dropout', [flat], { rate: 0.5 }), 3));
    expect(opsOf(runPasses(program, simplification, ops, { verify: true }))).toEqual(['flatten', 'dense']);
  });
});

describe('fold-batch-norm', () => {
  it('folds into convolutions and dense layers, making a bias', () => {
    const net = fixture([2, 4, 4]);
    const image = net.batchNorm('norm1', net.conv('conv1', net.input, 3, { bias: false }));
    const program = net.finish(net.batchNorm('norm2', net.dense('fc', net.layer('flatten', [image]), 4)));
    const folded = runPasses(program, simplification, ops, { verify: true });
    expect(opsOf(folded)).toEqual(['conv', 'flatten', 'dense']);
    expect([...folded.parameters.keys()].sort()).toEqual(['conv1.bias', 'conv1.weight', 'fc.bias', 'fc.weight']);
    expect(largestDifference(program, folded, 1, ops)).toBeLessThan(1e-12);
  });

  it('folds one norm after another', () => {
    const net = fixture([2, 4, 4]);
    const program = net.finish(net.batchNorm('norm2', net.batchNorm('norm1', net.conv('conv1', net.input, 3))));
    const folded = runPasses(program, simplification, ops, { verify: true });
    expect(largestDifference(program, folded, 1, ops)).toBeLessThan(1e-12);
    expect(opsOf(folded)).toEqual(['conv']);
  });

  it('leaves a convolution that something else reads', () => {
    const net = fixture([2, 4, 4]);
    const x = net.conv('conv1', net.input, 3);
    const program = net.finish(net.layer('add', [x, net.batchNorm('norm', x)]));
    expect(opsOf(runPasses(program, simplification, ops, { verify: true }))).toEqual(['conv', 'batch_norm', 'add']);
  });
});
