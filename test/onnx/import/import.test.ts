// Models to networks: what is written, that it answers the same, and what is refused.

import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { importGraph } from '../../../src/onnx/import/import-model.ts';
import type { ImportedModel, ImportOptions } from '../../../src/onnx/import/import-model.ts';
import { prove } from '../../../src/onnx/import/prove.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../../src/onnx/format/messages.ts';
import { ops } from '../../../src/ops/index.ts';
import { floats, ints, model, node, value } from '../build.ts';

const sines = (count: number, from = 1): readonly number[] => Array.from({ length: count }, (_, i) => Math.fround(Math.sin(from + i)));
const weights = (name: string, shape: readonly number[], from = 1): TensorProto => floats(name, shape, sines(shape.reduce((size, extent) => size * extent, 1), from));

interface Parts {
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  readonly inputs?: GraphProto['input'];
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

/** The import, proved. */
function imported({ nodes, initializers = [], inputs = [value('x', ['N', 2, 6, 6])], outputs = ['y'], opset = 13 }: Parts, options: Partial<ImportOptions> = {}): ImportedModel {
  const graph = model({ name: 'main', node: nodes, initializer: initializers, input: inputs, output: outputs.map((name) => value(name, [])) }, opset);
  const found = importGraph(graph, { file: 'some-net.onnx', ...options });
  expect(prove(graph, found, ops).samples).toBe(3);
  return found;
}

const body = ({ text }: ImportedModel): string => text.slice(text.indexOf('network'));

function refusals(parts: Parts, options: Partial<ImportOptions> = {}): readonly string[] {
  try {
    imported(parts, options);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message, help }) => `${code}: ${message}${help === undefined ? '' : ` (${help})`}`);
    throw error;
  }
  return [];
}

describe('what a model becomes', () => {
  it('is a source that a person can read, with names of its weights', () => {
    const found = imported({
      nodes: [
        node('Conv', ['x', 'layer1.0.conv1.weight'], ['c'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
        node('BatchNormalization', ['c', 'layer1.0.bn1.weight', 'layer1.0.bn1.bias', 'mean', 'var'], ['n']),
        node('Relu', ['n'], ['r']),
        node('MaxPool', ['r'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }),
        node('Flatten', ['p'], ['f']),
        node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['g'], { transB: 1 }),
        node('Softmax', ['g'], ['y']),
      ],
      initializers: [
        weights('layer1.0.conv1.weight', [4, 2, 3, 3]),
        ...['layer1.0.bn1.weight', 'layer1.0.bn1.bias', 'mean'].map((name, i) => weights(name, [4], i)),
        floats('var', [4], [1, 2, 0.5, 0.25]),
        weights('fc.weight', [3, 36]),
        weights('fc.bias', [3]),
      ],
    });
    expect(found.text).toMatchInlineSnapshot(`
      "// Imported from some-net.onnx (a test, opset 13).

      network SomeNet(x: tensor[2, 6, 6]) {
        layer1_0_conv1 = conv(x, filters = 4, window = 3, padding = 1, bias = false)
        layer1_0_bn1   = max_pool(
          relu(batch_norm(layer1_0_conv1, epsilon = 0.00001, momentum = 0.1)),
          window = 2,
        )
        fc             = softmax(dense(layer1_0_bn1, units = 3))
        return fc
      }
      "
    `);
    expect([...found.weights.keys()]).toEqual(['layer1_0_conv1.weight', 'layer1_0_bn1.gamma', 'layer1_0_bn1.beta', 'layer1_0_bn1.mean', 'layer1_0_bn1.variance', 'fc.weight', 'fc.bias']);
    expect(found.weights.get('fc.weight')).toEqual({ shape: [3, 36], data: Float32Array.from(sines(108)) });
    expect(found.nodes.map(({ became }) => ('name' in became ? became.name : became.kind))).toEqual(['layer1_0_conv1', 'layer1_0_bn1', 'layer1_0_bn1', 'layer1_0_bn1', 'view', 'fc', 'fc']);
  });

  it('puts the columns of a dense layer in the order of what it reads, and declares the input as its first layer reads it', () => {
    const found = imported({
      inputs: [value('image', [1, 6, 5, 3])],
      nodes: [
        node('Mul', ['image', 'scale'], ['m']),
        node('Sub', ['m', 'mean'], ['s']),
        node('Transpose', ['s'], ['t'], { perm: [0, 3, 1, 2] }),
        node('Conv', ['t', 'k'], ['c'], { kernel_shape: [2, 2] }),
        node('Transpose', ['c'], ['l'], { perm: [0, 2, 3, 1] }),
        node('Add', ['l', 'bias'], ['a']),
        node('Reshape', ['a', 'shape'], ['f']),
        node('MatMul', ['f', 'model/dense/MatMul/ReadVariableOp:0'], ['d']),
        node('Add', ['d', 'plus'], ['y']),
      ],
      initializers: [floats('scale', [], [0.5]), weights('mean', [3]), weights('k', [2, 3, 2, 2]), weights('bias', [2]), ints('shape', [2], [-1, 40]), weights('model/dense/MatMul/ReadVariableOp:0', [40, 4]), weights('plus', [4])],
    });
    expect(body(found)).toMatchInlineSnapshot(`
      "network SomeNet(image: tensor[3, 6, 5]) {
        normalized1 = normalize(image, mean = [1.6829419, 1.8185948, 0.28224], deviation = 2)
        k           = conv(normalized1, filters = 2, window = 2)
        dense       = dense(k, units = 4)
        return dense
      }
      "
    `);
    expect(found.inputs).toMatchObject([{ name: 'image', shape: [1, 6, 5, 3], sample: [3, 6, 5] }]);
    expect([...(found.inputs[0]?.order?.slice(0, 3) ?? [])]).toEqual([0, 3, 6]);
  });

  it('takes a pad into the convolution, sums into biases, and other constants into layers of their own', () => {
    const found = imported({
      nodes: [
        node('Pad', ['x', 'pads'], ['p']),
        node('Conv', ['p', 'w'], ['c'], { kernel_shape: [3, 3], strides: [2, 2] }),
        node('Add', ['c', 'plus'], ['a']),
        node('Div', ['a', 'by'], ['d']),
        node('Add', ['d', 'one'], ['e']),
        node('Clip', ['e', 'low', 'high'], ['y']),
      ],
      initializers: [ints('pads', [8], [0, 0, 1, 0, 0, 0, 2, 1]), weights('w', [3, 2, 3, 3]), weights('plus', [1, 3, 1, 1]), weights('by', [3, 1, 1]), floats('one', [], [1]), floats('low', [], [0]), floats('high', [], [6])],
    });
    expect(body(found)).toMatchInlineSnapshot(`
      "network SomeNet(x: tensor[2, 6, 6]) {
        w  = conv(x, filters = 3, window = 3, stride = 2, padding = [1, 2, 0, 1])
        by = clip(scale(w), low = 0, high = 6)
        return by
      }
      "
    `);
    // What is computed here is not rounded.
    expect(found.weights.get('by.factor')?.data).toBeInstanceOf(Float64Array);
  });

  it('leaves what others read as it is', () => {
    const found = imported({
      nodes: [
        node('Conv', ['x', 'w'], ['c'], { kernel_shape: [1, 1] }),
        node('Add', ['c', 'plus'], ['a']),
        node('Mul', ['c', 'a'], ['m']),
        node('GlobalAveragePool', ['m'], ['g']),
        node('Mul', ['c', 'g'], ['h']),
        node('Concat', ['h', 'a'], ['y'], { axis: 1 }),
      ],
      initializers: [weights('w', [2, 2, 1, 1]), floats('plus', [1], [3])],
    });
    expect(body(found)).toMatchInlineSnapshot(`
      "network SomeNet(x: tensor[2, 6, 6]) {
        w         = conv(x, filters = 2, window = 1, bias = false)
        plus      = scale(w)
        multiply1 = global_avg_pool(multiply(w, plus))
        multiply2 = multiply(w, multiply1)
        concat1   = concat(multiply2, plus)
        return concat1
      }
      "
    `);
  });

  it('folds what shapes and constants decide', () => {
    const found = imported({
      inputs: [value('x', ['batch', 2, 6, 6])],
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'zero'], ['n'], { axis: 0 }),
        node('Unsqueeze', ['n', 'axes'], ['u']),
        node('Concat', ['u', 'rest'], ['shape'], { axis: 0 }),
        node('Relu', ['x'], ['r']),
        node('Reshape', ['r', 'shape'], ['f']),
        node('MatMul', ['f', 'w'], ['y']),
      ],
      initializers: [ints('zero', [], [0]), ints('axes', [1], [0]), ints('rest', [1], [-1]), weights('w', [72, 2])],
    });
    expect(found.nodes.map(({ became }) => became.kind)).toEqual(['constant', 'constant', 'constant', 'constant', 'layer', 'view', 'layer']);
  });

  it('has as many inputs and outputs as the model', () => {
    const found = imported({
      inputs: [value('a b', [1, 2, 4, 4]), value('return', [1, 3])],
      outputs: ['1', 'two'],
      nodes: [node('Conv', ['a b', 'w'], ['c'], { kernel_shape: [4, 4] }), node('Flatten', ['c'], ['f']), node('Add', ['f', 'return'], ['1']), node('Tanh', ['1'], ['two'])],
      initializers: [weights('w', [3, 2, 4, 4])],
    });
    expect(body(found)).toMatchInlineSnapshot(`
      "network SomeNet(a_b: tensor[2, 4, 4], return_: tensor[3]) {
        w      = flatten(conv(a_b, filters = 3, window = 4, bias = false))
        output = add(w, return_)
        two    = tanh(output)
        return output, two
      }
      "
    `);
    expect(found.outputs.map(({ name, as }) => [name, as])).toEqual([['1', 'output'], ['two', 'two']]);
  });
});

describe('layers of views, constants and two values', () => {
  const shuffled = (axes: readonly number[], split: readonly number[], whole: readonly number[]): Parts => ({
    inputs: [value('x', [1, 8, 2, 4])],
    nodes: [node('Relu', ['x'], ['r']), node('Reshape', ['r', 'split'], ['s']), node('Transpose', ['s'], ['t'], { perm: axes }), node('Reshape', ['t', 'whole'], ['y'])],
    initializers: [ints('split', [split.length], split), ints('whole', [whole.length], whole)],
  });

  it.each([
    ['channels dealt out', shuffled([0, 2, 1, 3, 4], [1, 2, 4, 2, 4], [1, 8, 2, 4]), 'channel_shuffle(relu(x), groups = 2)'],
    ['channels that become places, as PyTorch has them', shuffled([0, 1, 4, 2, 5, 3], [1, 2, 2, 2, 2, 4], [1, 2, 4, 8]), 'depth_to_space(relu(x), block = 2, order = crd)'],
    ['channels that become places, as TensorFlow has them', shuffled([0, 3, 4, 1, 5, 2], [1, 2, 2, 2, 2, 4], [1, 2, 4, 8]), 'depth_to_space(relu(x), block = 2)'],
    ['places that become channels', shuffled([0, 3, 5, 1, 2, 4], [1, 8, 1, 2, 2, 2], [1, 32, 1, 2]), 'space_to_depth(relu(x), block = 2)'],
    ['some of the channels', { nodes: [node('Relu', ['x'], ['r']), node('Split', ['r'], ['a', 'b'], { axis: 1 }), node('Tanh', ['b'], ['y'])] }, 'take_channels('],
    ['a minimum of a constant', { nodes: [node('Relu', ['x'], ['r']), node('Min', ['r', 'one'], ['y'])], initializers: [floats('one', [], [1])] }, 'minimum('],
    ['a constant of several places', { nodes: [node('Relu', ['x'], ['r']), node('Mul', ['r', 'mask'], ['y'])], initializers: [weights('mask', [6, 6])] }, 'mask      = constant(shape = [2, 6, 6])'],
    ['an input with a number for each element', { nodes: [node('Sub', ['x', 'mean'], ['s']), node('Relu', ['s'], ['y'])], initializers: [weights('mean', [2, 6, 6])] }, 'add(x,'],
    ['an input with a sign', { nodes: [node('Neg', ['x'], ['s']), node('Relu', ['s'], ['y'])] }, 'scale(x)'],
    ['fewer rows, before there was `nearest_mode`', { nodes: [node('Resize', ['x', 'scales'], ['y'], { mode: 'nearest' })], initializers: [floats('scales', [4], [1, 1, 0.6, 0.6])], opset: 10 }, 'rounding = ceil'],
    ['an image between its elements', { nodes: [node('Resize', ['x', '', 'scales'], ['y'], { mode: 'linear' })], initializers: [floats('scales', [4], [1, 1, 2, 2])] }, 'resize(x, size = 12, mode = bilinear)'],
    ['one side of a range', { nodes: [node('Clip', ['x', 'low'], ['y'])], initializers: [floats('low', [], [0.1])] }, 'clip(x, low = 0.1, high = 3.4028234663852886e+38)'],
    ['channels that are no neighbours, by weights of zeros', { inputs: [value('x', [1, 4, 3, 3])], nodes: [node('Relu', ['x'], ['r']), node('Gather', ['r', 'some'], ['g'], { axis: 1 }), node('Conv', ['g', 'w'], ['y'], { kernel_shape: [2, 2] })], initializers: [ints('some', [3], [3, 0, 3]), weights('w', [2, 3, 2, 2])] }, 'w     = conv(relu1, filters = 2, window = 2, bias = false)'],
    ['a part of the features', { inputs: [value('x', [1, 6])], nodes: [node('Relu', ['x'], ['r']), node('Slice', ['r', 'from', 'to', 'axes', 'steps'], ['g']), node('MatMul', ['g', 'w'], ['y'])], initializers: [ints('from', [1], [5]), ints('to', [1], [0]), ints('axes', [1], [1]), ints('steps', [1], [-2]), weights('w', [3, 2])] }, 'dense(relu1, units = 2, bias = false)'],
    ['features at the end of an image', { nodes: [node('GlobalAveragePool', ['x'], ['g']), node('Flatten', ['g'], ['y'])] }, 'flatten(global_avg_pool(x))'],
    ['x times its sigmoid', { nodes: [node('Relu', ['x'], ['r']), node('Sigmoid', ['r'], ['s']), node('Mul', ['s', 'r'], ['y'])] }, 'swish(relu(x))'],
    ['x times a sigmoid that others read', { nodes: [node('Sigmoid', ['x'], ['s']), node('Mul', ['x', 's'], ['m']), node('Add', ['m', 's'], ['y'])] }, 'multiply(x, sigmoid1)'],
    ['numbers of f32 in few digits', { nodes: [node('LeakyRelu', ['x'], ['r'], { alpha: { float: 0.1 } }), node('Mul', ['r', 'by'], ['y'])], initializers: [floats('by', [6, 1], sines(6))] }, 'slope = 0.1)'],
    ['a hard sigmoid, whose sixth the model has in f32', { nodes: [node('HardSigmoid', ['x'], ['y'], { alpha: { float: 1 / 6 } })] }, 'hard_sigmoid(x)'],
    ['a transposed convolution', { nodes: [node('ConvTranspose', ['x', 'w', 'b'], ['y'], { strides: [2, 1], pads: [1, 0, 0, 1], group: 2, output_padding: [1, 0] })], initializers: [weights('w', [2, 3, 3, 2]), weights('b', [6])] }, 'window = [3, 2]'],
    ['norms of single samples', { nodes: [node('InstanceNormalization', ['x', 'by', 'plus'], ['n']), node('GroupNormalization', ['n', 'by', 'plus'], ['y'], { num_groups: 2 })], initializers: [weights('by', [2]), weights('plus', [2])], opset: 21 }, 'instance_norm('],
  ] satisfies readonly (readonly [string, Parts, string])[])('%s', (_, parts, written) => {
    expect(imported(parts).text).toContain(written);
  });

  it('share the shuffle of which they are parts', () => {
    const found = imported({
      inputs: [value('x', [1, 8, 2, 2])],
      nodes: [node('Reshape', ['x', 'pairs'], ['s']), node('Transpose', ['s'], ['t'], { perm: [0, 2, 1, 3, 4] }), node('Reshape', ['t', 'halves'], ['h']), node('Gather', ['h', 'zero'], ['a'], { axis: 1 }), node('Gather', ['h', 'one'], ['b'], { axis: 1 }), node('Relu', ['a'], ['r']), node('Concat', ['r', 'b'], ['y'], { axis: 1 })],
      initializers: [ints('pairs', [5], [1, 4, 2, 2, 2]), ints('halves', [5], [1, 2, 4, 2, 2]), ints('zero', [], [0]), ints('one', [], [1])],
    });
    expect(body(found)).toMatchInlineSnapshot(`
      "network SomeNet(x: tensor[8, 2, 2]) {
        channel_shuffle1 = channel_shuffle(x, groups = 4)
        take_channels1   = relu(take_channels(channel_shuffle1, count = 4))
        take_channels2   = take_channels(channel_shuffle1, from = 4, count = 4)
        concat1          = concat(take_channels1, take_channels2)
        return concat1
      }
      "
    `);
  });

  it('are refused where one rounding would not do', () => {
    const parts: Parts = { nodes: [node('Resize', ['x', 'scales'], ['y'], { mode: 'nearest' }, 'odd')], initializers: [floats('scales', [4], [1, 1, 2, 0.5])], opset: 10 };
    expect(refusals(parts)).toEqual(['onnx/operand: Resize node "odd" makes rows larger and columns smaller, or the reverse, without `nearest_mode` (export the model with opset 11 or later)']);
  });
});

describe('what cannot be imported', () => {
  it('is told over the whole graph at once', () => {
    const nodes = [
      node('Einsum', ['x'], ['e'], {}, 'first'),
      node('Conv', ['x', 'w'], ['c'], { kernel_shape: [3] }, 'flat'),
      node('Cosh', ['x'], ['g']),
      node('Cosh', ['g'], ['h']),
      node('LSTM', ['x'], ['l'], {}, 'memory'),
      node('BatchNormalization', ['x', 'one', 'one', 'one', 'one'], ['n'], { training_mode: 1 }, 'norm'),
      node('Relu', ['n'], ['y']),
    ];
    expect(refusals({ nodes, initializers: [weights('w', [2, 2, 3]), floats('one', [2], [1, 1])], opset: 15 })).toMatchInlineSnapshot(`
      [
        "onnx/shape: Conv node "flat" has weights [2, 2, 3], expected those of images: [filters, channels, rows, columns]",
        "onnx/operand: BatchNormalization node "norm" normalizes by the batch, as in training (export the model for inference: \`model.eval()\`)",
        "onnx/op: Einsum node "first": operator Einsum is not supported",
        "onnx/op: Cosh node of output "g": operator Cosh is not supported; so in 2 nodes",
        "onnx/op: LSTM node "memory": operator LSTM is not supported",
      ]
    `);
  });

  it('is an input whose shape is open, until it is given', () => {
    const parts = { inputs: [value('x', ['N', 3, 'height', 'width'])], nodes: [node('Relu', ['x'], ['y'])] };
    expect(refusals(parts)).toEqual(['onnx/shape: the input "x" does not say dimension 2: N x 3 x height x width (give its shape: --input x=1,3,224,224)']);
    expect(imported(parts, { shapes: new Map([['x', [1, 3, 4, 5]]]) }).inputs).toMatchObject([{ sample: [3, 4, 5] }]);
    expect(refusals(parts, { shapes: new Map([['x', [1, 4, 4, 5]]]) })).toEqual(['onnx/shape: the input "x" is N x 3 x height x width in the file, and 1 x 4 x 4 x 5 is asked for']);
    expect(refusals(parts, { shapes: new Map([['x', [1, 3, 4, 5]], ['z', [1]]]) })).toEqual(['onnx/graph: the graph has no input "z" (it has "x")']);
  });

  it('is an order of elements that no layer makes, and an output that is the input', () => {
    const transposed = [node('Conv', ['x', 'w'], ['c'], { kernel_shape: [1, 1] }), node('Transpose', ['c'], ['y'], { perm: [0, 2, 3, 1] })];
    expect(refusals({ nodes: transposed, initializers: [weights('w', [3, 2, 1, 1])] })).toEqual([expect.stringMatching(/^onnx\/shape: the output "y" of \[1, 6, 6, 3\] has the elements of the last layer in another order/)]);
    expect(refusals({ nodes: [node('Identity', ['x'], ['y'])] })).toEqual(['onnx/shape: the output "y" is the input "x" as it is']);
  });
});
