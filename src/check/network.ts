// A network declaration -> its graph, parameters and labels, layer by layer.

import type { Span } from '../base/span.ts';
import { formatShape } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { graphBuilder } from '../ir/builder.ts';
import { usesOf, valueKey } from '../ir/graph.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { Assignment, InputParameter, LabelsStatement, NetworkDeclaration } from '../syntax/ast.ts';
import type { ConstantScope } from './constants.ts';
import { formatConstant } from './constants.ts';
import { argumentDiagnostics, nameDiagnostics, shapeDiagnostics } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';
import { checkLayer } from './expression.ts';
import { nameCalls, OUTPUT_NAME } from './layer-names.ts';
import type { Layer, NetworkScope } from './network-scope.ts';
import { sampleShape } from './network-scope.ts';
import { definitionsByName, noCycles } from './references.ts';
import { checkSize } from './size.ts';
import { count, readValue, text } from './values.ts';

export interface CheckedNetwork {
  /** Absent: something has been reported. */
  readonly network?: Network;
  readonly layers: ReadonlyMap<string, Layer>;
  /** Whether the output depends on a layer; true of all where the network has been reported. */
  readonly reached: (layer: Layer) => boolean;
}

export function checkNetwork(declaration: NetworkDeclaration, constants: ConstantScope, ops: OpRegistry, report: Report): CheckedNetwork {
  const assignments = declaration.statements.filter((statement) => statement.kind === 'assignment');
  const returned = declaration.statements.find((statement) => statement.kind === 'return');
  const labels = declaration.statements.filter((statement) => statement.kind === 'labels');
  const scope: NetworkScope = {
    ops,
    constants,
    report,
    builder: graphBuilder(declaration.name.text, { samples: 1, shards: 1 }, ops),
    inputName: declaration.inputs[0]?.name.text ?? '',
    bindings: new Map(),
    definitions: definitionsByName(assignments),
    cycles: noCycles(),
    names: { taken: new Set(assignments.map((assignment) => assignment.name.text)), copies: new Map() },
    callNames: new Map(),
    layers: new Map(),
    parameters: [],
  };

  const input = checkInputs(declaration, scope);
  for (const assignment of assignments) checkAssignment(assignment, scope);
  if (returned) nameInto(scope, OUTPUT_NAME, returned.value);
  const output = returned && checkLayer(returned.value, scope, undefined);
  const names = checkLabels(labels, scope);
  if (!output || !input) return { layers: scope.layers, reached: () => true };

  const whole = scope.builder.finish();
  const graph = reachedGraph({ ...whole, outputs: [{ name: OUTPUT_NAME, value: output }] });
  const kept = new Set(graph.nodes.map((node) => node.id));
  // What reads a layer may have been reported.
  const sound = [...scope.layers.values()].every((layer) => layer.checked);
  for (const assignment of sound ? assignments : []) {
    const { value, span } = scope.bindings.get(assignment.name.text) ?? {};
    if (value && span === assignment.name.span && !kept.has(value.node)) report(nameDiagnostics.unused({ span, args: [assignment.name.text], severity: 'warning' }));
  }
  checkNormalizedReads(graph, input, scope);
  const read = new Set(graph.nodes.map(fedName));
  const parameters = scope.parameters.filter((parameter) => read.has(parameter.name));
  checkSize(declaration, graph, parameters, report);

  const reached = (layer: Layer): boolean => !layer.checked || kept.has(layer.checked.value.node);
  if (output.node === input.node) {
    report(nameDiagnostics['no-layer']({ span: returned.value.span, args: [] }));
    return { layers: scope.layers, reached };
  }
  const outputShape = sampleShape(scope.builder.shapeOf(output));
  const [classes, ...rest] = outputShape;
  if (classes === undefined || rest.length > 0) {
    const help = rest.length === 2 ? 'end with a dense layer, or flatten' : undefined;
    report(shapeDiagnostics.output({ span: returned.value.span, args: [formatShape(outputShape)], help }));
    return { layers: scope.layers, reached };
  }
  if (names && names.labels.length !== classes) {
    report(shapeDiagnostics.labels({ span: names.span, args: [names.labels.length, classes], related: [{ message: `the network returns ${formatShape(outputShape)}`, span: returned.value.span }] }));
  }
  const network: Network = {
    name: declaration.name.text,
    graph,
    parameters,
    inputShape: sampleShape(scope.builder.shapeOf(input)),
    ...(scope.normalized && kept.has(scope.normalized.value.node) && { normalization: scope.normalized.normalization }),
    classes,
    ...(names && { labels: names.labels }),
  };
  return { network, layers: scope.layers, reached };
}

/** The network's one input, bound to its name. */
function checkInputs(declaration: NetworkDeclaration, scope: NetworkScope): Value | undefined {
  const [first, ...others] = declaration.inputs;
  for (const input of declaration.inputs) {
    refuseConstantName(input.name.text, input.name.span, scope);
    const taken = scope.bindings.get(input.name.text);
    if (taken) {
      scope.report(nameDiagnostics.duplicate({ span: input.name.span, args: [input.name.text], related: [{ message: 'first defined here', span: taken.span }] }));
    }
    scope.bindings.set(input.name.text, { span: input.name.span });
    scope.names.taken.add(input.name.text);
  }
  if (!first || others.length > 0) {
    return scope.report(nameDiagnostics['several-inputs']({ span: others[0]?.span ?? declaration.name.span, args: [declaration.name.text, declaration.inputs.length] }));
  }
  const shape = checkInputShape(first, scope);
  if (!shape) return undefined;
  const value = scope.builder.input(first.name.text, 'sample', [1, ...shape]);
  scope.bindings.set(first.name.text, { span: first.name.span, value });
  return value;
}

function checkInputShape(input: InputParameter, scope: NetworkScope): Shape | undefined {
  const extents = input.type.extents.map((extent) =>
    readValue(extent, count, scope.constants, scope.report, (found, expected) =>
      argumentDiagnostics.value({ span: extent.span, args: [`extent of ${input.name.text}`, found, expected] }),
    ),
  );
  const shape = extents.filter((extent) => extent !== undefined);
  if (shape.length < extents.length) return undefined;
  if (shape.length === 3) warnOfChannelsLast(shape, input, scope);
  if (shape.length === 1 || shape.length === 3) return shape;
  const help = shape.length === 2 ? `a grey image is [1, ${shape.join(', ')}]` : undefined;
  return scope.report(shapeDiagnostics['input-rank']({ span: input.type.span, args: [formatShape(shape)], help }));
}

/** Grey or colour, as most other frameworks write an image. */
const usualChannels: readonly number[] = [1, 3];
/** An image has more rows and columns than that. */
const FEW = 8;

function warnOfChannelsLast(shape: Shape, input: InputParameter, { report }: NetworkScope): void {
  const [first = 0, second = 0, third = 0] = shape;
  if (!usualChannels.includes(third) || Math.min(first, second) < FEW) return;
  const help = `if rows come first elsewhere, write \`tensor[${third}, ${first}, ${second}]\``;
  report(shapeDiagnostics['channels-last']({ span: input.type.span, args: [first, second, third], help, severity: 'warning' }));
}

function checkAssignment(assignment: Assignment, scope: NetworkScope): void {
  const { text: name, span } = assignment.name;
  refuseConstantName(name, span, scope);
  const taken = scope.bindings.get(name);
  if (taken) {
    const related = [{ message: 'first defined here', span: taken.span }];
    scope.report(nameDiagnostics.duplicate({ span, args: [name], related, help: `a name stands for one layer: call this one \`${unusedName(name, scope)}\`, and read that below` }));
  } else {
    // The name is free for the calls of its own statement.
    scope.names.taken.delete(name);
  }
  nameInto(scope, name, assignment.value);
  const isName = assignment.value.kind === 'name';
  const value = checkLayer(assignment.value, scope, name);
  if (isName && value) scope.report(argumentDiagnostics['expected-call']({ span: assignment.value.span, args: [name] }));
  scope.names.taken.add(name);
  // Which of two definitions a reader means is unknown, so readers are silent.
  scope.bindings.set(name, value && !taken && !isName ? { span, value } : { span: taken?.span ?? span });
}

/** `x2` for `x`, `conv1_2` for `conv1`: for advice alone. */
function unusedName(name: string, { names: { taken }, definitions }: NetworkScope): string {
  const stem = /\d$/.test(name) ? `${name}_` : name;
  let number = 2;
  while (number < 100 && (taken.has(`${stem}${number}`) || definitions.has(`${stem}${number}`))) number++;
  return `${stem}${number}`;
}

function nameInto(scope: NetworkScope, name: string, value: Assignment['value']): void {
  for (const [call, layer] of nameCalls(name, value, scope.ops, scope.names)) scope.callNames.set(call, layer);
}

function refuseConstantName(name: string, span: Span, scope: NetworkScope): void {
  const constant = scope.constants.placeOf(name);
  if (constant) scope.report(nameDiagnostics.duplicate({ span, args: [name], related: [{ message: 'first defined here', span: constant }] }));
}

function checkLabels(statements: readonly LabelsStatement[], scope: NetworkScope): { readonly labels: readonly string[]; readonly span: Span } | undefined {
  const [first, second] = statements;
  if (!first) return undefined;
  if (second) {
    scope.report(nameDiagnostics['repeated-labels']({ span: second.span, args: [], related: [{ message: 'the first is here', span: first.span }] }));
  }
  const seen = new Map<string, Span>();
  const items = first.labels.items.map((item) => {
    const label = readValue(item, text, scope.constants, scope.report, (found, expected) =>
      argumentDiagnostics.value({ span: item.span, args: ['label', found, expected] }),
    );
    if (label === undefined) return undefined;
    const taken = seen.get(label);
    if (!taken) seen.set(label, item.span);
    return taken ? scope.report(nameDiagnostics['duplicate-label']({ span: item.span, args: [formatConstant(label)], related: [{ message: 'first given here', span: taken }] })) : label;
  });
  const labels = items.filter((label) => label !== undefined);
  return labels.length === items.length ? { labels, span: first.labels.span } : undefined;
}

/** A normalized input has no other reader. */
function checkNormalizedReads(graph: Graph, input: Value, scope: NetworkScope): void {
  const { normalized } = scope;
  if (!normalized) return;
  for (const { node } of usesOf(graph).get(valueKey(input)) ?? []) {
    if (node.id === normalized.value.node) continue;
    const related = [{ message: 'normalized here', span: normalized.span }];
    scope.report(argumentDiagnostics['normalize-shared']({ span: node.span, args: [scope.inputName], related }));
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
