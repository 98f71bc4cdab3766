// Whether an imported network answers what its model does: the graph by the reference of ONNX, the network by that of its operations,
// both in float64, on inputs that are drawn.

import { DiagnosticError } from '../../base/diagnostic.ts';
import { invariant, present } from '../../base/invariant.ts';
import { stream } from '../../base/random.ts';
import { sizeOf, tensor } from '../../base/tensor.ts';
import { check } from '../../check/check.ts';
import { evaluate } from '../../ir/evaluate.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Network } from '../../ir/network.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
import { parse } from '../../syntax/parse.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { shortened } from '../format/names.ts';
import type { OnnxModel } from '../model/model.ts';
import { evaluate as evaluateOnnx } from '../reference/evaluate.ts';
import { floats } from '../reference/value.ts';
import { compare, tolerances } from '../comparison.ts';
import type { ImportedModel } from './import-model.ts';

export interface Proof {
  /** Of all outputs, and of the largest of what they should be. */
  readonly maxAbsDifference: number;
  readonly maxAbsReference: number;
  readonly samples: number;
}

/** Inputs that are tried; of a large network, whose reference takes seconds, one. */
const mostSamples = 3;
const macBudget = 2e7;

/**
 * Fails with what the language has against the text, as it may be too large; and with `onnx/graph` where samples of a batch are not
 * computed one by one, as a network does.
 * @throws InternalError where they differ: the import is wrong
 */
export function prove(model: OnnxModel, imported: ImportedModel, ops: OpRegistry): Proof {
  const parsed = parse({ name: 'imported.ssl', text: imported.exactText });
  const { model: checked, diagnostics } = check(parsed.file, ops);
  if (!checked) throw new DiagnosticError(diagnostics.filter(({ severity }) => severity === 'error'));
  const { network } = checked;
  const parameters = network.parameters.map(({ name }): [string, F64Tensor] => {
    const { shape, data } = present(imported.weights.get(name), `weights ${name}`);
    return [name, tensor(shape, Float64Array.from(data))];
  });
  const answersTo = (sample: Sample): readonly Float64Array[] => {
    const feeds = imported.inputs.map(({ as, sample: shape, order }, i): [string, F64Tensor] => {
      const data = present(sample[i], 'values of an input');
      return [as, tensor([1, ...shape], order ? Float64Array.from(order, (place) => data[place] as number) : data)];
    });
    const found = evaluate(network.graph, ops, new Map([...parameters, ...feeds])).outputs;
    return imported.outputs.map(({ as }, i) => present(found.get(imported.outputs.length === 1 ? present(network.outputs[i], 'output').name : as), as).data);
  };
  const tolerance = imported.isExact ? tolerances.exact : tolerances.rounded;
  const samples = Array.from({ length: macsOf(network, ops) > macBudget ? 1 : mostSamples }, (_, i): Sample => imported.inputs.map(({ sample }, input) => numbers(i + 1 + 1000 * input, sizeOf(sample))));
  const answers = samples.map(answersTo);
  let [maxAbsDifference, maxAbsReference] = [0, 0];
  for (const [i, sample] of samples.entries()) {
    for (const [output, wanted] of answersOfModel(model, imported, [sample]).entries()) {
      const { name } = present(imported.outputs[output], 'output');
      const compared = compare(present(answers[i]?.[output], name), wanted, tolerance);
      invariant(compared.excess === undefined, () => `the imported network differs from the model in ${name}: ${compared.excess}`);
      maxAbsDifference = Math.max(maxAbsDifference, compared.difference);
      maxAbsReference = Math.max(maxAbsReference, compared.largest);
    }
  }
  checkBatch(model, imported, samples, answers, tolerance);
  return { maxAbsDifference, maxAbsReference, samples: samples.length };
}

/** By input, in the order of the graph. */
type Sample = readonly Float64Array[];

/** All samples as one batch. */
function answersOfModel(model: OnnxModel, { inputs, outputs }: ImportedModel, samples: readonly Sample[]): readonly Float64Array[] {
  const given = inputs.map(({ name, shape }, i) => {
    const data = Float64Array.from(samples.flatMap((sample) => [...present(sample[i], name)]));
    return [name, floats(shape.length > 1 ? [samples.length, ...shape.slice(1)] : shape, data)] as const;
  });
  const found = evaluateOnnx(model, new Map(given));
  return outputs.map(({ name }) => Float64Array.from(present(found.get(name), name).data as ArrayLike<number>, Number));
}

/** A batch of the size that the file fixes, or of two where it leaves it open: as many answers, each of its sample alone. */
function checkBatch(model: OnnxModel, imported: ImportedModel, samples: readonly Sample[], answers: readonly (readonly Float64Array[])[], tolerance: number): void {
  const extents = model.graph.inputs.flatMap(({ type }) => (type.kind === 'tensor' && type.shape && type.shape.length > 1 ? [type.shape[0]] : []));
  const fixed = extents.filter((extent) => typeof extent === 'number');
  const size = fixed.length > 0 ? Math.max(...fixed) : extents.length > 0 ? 2 : 1;
  if (size < 2 || size > mostOfBatch) return;
  const at = (i: number): number => i % samples.length;
  let found: readonly Float64Array[];
  try {
    found = answersOfModel(model, imported, Array.from({ length: size }, (_, i) => present(samples[at(i)], 'sample')));
  } catch (error) {
    // Some that leave the size open have a batch of one in the middle all the same.
    if (error instanceof DiagnosticError && fixed.length === 0) return;
    throw error;
  }
  for (const [output, { name }] of imported.outputs.entries()) {
    const wanted = Float64Array.from(Array.from({ length: size }, (_, i) => [...present(answers[at(i)]?.[output], name)]).flat());
    if (compare(wanted, present(found[output], name), tolerance).excess === undefined) continue;
    const help = 'a network is of one sample, and a batch is its samples one by one: export the model so, or import the part of it that is so';
    throw new DiagnosticError([onnxDiagnostics.graph({ args: [`the output ${shortened(name)}`, `mixes the samples of a batch of ${size}`], help })]);
  }
}

/** Samples beyond which a fixed batch is not tried. */
const mostOfBatch = 64;

function macsOf({ graph }: Network, ops: OpRegistry): number {
  const nodes = nodeMap(graph);
  return graph.nodes.reduce((sum, { op, attrs, inputs }) => sum + (ops.get(op)?.macs?.(attrs, inputs.map(({ node, result }) => present(nodes.get(node)?.results[result], 'shape of an operand'))) ?? 0), 0);
}

/** Standard normal, values that f32 holds. */
function numbers(seed: number, count: number): Float64Array {
  const draws = stream(seed, 'import');
  return Float64Array.from({ length: count }, (_, i) => Math.fround(draws.normal(i)));
}
