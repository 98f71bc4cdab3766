// The calls that take place in a network -> its graph, parameters and labels.

import type { Span } from '../../base/span.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { graphBuilder } from '../../ir/builder.ts';
import { usesOf, valueKey } from '../../ir/graph.ts';
import type { Graph, Value } from '../../ir/graph.ts';
import { fedName } from '../../ir/leaf.ts';
import type { Network } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { NetworkDeclaration } from '../../syntax/ast.ts';
import type { Task } from '../../train/tasks/task.ts';
import { buildLayer } from './build-layer.ts';
import type { Building } from './build-layer.ts';
import { argumentDiagnostics, nameDiagnostics, shapeDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { Elaborated, InputWire, OutputWire } from '../elaborate/elaborate.ts';
import type { FaultList } from '../fault-list.ts';
import type { Definition, Wire } from '../elaborate/instance.ts';
import type { Labels } from './labels.ts';
import { sampleShape } from './layer.ts';
import type { Layer } from './layer.ts';
import { checkSize } from './size.ts';

export interface CheckedNetwork {
  /** Absent: something has been reported. */
  readonly network?: Network;
  readonly layers: ReadonlyMap<string, Layer>;
  /** Whether the output depends on a layer; true of all where the network has been reported. */
  readonly reached: (layer: Layer) => boolean;
  /** Without the batch axis; undefined where it is not known. */
  readonly shapeOf: (wire: Wire) => Shape | undefined;
  /** All layers are known: only then is one that is missing none. */
  readonly whole: boolean;
}

/** @param trained The task that the file trains for; undefined: for none. */
export function buildNetwork(declaration: NetworkDeclaration, elaborated: Elaborated, trained: Task | undefined, ops: OpRegistry, list: FaultList): CheckedNetwork {
  const { report } = list;
  const { inputs, instances, definitions, outputs, names } = elaborated;
  const builder = graphBuilder(declaration.name.text, { samples: 1, shards: 1 }, ops);
  const building: Building = { ops, list, builder, names, parameters: [], normalized: new Map() };
  const inputValues = new Map(inputs.map(({ name, shape }) => [name, builder.input(name, 'sample', [1, ...shape])]));
  const built: Layer['checked'][] = [];
  const valueOf = (wire: Wire | undefined): Value | undefined => (typeof wire === 'string' ? inputValues.get(wire) : wire === undefined ? undefined : built[wire]?.value);
  const shapeOf = (wire: Wire): Shape | undefined => {
    const value = valueOf(wire);
    return value && sampleShape(builder.shapeOf(value));
  };
  const layers = new Map<string, Layer>();
  for (const instance of instances) {
    const { path, call } = instance;
    const checked = buildLayer(instance, instance.operands.map(valueOf), shapeOf, building);
    built.push(checked);
    layers.set(path, { name: path, op: call.callee.text, span: call.span, ...(checked && { checked }) });
  }

  const outputValues = (outputs ?? []).flatMap(({ name, wire }) => {
    const value = valueOf(wire);
    return value ? [{ name, value }] : [];
  });
  if (!outputs || inputs.length < declaration.inputs.length || outputValues.length < outputs.length) return { layers, reached: () => true, shapeOf, whole: elaborated.whole };

  const whole = builder.finish();
  const graph = reachedGraph({ ...whole, outputs: outputValues });
  const kept = new Set(graph.nodes.map((node) => node.id));
  // What reads a layer may have been reported.
  const sound = [...layers.values()].every((layer) => layer.checked);
  const isKept = (wire: Wire | undefined): boolean => kept.has(valueOf(wire)?.node ?? -1);
  if (sound) warnOfUnused(definitions, isKept, report);
  for (const { name } of inputs) checkNormalizedReads(graph, name, inputValues, building);
  const read = new Set(graph.nodes.map(fedName));
  const parameters = building.parameters.filter((parameter) => read.has(parameter.name));
  checkSize(declaration, graph, parameters, report);

  const checked = { layers, reached: (layer: Layer): boolean => !layer.checked || kept.has(layer.checked.value.node), shapeOf, whole: elaborated.whole };
  const network: Network = {
    name: declaration.name.text,
    graph,
    parameters,
    inputs: inputs.map(({ name, shape }) => {
      const normalized = building.normalized.get(name);
      return { name, shape, ...(normalized && kept.has(normalized.value.node) && { normalization: normalized.normalization }) };
    }),
    outputs: outputValues.map(({ name, value }) => ({ name, shape: sampleShape(builder.shapeOf(value)) })),
    ...(elaborated.labels && { labels: elaborated.labels.labels }),
  };
  const places = { ...elaborated, outputs, unread: sound ? inputs.filter(({ name }) => !isKept(name)) : [] };
  return checkInterface(network, places, trained, report) ? { ...checked, network } : checked;
}

interface Places {
  readonly inputs: readonly InputWire[];
  readonly outputs: readonly OutputWire[];
  readonly labels: Labels | undefined;
  readonly labelled: boolean;
  /** Inputs on which no output depends. */
  readonly unread: readonly InputWire[];
}

/** Whether what goes in and comes out can be had. */
function checkInterface({ name, outputs: returned }: Network, { inputs, outputs, labels, labelled, unread }: Places, trained: Task | undefined, report: Report): boolean {
  const untouched = outputs.filter(({ wire }) => typeof wire === 'string');
  for (const { span } of untouched) report(nameDiagnostics['no-layer']({ span, args: [] }));
  if (untouched.length > 0) return false;
  for (const input of unread) report(nameDiagnostics['unread-input']({ span: input.span, args: [input.name], help: 'leave it out, or read it in a layer that is returned' }));
  const [output, ...others] = returned;
  const [first, second] = outputs;
  const scores = output?.shape.length === 1 && others.length === 0;
  const shapes = returned.map(({ shape }) => formatShape(shape)).join(' and ');
  const numbers = trained !== undefined && !trained.classes;
  if (labels && scores && labels.labels.length !== output.shape[0]) {
    report(shapeDiagnostics.labels({ span: labels.span, args: [labels.labels.length, output.shape[0] ?? 0, numbers ? 'numbers' : 'classes'], related: first ? [{ message: `the network returns ${shapes}`, span: first.span }] : [] }));
  }
  if (labels && numbers && !second && !scores) report(shapeDiagnostics['labels-shape']({ span: labels.span, args: [shapes], help: 'leave them out' }));
  if (labels && second) report(shapeDiagnostics['labels-of']({ span: labels.span, args: [outputs.length] }));
  const foreign = 'leave the `train` block out, and give it weights that were trained elsewhere';
  if (trained && inputs.length > 1) report(nameDiagnostics['several-inputs']({ span: inputs[1]?.span, args: [name, inputs.length], help: foreign }));
  if (trained && second) report(nameDiagnostics['several-outputs']({ span: second.span, args: [name, outputs.length], help: foreign }));
  const classifies = trained?.classes ?? false;
  if ((classifies || (labelled && !numbers)) && !second && !scores) {
    const help = [...(output?.shape.length === 3 ? ['end with a dense layer, or flatten'] : []), ...(classifies ? ['write `task = regress` in the `train` block, if it is to answer with numbers of this shape'] : [])].join('; or ');
    report(shapeDiagnostics.output({ span: first?.span, args: [shapes], help: help === '' ? undefined : help }));
  }
  return !trained || (inputs.length === 1 && (classifies ? scores : !second));
}

/** Of a block that is used often, a layer that is left over in every use. */
function warnOfUnused(definitions: readonly Definition[], isKept: (wire: Wire | undefined) => boolean, report: Report): void {
  const unused = new Map<Span, { readonly name: string; readonly used: boolean }>();
  for (const { name, span, wire, body } of definitions) {
    // Where the whole body is left over, that is said outside.
    if (body && !isKept(body.result)) continue;
    unused.set(span, { name, used: isKept(wire) || (unused.get(span)?.used ?? false) });
  }
  for (const [span, { name, used }] of unused) if (!used) report(nameDiagnostics.unused({ span, args: [name], severity: 'warning' }));
}

/** A normalized input has no other reader. */
function checkNormalizedReads(graph: Graph, input: string, values: ReadonlyMap<string, Value>, { normalized, list: { report } }: Building): void {
  const [by, value] = [normalized.get(input), values.get(input)];
  if (!by || !value) return;
  for (const { node } of usesOf(graph).get(valueKey(value)) ?? []) {
    if (node.id === by.value.node) continue;
    const related = [{ message: 'normalized here', span: by.span }];
    report(argumentDiagnostics['normalize-shared']({ span: node.span, args: [input], related }));
  }
}

/** The part of a graph its outputs depend on. */
function reachedGraph(graph: Graph): Graph {
  const reached = new Set(graph.outputs.map((output) => output.value.node));
  for (const node of graph.nodes.toReversed()) {
    if (reached.has(node.id)) for (const input of node.inputs) reached.add(input.node);
  }
  return { ...graph, nodes: graph.nodes.filter((node) => reached.has(node.id)) };
}
