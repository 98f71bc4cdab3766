import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { clipGradients } from '../../src/train/clip-gradients.ts';

/** The gradients a [2, 2] and b [3] after clipping; of b the last element is held at zero by a mask. */
function clipped(a: readonly number[], b: readonly number[], limit: number): readonly number[] {
  const builder = graphBuilder('clip', { samples: 1, shards: 1 }, ops);
  const feeds = new Map<string, F64Tensor>();
  const fed = (name: string, shape: readonly number[], data: readonly number[]) => {
    feeds.set(name, tensor(shape, Float64Array.from(data)));
    return builder.parameter(name, shape);
  };
  const parameterOf = (name: string, shape: readonly number[], data: readonly number[]) => {
    const gradient = fed(name, shape, data);
    return { name, layer: name, decay: false, value: gradient, point: gradient, buffers: {}, gradient };
  };
  const parameters = [parameterOf('a', [2, 2], a), { ...parameterOf('b', [3], b), mask: fed('b.mask', [3], [1, 1, 0]) }];
  for (const { name, gradient } of clipGradients(builder, parameters, limit)) builder.output(name, gradient);
  const graph = builder.finish();
  verifyGraph(graph, ops, 'clip');
  const { outputs } = evaluate(graph, ops, feeds);
  return ['a', 'b'].flatMap((name) => [...present(outputs.get(name), name).data]);
}

describe('clipping', () => {
  test('leaves a gradient within the limit as it is', () => {
    expect(clipped([1, 2, 0, 0], [2, 0, 0], 3)).toEqual([1, 2, 0, 0, 2, 0, 0]);
  });

  test('brings the norm of all of it down to the limit, in its direction', () => {
    expect(clipped([2, 4, 0, 0], [4, 0, 0], 3)).toEqual([1, 2, 0, 0, 2, 0, 0]);
  });

  test('what a mask holds counts for nothing', () => {
    expect(clipped([1, 2, 0, 0], [2, 0, 1e6], 3)).toEqual([1, 2, 0, 0, 2, 0, 0]);
  });

  test('carries what is not finite to no other parameter', () => {
    expect(clipped([1, NaN, 0, 0], [2, 0, 0], 0.1)).toEqual([1, NaN, 0, 0, 2, 0, 0]);
    expect(clipped([1, Infinity, 0, 0], [2, 0, 0], 0.1)).toEqual([1, Infinity, 0, 0, 2, 0, 0]);
  });
});
