// A deployed network as an ONNX model: its compacted graph, node by node, with weights in f32 and the size of the batch left open.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { nodeMap, sameValue, usesOf, valueKey } from '../../ir/graph.ts';
import type { Graph, Node, Program, Use } from '../../ir/graph.ts';
import { fedName, isInput, isParameter } from '../../ir/leaf.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { joined } from '../format/encode.ts';
import { writeModelProto } from '../format/files.ts';
import type { ValueInfoProto } from '../format/messages.ts';
import { ExportedNode } from './exported-node.ts';
import type { ExportedOperand } from './exported-node.ts';
import { GraphWriter } from './graph-writer.ts';
import { binaryRules } from './rules/arithmetic.ts';
import { exportRules } from './rules/index.ts';

export interface ExportOptions {
  readonly producerVersion: string;
  /** What programs that read the file may want to know. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ExportedGraph {
  readonly bytes: Uint8Array;
  readonly opset: number;
  readonly nodes: number;
  /** Whether every number of it is that of the network, rounded to f32; else operators have constants that f32 does not hold. */
  readonly isExact: boolean;
}

const floatType = 1;

/** The version of the format that came with an opset, of 17 and later ones. */
function irVersionOf(opset: number): bigint {
  return opset < 19 ? 8n : opset < 21 ? 9n : 10n;
}

/** The same program gives the same bytes. @throws DiagnosticError `onnx/op` for what ONNX has no operator for */
export function exportGraph({ graph, parameters }: Program, { producerVersion, metadata }: ExportOptions): ExportedGraph {
  const outputs = new Map<string, string>();
  for (const { name, value } of graph.outputs) if (!outputs.has(valueKey(value))) outputs.set(valueKey(value), name);
  const writer = new GraphWriter([...graph.outputs.map(({ name }) => name), ...graph.nodes.filter(isInput).map((node) => present(fedName(node), 'name of an input'))]);
  const uses = usesOf(graph);
  const nodes = nodeMap(graph);
  const firstInput = present(graph.nodes.filter(isInput).map(fedName)[0], 'an input');
  const names = new ValueNames();
  const values = new Map<string, ExportedOperand>();
  const inputs: ValueInfoProto[] = [];
  for (const node of graph.nodes) {
    const shape = present(node.results[0], `result of ${node.op}`);
    const key = valueKey({ node: node.id, result: 0 });
    if (isParameter(node)) {
      const name = present(fedName(node), 'name of a parameter');
      values.set(key, { name, shape, parameter: present(parameters.get(name), name) });
    } else if (isInput(node)) {
      const name = present(fedName(node), 'name of an input');
      inputs.push(batched(name, shape));
      values.set(key, { name, shape });
    } else {
      const operands = node.inputs.map((value) => present(values.get(valueKey(value)), `operand of ${node.op}`));
      const wanted = names.of(node, operands);
      const name = outputs.get(key) ?? writer.fresh(wanted);
      const rule = exportRules.get(node.op) ?? fail(onnxDiagnostics.op({ args: [node.layer ?? name, node.op], help: 'ONNX has no such operator' }));
      const isOfOneSample = readsNothing(node, nodes) && !meetsAll(node, graph, uses, nodes);
      const written = isOfOneSample ? writer.fresh(`${name}/sample`) : name;
      rule(new ExportedNode(node, operands, writer, written));
      if (isOfOneSample) repeat(written, shape, name, firstInput, writer);
      values.set(key, { name, shape });
    }
  }
  for (const { name, value } of graph.outputs) {
    const found = present(values.get(valueKey(value)), name);
    if (found.name !== name) writer.node('Identity', [found.name], name);
  }
  const props = [...metadata].map(([key, value]) => ({ key, value }));
  const bytes = joined(
    writeModelProto({
      irVersion: irVersionOf(writer.opset),
      producerName: 'ssl-compile',
      producerVersion,
      graph: {
        node: writer.nodes,
        name: graph.name,
        initializer: writer.initializers,
        input: inputs,
        output: graph.outputs.map(({ name, value }) => batched(name, present(values.get(valueKey(value)), name).shape)),
      },
      opsetImport: [{ version: BigInt(writer.opset) }],
      ...(props.length > 0 && { metadataProps: props }),
    }),
  );
  return { bytes, opset: writer.opset, nodes: writer.nodes.length, isExact: writer.isExact };
}

/** After its layer, which its weights are called after; what has none is counted. So a second round has the same names. */
class ValueNames {
  readonly #count = new Map<string, number>();

  of({ op }: Node, operands: readonly ExportedOperand[]): string {
    const owned = operands.find(({ parameter }) => parameter)?.name;
    if (owned !== undefined) return owned.slice(0, owned.lastIndexOf('.'));
    const number = (this.#count.get(op) ?? 0) + 1;
    this.#count.set(op, number);
    return `${op}${number}`;
  }
}

function batched(name: string, [, ...sample]: Shape): ValueInfoProto {
  return { name, type: { tensorType: { elemType: floatType, shape: { dim: [{ dimParam: 'N' }, ...sample.map((extent) => ({ dimValue: BigInt(extent) }))] } } } };
}

/** What is alike in all samples. */
function readsNothing(node: Node, nodes: ReadonlyMap<number, Node>): boolean {
  return !isInput(node) && node.inputs.every((value) => isParameter(present(nodes.get(value.node), 'operand')));
}

/** Whether one of its samples meets all of a batch: where it is computed with beside a value, and nowhere else. */
function meetsAll({ id }: Node, { outputs }: Graph, uses: ReadonlyMap<string, readonly Use[]>, nodes: ReadonlyMap<number, Node>): boolean {
  const own = { node: id, result: 0 };
  if (outputs.some(({ value }) => sameValue(value, own))) return false;
  return (uses.get(valueKey(own)) ?? []).every(({ node: { op, inputs } }) => broadcasting.has(op) && inputs.some(({ node }) => !readsNothing(present(nodes.get(node), 'operand'), nodes)));
}

const broadcasting: ReadonlySet<string> = new Set(Object.keys(binaryRules));

/** One for each sample of a batch, which is as large as that of the first input. */
function repeat(sample: string, shape: Shape, output: string, input: string, writer: GraphWriter): void {
  const inner = (what: string): string => writer.fresh(`${output}/${what}`);
  const samples = writer.node('Slice', [writer.node('Shape', [input], inner('shape')), writer.integers(inner('from'), [0]), writer.integers(inner('to'), [1])], inner('samples'));
  const batch = writer.node('Concat', [samples, writer.integers(inner('sample'), shape.slice(1))], inner('batch'), { axis: 0 });
  writer.node('Expand', [sample, batch], output);
}
