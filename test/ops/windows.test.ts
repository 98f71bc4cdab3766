// Windows at the border, against numbers worked out by hand: padding of each side and `same`, ceil mode by Caffe's rule,
// what averages are divided by, and what becomes of constant channels there.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Padding, Pair } from '../../src/ir/attributes.ts';
import type { Attrs, AttrValue } from '../../src/ir/graph.ts';
import type { Op } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { samePadding } from '../../src/ops/support/window.ts';

const batch = { samples: 1, shards: 1 };
const opNamed = (name: string): Op => present(ops.get(name), name);

const pooled = (attrs: Attrs, extent: Pair): Shape => present(opNamed('max_pool').infer(attrs, [[1, 1, ...extent]], batch)[0], 'shape').slice(2);

describe('ceil mode', () => {
  const window = (size: number, stride: number, padding: Padding, ceil: boolean): Attrs => ({ window: [size, size], stride: [stride, stride], padding, ...(ceil && { ceil: true }) });
  test.each([
    ['the pools of Caffe\'s cifar10_full: 32', 3, 2, [0, 0], 32, 15, 16],
    ['16', 3, 2, [0, 0], 16, 7, 8],
    ['8', 3, 2, [0, 0], 8, 3, 4],
    ['nothing to round', 3, 2, [0, 0], 7, 3, 3],
    ['a last window that would start behind the input', 2, 3, [1, 1], 3, 2, 2],
    ['one that starts in its last place', 2, 2, [1, 1], 4, 3, 3],
    ['one that starts inside, padded', 3, 2, [1, 1], 4, 2, 3],
    ['without padding a window never starts outside', 1, 3, [0, 0], 5, 2, 2],
  ] as const)('%s', (_, size, stride, padding, extent, floor, ceil) => {
    expect(pooled(window(size, stride, padding, false), [extent, extent])).toEqual([floor, floor]);
    expect(pooled(window(size, stride, padding, true), [extent, extent])).toEqual([ceil, ceil]);
  });
});

describe('what an average is divided by', () => {
  // Windows of three in steps of two over four ones, one place of padding: -1..1, 1..3, and with ceil 3..5.
  const means = (divisor: string | undefined, ceil: boolean): readonly number[] => {
    const attrs = { window: [3, 1], stride: [2, 1], padding: [1, 0], ...(ceil && { ceil }), ...(divisor !== undefined && { divisor }) };
    return [...present(opNamed('avg_pool').reference(attrs, [tensor([1, 1, 4, 1], new Float64Array(4).fill(1))], batch)[0], 'result').data];
  };
  test.each([
    [undefined, false, [1, 1]],
    [undefined, true, [1, 1, 1]],
    ['padded', true, [2 / 3, 1, 1 / 2]],
    ['window', true, [2 / 3, 1, 1 / 3]],
  ] as const)('%s, ceil %s', (divisor, ceil, expected) => {
    expect(means(divisor, ceil)).toEqual(expected);
  });

  test('a constant is one behind it where no zeros count', () => {
    const constants = (attrs: Attrs): readonly number[] => {
      const { pruning } = opNamed('avg_pool');
      return pruning.kind === 'channels' ? [...pruning.constant({ stride: [2, 2], window: [2, 2], padding: [0, 0], ...attrs }, [Float64Array.of(3, 0, NaN)], [undefined], [[1, 3, 5, 5]])] : [];
    };
    expect(constants({})).toEqual([3, 0, NaN]);
    expect(constants({ divisor: 'padded' })).toEqual([3, 0, NaN]);
    expect(constants({ padding: [0, 1, 0, 0] })).toEqual([3, 0, NaN]);
    expect(constants({ padding: [0, 1, 0, 0], divisor: 'padded' })).toEqual([NaN, 0, NaN]);
    expect(constants({ ceil: true, divisor: 'window' })).toEqual([NaN, 0, NaN]);
  });
});

describe('padding', () => {
  test.each([
    [[3, 3], [1, 1], [1, 1], [7, 8], [1, 1]],
    [[2, 2], [1, 1], [1, 1], [7, 8], [0, 1, 0, 1]],
    [[3, 3], [2, 2], [1, 1], [7, 8], [1, 1, 0, 1]],
    [[3, 5], [1, 1], [2, 1], [7, 8], [2, 2]],
    [[1, 1], [3, 3], [1, 1], [7, 8], [0, 0]],
  ] as const)('same for window %j, stride %j, dilation %j of %j is %j', (window, stride, dilation, extent, padding) => {
    expect(samePadding({ window, stride, dilation }, extent)).toEqual(padding);
    const attrs = { filters: 1, groups: 1, bias: false, window, stride, dilation, padding };
    const [shape = []] = opNamed('conv').infer(attrs, [[1, 1, ...extent], [1, 1, ...window]], batch);
    expect(shape.slice(2)).toEqual([Math.ceil(extent[0] / stride[0]), Math.ceil(extent[1] / stride[1])]);
  });

  test('each side by itself: the rows and columns that are read', () => {
    const attrs = { filters: 1, groups: 1, bias: false, window: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [1, 0, 0, 2] };
    const [result] = opNamed('conv').reference(attrs, [tensor([1, 1, 1, 2], Float64Array.of(5, 7)), tensor([1, 1, 1, 1], Float64Array.of(1))], batch);
    expect(result).toEqual(tensor([1, 1, 2, 4], Float64Array.of(0, 0, 0, 0, 5, 7, 0, 0)));
  });

  const args = (given: Readonly<Record<string, AttrValue>>): ReadonlyMap<string, AttrValue> => new Map(Object.entries({ window: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [1, 1], ceil: false, divisor: 'inside', ...given }));
  test('attributes are as few as say it: what was there before is written as before', () => {
    const written = (given: Readonly<Record<string, AttrValue>>): Attrs | undefined => opNamed('avg_pool').syntax?.attrs?.(args(given), [[1, 1, 7, 8]]);
    const before = { window: [3, 3], stride: [1, 1], padding: [1, 1] };
    expect(written({})).toEqual(before);
    expect(written({ padding: 'same' })).toEqual(before);
    expect(written({ padding: [1, 1, 1, 1] })).toEqual(before);
    expect(written({ padding: [1, 1, 1, 2], dilation: [1, 2], ceil: true, divisor: 'window' })).toEqual({ ...before, padding: [1, 1, 1, 2], dilation: [1, 2], ceil: true, divisor: 'window' });
  });

  test.each([
    [{ window: [2, 2], padding: [0, 2, 0, 0] }, 'padding [0, 2, 0, 0] leaves windows 2x2 that hold no element'],
    [{ window: [2, 1], padding: [2, 0], dilation: [3, 1] }, 'dilation 3x1 steps over the whole input 2x2'],
    [{ window: [5, 2], padding: [0, 1, 0, 0] }, 'window 5x2 is larger than its input 2x2 (3x2 with padding)'],
  ] as const)('a pool of %j does not fit: %s', (attrs, message) => {
    expect(() => pooled({ stride: [1, 1], ...attrs }, [2, 2])).toThrow(message);
  });
});
