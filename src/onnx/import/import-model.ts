// An ONNX model to a network of the language: text and weights. Nodes are read in order; what shapes and constants alone decide is
// folded, what only rearranges is kept as a view, all else becomes layers by the rules. Whatever the language lacks is found over the
// whole graph and told at once.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Shape, Tensor } from '../../base/tensor.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { shortened } from '../format/names.ts';
import type { OnnxModel, OnnxNode, OnnxValue } from '../model/model.ts';
import { readCall } from '../signatures/node-call.ts';
import type { NodeCall } from '../signatures/node-call.ts';
import { constantOf } from './constant.ts';
import { Draft } from './draft.ts';
import type { DraftInput, DraftLayer } from './draft.ts';
import { foldOf } from './fold/fold-node.ts';
import { materialized } from './materialize.ts';
import { identifier, LayerNames } from './names.ts';
import { NodeReader } from './node-reader.ts';
import { Refusal } from './refusal.ts';
import { rules } from './rules/index.ts';
import { write } from './text.ts';
import { isInOrder, wireOf } from './wire.ts';
import type { ImportedValue, Wire } from './wire.ts';

export interface ImportOptions {
  /** What a person calls the file. */
  readonly file: string;
  /** Of the network; after the file unless given. */
  readonly name?: string | undefined;
  /** Shapes of inputs by name, the batch among their extents, in place of what the file says. */
  readonly shapes?: ReadonlyMap<string, Shape> | undefined;
}

/** What became of a node. */
export interface NodeOutcome {
  readonly node: string;
  readonly op: string;
  readonly became: { readonly kind: 'layer'; readonly name: string } | { readonly kind: 'part'; readonly name: string } | { readonly kind: 'view' } | { readonly kind: 'constant' };
}

export interface ImportedInput {
  /** Of the graph, and of the network. */
  readonly name: string;
  readonly as: string;
  /** Of the graph, and of one sample of the network. */
  readonly shape: Shape;
  readonly sample: Shape;
  /** Of each element of the network's input, its place in the graph's. Absent: in the same order. */
  readonly order?: Int32Array;
}

export interface ImportedOutput {
  readonly name: string;
  readonly as: string;
  readonly shape: Shape;
  readonly sample: Shape;
}

export interface ImportedModel {
  readonly name: string;
  readonly text: string;
  /** The same with all digits of its numbers. */
  readonly exactText: string;
  /** Whether that computes with all the numbers of the model; else an operation has constants that the model has in f32. */
  readonly isExact: boolean;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly ImportedInput[];
  readonly outputs: readonly ImportedOutput[];
  readonly nodes: readonly NodeOutcome[];
}

/** Fails with all `onnx/*` that keep it from being imported. */
export function importGraph(model: OnnxModel, options: ImportOptions): ImportedModel {
  return new Import(model, options).run();
}

interface Step {
  readonly node: OnnxNode;
  readonly values: readonly ImportedValue[];
  /** Layers that were drafted for it. */
  readonly layers: readonly DraftLayer[];
}

class Import {
  readonly #model: OnnxModel;
  readonly #options: ImportOptions;
  readonly #draft = new Draft();
  readonly #names: LayerNames;
  readonly #values = new Map<string, ImportedValue>();
  readonly #uses = new Map<string, number>();
  readonly #faults: Diagnostic[] = [];
  /** Operators that are not known, each told once. */
  readonly #lacking = new Map<string, { readonly fault: Diagnostic; nodes: number }>();
  readonly #steps: Step[] = [];

  constructor(model: OnnxModel, options: ImportOptions) {
    this.#model = model;
    this.#options = options;
    this.#names = new LayerNames([...model.graph.initializers].flatMap(([name, { shape }]) => (shape.length > 1 ? [name] : [])));
  }

  run(): ImportedModel {
    const { graph, refused } = this.#model;
    this.#faults.push(...refused);
    for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map((output) => output.name)]) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    for (const [name, tensor] of graph.initializers) this.#judged('', () => this.#values.set(name, constantOf(tensor, name)));
    for (const name of this.#options.shapes?.keys() ?? []) {
      const help = `it has ${graph.inputs.map((input) => shortened(input.name)).join(', ')}`;
      if (!graph.inputs.some((input) => input.name === name)) this.#faults.push(onnxDiagnostics.graph({ args: ['the graph', `has no input ${shortened(name)}`], help }));
    }
    const inputs = graph.inputs.map((input) => [input.name, this.#input(input)] as const);
    for (const node of graph.nodes) this.#node(node);
    const outputs = graph.outputs.map(({ name }) => this.#output(name));
    for (const { fault, nodes } of this.#lacking.values()) this.#faults.push(nodes === 1 ? fault : { ...fault, message: `${fault.message}; so in ${nodes} nodes` });
    if (this.#faults.length > 0) throw new DiagnosticError(this.#faults);
    return this.#written(inputs.flatMap(([name, input]) => (input ? [[name, input] as const] : [])), outputs.flatMap((output) => output ?? []));
  }

  #input({ name, type }: OnnxValue): { readonly input: DraftInput; readonly shape: Shape } | undefined {
    const shape = this.#judged(`the input ${shortened(name)}`, () => this.#shapeOf(name, type));
    if (!shape) {
      this.#values.set(name, { kind: 'unknown' });
      return undefined;
    }
    // A batch is its samples one by one: the network is of one.
    const whole = shape.length > 1 ? [1, ...shape.slice(1)] : shape;
    const input = this.#draft.input(name, shape.length > 1 ? whole.slice(1) : shape);
    this.#values.set(name, wireOf(input, whole));
    return { input, shape: whole };
  }

  #shapeOf(name: string, type: OnnxValue['type']): Shape {
    if (type.kind !== 'tensor') throw new Refusal('shape', `is a ${type.what}, expected a tensor`);
    if (type.elements === undefined || !['float', 'double', 'float16', 'bfloat16'].includes(type.elements)) throw new Refusal('shape', `has elements of ${type.elementsName}, expected floats`, 'export the model from before its input is quantized or cast');
    const given = this.#options.shapes?.get(name);
    const known = type.shape;
    const advice = `give its shape: --input ${name}=1,3,224,224`;
    if (given) {
      if (known && (known.length !== given.length || known.some((extent, axis) => axis > 0 && typeof extent === 'number' && extent !== given[axis]))) throw new Refusal('shape', `is ${known.map((extent) => extent ?? '?').join(' x ')} in the file, and ${given.join(' x ')} is asked for`);
      return given;
    }
    if (!known || known.length === 0) throw new Refusal('shape', known ? 'is a single number' : 'has no shape in the file', known ? undefined : advice);
    const free = known.findIndex((extent, axis) => typeof extent !== 'number' && (axis > 0 || known.length === 1));
    if (free >= 0) throw new Refusal('shape', `does not say dimension ${free}: ${known.map((extent) => extent ?? '?').join(' x ')}`, advice);
    return known.map((extent) => (typeof extent === 'number' ? extent : 1));
  }

  #node(node: OnnxNode): void {
    const call = this.#call(node);
    const operands = node.inputs.filter((name) => name !== '').map((name) => this.#values.get(name) ?? ({ kind: 'unknown' } as const));
    const allKnown = operands.every(({ kind }) => kind === 'constant');
    const apply = call && (allKnown ? foldOf(call.op) : rules.get(call.op));
    if (call && !apply) this.#lacks(node, onnxDiagnostics.op({ args: [node.label, node.op], help: 'the language has no such operation' }));
    const begun = this.#draft.layers.length;
    const isJudged = apply && operands.every(({ kind }) => kind !== 'unknown');
    const found = isJudged ? this.#judged(node.label, () => apply(new NodeReader(call, this.#draft, (name) => this.#read(name), this.#names, this.#uses))) : undefined;
    const values = found === undefined ? [] : 'kind' in found ? [found] : found;
    for (const [i, name] of node.outputs.entries()) if (name !== '') this.#values.set(name, values[i] ?? { kind: 'unknown' });
    this.#steps.push({ node, values, layers: this.#draft.layers.slice(begun) });
  }

  #call(node: OnnxNode): NodeCall | undefined {
    try {
      return readCall(node, this.#model);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const fault = error.diagnostics.find(({ code }) => code === 'onnx/op');
      if (fault) this.#lacks(node, fault);
      else this.#faults.push(...error.diagnostics);
      return undefined;
    }
  }

  #lacks({ domain, op }: OnnxNode, fault: Diagnostic): void {
    const known = this.#lacking.get(`${domain}::${op}`);
    if (known) known.nodes++;
    else this.#lacking.set(`${domain}::${op}`, { fault, nodes: 1 });
  }

  /** What others read too is no part of what comes next. */
  #read(name: string): ImportedValue | undefined {
    const value = this.#values.get(name);
    return value?.kind === 'wire' && (this.#uses.get(name) ?? 0) > 1 ? { ...value, isSole: false } : value;
  }

  #output(name: string): { readonly name: string; readonly wire: Wire & { readonly source: DraftLayer } } | undefined {
    const value = this.#values.get(name);
    if (value?.kind === 'unknown' || !value) return undefined;
    return this.#judged(`the output ${shortened(name)}`, () => {
      if (value.kind === 'constant') throw new Refusal('shape', 'does not depend on an input');
      const returned = this.#returned(value);
      const { source } = returned;
      if (source.kind === 'input') throw new Refusal('shape', `is the input ${shortened(source.name)} as it is`);
      if (!isInOrder(returned)) throw new Refusal('shape', `of ${formatShape(value.shape)} has the elements of the last layer in another order, or a part of them`, 'no layer of the language moves elements: take what the model does at its end into your own program');
      return { name, wire: { ...returned, source } };
    });
  }

  /** Of what is only normalized or flattened, or of channels in another order, the layer that does so. */
  #returned(wire: Wire): Wire {
    const { source, shape } = wire;
    const [, ...sample] = shape;
    const made = isInOrder(wire) ? undefined : materialized(this.#draft, wire, sample);
    if (made) return wireOf(made, shape);
    const settled = this.#draft.settled(source);
    if (!isInOrder(wire) || sample.length !== 1 || settled.sample.length === 1) return { ...wire, source: settled };
    return { ...wire, source: this.#draft.layer({ callee: 'flatten', operands: [settled], sample }) };
  }

  /** What comes of some work, or undefined and the fault. @param place Where it is. */
  #judged<T>(place: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof DiagnosticError) this.#faults.push(...error.diagnostics);
      else if (error instanceof Refusal) this.#faults.push(onnxDiagnostics[error.kind === 'op' ? 'operand' : error.kind]({ args: [place, error.message], help: error.help }));
      else throw error;
      return undefined;
    }
  }

  #written(inputs: readonly (readonly [string, { readonly input: DraftInput; readonly shape: Shape }])[], outputs: readonly { readonly name: string; readonly wire: Wire & { readonly source: DraftLayer } }[]): ImportedModel {
    const { file, name: wanted } = this.#options;
    const { producer, opset, graph } = this.#model;
    const reached = reachedFrom(outputs.map(({ wire }) => wire.source));
    this.#draft.layers.splice(0, this.#draft.layers.length, ...this.#draft.layers.filter((layer) => reached.has(layer)));
    const base = file.replace(/^.*[/\\]/, '').replace(/\.onnx$/i, '');
    // Of our own files the graph has the name of the network.
    const own = producer.startsWith('ssl-compile ') ? identifier(graph.name) : undefined;
    const name = wanted ?? own ?? capitalized(identifier(base) ?? 'Network');
    const reordered = inputs.filter(([, { input }]) => input.order);
    const comment = [
      `Imported from ${base}.onnx${producer === '' ? '' : ` (${producer.replaceAll(/[\r\n]/g, ' ')}, opset ${opset})`}.`,
      ...reordered.map(([graphName, { input, shape }]) => `The input ${JSON.stringify(graphName)} of the file is ${formatShape(shape)}; here it is ${formatShape(input.sample)}, as its first layer reads it.`),
    ];
    const { text, exactText, weights, nameOf } = write({ draft: this.#draft, outputs: outputs.map((output) => ({ source: output.wire.source, wanted: identifier(output.name) ?? 'output' })), name, comment });
    return {
      name,
      text,
      exactText,
      isExact: this.#draft.isExact,
      weights,
      inputs: inputs.map(([graphName, { input, shape }]) => ({ name: graphName, as: nameOf(input), shape, sample: input.sample, ...(input.order && { order: input.order }) })),
      outputs: outputs.map((output) => ({ name: output.name, as: nameOf(output.wire.source), shape: output.wire.shape, sample: output.wire.source.sample })),
      nodes: this.#steps.map((step) => outcomeOf(step, reached, nameOf)),
    };
  }
}

function reachedFrom(outputs: readonly DraftLayer[]): ReadonlySet<DraftLayer> {
  const reached = new Set(outputs);
  // A set is iterated up to its end, also where that moves meanwhile.
  for (const layer of reached) for (const operand of layer.operands) if (operand.kind === 'layer') reached.add(operand);
  return reached;
}

function outcomeOf({ node: { label, op }, values: [value], layers }: Step, reached: ReadonlySet<DraftLayer>, nameOf: (source: DraftLayer) => string): NodeOutcome {
  const base = { node: label, op };
  const made = layers.findLast((layer) => reached.has(layer));
  if (made) return { ...base, became: { kind: 'layer', name: nameOf(made) } };
  const source = value?.kind === 'wire' && !views.has(op) ? value.source : undefined;
  const whole = source?.kind === 'input' ? source.normalized : source;
  if (whole && reached.has(whole)) return { ...base, became: { kind: 'part', name: nameOf(whole) } };
  return { ...base, became: value?.kind === 'constant' ? { kind: 'constant' } : { kind: 'view' } };
}

const views: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Slice', 'Gather', 'Split', 'Identity', 'Dropout', 'Cast']);

function capitalized(word: string): string {
  return word.split('_').map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join('');
}
