import { describe, expect, test } from 'vitest';
import { InternalError } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Graph, Node } from '../../src/ir/graph.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { toyOps } from './toy-ops.ts';

function accumulator(): Graph {
  const builder = graphBuilder('Toy', { samples: 1, shards: 1 }, toyOps);
  const x = builder.input('x', 'sample', [1, 2]);
  const total = builder.parameter('total', [1, 2]);
  const one = builder.one('constant', [], { value: 1, shape: [1, 2] });
  const [positive, negative] = builder.add('split_sign', [x]);
  if (!positive || !negative) throw new Error('two results');
  const next = builder.one('add', [total, positive]);
  builder.state(total, next);
  builder.output('below', builder.one('add', [negative, one]));
  return builder.finish();
}

const vector = (...values: number[]): ReturnType<typeof tensor<Float64Array>> => tensor([1, values.length], Float64Array.from(values));

describe('evaluate', () => {
  test('answers outputs, the next state and every value', () => {
    const graph = accumulator();
    const { outputs, state, values } = evaluate(graph, toyOps, new Map([['x', vector(3, -4)], ['total', vector(10, 20)]]));
    expect(outputs.get('below')).toEqual(vector(1, -3));
    expect(state.get('total')).toEqual(vector(13, 20));
    expect(values({ node: 3, result: 1 })).toEqual(vector(0, -4));
  });

  test('refuses a missing feed and one of another shape', () => {
    const graph = accumulator();
    expect(() => evaluate(graph, toyOps, new Map([['x', vector(3, -4)]]))).toThrow('feed for parameter "total"');
    expect(() => evaluate(graph, toyOps, new Map([['x', vector(3)], ['total', vector(10, 20)]]))).toThrow('%0 = input: value [1, 1] for [1, 2]');
  });
});

describe('verifyGraph', () => {
  const graph = accumulator();
  const withNode = (id: number, change: Partial<Node>): Graph => ({
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)),
  });

  test('accepts what the builder makes', () => expect(() => verifyGraph(graph, toyOps, 'building')).not.toThrow());

  test.each<[string, Graph, string]>([
    ['an unknown op', withNode(4, { op: 'sum' }), '%4 = sum: unknown op'],
    ['a wrong recorded shape', withNode(4, { results: [[2, 1]] }), '%4 = add: records [2, 1], inferred [1, 2]'],
    ['a missing result', withNode(3, { results: [[1, 2]] }), '%3 = split_sign: records [1, 2], inferred [1, 2], [1, 2]'],
    ['inputs that do not fit', withNode(2, { attrs: { value: 1, shape: [3] }, results: [[3]] }), '%5 = add: operands differ'],
    ['an id taken twice', withNode(4, { id: 3 }), '%3 = add: the id is taken'],
    ['a fractional id', withNode(4, { id: 3.5 }), '%3.5 = add: ids are integers from 0'],
    ['a name taken twice', withNode(1, { attrs: { name: 'x', shape: [1, 2] } }), '%1 = parameter: the name "x" is taken'],
    ['an unknown value', withNode(4, { inputs: [{ node: 9, result: 0 }], layer: 'sum' }), '%4 = add "sum": reads %9.0, which is not defined before it'],
    ['a result that is not there', withNode(4, { inputs: [{ node: 3, result: 2 }] }), '%4 = add: reads %3.2'],
    ['nodes out of order', { ...graph, nodes: graph.nodes.toReversed() }, '%5 = add: reads %3.1'],
    ['an output twice', { ...graph, outputs: [...graph.outputs, ...graph.outputs] }, 'output "below": the name is taken'],
    ['state of a computed value', { ...graph, state: [{ input: { node: 4, result: 0 }, output: { node: 4, result: 0 } }] }, 'state %4.0: is no input or parameter'],
    ['state written twice', { ...graph, state: [...graph.state, ...graph.state] }, 'state %1.0: is written twice'],
    ['uneven shards', { ...graph, batch: { samples: 3, shards: 2 } }, 'batch: 3 samples in 2 shards'],
  ])('refuses %s, naming pass and node', (_, bad, message) => {
    expect(() => verifyGraph(bad, toyOps, 'a-pass')).toThrow(InternalError);
    expect(() => verifyGraph(bad, toyOps, 'a-pass')).toThrow(`graph "Toy" after a-pass: ${message}`);
  });

  test('refuses state of another shape', () => {
    const builder = graphBuilder('Toy', { samples: 1, shards: 1 }, toyOps);
    builder.state(builder.parameter('a', [2]), builder.parameter('b', [3]));
    expect(() => verifyGraph(builder.finish(), toyOps, 'a-pass')).toThrow('[2] is replaced by [3]');
  });
});
