// Whether an exported model answers what its network does: the file is read back and computed by the reference of ONNX, the network
// by that of its operations, both in float64 and with weights as f32 holds them.

import { invariant, present } from '../../base/invariant.ts';
import { sizeOf, tensor } from '../../base/tensor.ts';
import { evaluate } from '../../ir/evaluate.ts';
import type { AttrValue, Program } from '../../ir/graph.ts';
import { fedName, isInput } from '../../ir/leaf.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
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

/** Of the largest value of an output. */
const exactTolerance = 1e-12;
/** Where operators have constants that f32 does not hold. */
const roundedTolerance = 1e-5;

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
  const tolerance = isExact ? exactTolerance : roundedTolerance;
  let [maxAbsDifference, maxAbsReference] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    const wanted = evaluate(graph, ops, new Map<string, F64Tensor>([...parameters, ...sample])).outputs;
    for (const { name } of graph.outputs) {
      const { data } = present(wanted.get(name), name);
      const answered = present(found.get(name), name).data;
      invariant(answered.length === data.length * samples.length, () => `the exported model answers ${answered.length} values of ${name} in place of ${data.length * samples.length}`);
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [at, value] of data.entries()) {
        const other = Number(answered[i * data.length + at]);
        if (Object.is(value, other)) continue;
        const difference = Math.abs(value - other);
        // Written so that NaN is too much, where the network gives none.
        invariant(difference <= tolerance * largest, () => `the exported model differs from the network in ${name}: element ${at} is ${other} in place of ${value}, the largest being ${largest}`);
        maxAbsDifference = Math.max(maxAbsDifference, difference);
      }
      maxAbsReference = Math.max(maxAbsReference, largest);
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
