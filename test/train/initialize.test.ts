import { describe, expect, test } from 'vitest';
import type { Network, Parameter } from '../../src/ir/network.ts';
import { initialParameters } from '../../src/train/initialize.ts';

const weight: Parameter = { name: 'fc.weight', layer: 'fc', suffix: 'weight', shape: [40, 75], initial: { kind: 'xavier', fanIn: 75 }, role: 'trained', decay: true };
const gamma: Parameter = { name: 'norm.gamma', layer: 'norm', suffix: 'gamma', shape: [3], initial: { kind: 'constant', value: 1 }, role: 'trained', decay: false };
const networkWith = (parameters: readonly Parameter[]): Network => ({
  name: 'n',
  graph: { name: 'n', batch: { samples: 1, shards: 1 }, nodes: [], outputs: [], state: [] },
  parameters,
  inputs: [{ name: 'x', shape: [75] }],
  outputs: [{ name: 'output', shape: [40] }],
});

describe('initial parameters', () => {
  test('Xavier fan-in is uniform within its bound, in f32', () => {
    const { data } = initialParameters(networkWith([weight]), 1).get('fc.weight') ?? { data: new Float64Array() };
    const bound = Math.sqrt(3 / 75);
    expect(data.every((value) => Math.abs(value) <= bound && Math.fround(value) === value)).toBe(true);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(variance * 75).toBeCloseTo(1, 1);
  });

  test('constants are filled', () => {
    expect([...(initialParameters(networkWith([gamma]), 1).get('norm.gamma')?.data ?? [])]).toEqual([1, 1, 1]);
  });

  test('draws depend on seed and name, not on the other parameters', () => {
    const alone = initialParameters(networkWith([weight]), 1).get('fc.weight');
    expect(initialParameters(networkWith([gamma, weight]), 1).get('fc.weight')).toEqual(alone);
    expect(initialParameters(networkWith([weight]), 2).get('fc.weight')).not.toEqual(alone);
  });
});
