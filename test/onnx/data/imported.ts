// Official node tests as models to import: their weights are inputs of the graph, which become constants here.

import { present } from '../../../src/base/invariant.ts';
import { sizeOf, tensor } from '../../../src/base/tensor.ts';
import { check } from '../../../src/check/check.ts';
import { evaluate } from '../../../src/ir/evaluate.ts';
import type { F64Tensor } from '../../../src/ir/op.ts';
import type { OnnxTensor } from '../../../src/onnx/format/tensor.ts';
import { elementType } from '../../../src/onnx/format/element-types.ts';
import { Draft } from '../../../src/onnx/import/draft.ts';
import { foldOf } from '../../../src/onnx/import/fold/fold-node.ts';
import { constantOf } from '../../../src/onnx/import/constant.ts';
import type { Constant } from '../../../src/onnx/import/constant.ts';
import type { ImportedModel } from '../../../src/onnx/import/import-model.ts';
import { LayerNames } from '../../../src/onnx/import/names.ts';
import { NodeReader } from '../../../src/onnx/import/node-reader.ts';
import type { OnnxModel } from '../../../src/onnx/model/model.ts';
import { readCall } from '../../../src/onnx/signatures/node-call.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { ops } from '../../../src/ops/index.ts';
import { parse } from '../../../src/syntax/parse.ts';

function tensorOf(name: string, { type, shape, data }: Value): OnnxTensor {
  return { name, type: elementType(type), shape, size: data.length, elements: () => data };
}

/** The model with some of its inputs as constants. */
export function withConstants(model: OnnxModel, values: ReadonlyMap<string, Value>, names: readonly string[]): OnnxModel {
  const { graph } = model;
  const constants = names.map((name) => [name, tensorOf(name, present(values.get(name), name))] as const);
  return { ...model, graph: { ...graph, inputs: graph.inputs.filter(({ name }) => !names.includes(name)), initializers: new Map([...graph.initializers, ...constants]) } };
}

/** What the import folds a model without inputs to, by the names of its outputs. */
export function folded(model: OnnxModel): ReadonlyMap<string, Constant> {
  const values = new Map<string, Constant>([...model.graph.initializers].map(([name, each]) => [name, constantOf(each, name)]));
  for (const node of model.graph.nodes) {
    const call = readCall(node, model);
    const fold = present(foldOf(call.op), `folding of ${call.op}`);
    const found = fold(new NodeReader(call, new Draft(), (name) => values.get(name), new LayerNames([]), new Map()));
    for (const [i, value] of ('kind' in found ? [found] : found).entries()) values.set(node.outputs[i] ?? '', value);
  }
  return new Map(model.graph.outputs.map(({ name }) => [name, present(values.get(name), name)]));
}

/** What an imported network answers to the inputs of its model, sample by sample, in the order of the model. */
export function answers({ text, weights, inputs, outputs }: ImportedModel, given: ReadonlyMap<string, Value>): ReadonlyMap<string, readonly number[]> {
  const { model } = check(parse({ name: 'imported.ssl', text }).file, ops);
  const { network } = present(model, `model of ${text}`);
  const parameters = network.parameters.map(({ name }): [string, F64Tensor] => {
    const { shape, data } = present(weights.get(name), name);
    return [name, tensor(shape, Float64Array.from(data))];
  });
  const sizes = inputs.map(({ sample }) => sizeOf(sample));
  const samples = present(given.get(inputs[0]?.name ?? ''), 'input').data.length / (sizes[0] ?? 1);
  const found = new Map<string, number[]>(outputs.map(({ name }) => [name, []]));
  for (let sample = 0; sample < samples; sample++) {
    const feeds = inputs.map(({ name, as, sample: shape, order }, i): [string, F64Tensor] => {
      const size = sizes[i] ?? 0;
      const data = Float64Array.from(present(given.get(name), name).data.slice(sample * size, (sample + 1) * size) as ArrayLike<number>, Number);
      return [as, tensor([1, ...shape], order ? Float64Array.from(order, (place) => data[place] as number) : data)];
    });
    const answered = evaluate(network.graph, ops, new Map([...parameters, ...feeds])).outputs;
    for (const { name, as } of outputs) for (const number of present(answered.get(outputs.length === 1 ? 'output' : as), as).data) found.get(name)?.push(number);
  }
  return found;
}
