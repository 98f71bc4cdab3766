// The converged scheme for groups that cross, against the exact proximal map of the sum of their penalties.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { CrossingScheme, Penalty } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { exactProximalMap } from '../sparsity/proximal.ts';
import { fixture, networkOf, penalty, withValues } from '../sparsity/fixture.ts';
import { mappedBy } from './mapped-by.ts';

const rate = 0.5;

function mapped(program: Program, penalties: readonly Penalty[], crossing: CrossingScheme): ReadonlyMap<string, F64Tensor> {
  return mappedBy(program, groupSets(networkOf(program), ops, penalties), rate, crossing);
}

/** Of all parameters: the distance from the exact map over its norm, and elements that are zero in one of both alone. */
function compare(program: Program, penalties: readonly Penalty[], crossing: CrossingScheme): { readonly distance: number; readonly missed: number; readonly zeros: number } {
  const found = mapped(program, penalties, crossing);
  const exact = exactProximalMap(groupSets(networkOf(program), ops, penalties), program.parameters, rate, 3000);
  let [difference, norm, missed, zeros] = [0, 0, 0, 0];
  for (const [name, { data }] of exact) {
    for (const [i, value] of data.entries()) {
      const other = present(found.get(name), name).data[i] as number;
      difference += (value - other) ** 2;
      norm += value ** 2;
      if ((value === 0) !== (other === 0)) missed++;
      if (value === 0) zeros++;
    }
  }
  return { distance: Math.sqrt(difference / norm), missed, zeros };
}

/** A convolution of 12 filters by 8 channels of 3 x 3, every other filter and channel weak. */
function weakened(): Program {
  const net = fixture([8, 6, 6]);
  const program = net.finish(net.conv('conv1', net.input, 12));
  const weak = (i: number): number => (Math.floor(i / 72) % 2 === 0 ? 0.3 : 1) * (Math.floor(i / 9) % 2 === 0 ? 0.3 : 1);
  const { data } = present(program.parameters.get('conv1.weight'), 'weight');
  return withValues(program, 'conv1.weight', (i) => (data[i] as number) * weak(i));
}

describe('groups that cross, converged', () => {
  const rowsAndColumns = [penalty('filters', 'conv1', 4), penalty('fibers', 'conv1', 2), penalty('channels', 'conv1', 2)];

  test.each([0.5, 0.75, 1])('come close to the exact map, whose zeros they have: %s of the strengths', (share) => {
    const penalties = rowsAndColumns.map((each) => ({ ...each, strength: share * each.strength }));
    const [converged, sequential] = (['converged', 'sequential'] as const).map((scheme) => compare(weakened(), penalties, scheme));
    expect(converged?.zeros).toBeGreaterThan(50);
    expect(converged?.missed).toBe(0);
    expect(converged?.distance).toBeLessThan(0.02);
    // There is something to converge for.
    expect(sequential?.missed).toBeGreaterThan(0);
    expect(sequential?.distance).toBeGreaterThan(20 * (converged?.distance ?? NaN));
  });

  test('blocks and filters cross too', () => {
    const blocks = [penalty('blocks', 'conv1', 1.5, 'one', { rows: 5, columns: 7 }), penalty('filters', 'conv1', 3)];
    const { distance, missed } = compare(weakened(), blocks, 'converged');
    expect(distance).toBeLessThan(5e-3);
    expect(missed).toBe(0);
  });

  test('groups that nest are mapped once, and exactly', () => {
    const nested = [penalty('filters', 'conv1', 2), penalty('filters_2d', 'conv1', 1), penalty('layers', 'conv1', 1)];
    expect(compare(weakened(), nested, 'converged').distance).toBeLessThan(1e-12);
    expect(mapped(weakened(), nested, 'converged')).toEqual(mapped(weakened(), nested, 'sequential'));
  });
});
