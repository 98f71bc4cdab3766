// What is wrong with the values of a graph (a name that means two things, or nothing), and an order of its nodes in which
// each follows what it reads. Files should have them in such an order already; of those that do not, the order stays as it
// is as far as it can.

import { shortened } from '../format/names.ts';
import type { FaultList } from './fault-list.ts';
import type { OnnxNode } from './model.ts';

interface Given {
  readonly nodes: readonly OnnxNode[];
  /** Names of inputs and initializers. */
  readonly known: ReadonlySet<string>;
  /** Names of the graph's outputs. */
  readonly outputs: readonly string[];
}

/** @returns The nodes in order, as far as no fault is found. */
export function orderNodes({ nodes, known, outputs }: Given, faults: FaultList): readonly OnnxNode[] {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      const other = makers.get(output);
      if (known.has(output)) faults.graph(node.label, `computes ${shortened(output)}, which is the name of an input or an initializer`);
      else if (other) faults.graph(node.label, `computes ${shortened(output)}, as ${other === node ? 'it does already' : `${other.label} does`}`);
      else makers.set(output, node);
    }
  }
  for (const { label, inputs } of nodes) {
    for (const input of new Set(inputs)) {
      if (input !== '' && !known.has(input) && !makers.has(input)) faults.graph(label, `reads ${shortened(input)}, which nothing computes`, 'the file lacks an initializer or a node: export the model once more');
    }
  }
  for (const output of outputs) if (!known.has(output) && !makers.has(output)) faults.graph(`the output ${shortened(output)}`, 'of the graph is computed by no node');

  const ordered = sorted(nodes, makers);
  if (ordered.length < nodes.length) {
    const placed = new Set(ordered);
    const cycle = cycleAmong(nodes.filter((node) => !placed.has(node)), makers);
    faults.graph(cycle[0]?.label ?? 'a node', `reads what it computes itself, by way of ${cycle.slice(1, 4).map(({ label }) => label).join(', ') || 'nothing else'}${cycle.length > 4 ? ` and ${cycle.length - 4} more` : ''}`);
  }
  return ordered;
}

function readersOf(nodes: readonly OnnxNode[], makers: ReadonlyMap<string, OnnxNode>): { readonly readers: Map<OnnxNode, OnnxNode[]>; readonly open: Map<OnnxNode, number> } {
  const readers = new Map<OnnxNode, OnnxNode[]>();
  const open = new Map<OnnxNode, number>();
  for (const node of nodes) {
    const read = new Set(node.inputs.flatMap((input) => makers.get(input) ?? []));
    open.set(node, read.size);
    for (const maker of read) {
      const list = readers.get(maker);
      if (list) list.push(node);
      else readers.set(maker, [node]);
    }
  }
  return { readers, open };
}

/** Those that are on no cycle and read from none. */
function sorted(nodes: readonly OnnxNode[], makers: ReadonlyMap<string, OnnxNode>): readonly OnnxNode[] {
  const places = new Map(nodes.map((node, i) => [node, i]));
  const isInOrder = nodes.every((node, i) => node.inputs.every((input) => {
    const maker = makers.get(input);
    return maker === undefined || (places.get(maker) as number) < i;
  }));
  if (isInOrder) return nodes;
  const { readers, open } = readersOf(nodes, makers);
  const ready = nodes.filter((node) => open.get(node) === 0);
  for (let i = 0; i < ready.length; i++) {
    for (const reader of readers.get(ready[i] as OnnxNode) ?? []) {
      const left = (open.get(reader) as number) - 1;
      open.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return ready;
}

/** @param nodes None of them can be placed, so each reads another of them. */
function cycleAmong(nodes: readonly OnnxNode[], makers: ReadonlyMap<string, OnnxNode>): readonly OnnxNode[] {
  const among = new Set(nodes);
  const path: OnnxNode[] = [];
  const places = new Map<OnnxNode, number>();
  let node = nodes[0];
  while (node && !places.has(node)) {
    places.set(node, path.length);
    path.push(node);
    node = node.inputs.map((input) => makers.get(input)).find((maker) => maker !== undefined && among.has(maker));
  }
  return path.slice(node ? places.get(node) : 0);
}
