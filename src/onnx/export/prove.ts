// Whether an exported model answers what its network does: the file is read back and computed by the reference of ONNX, the network
// by that of its operations, both in float64 and with weights as f32 holds them.

import { invariant, present } from '../../base/invariant.ts';
import { sizeOf, tensor } from '../../base/tensor.ts';
import { evaluate } from '../../ir/evaluate.ts';
import type { AttrValue, Program } from '../../ir/graph.ts';
import { fedName, isInput } from '../../ir/leaf.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
import { compare, tolerances } from '../comparison.ts';
import { readModel } from '../model/read-model.ts';
import { evaluate as evaluateOnnx } from '../reference/evaluate.ts';
import { floats } from '../reference/value.ts';
import type { ExportedGraph } from './export-graph.ts';

export interface ExportProof {
  /** Of all outputs, and of the largest of what they should be. */
  readonly maxAbsDifference: number;
  readonly maxAbsReference: number;
  /** As one batch. */
  readonly samples: number;
}

/**
 * @param samples Of inputs by name, each of one sample; they are one batch of the model.
 * @throws InternalError where they differ: the export is wrong
 */
export function proveExport({ bytes, isExact }: ExportedGraph, program: Program, samples: readonly ReadonlyMap<string, F64Tensor>[], ops: OpRegistry): ExportProof {
  const model = readModel(bytes, 'model.onnx');
  const { graph, parameters } = rounded(program);
  const inputs = graph.nodes.filter(isInput).map((node) => present(fedName(node), 'name of an input'));
  const given = inputs.map((name) => {
    const parts = samples.map((sample) => present(sample.get(name), name));
    const size = sizeOf(present(parts[0], name).shape);
    const data = new Float64Array(parts.length * size);
    for (const [i, part] of parts.entries()) data.set(part.data, i * size);
    return [name, floats([parts.length, ...present(parts[0], name).shape.slice(1)], data)] as const;
  });
  const found = evaluateOnnx(model, new Map(given));
  const tolerance = isExact ? tolerances.exact : tolerances.rounded;
  let [maxAbsDifference, maxAbsReference] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    const wanted = evaluate(graph, ops, new Map<string, F64Tensor>([...parameters, ...sample])).outputs;
    for (const { name } of graph.outputs) {
      const { data } = present(wanted.get(name), name);
      const answered = present(found.get(name), name).data;
      const compared = compare(Float64Array.from({ length: answered.length / samples.length }, (_, at) => Number(answered[i * data.length + at])), data, tolerance);
      invariant(compared.excess === undefined, () => `the exported model differs from the network in ${name}: ${compared.excess}`);
      maxAbsDifference = Math.max(maxAbsDifference, compared.difference);
      maxAbsReference = Math.max(maxAbsReference, compared.largest);
    }
  }
  return { maxAbsDifference, maxAbsReference, samples: samples.length };
}

/** Numbers as the file holds them. */
function rounded({ graph, parameters }: Program): Program {
  const inF32 = (value: AttrValue): AttrValue => {
    if (typeof value === 'number') return Math.fround(value);
    // Lists of lists are of whole numbers.
    return Array.isArray(value) && value.every((each) => typeof each === 'number') ? value.map(Math.fround) : value;
  };
  return {
    graph: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, attrs: Object.fromEntries(Object.entries(node.attrs).map(([name, value]) => [name, inF32(value)])) })) },
    parameters: new Map([...parameters].map(([name, { shape, data }]) => [name, tensor(shape, data.map(Math.fround))])),
  };
}
