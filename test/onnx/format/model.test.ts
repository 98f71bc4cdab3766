// What a graph is taken to be, and what is wrong with one: all of it at once.

import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { joined } from '../../../src/onnx/format/encode.ts';
import { writeModelProto } from '../../../src/onnx/format/files.ts';
import type { GraphProto, ModelProto } from '../../../src/onnx/format/messages.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { floats, model, modelProto, node, value } from '../build.ts';

function faultsOf(graph: GraphProto, more: Partial<ModelProto> = {}): readonly string[] {
  try {
    readModel(joined(writeModelProto({ ...modelProto(graph), ...more })), 'net.onnx');
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    throw error;
  }
  return [];
}

const x = value('x', ['N', 3]);
const y = value('y', ['N', 3]);

test('initializers are no inputs, sizes may be free, attributes have their kinds', () => {
  const { graph, opset, producer } = model({
    node: [node('Gemm', ['x', 'w'], ['y'], { alpha: { float: 0.1 }, transB: 1 }, 'fc')],
    input: [x, value('w', [3, 3])],
    output: [{ name: 'y', type: { tensorType: { elemType: 10, shape: { dim: [{ dimValue: -1n }, { dimParam: '' }, {}] } } } }],
    initializer: [floats('w', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
  });
  expect({ opset, producer }).toEqual({ opset: 17, producer: 'a test' });
  expect(graph.inputs).toEqual([{ name: 'x', type: { kind: 'tensor', elements: 'float', elementsName: 'float', shape: ['N', 3] } }]);
  expect(graph.outputs[0]?.type).toEqual({ kind: 'tensor', elements: 'float16', elementsName: 'float16', shape: [undefined, undefined, undefined] });
  expect(graph.nodes[0]).toMatchObject({ op: 'Gemm', domain: '', name: 'fc', label: 'Gemm node "fc"', inputs: ['x', 'w'] });
  expect([...(graph.nodes[0]?.attributes ?? [])]).toEqual([['alpha', { kind: 'float', value: Math.fround(0.1) }], ['transB', { kind: 'int', value: 1n }]]);
  expect(graph.initializers.get('w')?.shape).toEqual([3, 3]);
});

test('nodes come in an order in which each follows what it reads', () => {
  const nodes = [node('C', ['b', 'a'], ['y']), node('B', ['a'], ['b']), node('A', ['x'], ['a'])];
  expect(model({ node: nodes, input: [x], output: [y] }).graph.nodes.map(({ op }) => op)).toEqual(['A', 'B', 'C']);
});

test('all faults of a graph come at once', () => {
  expect(faultsOf({
    node: [
      node('Relu', ['x'], ['a'], {}, 'first'),
      node('Relu', ['missing'], ['a']),
      node('Relu', ['x'], ['w']),
      node('', ['x'], ['z'], {}, 'nameless'),
      node('Relu', ['lost'], []),
      { ...node('Clip', ['x'], ['c'], { min: 1 }), attribute: [{ name: 'min', type: 2, i: 1n }, { name: 'min', type: 2, i: 2n }, { name: 'max', type: 77 }, { name: 'both', type: 1, f: 1, i: 2n }, { name: 'none' }, { name: 'there', refAttrName: 'here', type: 1 }] },
    ],
    input: [x, x, { type: {} }],
    output: [y],
    initializer: [floats('w', [1], [1]), floats('w', [1], [1, 2]), floats('', [1], [1])],
  }, { opsetImport: [{ version: 17n }, { version: 18n, domain: 'ai.onnx' }] })).toEqual([
    'onnx/version: net.onnx says two versions of the operators: 17, 18',
    'onnx/graph: initializer "w" is there twice',
    'onnx/tensor: initializer "w" has shape [1], which is 1 numbers; 2 are there',
    'onnx/graph: an initializer has no name',
    'onnx/graph: the input "x" of the graph is there twice',
    'onnx/graph: an input of the graph has no name',
    'onnx/graph: node "nameless" has no operator',
    'onnx/attribute: Clip node of output "c": attribute `min` is there twice',
    'onnx/attribute: Clip node of output "c": attribute `max` is of type 77, which is not known',
    'onnx/attribute: Clip node of output "c": attribute `both` has a value `i` beside what its type says',
    'onnx/attribute: Clip node of output "c": attribute `none` does not say of what type it is',
    'onnx/attribute: Clip node of output "c": attribute `there` stands for one of a function, outside of any',
    'onnx/graph: Relu node of output "a" computes "a", as Relu node "first" does',
    'onnx/graph: Relu node of output "w" computes "w", which is the name of an input or an initializer',
    'onnx/graph: Relu node of output "a" reads "missing", which nothing computes',
    'onnx/graph: Relu node number 5 reads "lost", which nothing computes',
    'onnx/graph: the output "y" of the graph is computed by no node',
  ]);
});

describe('cycles', () => {
  test.each([
    ['a node alone', [node('A', ['y'], ['y'], {}, 'a')], 'A node "a" reads what it computes itself, by way of nothing else'],
    ['three', [node('A', ['c'], ['a']), node('B', ['a'], ['b']), node('C', ['b'], ['c']), node('D', ['c'], ['y'])], 'A node of output "a" reads what it computes itself, by way of C node of output "c", B node of output "b"'],
    ['many', Array.from({ length: 9 }, (_, i) => node(`N${i}`, [`v${(i + 8) % 9}`], [`v${i}`, i === 0 ? 'y' : `u${i}`])), 'N0 node of output "v0" reads what it computes itself, by way of N8 node of output "v8", N7 node of output "v7", N6 node of output "v6" and 5 more'],
  ])('%s', (_, nodes, message) => expect(faultsOf({ node: nodes, input: [x], output: [y] })).toEqual([`onnx/graph: ${message}`]));
});

test('what the nodes do not show is named, for those who refuse it', () => {
  const read = readModel(joined(writeModelProto({
    ...modelProto({
      node: [node('Relu', ['x'], ['y'])], input: [x], output: [y],
      quantizationAnnotation: [{ tensorName: 'x' }],
      sparseInitializer: [{ values: floats('s', [1], [1]) }],
    }),
    functions: [{ name: 'twice', domain: 'local' }, { name: 'Relu' }],
    trainingInfo: [{}],
  })), 'net.onnx');
  expect(read.refused.map(({ message }) => message)).toEqual(['initializer "s" is a sparse tensor, which is not read', 'the value "x" is quantized, by an annotation of the graph', 'the model carries graphs of its training']);
  expect([...read.functions]).toEqual(['local::twice', 'Relu']);
});

test('sizes that no memory has', () => {
  expect(faultsOf({ node: [node('Relu', ['x'], ['y'])], input: [value('x', [2 ** 40])], output: [value('y', [1, 1, 1, 1, 1, 1, 1, 1, 1])] })).toEqual([
    'onnx/too-large: a dimension of the value "x": 1,099,511,627,776, at most 268,435,456 are read',
    'onnx/too-large: dimensions of the value "y": 9, at most 8 are read',
  ]);
});

test('reading ends where there are very many faults', () => {
  const faults = faultsOf({ initializer: Array.from({ length: 100_000 }, () => ({})) });
  expect(faults).toHaveLength(1001);
  expect(faults.at(-1)).toBe('onnx/graph: net.onnx has more faults than these 1000, which are not looked for');
});

test('a version that is missing, and a graph that answers nothing', () => {
  expect(faultsOf({ node: [] }, { opsetImport: [{ domain: 'com.microsoft', version: 1n }] })).toEqual([
    'onnx/version: net.onnx does not say by which version of the operators it is meant (opset)',
    'onnx/graph: the graph has no output',
  ]);
});
