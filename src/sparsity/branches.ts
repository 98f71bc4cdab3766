// Shortcuts, and the branches beside them.
//
//   relu1 ---------------------------.
//     `-- conv2 -- norm2 -- conv3 -- add        the branch of `add`: conv2, norm2, conv3
//
// Of the operands of an op that joins, the one behind fewer layers with parameters is the shortcut (of equals the
// first), whether it is the fork itself or a projection. The branch is what comes before the other and goes nowhere
// else: it ends where the two have forked.

import { present } from '../base/invariant.ts';
import { nodeMap, usesOf, valueKey } from '../ir/graph.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { Network, Parameter } from '../ir/network.ts';

export interface Branch {
  /** Which operand of the op that joins it is. */
  readonly operand: number;
  /** Nodes on it that compute, in order. */
  readonly nodes: readonly Node[];
  /** Trained on it and nowhere else. */
  readonly parameters: readonly Parameter[];
}

/** The branch into an op that joins; undefined where nothing on any of them is trained. */
export function branchInto(join: Node, { graph, parameters }: Pick<Network, 'graph' | 'parameters'>): Branch | undefined {
  const trained = new Map(parameters.filter(({ role }) => role === 'trained').map((parameter) => [parameter.name, parameter]));
  const branches = join.inputs.map((_, operand): Branch => {
    const nodes = onlyBefore(join, operand, graph);
    const found = nodes.flatMap((node) => trained.get(fedName(node) ?? '') ?? []);
    return { operand, nodes: nodes.filter((node) => fedName(node) === undefined), parameters: found };
  });
  const layersOf = ({ parameters: own }: Branch): number => new Set(own.map(({ layer }) => layer)).size;
  const shortcut = branches.reduce((least, branch) => (layersOf(branch) < layersOf(least) ? branch : least));
  return branches.find((branch) => branch !== shortcut && branch.parameters.length > 0);
}

/** Nodes whose every use leads to one operand of a node, in order. */
function onlyBefore(join: Node, operand: number, graph: Graph): readonly Node[] {
  const uses = usesOf(graph);
  const nodes = nodeMap(graph);
  const answered = new Set(graph.outputs.map(({ value }) => value.node));
  const found = new Set<number>();
  const first = present(join.inputs[operand], `operand ${operand}`).node;
  for (const node of graph.nodes.slice(0, graph.nodes.findIndex(({ id }) => id === join.id)).toReversed()) {
    if (answered.has(node.id)) continue;
    const read = node.results.flatMap((_, result) => uses.get(valueKey({ node: node.id, result })) ?? []);
    if (read.length > 0 && read.every((use) => found.has(use.node.id) || (use.node.id === join.id && use.operand === operand))) found.add(node.id);
    if (node.id === first && !found.has(first)) return [];
  }
  return [...found].toReversed().map((id) => present(nodes.get(id), `node %${id}`));
}

/**
 * The nodes through which everything goes on its way from an input to an output. In the order of the graph, restricted
 * to what lies on such ways, these are the nodes that no edge leads past (an output being the end of one).
 */
export function withoutShortcut(graph: Graph): ReadonlySet<number> {
  const reading = new Set<number>();
  for (const node of graph.nodes) {
    if (isSample(node) || node.inputs.some((value) => reading.has(value.node))) reading.add(node.id);
  }
  const read = new Set(graph.outputs.map(({ value }) => value.node));
  for (const node of graph.nodes.toReversed()) if (read.has(node.id)) for (const value of node.inputs) read.add(value.node);
  const between = graph.nodes.filter(({ id }) => reading.has(id) && read.has(id));
  const place = new Map(between.map(({ id }, at) => [id, at]));
  /** The furthest reader of each node. */
  const furthest = between.map((_, at) => at);
  for (const [at, node] of between.entries()) {
    for (const { node: source } of node.inputs) {
      const from = place.get(source);
      if (from !== undefined) furthest[from] = at;
    }
  }
  for (const { value } of graph.outputs) {
    const from = place.get(value.node);
    if (from !== undefined) furthest[from] = between.length;
  }
  const alone = new Set<number>();
  let reached = 0;
  for (const [at, node] of between.entries()) {
    if (reached <= at) alone.add(node.id);
    reached = Math.max(reached, furthest[at] as number);
  }
  return alone;
}

function isSample(node: Node): boolean {
  return fedName(node) !== undefined && node.attrs['role'] === 'sample';
}
