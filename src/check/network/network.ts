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
import { buildLayer } from './build-layer.ts';
import type { Building } from './build-layer.ts';
import { argumentDiagnostics, nameDiagnostics, shapeDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { Elaborated } from '../elaborate/elaborate.ts';
import type { FaultList } from '../fault-list.ts';
import type { Definition, Wire } from '../elaborate/instance.ts';
import { OUTPUT_NAME } from '../elaborate/layer-names.ts';
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

export function buildNetwork(declaration: NetworkDeclaration, elaborated: Elaborated, ops: OpRegistry, list: FaultList): CheckedNetwork {
  const { report } = list;
  const { input, instances, definitions, output, labels, names } = elaborated;
  const builder = graphBuilder(declaration.name.text, { samples: 1, shards: 1 }, ops);
  const building: Building = { ops, list, builder, inputName: input?.name ?? '', names, parameters: [] };
  const inputValue = input && builder.input(input.name, 'sample', [1, ...input.shape]);
  const built: Layer['checked'][] = [];
  const valueOf = (wire: Wire | undefined): Value | undefined => (wire === 'input' ? inputValue : wire === undefined ? undefined : built[wire]?.value);
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

  const outputValue = valueOf(output?.wire);
  if (!output || !outputValue || !input || !inputValue) return { layers, reached: () => true, shapeOf, whole: elaborated.whole };

  const whole = builder.finish();
  const graph = reachedGraph({ ...whole, outputs: [{ name: OUTPUT_NAME, value: outputValue }] });
  const kept = new Set(graph.nodes.map((node) => node.id));
  // What reads a layer may have been reported.
  const sound = [...layers.values()].every((layer) => layer.checked);
  const isKept = (wire: Wire | undefined): boolean => kept.has(valueOf(wire)?.node ?? -1);
  if (sound) warnOfUnused(definitions, isKept, report);
  checkNormalizedReads(graph, inputValue, building);
  const read = new Set(graph.nodes.map(fedName));
  const parameters = building.parameters.filter((parameter) => read.has(parameter.name));
  checkSize(declaration, graph, parameters, report);

  const checked = { layers, reached: (layer: Layer): boolean => !layer.checked || kept.has(layer.checked.value.node), shapeOf, whole: elaborated.whole };
  if (output.wire === 'input') {
    report(nameDiagnostics['no-layer']({ span: output.span, args: [] }));
    return checked;
  }
  const inputShape = sampleShape(builder.shapeOf(inputValue));
  const outputShape = sampleShape(builder.shapeOf(outputValue));
  const [classes, ...rest] = outputShape;
  if (classes === undefined || rest.length > 0) {
    const help = rest.length === 2 ? 'end with a dense layer, or flatten' : undefined;
    report(shapeDiagnostics.output({ span: output.span, args: [formatShape(outputShape)], help }));
    return checked;
  }
  if (labels && labels.labels.length !== classes) {
    report(shapeDiagnostics.labels({ span: labels.span, args: [labels.labels.length, classes], related: [{ message: `the network returns ${formatShape(outputShape)}`, span: output.span }] }));
  }
  const { normalized } = building;
  const network: Network = {
    name: declaration.name.text,
    graph,
    parameters,
    inputs: [{ name: input.name, shape: inputShape, ...(normalized && kept.has(normalized.value.node) && { normalization: normalized.normalization }) }],
    outputs: [{ name: OUTPUT_NAME, shape: outputShape }],
    ...(labels && { labels: labels.labels }),
  };
  return { ...checked, network };
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
function checkNormalizedReads(graph: Graph, input: Value, { normalized, inputName, list: { report } }: Building): void {
  if (!normalized) return;
  for (const { node } of usesOf(graph).get(valueKey(input)) ?? []) {
    if (node.id === normalized.value.node) continue;
    const related = [{ message: 'normalized here', span: normalized.span }];
    report(argumentDiagnostics['normalize-shared']({ span: node.span, args: [inputName], related }));
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
