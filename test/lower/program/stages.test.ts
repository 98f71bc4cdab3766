// Stages of small programs, told by what each nest reads and writes.

import { describe, expect, test } from 'vitest';
import { load, type NestExpr } from '../../../src/ir/nest.ts';
import type { SlotLoad } from '../../../src/lower/nests/placed-nest.ts';
import { stageLevels, type StagedNest } from '../../../src/lower/program/stages.ts';

/** `s` before an arrow: shard by shard. */
function nestOf(text: string): StagedNest {
  const [, sharded, reads = '', writes = ''] = /^(s )?(.*)-> (\w+)$/.exec(text) ?? [];
  const loads = reads.split(' ').filter((slot) => slot !== '').map((slot): NestExpr<SlotLoad> => load(slot, []));
  const value = loads.reduce<NestExpr<SlotLoad>>((a, b) => ({ kind: 'binary', op: 'add', a, b }), { kind: 'constant', value: 0 });
  return { nest: { name: text, axes: [], write: { tensor: writes, index: [] }, combine: 'store', initial: 0, value, op: 'test', epilogue: false }, sharded: sharded !== undefined };
}

function levelsOf(texts: readonly string[], kept: readonly string[] = []): readonly number[] {
  return stageLevels({ nests: texts.map(nestOf), division: { kind: 'shards', shards: 2, tasks: 4 }, home: (slot) => slot, kept: new Set(kept) });
}

describe('the stage of a nest', () => {
  test.each<[what: string, nests: readonly string[], levels: readonly number[]]>([
    ['shards go on within a stage', ['s x -> a', 's a -> b', 's b -> c'], [0, 0, 0]],
    ['a sum waits for all shards', ['s x -> a', 'a -> b', 'b -> w'], [0, 1, 2]],
    ['shards wait for a whole value', ['w -> t', 's x t -> a'], [0, 1]],
    ['what is read is not overwritten before', ['s x -> a', 'a -> b', 's y -> a'], [0, 1, 2]],
    ['nor what is written', ['x -> a', 'y -> a'], [0, 1]],
  ])('%s', (_, nests, levels) => {
    expect(levelsOf(nests, ['x', 'y', 'w', 'b', 'c'])).toEqual(levels);
  });

  test('zeros are not written before a stage wants them', () => {
    expect(levelsOf(['s x -> a', 's -> g', 'a -> t', 's t g -> g', 's g -> o'], ['x', 'o'])).toEqual([0, 2, 1, 2, 2]);
  });

  test('what holds a value longer does not wait', () => {
    expect(levelsOf(['s x -> a', 's a -> p', 'w -> t', 's t p -> o'], ['x', 'w', 'o'])).toEqual([0, 0, 0, 1]);
    expect(levelsOf(['s x -> a', 's a -> p', 'w -> t', 's t p a -> o'], ['x', 'w', 'o'])).toEqual([1, 1, 0, 1]);
  });

  test('a program that is not divided runs nest by nest', () => {
    expect(stageLevels({ nests: ['x -> a', 'x -> b'].map(nestOf), division: { kind: 'whole' }, home: (slot) => slot, kept: new Set() })).toEqual([0, 1]);
  });

  const cutLevels = (nests: readonly StagedNest[]): readonly number[] => stageLevels({ nests, division: { kind: 'whole', cutFrom: 1 }, home: (slot) => slot, kept: new Set() });

  test.each<[what: string, nests: readonly string[], levels: readonly number[]]>([
    ['branches run together', ['x -> a', 'x -> b', 'a b -> c'], [0, 0, 1]],
    ['what is read is not overwritten before', ['x -> a', 'a -> b', 'x -> a'], [0, 1, 2]],
    ['nor what is written', ['x -> a', 'y -> a'], [0, 1]],
    ['a sum goes on when it has begun', ['x -> a', 'x a -> a'], [0, 1]],
  ])('cut into tasks: %s', (_, nests, levels) => {
    expect(cutLevels(nests.map(nestOf))).toEqual(levels);
  });

  test('cut into tasks: groups of a tensor are written together where they lie apart', () => {
    const rows = (from: number): StagedNest => {
      const { nest, ...staged } = nestOf('x -> a');
      return { ...staged, nest: { ...nest, axes: [{ name: 'o', extent: 4, kind: 'parallel' }], write: { tensor: 'a', index: [{ terms: [{ axis: 0, factor: 1 }], offset: from }] } } };
    };
    expect(cutLevels([rows(0), rows(4)])).toEqual([0, 0]);
    expect(cutLevels([rows(0), rows(3)])).toEqual([0, 1]);
  });
});
