// An ONNX model from its bytes to a source and a file of weights, proved equal to it.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Shape } from '../../base/tensor.ts';
import { encodeSafetensors } from '../../engine/safetensors.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { caps } from '../../onnx/format/caps.ts';
import type { ExternalFiles } from '../../onnx/format/external.ts';
import { importGraph } from '../../onnx/import/import-model.ts';
import type { ImportedInput, ImportedOutput, NodeOutcome } from '../../onnx/import/import-model.ts';
import { prove } from '../../onnx/import/prove.ts';
import type { Proof } from '../../onnx/import/prove.ts';
import { readModel } from '../../onnx/model/read-model.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import type { NamedFile } from '../files/write-files.ts';
import { externalFiles } from './external-files.ts';

export interface ImportRequest {
  /** Of the network; after the file unless given. */
  readonly name?: string | undefined;
  /** Shapes of inputs by name, the batch first, where the file does not say them. */
  readonly shapes?: ReadonlyMap<string, Shape> | undefined;
  /** Gives the numbers that lie in other files; without it they are refused. */
  readonly external?: ExternalFiles | undefined;
}

export interface Imported {
  readonly network: string;
  readonly producer: string;
  readonly opset: number;
  /** The network in the language, and its weights as safetensors. */
  readonly source: string;
  readonly weights: Uint8Array;
  readonly inputs: readonly ImportedInput[];
  readonly outputs: readonly ImportedOutput[];
  /** What became of each node. */
  readonly nodes: readonly NodeOutcome[];
  /** Absent where it was not asked for. */
  readonly proof?: Proof;
}

/**
 * @param file What a person calls the model.
 * @param isProved Whether its answers are compared with those of the model, in float64: as long as a few runs of slow code take.
 * @throws DiagnosticError `onnx/*`: all that keeps it from being imported; and of the check, where the network is too large
 */
export function importModel(bytes: Uint8Array, file: string, { name, shapes, external }: ImportRequest, isProved: boolean, ops: OpRegistry): Imported {
  const model = readModel(bytes, file, external ? { external } : {});
  const imported = importGraph(model, { file, name, shapes });
  const proof = isProved ? prove(model, imported, ops) : undefined;
  const { producer, opset } = model;
  const { text, weights, inputs, outputs, nodes } = imported;
  return { network: imported.name, producer, opset, source: text, weights: Buffer.concat(encodeSafetensors(weights)), inputs, outputs, nodes, ...(proof && { proof }) };
}

export interface FileRequest extends Pick<ImportRequest, 'name' | 'shapes'> {
  /** Whether files beside the model may hold its numbers. */
  readonly external: boolean;
}

/** @throws DiagnosticError `file/*`, and as {@link importModel} */
export function importFile(path: string, { external, ...request }: FileRequest, isProved: boolean, ops: OpRegistry): Imported {
  return importModel(readRegularFile(path, caps.bytes), path, { ...request, ...(external && { external: externalFiles(dirname(path)) }) }, isProved, ops);
}

export const importedFiles = { source: 'net.ssl', weights: 'weights.safetensors' } as const;

/** @throws DiagnosticError `file/not-writable` */
export function writeImported(folder: string, { source, weights }: Imported): readonly NamedFile[] {
  checkPlace(join(folder, importedFiles.source), source);
  const files = [{ name: importedFiles.source, bytes: new TextEncoder().encode(source) }, { name: importedFiles.weights, bytes: weights }];
  writeFilesAtomically(folder, files);
  return files;
}

/** A source that somebody may have changed is not written over. @throws DiagnosticError `file/not-writable` */
export function checkPlace(path: string, source: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') !== source) failOther(path);
}

/** Of a source that lies where another one is to be written. @throws DiagnosticError `file/not-writable` */
export function failOther(path: string): never {
  return fail(fileDiagnostics['not-writable']({ args: [path, 'there is another one already'], help: 'choose another folder, or move it away' }));
}
