// What can be wrong with an ONNX model. Every message names the file or the node; the help says what cures it.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';

const onnxMessages = {
  // The file.
  'not-a-model': (file: string, what: string): string => `${file} is no ONNX model: it is ${what}`,
  truncated: (file: string, place: string, why: string): string => `${file} is cut off in ${place}: ${why}`,
  malformed: (file: string, place: string, why: string): string => `${file} is damaged in ${place}: ${why}`,
  'too-large': (what: string, found: number, most: number): string => `${what}: ${found.toLocaleString('en')}, at most ${most.toLocaleString('en')} are read`,
  tensor: (tensor: string, why: string): string => `${tensor} ${why}`,
  external: (tensor: string, why: string): string => `the numbers of ${tensor} lie in another file, ${why}`,

  // The graph.
  graph: (place: string, why: string): string => `${place} ${why}`,
  shape: (place: string, why: string): string => `${place} ${why}`,
  op: (node: string, operator: string): string => `${node}: operator ${operator} is not supported`,
  version: (place: string, why: string): string => `${place} ${why}`,
  attribute: (node: string, attribute: string, why: string): string => `${node}: attribute \`${attribute}\` ${why}`,
  operand: (node: string, why: string): string => `${node} ${why}`,
};
export const onnxDiagnostics: DiagnosticTable<typeof onnxMessages> = defineDiagnostics('onnx', onnxMessages);
