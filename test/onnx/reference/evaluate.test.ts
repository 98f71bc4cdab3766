// The reference on small graphs whose answers are worked out by hand. The official tests of single operators run in `npm run test:onnx`.

import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../../src/onnx/format/messages.ts';
import { erf } from '../../../src/onnx/reference/erf.ts';
import { evaluate } from '../../../src/onnx/reference/evaluate.ts';
import { floats as floatValue, integers } from '../../../src/onnx/reference/value.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { floats, ints, model, node, value } from '../build.ts';

const image = (shape: readonly number[], numbers: readonly number[]): Value => floatValue(shape, Float64Array.from(numbers));

/** The output `y` of nodes that read `x` and initializers. */
function answer(nodes: readonly NodeProto[], x: Value, initializer: readonly TensorProto[] = [], opset = 17): Value {
  const graph: GraphProto = { node: nodes, input: [value('x', x.shape)], output: [value('y', [])], initializer };
  const found = evaluate(model(graph, opset), new Map([['x', x]])).get('y');
  if (!found) throw new Error('no answer');
  return found;
}

const numbersOf = ({ shape, data }: Value): unknown => ({ shape, data: [...data] });

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
    throw error;
  }
  return '';
}

const counted = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => i + from);

test('a convolution in groups, with stride, dilation and uneven padding', () => {
  // Two channels, a group each: the first adds opposite corners, the second takes the middle twice.
  const weight = floats('w', [2, 1, 2, 2], [1, 0, 0, 1, 0, 0, 0, 2]);
  const attributes = { group: 2, strides: [1, 2], dilations: [1, 2], pads: [0, 1, 1, 0] };
  const found = answer([node('Conv', ['x', 'w', 'b'], ['y'], attributes)], image([1, 2, 2, 3], counted(12)), [weight, floats('b', [2], [0.5, -1])]);
  // Padded: a column of zeros before, a row behind. Columns 0 and 2 of each window.
  expect(numbersOf(found)).toEqual({ shape: [1, 2, 2, 1], data: [0 + 5 + 0.5, 0.5, 2 * 11 - 1, -1] });
});

test('a transposed convolution is the convolution turned round', () => {
  const weight = floats('w', [1, 1, 2, 2], [1, 2, 3, 4]);
  const found = answer([node('ConvTranspose', ['x', 'w'], ['y'], { strides: [2, 2], output_padding: [1, 0], pads: [0, 1, 0, 0] })], image([1, 1, 1, 2], [10, 100]), [weight]);
  expect(numbersOf(found)).toEqual({ shape: [1, 1, 3, 3], data: [20, 100, 200, 40, 300, 400, 0, 0, 0] });
});

test('one axis and three are windows as two are', () => {
  expect(numbersOf(answer([node('Conv', ['x', 'w'], ['y'], {})], image([1, 1, 4], [1, 2, 3, 4]), [floats('w', [1, 1, 2], [1, -1])]))).toEqual({ shape: [1, 1, 3], data: [-1, -1, -1] });
  expect(numbersOf(answer([node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2, 2] })], image([1, 1, 2, 2, 2], counted(8))))).toEqual({ shape: [1, 1, 1, 1, 1], data: [8] });
});

describe('average pools', () => {
  const pool = (attributes: Parameters<typeof node>[3], opset = 17): unknown =>
    numbersOf(answer([node('AveragePool', ['x'], ['y'], { kernel_shape: [3, 3], strides: [2, 2], ...attributes })], image([1, 1, 4, 4], counted(16)), [], opset));

  test('padding is left out, or counted', () => {
    expect(pool({ pads: [1, 1, 1, 1] })).toEqual({ shape: [1, 1, 2, 2], data: [3.5, 5, 9.5, 11] });
    expect(pool({ pads: [1, 1, 1, 1], count_include_pad: 1 })).toEqual({ shape: [1, 1, 2, 2], data: [14 / 9, 30 / 9, 57 / 9, 11] });
  });
  test('a window that is not whole counts what is there, and none begins in the padding', () => {
    expect(pool({ ceil_mode: 1 })).toEqual({ shape: [1, 1, 2, 2], data: [6, 7.5, 12, 13.5] });
    expect(pool({ ceil_mode: 1, pads: [0, 0, 1, 1], count_include_pad: 1 })).toEqual({ shape: [1, 1, 2, 2], data: [6, 45 / 9, 72 / 9, 54 / 9] });
    expect(pool({ ceil_mode: 1, kernel_shape: [1, 1], strides: [4, 4], pads: [0, 0, 1, 1] })).toEqual({ shape: [1, 1, 1, 1], data: [1] });
  });
  test.each([['SAME_UPPER', [6, 7.5, 12, 13.5]], ['SAME_LOWER', [3.5, 5, 9.5, 11]], ['VALID', [6]]])('auto_pad %s', (autoPad, data) => {
    expect(pool({ auto_pad: autoPad })).toMatchObject({ data });
  });
});

test('the largest of padding is none, and its place is told', () => {
  const nodes = [node('MaxPool', ['x'], ['m', 'y'], { kernel_shape: [2, 2], pads: [1, 1, 0, 0], strides: [2, 2], storage_order: 1 })];
  expect(numbersOf(answer(nodes, image([1, 1, 3, 3], counted(9, -20))))).toEqual({ shape: [1, 1, 2, 2], data: [0n, 6n, 2n, 8n] });
});

describe('softmax', () => {
  const x = image([1, 2, 2], [0, Math.log(3), 1000, 1000]);
  test('before version 13 over all axes from the first on, from then along one', () => {
    expect(answer([node('Softmax', ['x'], ['y'])], x, [], 12).data[2]).toBeCloseTo(0.5, 12);
    expect(answer([node('Softmax', ['x'], ['y'])], x, [], 12).data[0]).toBe(0);
    const along = answer([node('Softmax', ['x'], ['y'])], x).data;
    expect([...along]).toEqual([0.25, 0.75, 0.5, 0.5].map((each) => expect.closeTo(each, 12)));
  });
});

describe('batch norm', () => {
  const channels = ['scale', 'bias', 'mean', 'var'].map((name, i) => floats(name, [2], [[2, 1], [0, 10], [1, 2], [3, 0]][i] ?? []));
  const inputs = ['x', 'scale', 'bias', 'mean', 'var'];
  const x = image([2, 2], [1, 2, 3, 4]);
  test('by the moments given', () => {
    const found = answer([node('BatchNormalization', inputs, ['y'], { epsilon: { float: 1 } })], x, channels);
    expect([...found.data]).toEqual([0, 10, 2, 12]);
  });
  test('in training by those of the batch, and the running ones follow with the momentum', () => {
    const training = [node('BatchNormalization', inputs, ['n', 'y', 'v'], { training_mode: 1, momentum: { float: 0.75 } })];
    expect([...answer(training, x, channels).data]).toEqual([0.75 * 1 + 0.25 * 2, 0.75 * 2 + 0.25 * 3]);
  });
  test('before version 7 inference has to be asked for', () => {
    const old = (isTest: number): number[] => [...answer([node('BatchNormalization', inputs, ['y'], { is_test: isTest, epsilon: { float: 1 } })], x, channels, 6).data] as number[];
    expect(old(1)).toEqual([0, 10, 2, 12]);
    expect(old(0)[0]).toBeCloseTo(-Math.SQRT2, 12);
  });
});

describe('resize', () => {
  const x = image([1, 1, 1, 4], [0, 1, 2, 3]);
  const scales = (factor: number): TensorProto => floats('s', [4], [1, 1, 1, factor]);
  const resized = (attributes: Parameters<typeof node>[3], factor = 2): unknown[] => [...answer([node('Resize', ['x', '', 's'], ['y'], attributes)], x, [scales(factor)]).data];

  test.each([
    [{ mode: 'linear' }, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]],
    [{ mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3]],
    [{ mode: 'linear', coordinate_transformation_mode: 'align_corners' }, counted(8, 0).map((i) => (i * 3) / 7)],
    [{ mode: 'nearest' }, [0, 0, 1, 1, 2, 2, 3, 3]],
    [{ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }, [0, 0, 1, 1, 2, 2, 3, 3]],
    [{ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'ceil' }, [0, 1, 1, 2, 2, 3, 3, 3]],
  ])('%j', (attributes, expected) => expect(resized(attributes)).toEqual(expected.map((each) => expect.closeTo(each, 12))));

  test('of opset 10 and Upsample: from the first corner, by scales alone', () => {
    const old = [node('Resize', ['x', 's'], ['y'], {})];
    expect([...answer(old, x, [scales(2)], 10).data]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...answer([node('Upsample', ['x'], ['y'], { scales: { floats: [1, 1, 2, 1] } })], x, [], 8).data]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  test('to sizes that keep the aspect', () => {
    const sizes = [node('Resize', ['x', '', '', 'sizes'], ['y'], { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' })];
    expect(answer(sizes, image([1, 1, 4, 8], counted(32)), [ints('sizes', [2], [4, 4])], 18).shape).toEqual([1, 1, 2, 4]);
  });
});

describe('integers are exact', () => {
  test('a slice to the largest integer there is, backwards too', () => {
    const x = image([5], counted(5));
    const slice = (start: number | bigint, end: bigint, step: number): unknown[] =>
      [...answer([node('Slice', ['x', 's', 'e', 'a', 't'], ['y'])], x, [ints('s', [1], [start]), ints('e', [1], [end]), ints('a', [1], [-1]), ints('t', [1], [step])]).data];
    expect(slice(1, 2n ** 63n - 1n, 2)).toEqual([2, 4]);
    expect(slice(-1, -(2n ** 63n), -1)).toEqual([5, 4, 3, 2, 1]);
    expect(slice(2n ** 62n, 0n, -3)).toEqual([5, 2]);
    // A start before the axis is its first element, also backwards.
    expect(slice(-9, -(2n ** 63n), -1)).toEqual([1]);
  });

  test('beyond 2^53, towards zero, and round their type', () => {
    const at = (op: string, a: bigint, b: bigint): unknown => answer([node(op, ['x', 'b'], ['y'])], integers('int64', [1], [a]), [ints('b', [1], [b])]).data[0];
    expect(at('Add', 2n ** 53n, 1n)).toBe(2n ** 53n + 1n);
    expect(at('Div', -7n, 2n)).toBe(-3n);
    expect(at('Mul', 2n ** 62n, 4n)).toBe(0n);
    expect(at('Mod', -7n, 3n)).toBe(2n);
    expect(answer([node('Cast', ['x'], ['y'], { to: 2 })], integers('int64', [2], [300n, -1n])).data).toEqual(BigInt64Array.of(44n, 255n));
  });
});

test('the shape arithmetic of exporters', () => {
  const nodes = [
    node('Shape', ['x'], ['shape']),
    node('Gather', ['shape', 'zero'], ['n'], { axis: 0 }),
    node('Unsqueeze', ['n', 'axes'], ['n1']),
    node('Concat', ['n1', 'rest'], ['to'], { axis: 0 }),
    node('Reshape', ['x', 'to'], ['y']),
  ];
  const found = answer(nodes, image([2, 3, 4], counted(24)), [ints('zero', [], [0]), ints('axes', [1], [0]), ints('rest', [1], [-1])]);
  expect(found.shape).toEqual([2, 12]);
});

test('operands of old opsets are placed by an axis', () => {
  const x = image([2, 3, 1], counted(6));
  const added = (attributes: Parameters<typeof node>[3]): unknown[] => [...answer([node('Add', ['x', 'b'], ['y'], { broadcast: 1, ...attributes })], x, [floats('b', [3], [10, 20, 30])], 6).data];
  expect(added({ axis: 1 })).toEqual([11, 22, 33, 14, 25, 36]);
});

test.each([
  ['the maximum wins over the minimum', 'Clip', ['x', 'hi', 'lo'], [1, 1, 1]],
  ['a missing minimum', 'Clip', ['x', '', 'lo'], [-5, 0, 1]],
  ['a missing maximum', 'Clip', ['x', 'lo'], [1, 1, 5]],
])('clip: %s', (_, op, inputs, expected) => {
  expect([...answer([node(op, inputs, ['y'])], image([3], [-5, 0, 5]), [floats('lo', [], [1]), floats('hi', [], [3])]).data]).toEqual(expected);
});

test.each([['constant', [9, 9, 1, 2, 3, 9]], ['edge', [1, 1, 1, 2, 3, 3]], ['reflect', [3, 2, 1, 2, 3, 2]], ['wrap', [2, 3, 1, 2, 3, 1]]])('pads by mode %s', (mode, expected) => {
  expect([...answer([node('Pad', ['x', 'p', 'v'], ['y'], { mode })], image([3], [1, 2, 3]), [ints('p', [2], [2, 1]), floats('v', [], [9])], 19).data]).toEqual(expected);
});

test('a negative pad cuts', () => {
  expect([...answer([node('Pad', ['x', 'p'], ['y'])], image([4], [1, 2, 3, 4]), [ints('p', [2], [-1, 1])]).data]).toEqual([2, 3, 4, 0]);
});

// Abramowitz and Stegun, table 7.1; the last one by the complement.
test.each([[0, 0], [0.5, 0.5204998778130465], [1, 0.8427007929497149], [-2, -0.9953222650189527], [3, 0.9999779095030014], [7, 1], [Infinity, 1]])('erf(%d)', (x, expected) => {
  expect(erf(x)).toBeCloseTo(expected, 15);
});

describe('faults name the node', () => {
  const x = image([1, 2, 4, 4], counted(32));
  test.each([
    ['channels that do not fit', [node('Conv', ['x', 'w'], ['y'], {}, 'conv1')], 'onnx/operand: Conv node "conv1" has 2 channels and a weight of [1, 3, 1, 1] in 1 groups'],
    ['a window larger than the image', [node('MaxPool', ['x'], ['y'], { kernel_shape: [5, 5] }, 'pool')], 'MaxPool node "pool" has a window of 5 x 5 over an image of 4 x 4'],
    ['shapes that do not fit', [node('Add', ['x', 'v'], ['y'], {}, 'sum')], 'Add node "sum" has operands of shapes [1, 2, 4, 4] and [3], which do not fit each other'],
    ['a shape of other elements', [node('Reshape', ['x', 's'], ['y'])], 'Reshape node of output "y" reshapes [1, 2, 4, 4] to [7, -1]'],
    ['floats for a shape', [node('Reshape', ['x', 'v'], ['y'])], 'has float for `shape`, expected integers'],
    ['a window of another size than it says', [node('ConvTranspose', ['x', 'wt'], ['y'], { kernel_shape: [2, 2] })], 'has a weight of [2, 1, 1, 1] for `kernel_shape` 2, 2'],
    ['an axis that is none', [node('Softmax', ['x'], ['y'], { axis: 4 })], 'has the axis 4, of 4 dimensions'],
    ['an index beyond', [node('Gather', ['x', 's'], ['y'], { axis: 0 })], 'takes element 7 of an axis of 1'],
    ['a value of absurd size', [node('Expand', ['v', 'huge'], ['y'])], 'has a result of shape [1099511627776, 3], at most 268435456 elements are computed'],
    ['dropping out at random', [node('Dropout', ['x', '', 'yes'], ['y'])], 'drops elements out at random'],
    ['dividing by zero', [node('Shape', ['x'], ['d']), node('Div', ['s', 'zero'], ['y'])], 'divides an integer by zero'],
    ['a type that is not computed', [node('Cast', ['x'], ['y'], { to: 8 })], 'casts to string, which is not supported'],
  ])('%s', (_, nodes, message) => {
    const initializers = [floats('w', [1, 3, 1, 1], [1, 1, 1]), floats('wt', [2, 1, 1, 1], [1, 1]), floats('v', [3], [1, 2, 3]), ints('s', [2], [7, -1]), ints('huge', [2], [2n ** 40n, 3]), ints('zero', [1], [0]), { name: 'yes', dataType: 9, int32Data: Int32Array.of(1) }];
    expect(faultOf(() => answer(nodes, x, initializers))).toContain(message);
  });

  test('an input without a value', () => {
    const read = model({ node: [node('Relu', ['x'], ['y'])], input: [value('x', [1])], output: [value('y', [1])] });
    expect(faultOf(() => evaluate(read, new Map()))).toBe('onnx/graph: the input "x" of the graph has no value');
  });
});
