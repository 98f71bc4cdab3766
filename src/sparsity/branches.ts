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
import type { Graph, Node, Use } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { Network, Parameter } from '../ir/network.ts';

export interface Branch {
  /** Which operand of the op that joins it is. */
  readonly operand: number;
  /** Trained on it and nowhere else. */
  readonly parameters: readonly Parameter[];
}

/** Finds the branch into an op that joins; undefined where nothing on any of them is trained. */
export function branchFinder({ graph, parameters }: Pick<Network, 'graph' | 'parameters'>): (join: Node) => Branch | undefined {
  const trained = new Map(parameters.filter(({ role }) => role === 'trained').map((parameter) => [parameter.name, parameter]));
  const onlyBefore = exclusiveNodes(graph);
  return (join) => {
    const branches = join.inputs.map((_, operand): Branch => {
      const nodes = onlyBefore(join, operand);
      return { operand, parameters: nodes.flatMap((node) => trained.get(fedName(node) ?? '') ?? []) };
    });
    const layersOf = ({ parameters: own }: Branch): number => new Set(own.map(({ layer }) => layer)).size;
    const shortcut = branches.reduce((least, branch) => (layersOf(branch) < layersOf(least) ? branch : least));
    return branches.find((branch) => branch !== shortcut && branch.parameters.length > 0);
  };
}

export function branchInto(join: Node, network: Pick<Network, 'graph' | 'parameters'>): Branch | undefined {
  return branchFinder(network)(join);
}

/** Nodes whose every use leads to one operand of a node, in order. */
function exclusiveNodes(graph: Graph): (join: Node, operand: number) => readonly Node[] {
  const uses = usesOf(graph);
  const nodes = nodeMap(graph);
  const answered = new Set(graph.outputs.map(({ value }) => value.node));
  return (join, operand) => {
    const found = new Set<number>();
    const leadsHere = (use: Use): boolean => found.has(use.node.id) || (use.node.id === join.id && use.operand === operand);
    const waiting = [present(join.inputs[operand], `operand ${operand}`).node];
    // Whoever is read by several is looked at again with each of its readers that is found.
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const node = present(nodes.get(id), `node %${id}`);
      const read = node.results.flatMap((_, result) => uses.get(valueKey({ node: id, result })) ?? []);
      if (answered.has(id) || !read.every(leadsHere)) continue;
      found.add(id);
      waiting.push(...node.inputs.map((value) => value.node));
    }
    return [...found].toSorted((a, b) => a - b).map((id) => present(nodes.get(id), `node %${id}`));
  };
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
