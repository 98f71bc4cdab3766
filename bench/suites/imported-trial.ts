// A model of ONNX with an input stored beside it as every candidate is given it: the file itself, and what our import makes
// of it. It should answer what the reference of ONNX does in float64, which knows nothing of the import.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invariant, present } from '../../src/base/invariant.ts';
import { check } from '../../src/check/check.ts';
import { compact } from '../../src/driver/build/compact.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { readTensorFile } from '../../src/onnx/format/files.ts';
import { importGraph } from '../../src/onnx/import/import-model.ts';
import type { ImportedModel } from '../../src/onnx/import/import-model.ts';
import { prove } from '../../src/onnx/import/prove.ts';
import { readModel } from '../../src/onnx/model/read-model.ts';
import { evaluate } from '../../src/onnx/reference/evaluate.ts';
import { floats, valueOfTensor } from '../../src/onnx/reference/value.ts';
import type { FloatValue, Value } from '../../src/onnx/reference/value.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';
import { keptFlops, plainFlops, plainNetwork } from '../plain-network.ts';
import { relativeDifference } from '../reference.ts';
import type { PageTrial } from './in-page.ts';

/** How far an answer stored beside a model, which another runtime gave in f32, may be off the reference. */
const STORED = 1e-5;

/**
 * @param name What messages call the model.
 * @param folder `model.onnx`, of one input and one output, and in `test_data_set_0` values of both, of which the first sample is taken.
 */
export function importedTrial(name: string, folder: string): PageTrial {
  const bytes = bytesOf(join(folder, 'model.onnx'));
  const stored = (file: string): FloatValue => firstOf(valueOfTensor(readTensorFile(bytesOf(join(folder, 'test_data_set_0', file)), file)));
  const model = readModel(bytes, name);
  const imported = importGraph(model, { file: name });
  prove(model, imported, ops);
  const [from, ...otherInputs] = imported.inputs;
  const [to, ...otherOutputs] = imported.outputs;
  invariant(from && to && otherInputs.length + otherOutputs.length === 0, 'a model of one input and one output');
  const given = stored('input_0.pb');
  const { data: reference } = firstOf(present(evaluate(model, new Map([[from.name, given]])).get(to.name), to.name));
  const difference = relativeDifference(Float32Array.from(stored('output_0.pb').data), reference);
  invariant(difference <= STORED, () => `${name}: the stored answer is off by ${difference} of the largest value`);
  const asFile = Float32Array.from(given.data);
  const input = from.order ? Float32Array.from(from.order, (place) => asFile[place] as number) : asFile;
  const program = compact(programOf(imported), ops);
  const flops = { ours: keptFlops(program), theirs: plainFlops(plainNetwork(program)) };
  const ort = { model: bytes, names: [from.name, to.name] as const, shape: given.shape, input: asFile };
  return { givenTo: ({ packageName }) => ({ program, input, model: ort, flops: packageName === undefined ? flops.ours : flops.theirs }), reference };
}

function bytesOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file));
}

/** The first sample of a batch. */
function firstOf(batch: Value): FloatValue {
  invariant(batch.kind === 'float', 'models of numbers');
  const [samples = 1, ...sample] = batch.shape;
  return floats([1, ...sample], batch.data.slice(0, batch.data.length / samples));
}

/** Of the source that an import writes. */
function programOf({ text, weights }: ImportedModel): Program {
  const { model } = check(parse({ name: 'net.ssl', text }).file, ops);
  const { graph, parameters } = present(model, 'the imported network').network;
  const weightOf = (name: string): F64Tensor => {
    const { shape, data } = present(weights.get(name), name);
    return { shape, data: Float64Array.from(data) };
  };
  return { graph, parameters: new Map(parameters.map(({ name }) => [name, weightOf(name)])) };
}
