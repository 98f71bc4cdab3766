// Files of ONNX as bytes: a model, or a single tensor, as the data sets of tests lie beside models.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { foreignFile, foreignMessage, withoutGraph } from './file-kind.ts';
import type { ModelProto, TensorProto } from './messages.ts';
import { modelTable, tensorTable } from './tables.ts';
import { readTensor } from './tensor.ts';
import type { OnnxTensor } from './tensor.ts';

/**
 * The messages of a model, as the file has them; `readModel` makes a model of them.
 * @param file What a person calls it. Fails with `onnx/*`.
 */
export function readModelProto(bytes: Uint8Array, file: string): ModelProto & { readonly graph: NonNullable<ModelProto['graph']> } {
  const foreign = foreignFile(bytes, file);
  if (foreign) fail(foreign);
  let model: ModelProto;
  try {
    model = decodeMessage(bytes, modelTable, file, 'model');
  } catch (error) {
    const other = error instanceof DiagnosticError ? foreignMessage(bytes, file) : undefined;
    throw other ? new DiagnosticError([other]) : error;
  }
  const { graph } = model;
  if (!graph) return fail(foreignMessage(bytes, file) ?? withoutGraph(model, file));
  return { ...model, graph };
}

/** The tensor of a file that holds no more, such as `input_0.pb`. Fails with `onnx/*`. */
export function readTensorFile(bytes: Uint8Array, file: string): OnnxTensor {
  return readTensor(decodeMessage(bytes, tensorTable, file, 'tensor'), file);
}

/** The same bytes for the same model, in pieces to be written one after the other. */
export function writeModelProto(model: ModelProto): readonly Uint8Array[] {
  return encodeMessage(model, modelTable);
}

export function writeTensorProto(tensor: TensorProto): readonly Uint8Array[] {
  return encodeMessage(tensor, tensorTable);
}
