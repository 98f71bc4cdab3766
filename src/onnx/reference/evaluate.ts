// The reference: what an ONNX model answers, from its nodes alone, in float64 and exact integers. It is what an imported network is
// proved against, so it shares the reader and the signatures with the importer and nothing else: not the shapes, not
// the folding, not an operator of ours.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { shortened } from '../format/names.ts';
import type { OnnxModel, OnnxNode } from '../model/model.ts';
import { readCall } from '../signatures/node-call.ts';
import { Operands } from './operator.ts';
import { runOf } from './operators.ts';
import { OperandFault, valueOfTensor } from './value.ts';
import type { Value } from './value.ts';

/**
 * @param inputs By name: one for each input of the graph. Shapes need not be those that the file declares.
 * @returns The outputs of the graph by name, and with `all` every value. Fails with `onnx/*`, naming the node.
 */
export function evaluate(model: OnnxModel, inputs: ReadonlyMap<string, Value>, { all = false }: { readonly all?: boolean } = {}): ReadonlyMap<string, Value> {
  const { graph } = model;
  const values = new Map<string, Value>([...graph.initializers].map(([name, tensor]) => [name, valueOfTensor(tensor)]));
  for (const { name } of graph.inputs) {
    const value = inputs.get(name);
    if (!value) fail(onnxDiagnostics.graph({ args: [`the input ${shortened(name)}`, 'of the graph has no value'] }));
    else values.set(name, value);
  }
  for (const node of graph.nodes) {
    const results = run(node, model, values);
    for (const [i, name] of node.outputs.entries()) {
      if (name === '') continue;
      const result = results[i] ?? fail(onnxDiagnostics.operand({ args: [node.label, `has no output ${i} that could be computed here: ${shortened(name)}`] }));
      values.set(name, result);
    }
  }
  if (all) return values;
  return new Map(graph.outputs.flatMap(({ name }) => [[name, values.get(name) as Value]] as const));
}

function run(node: OnnxNode, model: OnnxModel, values: ReadonlyMap<string, Value>): readonly Value[] {
  const call = readCall(node, model);
  const operator = runOf(call.op, call.version);
  if (!operator) return fail(onnxDiagnostics.op({ args: [node.label, `${call.op} of version ${call.version}`] }));
  try {
    const result = operator(new Operands(call, values));
    return 'data' in result ? [result] : result;
  } catch (error) {
    const why = error instanceof OperandFault ? error.message : isOutOfMemory(error) ? 'needs more memory than there is' : undefined;
    if (why === undefined) throw error;
    throw new DiagnosticError([onnxDiagnostics.operand({ args: [node.label, why] })]);
  }
}

/** Of arrays that are within what is computed at all, and too large for this machine. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('allocation failed');
}
