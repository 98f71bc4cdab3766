// How the loops of a deployed network are cut into tasks.

import { describe, expect, test } from 'vitest';
import type { ResolvedNest } from '../../../src/lower/accesses/resolve.ts';
import { bestShares, sharesAlong, type Shares } from '../../../src/lower/code/shares.ts';
import { lowerDeployed } from '../../../src/lower/lower.ts';
import { unpinned } from '../../../src/lower/schedule/pins.ts';
import { ops } from '../../../src/ops/index.ts';
import { simplify } from '../../../src/driver/build/compact.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { programOf } from '../../../bench/peers/ssl-source.ts';
import { caffeNetStack } from '../../../bench/suites/caffenet-stack.ts';
import { threadedNetwork } from '../../emit/threaded.ts';
import type { Network } from '../../../bench/network.ts';

const shares = (tasks: number, cost = 1): Shares => ({ axis: 0, first: 0, points: 1, tasks, cost });
const nest: ResolvedNest = { name: 'test', axes: [], write: { slot: 'a', offset: 0, along: new Map(), room: new Map(), gaps: new Set() }, combine: 'store', initial: 0, value: { kind: 'constant', value: 0 }, loads: [] };

describe('shares of an axis', () => {
  test('are its turns where these are few', () => {
    expect(sharesAlong(nest, 2, 13, 4)).toEqual([{ axis: 2, first: 0, points: 4, tasks: 13, cost: 1 }]);
  });

  test('hold several turns where these are many, all of them and each once', () => {
    const found = sharesAlong(nest, 0, 1000, 4);
    expect(found.length).toBeLessThanOrEqual(2);
    expect(found.reduce((sum, { tasks }) => sum + tasks, 0)).toBeLessThanOrEqual(64);
    const points = found.flatMap(({ first, points: size, tasks }) => Array.from({ length: tasks * size }, (_, i) => first + i));
    expect(points).toEqual(Array.from({ length: 4000 }, (_, i) => i));
  });

  test('are turn by turn where a table says how an access moves', () => {
    const moved: ResolvedNest = { ...nest, write: { ...nest.write, along: new Map([[0, { kind: 'table', offsets: Array.from({ length: 100 }, (_, i) => i * i) }]]) } };
    expect(sharesAlong(moved, 0, 100, 1)).toMatchObject([{ points: 1, tasks: 100 }]);
  });
});

test.each<[what: string, ways: readonly (readonly Shares[])[], best: number | undefined]>([
  ['the first of equally busy ones', [[shares(12)], [shares(24)]], 0],
  ['a later one that is busier', [[shares(1, 3), shares(1, 2)], [shares(24)]], 1],
  ['one that is there', [[], [shares(3)]], 1],
  ['none where there is one task', [[shares(1)], []], undefined],
])('of several ways: %s', (_, ways, best) => {
  expect(bestShares(ways)).toEqual(best === undefined ? [] : ways[best]);
});

function stagesOf(network: Network): readonly string[] {
  const stages = lowerDeployed(simplify(programOf(network), ops), ops, wasmMachine, unpinned, 16_384).programs.get('run') ?? [];
  return stages.map(({ items }) => items.map(({ entry, tasks }) => `${entry.name.replace(/^run\d+_/, '')} ${tasks}`).join(', '));
}

describe('stages of a network', () => {
  test('CaffeNet: blocks of filters, groups together', () => {
    expect(stagesOf(caffeNetStack())).toEqual([
      'conv_part0 12',
      'max_pool_part0 27',
      'conv_part0 16, conv_part0 16',
      'max_pool_part0 13',
      'conv_part0 48',
      'conv_part0 24, conv_part0 24',
      'conv_part0 16, conv_part0 16',
    ]);
  });

  test('few filters: rows, those beside padding on their own; small nests whole', () => {
    const group = 'conv_part0 1, conv_part1 22, conv_part2 1';
    expect(stagesOf(threadedNetwork)).toEqual(['conv_part0 48', 'max_pool_part0 24', `${group}, ${group}, ${group}`, 'conv_part0 8', 'max_pool_part0 12', 'dense 1']);
  });
});
