// Masks of networks: drawn for whatever structures the layers have, and put in place.

import { present } from '../../src/base/invariant.ts';
import { nodeMap } from '../../src/ir/graph.ts';
import type { Node, Program } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import type { Network } from '../../src/ir/network.ts';
import { joinsBranches } from '../../src/ir/op.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { structuresOf, structuresOfJoins, structuresOfSeveral } from '../../src/ir/structure.ts';
import type { Structure } from '../../src/ir/structure.ts';
import { branchInto } from '../../src/sparsity/branches.ts';
import { coupledSets } from '../../src/sparsity/coupling.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { weightAxesOf } from '../../src/sparsity/weight-axes.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { networkOf, penalty } from '../sparsity/fixture.ts';
import { draws } from './draw.ts';
import type { Draw } from './draw.ts';
import type { ElementMask, GroupMask, Mask } from './recipe.ts';

/** The structures of the layer that a node is; none where it has no weights to lose, and no branch ends there. */
export function structuresOfNode(node: Node, program: Program, ops: OpRegistry): readonly Structure[] {
  if (node.layer === undefined) return [];
  const axes = weightAxesOf(node, nodeMap(program.graph), ops);
  if (axes) return [...structuresOf(axes), ...(coupledSets(networkOf(program), ops).has(node.layer) ? structuresOfSeveral : [])];
  return joinsBranches(present(ops.get(node.op), node.op)) && branchInto(node, networkOf(program)) ? structuresOfJoins : [];
}

/** Random masks, from none of a layer to all of it. */
export function drawMasks(program: Program, seed: number, ops: OpRegistry): readonly Mask[] {
  const draw = draws(seed, 'masks');
  const network = networkOf(program);
  return program.graph.nodes.flatMap((node): readonly Mask[] => {
    const all = structuresOfNode(node, program, ops);
    // Dead rows and branches more often than others: what they leave goes through all that follows.
    const frequent = all.filter((structure) => (structure.report?.counts === 'rows' || structuresOfJoins.includes(structure)) && draw.chance(0.4));
    const structures = new Set([...frequent, ...draw.shuffle(all).slice(0, draw.pick([0, 0, 1, 2]))]);
    const groups = Array.from(structures, (structure) => drawGroups(present(node.layer, 'layer'), structure, network, draw, ops));
    return [...groups, ...drawElements(node, program, draw)].filter(({ dead }) => dead.length > 0);
  });
}

function drawGroups(layer: string, { name: structure, wants }: Structure, network: Network, draw: Draw, ops: OpRegistry): GroupMask {
  const share = draw.pick([0.2, 0.4, 0.7]);
  const given = wants && { arguments: Object.fromEntries(wants.map(({ name }) => [name, draw.integer(1, 4)])) };
  const { count } = groupsOf({ layer, structure, ...given }, network, ops);
  const dead = indices(count).filter(() => draw.chance(share));
  // All groups of a layer shut off what is before it: rarely, or little would be tested.
  const spared = count > 1 && dead.length === count && draw.chance(0.8) ? dead.slice(1) : dead;
  return { layer, structure, ...given, dead: spared, whole: draw.chance(0.4) };
}

function groupsOf({ layer, structure, arguments: given }: Pick<GroupMask, 'layer' | 'structure' | 'arguments'>, network: Network, ops: OpRegistry): GroupSet {
  return groupSet(network, ops, penalty(structure, layer, 1, 'one', given));
}

/**
 * Zeros that no structure makes: whole parameters of any layer, and scales of channels, with or without shifts, which
 * make constants of what is scaled.
 */
function drawElements(node: Node, program: Program, draw: Draw): readonly ElementMask[] {
  const own = ownParameters(node, program).map((parameter) => ({ parameter, count: present(program.parameters.get(parameter), parameter).data.length }));
  if (draw.chance(0.03)) return own.filter(() => draw.chance(0.8)).map(({ parameter, count }) => ({ parameter, dead: indices(count) }));
  const [first] = own;
  // Lists of one length, number by number: those of batch norm.
  if (!first || own.length === 1 || own.some(({ count }) => count !== first.count) || !draw.chance(0.4)) return [];
  const share = 0.7 * draw.uniform();
  const dead = indices(first.count).filter(() => draw.chance(share));
  return own.slice(0, draw.integer(1, 2)).map(({ parameter }) => ({ parameter, dead }));
}

/** Names of a node's parameters that may be zero: all but variances and deviations. */
function ownParameters(node: Node, { graph, parameters }: Program): readonly string[] {
  const nodes = nodeMap(graph);
  return node.inputs.flatMap((value) => {
    const name = fedName(present(nodes.get(value.node), 'input'));
    return name !== undefined && parameters.has(name) && !/\.(variance|deviation)$/.test(name) ? [name] : [];
  });
}

/** Those of the masks that the program has layers and groups for. */
export function masksThatFit(masks: readonly Mask[], program: Program, ops: OpRegistry): readonly Mask[] {
  const network = networkOf(program);
  const countOf = (mask: GroupMask): number => {
    const { layer, structure } = mask;
    const node = program.graph.nodes.find((each) => each.layer === layer && structuresOfNode(each, program, ops).some(({ name }) => name === structure));
    return node ? groupsOf(mask, network, ops).count : 0;
  };
  return masks.flatMap((mask) => {
    const count = 'parameter' in mask ? (program.parameters.get(mask.parameter)?.data.length ?? 0) : countOf(mask);
    const dead = mask.dead.filter((each) => each < count);
    return dead.length > 0 ? [{ ...mask, dead }] : [];
  });
}

/** The program with its masked elements at zero. */
export function withMasks(program: Program, masks: readonly Mask[], ops: OpRegistry): Program {
  const network = networkOf(program);
  const parameters = new Map([...program.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const zero = (name: string, isDead: (element: number) => boolean): void => {
    const { data } = present(parameters.get(name), name);
    for (const element of data.keys()) if (isDead(element)) data[element] = 0;
  };
  for (const mask of masks) {
    const dead = new Set(mask.dead);
    if ('parameter' in mask) {
      zero(mask.parameter, (element) => dead.has(element));
      continue;
    }
    for (const member of groupsOf(mask, network, ops).members) {
      if (!member.parameter.endsWith('.weight') && !mask.whole) continue;
      const groups = groupOfElements(member);
      zero(member.parameter, (element) => dead.has(groups[element] as number));
    }
  }
  return { graph: program.graph, parameters };
}

/** The program under random masks. */
export function withRandomMasks(program: Program, seed: number, ops: OpRegistry): Program {
  return withMasks(program, drawMasks(program, seed, ops), ops);
}

function indices(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
