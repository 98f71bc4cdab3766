import { expect, test } from 'vitest';
import { ops } from '../../../src/ops/index.ts';
import { compaction, preparation, runPasses } from '../../../src/passes/pipeline.ts';
import { leftInPlace } from '../../../src/sparsity/granularity/left-in-place.ts';
import { structureReport } from '../../../src/sparsity/structure-report.ts';
import { randomCase } from '../../random/checks.ts';
import { fixture, withValues } from '../fixture.ts';

const count = (flags: Iterable<number>): number => [...flags].filter((flag) => flag !== 0).length;

test('of random networks it is what the compacted network has', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { masked, compacted } = randomCase(seed, ops);
    const { program, removed } = leftInPlace({ trained: masked, prepared: runPasses(masked, preparation, ops), compacted }, ops);
    const { weights, nonzero } = structureReport(masked, compacted, ops);
    const names = [...removed.keys()];
    const left = names.map((name) => (removed.get(name)?.length ?? NaN) - count(removed.get(name) ?? []));
    expect(left.reduce((sum, each) => sum + each, 0), `seed ${seed}`).toBe(weights.compacted);
    expect(names.reduce((sum, name) => sum + count(program.parameters.get(name)?.data ?? []), 0), `seed ${seed}`).toBe(nonzero.compacted);
  }
});

test('weights that read a zero filter go with it, though they are not zero', () => {
  const net = fixture([1, 8, 8]);
  const dense = net.finish(net.conv('conv2', net.conv('conv1', net.input, 4), 3));
  const zero = (name: string, size: number): ReturnType<typeof withValues> => withValues(name === 'conv1.weight' ? dense : cleared, name, (i) => (Math.floor(i / size) === 1 ? 0 : undefined));
  const cleared = zero('conv1.weight', 9);
  const trained = zero('conv1.bias', 1);
  const stages = { trained, prepared: runPasses(trained, preparation, ops), compacted: runPasses(trained, compaction, ops) };
  const { program, removed } = leftInPlace(stages, ops);
  // [3, 4, 3, 3], of which channel 1 is gone.
  expect([...(removed.get('conv2.weight') ?? [])]).toEqual(Array.from({ length: 108 }, (_, i) => Number(Math.floor(i / 9) % 4 === 1)));
  expect(count(program.parameters.get('conv2.weight')?.data ?? [])).toBe(81);
  expect(count(trained.parameters.get('conv2.weight')?.data ?? [])).toBe(108);
});
