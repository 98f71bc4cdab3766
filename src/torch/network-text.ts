// network.py: the forward graph, up to what the loss reads, as a module of torch; a line a node.

import { fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { valueKey } from '../ir/graph.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { fedName, isInput, isParameter } from '../ir/leaf.ts';
import type { Network, Parameter } from '../ir/network.ts';
import { torchDiagnostics } from './diagnostics.ts';
import { Identifiers, pythonTuple } from './python-text.ts';
import { torchRules } from './rules/index.ts';
import { TorchNode } from './torch-node.ts';
import type { TorchOperand } from './torch-node.ts';

/** A parameter as the module has it. */
export interface TorchParameter {
  readonly parameter: Parameter;
  /** Of the module. */
  readonly attribute: string;
  /** It is trained, and the answer depends on it. */
  readonly isTrained: boolean;
}

export interface NetworkText {
  readonly text: string;
  readonly parameters: readonly TorchParameter[];
}

/**
 * @param graph Of which `answer` is what the loss reads.
 * @throws DiagnosticError `torch/op`
 */
export function networkText({ name, parameters }: Pick<Network, 'name' | 'parameters'>, graph: Graph, answer: Value): NetworkText {
  const read = nodesBehind(graph, answer);
  const attributes = new Identifiers();
  const owned = parameters.map((parameter): TorchParameter => {
    const isRead = graph.nodes.some((node) => read.has(node.id) && isParameter(node) && fedName(node) === parameter.name);
    return { parameter, attribute: attributes.of(parameter.name), isTrained: parameter.role === 'trained' && isRead };
  });
  const { lines, sample, result } = forwardLines(graph, read, answer, owned);
  const isMath = lines.some((line) => line.includes('math.inf'));
  const text = [
    `"""The network ${name}, as its source declares it. Images are [samples, channels, rows, columns]."""`,
    '',
    ...(isMath ? ['import math', ''] : []),
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    '',
    'from training import layers',
    '',
    '',
    'class Network(nn.Module):',
    '    def __init__(self):',
    '        super().__init__()',
    '        self.draws = layers.Draws()',
    ...owned.map(declaration),
    '',
    `    def forward(self, ${sample}):`,
    ...lines.map((line) => `        ${line}`),
    `        return ${result}`,
    '',
  ].join('\n');
  return { text, parameters: owned };
}

function declaration({ parameter: { shape }, attribute, isTrained }: TorchParameter): string {
  const zeros = `torch.zeros(${pythonTuple(shape, false)})`;
  return isTrained ? `        self.${attribute} = nn.Parameter(${zeros})` : `        self.register_buffer('${attribute}', ${zeros})`;
}

/** Numbers of the nodes that a value depends on. */
function nodesBehind({ nodes }: Graph, { node }: Value): ReadonlySet<number> {
  const read = new Set([node]);
  for (const { id, inputs } of nodes.toReversed()) if (read.has(id)) for (const input of inputs) read.add(input.node);
  return read;
}

interface Forward {
  readonly lines: readonly string[];
  /** What the input is called. */
  readonly sample: string;
  readonly result: string;
}

function forwardLines({ nodes }: Graph, read: ReadonlySet<number>, answer: Value, parameters: readonly TorchParameter[]): Forward {
  const names = new Identifiers();
  const sample = names.of(present(fedName(present(nodes.find(isInput), 'leaf of samples')), 'name of a leaf'));
  const values = new Map<string, TorchOperand>();
  const lines: string[] = [];
  for (const node of nodes) {
    if (!read.has(node.id)) continue;
    const shape = present(node.results[0], `result of ${node.op}`);
    const text = isInput(node) ? sample : isParameter(node) ? `self.${attributeOf(node, parameters)}` : names.of(node.layer ?? node.op);
    if (!isInput(node) && !isParameter(node)) {
      const rule = torchRules.get(node.op) ?? fail(torchDiagnostics.op({ ...(node.span && { span: node.span }), args: [node.layer ?? node.op, node.op], help: 'train the network with `ssl-compile train`' }));
      const operands = node.inputs.map((value) => present(values.get(valueKey(value)), `operand of ${node.op}`));
      lines.push(`${text} = ${rule(new TorchNode(node, operands, sample))}`);
    }
    values.set(valueKey({ node: node.id, result: 0 }), { text, shape });
  }
  return { lines, sample, result: present(values.get(valueKey(answer)), 'answer').text };
}

function attributeOf(node: Node, parameters: readonly TorchParameter[]): string {
  const name = fedName(node);
  return present(parameters.find(({ parameter }) => parameter.name === name), `parameter ${name}`).attribute;
}
