// Nodes held to the signatures of their operators: what is unknown is refused, and never guessed.

import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import type { NodeProto } from '../../../src/onnx/format/messages.ts';
import { operators, runOf } from '../../../src/onnx/reference/operators.ts';
import { newestOpset, oldestOpset, operatorSignatures, signatureOf } from '../../../src/onnx/signatures/index.ts';
import { readCall } from '../../../src/onnx/signatures/node-call.ts';
import type { NodeCall } from '../../../src/onnx/signatures/node-call.ts';
import { floats, model, node, value } from '../build.ts';

function callOf(proto: NodeProto, opset = 17, functions: readonly string[] = []): NodeCall {
  const inputs = [...new Set(proto.input ?? [])].filter((name) => name !== '');
  const read = model({ node: [proto], input: inputs.map((name) => value(name, [1])), output: (proto.output ?? []).filter((name) => name !== '').slice(0, 1).map((name) => value(name, [1])) }, opset);
  const [only] = read.graph.nodes;
  if (!only) throw new Error('no node');
  return readCall(only, { opset, functions: new Set(functions) });
}

function faultsOf(...call: Parameters<typeof callOf>): readonly string[] {
  try {
    callOf(...call);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message, help }) => `${code}: ${message}${help === undefined ? '' : ` (${help})`}`);
    throw error;
  }
  return [];
}

test('each opset has the version of it, with its defaults', () => {
  const average = (opset: number): NodeCall => callOf(node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2] }), opset);
  expect([6, 7, 9, 10, 11, 18, 19, 22, 25].map((opset) => average(opset).version)).toEqual([1, 7, 7, 10, 11, 11, 19, 22, 22]);
  expect(average(9).attributes.knows('ceil_mode')).toBe(false);
  expect(average(10).attributes.int('ceil_mode')).toBe(0);
  expect(average(10).attributes.string('auto_pad')).toBe('NOTSET');
  expect(average(10).attributes.mayInts('pads')).toBeUndefined();
  const softmax = (opset: number): number => callOf(node('Softmax', ['x'], ['y']), opset).attributes.int('axis');
  expect([softmax(12), softmax(13)]).toEqual([1, -1]);
  expect(callOf(node('LRN', ['x'], ['y'], { size: 3 })).attributes.float('alpha')).toBe(Math.fround(1e-4));
});

test('values are found by the names of the standard; those left out are undefined', () => {
  const call = callOf(node('Resize', ['x', '', 'scales'], ['y'], { mode: 'linear' }), 13);
  expect(['X', 'roi', 'scales', 'sizes', 'none'].map((name) => call.input(name))).toEqual(['x', undefined, 'scales', undefined, undefined]);
  expect(callOf(node('MaxPool', ['x'], ['y', ''], { kernel_shape: [2, 2] })).output('Indices')).toBeUndefined();
});

describe('operators that are not known', () => {
  test.each([
    ['a slip', node('Rellu', ['x'], ['y']), [], 'Rellu node of output "y": operator Rellu is not supported (did you mean "Relu"?)'],
    ['quantized', node('DequantizeLinear', ['x', 's'], ['y']), [], 'operator DequantizeLinear is not supported (give the model from before it was quantized)'],
    ['integer', node('ConvInteger', ['x', 'w'], ['y']), [], 'from before it was quantized'],
    ['control flow', node('Loop', ['x'], ['y']), [], 'operator Loop, control flow, is not supported (export for inputs of fixed sizes'],
    ['a sequence', node('SequenceAt', ['x'], ['y']), [], 'of values that are no tensors'],
    ['another domain', { ...node('FusedConv', ['x'], ['y']), domain: 'com.microsoft' }, [], 'operator "com.microsoft::FusedConv" is not supported (only operators of the standard are read'],
    ['a function', { ...node('gelu', ['x'], ['y']), domain: 'local' }, ['local::gelu'], 'operator "local::gelu", a function of the model, is not supported (write its nodes'],
    ['a function in place of an operator', node('Relu', ['x'], ['y']), ['Relu'], 'operator "Relu", a function of the model'],
    ['code', node('constructor', ['x'], ['y']), [], 'operator constructor is not supported'],
    ['noise', node('a b\n', ['x'], ['y']), [], 'operator "a b\\n" is not supported'],
  ] as const)('%s', (_, proto, functions, message) => {
    const [fault, ...more] = faultsOf(proto, 17, functions);
    expect(more).toEqual([]);
    expect(fault).toMatch(/^onnx\/op: /);
    expect(fault).toContain(message);
  });
});

test.each([
  ['older than any', node('Relu', ['x'], ['y']), 5, 'is of opset 5, in which Relu is not known here (Relu is read of opset 6 to 25; export with an opset of 7 to 25'],
  ['newer than any', node('Relu', ['x'], ['y']), 26, 'is of opset 26'],
  ['before the operator', node('HardSwish', ['x'], ['y']), 13, 'is of opset 13, in which HardSwish is not known here (HardSwish is read of opset 14 to 25'],
  ['after the operator', node('Upsample', ['x', 's'], ['y']), 10, 'Upsample is read of opset 7 to 9'],
  ['a version that was withdrawn', node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 1 }), 18, 'GroupNormalization is read of opset 21 to 25'],
])('a version that is not known: %s', (_, proto, opset, message) => {
  expect(faultsOf(proto, opset)).toEqual([expect.stringMatching(/^onnx\/version: /)]);
  expect(faultsOf(proto, opset)[0]).toContain(message);
});

test('all faults of a node come at once', () => {
  expect(faultsOf(node('Conv', ['x', '', 'b', 'c'], ['y', 'z'], { pad: [1, 1], group: [1], auto_pad: 'SAME', strides: { floats: [1, 2] }, kernel_shape: floats('', [1], [1]) }, 'conv1'))).toEqual([
    'onnx/operand: Conv node "conv1" has 4 inputs, Conv of version 11 has at most 3',
    'onnx/operand: Conv node "conv1" has 2 outputs, Conv of version 11 has at most 1',
    'onnx/attribute: Conv node "conv1": attribute `pad` is none of Conv of version 11 (did you mean "pads"?)',
    'onnx/attribute: Conv node "conv1": attribute `group` is a list of integers, expected an integer',
    'onnx/attribute: Conv node "conv1": attribute `auto_pad` is "SAME", expected NOTSET, SAME_UPPER, SAME_LOWER, VALID',
    'onnx/attribute: Conv node "conv1": attribute `strides` is a list of floats, expected a list of integers',
    'onnx/attribute: Conv node "conv1": attribute `kernel_shape` is a tensor, expected a list of integers',
  ]);
  expect(faultsOf(node('Conv', ['x', ''], ['y']))).toEqual(['onnx/operand: Conv node of output "y" has no input `W`']);
  expect(faultsOf(node('MaxPool', ['x'], ['y']))).toEqual(['onnx/attribute: MaxPool node of output "y": attribute `kernel_shape` is missing']);
  expect(faultsOf(node('Concat', ['x', '', 'z'], ['y'], { axis: 0 }))).toEqual(['onnx/operand: Concat node of output "y" leaves out input 1']);
  expect(faultsOf(node('Clip', ['x'], ['y'], { min: { float: 0 } }))).toEqual(['onnx/attribute: Clip node of output "y": attribute `min` is none of Clip of version 13']);
});

test('an integer that no double holds is a fault where a number is wanted', () => {
  const call = callOf(node('Concat', ['x'], ['y'], { axis: 2n ** 60n }));
  expect(() => call.attributes.int('axis')).toThrow('attribute `axis` is 1152921504606846976, expected a number up to 2^53');
  const slice = callOf(node('Slice', ['x'], ['y'], { starts: [0], ends: [5] }), 9);
  expect(slice.attributes.mayBigInts('ends')).toEqual([5n]);
});

describe('the table', () => {
  const opsets = Array.from({ length: newestOpset - oldestOpset + 2 }, (_, i) => oldestOpset - 1 + i);

  test('versions rise, and each is in one signature', () => {
    for (const [op, { signatures }] of operatorSignatures) {
      const versions = signatures.flatMap(({ since }) => since);
      expect({ op, versions }).toEqual({ op, versions: [...new Set(versions)].toSorted((a, b) => a - b) });
    }
  });

  test('the reference computes what is in it, in every version, and no more', () => {
    expect([...operators.keys()].toSorted()).toEqual([...operatorSignatures.keys()].toSorted());
    const missing = [...operatorSignatures].flatMap(([op, signatures]) =>
      opsets.flatMap((opset) => {
        const found = signatureOf(signatures, opset);
        return found && !runOf(op, found.version) ? [`${op} ${found.version}`] : [];
      }));
    expect(missing).toEqual([]);
  });
});
