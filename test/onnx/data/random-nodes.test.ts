// The reference against onnxruntime, on random nodes of every family.

import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { joined } from '../../../src/onnx/format/encode.ts';
import { elementType } from '../../../src/onnx/format/element-types.ts';
import { writeModelProto } from '../../../src/onnx/format/files.ts';
import type { ValueInfoProto } from '../../../src/onnx/format/messages.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { evaluate } from '../../../src/onnx/reference/evaluate.ts';
import { floats, integers } from '../../../src/onnx/reference/value.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { modelProto, value } from '../build.ts';
import { runByOnnxruntime } from './onnxruntime.ts';
import { Draws, families } from './random-nodes.ts';
import type { RandomNode } from './random-nodes.ts';

/** Of each family. */
const count = 100;
/** Draws that one node may take. */
const room = 4096;

function bytesOf({ node, shape, integers: isOfIntegers = false, initializers = [] }: RandomNode, output: readonly ValueInfoProto[]): Uint8Array {
  const initializer = initializers.filter(({ name }) => node.input?.includes(name ?? ''));
  return joined(writeModelProto(modelProto({ name: 'random', node: [node], input: [value('x', shape, isOfIntegers ? 7 : 1)], output, initializer })));
}

function inputOf({ shape, integers: isOfIntegers = false }: RandomNode, draws: Draws): Value {
  const size = shape.reduce((a, b) => a * b, 1);
  return isOfIntegers ? integers('int64', shape, draws.list(size, () => BigInt(draws.below(21) - 10))) : floats(shape, Float64Array.from(draws.list(size, () => draws.number())));
}

/** As far as rounding of f32 explains it, the same. */
function differs(found: Value, data: ArrayLike<number | bigint>): boolean {
  const others = Array.from(data, Number);
  const largest = others.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1);
  return others.length !== found.data.length || others.some((other, i) => {
    const own = Number(found.data[i]);
    return !Object.is(own, other) && own !== other && !(Math.abs(own - other) <= 1e-5 * largest);
  });
}

test.each(Object.entries(families))('%s', { timeout: 120_000 }, async (family, draw) => {
  const random = stream(1, family);
  for (let i = 0; i < count; i++) {
    const draws = new Draws(random, i * room);
    const drawn = draw(draws);
    const inputs = new Map([['x', inputOf(drawn, draws)]]);
    const outputs = (drawn.node.output ?? []).map((name) => ({ name, type: {} }));
    const found = evaluate(readModel(bytesOf(drawn, outputs), 'random'), inputs);
    // onnxruntime wants the types of outputs to be said.
    const typed = [...found].map(([name, { type }]) => ({ name, type: { tensorType: { elemType: elementType(type).number } } }));
    const others = await runByOnnxruntime(bytesOf(drawn, typed), inputs);
    for (const [name, own] of found) {
      const other = others.get(name);
      const what = { i, drawn, own: Array.from(own.data, Number), other: Array.from(other?.data ?? [], Number) };
      expect({ ...what, shape: own.shape, differs: differs(own, other?.data ?? []) }).toEqual({ ...what, shape: [...(other?.dims ?? [])], differs: false });
    }
  }
});
