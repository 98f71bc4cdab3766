// Residual networks with random dead layers and branches, and what has to become of these. What a branch computes is
// looked at on some inputs: where it does not depend on them, it is dead. A dead branch has to go with all its layers,
// unless a constant meets the zeros of a padding in it: then it is no constant itself, and what stays says so.

import { present } from '../../src/base/invariant.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { valueKey } from '../../src/ir/graph.ts';
import type { Node, Program, Value } from '../../src/ir/graph.ts';
import { joinsBranches } from '../../src/ir/op.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { compaction, preparation, runPasses } from '../../src/passes/pipeline.ts';
import { branchInto } from '../../src/sparsity/branches.ts';
import { groupFates } from '../../src/sparsity/group-fate.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { whereInputIsLost } from '../../src/sparsity/lost-input.ts';
import { findRemoval } from '../../src/sparsity/removal.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { fixture, networkOf, penalty } from '../sparsity/fixture.ts';
import type { Fixture } from '../sparsity/fixture.ts';
import { feedsOf } from './build.ts';
import { largestDifference } from './checks.ts';
import { draws } from './draw.ts';
import type { Draw } from './draw.ts';

export interface DepthResult {
  /** Compacted against masked, over the largest value. */
  readonly difference: number;
  readonly branches: number;
  readonly dead: number;
  /** Of the dead. */
  readonly removed: number;
  /** What should not be: none. */
  readonly faults: readonly string[];
}

export function depthResult(seed: number, ops: OpRegistry): DepthResult {
  const draw = draws(seed, 'depth');
  const masked = withDeadDepth(residualNetwork(draw), draw, ops);
  const compacted = runPasses(masked, compaction, ops, { verify: true });
  const difference = largestDifference(masked, compacted, seed, ops);
  const joins = masked.graph.nodes.filter(({ op }) => joinsBranches(present(ops.get(op), op)));
  const seen = joins.map((join) => branchResult(join, { masked, compacted }, seed, ops));
  const count = (is: (result: BranchResult) => boolean): number => seen.filter(is).length;
  return {
    difference,
    branches: joins.length,
    dead: count(({ isDead }) => isDead),
    removed: count(({ isDead, isGone }) => isDead && isGone),
    faults: [...(difference <= 1e-12 ? [] : [`compacted and masked differ by ${difference}`]), ...seen.flatMap(({ faults }) => faults)],
  };
}

interface BranchResult {
  readonly isDead: boolean;
  readonly isGone: boolean;
  readonly faults: readonly string[];
}

function branchResult(join: Node, { masked, compacted }: { readonly masked: Program; readonly compacted: Program }, seed: number, ops: OpRegistry): BranchResult {
  const network = networkOf(masked);
  const { operand, parameters } = present(branchInto(join, network), 'branch');
  const isConstant = (value: Value): boolean => {
    // Weights of either sign and inputs of any size: few rectifiers are shut for all of them.
    return [1, -1].every((sign) => {
      const [first, ...others] = [0.1, -1, 10, -10].map((scale) => valueOf(masked, value, { seed, scale, sign }, ops));
      return first?.every((each, i) => others.every((other) => other[i] === each)) ?? false;
    });
  };
  // A rectifier of one or two channels may be shut for all of them.
  const hasZeros = parameters.some(({ name }) => masked.parameters.get(name)?.data.every((value) => value === 0));
  const isFixed = isConstant(present(join.inputs[operand], 'branch'));
  const isDead = hasZeros && isFixed;
  // Where nothing gets through, one of both is left to say so.
  const isWholePath = join.inputs.every(isConstant);
  const layers = [...new Set(parameters.flatMap(({ suffix, layer }) => (suffix === 'weight' ? [layer] : [])))];
  const left = layers.filter((layer) => compacted.parameters.has(`${layer}.weight`));
  const isGone = left.length === 0;
  const faults: string[] = [];
  if (isGone && !isFixed && whereInputIsLost(masked, ops).length === 0) faults.push(`the branch into ${join.layer} is gone and was not dead`);

  const prepared = runPasses(masked, preparation, ops);
  const { kept, weights } = findRemoval(prepared, ops);
  const ofBranch = [...weights.values()].filter(({ node }) => left.includes(node.layer ?? ''));
  const meetsPadding = ofBranch.some(({ node }) => kept.reasons.get(valueKey({ node: node.id, result: 0 }))?.some((reason) => reason?.kind === 'padding') ?? false);
  if (isDead && !isGone && !isWholePath && !meetsPadding) faults.push(`the branch into ${join.layer} is dead, and stays though no constant meets a padding`);
  const sets = layers.map((layer) => groupSet(network, ops, penalty('layers', layer)));
  for (const { set, fates } of groupFates({ trained: masked, prepared, compacted }, sets, ops)) {
    const kind = present(fates[0], 'fate').kind;
    const expected = left.includes(set.penalty.layer) ? ['kept', 'alive'] : ['zero', 'unread'];
    if (!expected.includes(kind)) faults.push(`${set.penalty.layer} is said to be ${kind}, expected ${expected.join(' or ')}`);
  }
  return { isDead, isGone, faults };
}

/** @param draw Inputs of a seed times `scale`; weights times `sign`. */
function valueOf(program: Program, value: Value, draw: { readonly seed: number; readonly scale: number; readonly sign: number }, ops: OpRegistry): Float64Array {
  const graph = { ...program.graph, outputs: [{ name: 'value', value }] };
  const factorOf = (name: string): number => (!program.parameters.has(name) ? draw.scale : name.endsWith('.weight') ? draw.sign : 1);
  const feeds = [...feedsOf(program, draw.seed)].map(([name, fed]) => [name, { ...fed, data: fed.data.map((x) => factorOf(name) * x) }] as const);
  return present(evaluate(graph, ops, new Map(feeds)).outputs.get('value'), 'value').data;
}

/** A stem, two to four blocks, a head. */
function residualNetwork(draw: Draw): Program {
  const net = fixture([2, 7, 7]);
  let value = net.conv('stem', net.input, draw.integer(2, 4), { padding: 1 });
  if (draw.chance(0.7)) value = act(net, draw, value);
  for (let block = draw.integer(2, 4); block > 0; block--) value = residualBlock(net, draw, value, `block${block}`);
  const pooled = net.layer('flatten', [net.pool('avg_pool', value)]);
  return net.finish(net.dense('head', pooled, 3));
}

function act(net: Fixture, draw: Draw, value: Value): Value {
  return net.builder.one(draw.pick(['relu', 'relu', 'relu', 'sigmoid', 'tanh']), [value], {}, { layer: 'act' });
}

/** x + branch(x), of one to three convolutions; the shortcut is x, or a projection of it. */
function residualBlock(net: Fixture, draw: Draw, value: Value, name: string): Value {
  const channels = present(net.builder.shapeOf(value)[1], 'channels');
  const filters = draw.chance(0.6) ? channels : draw.integer(2, 5);
  const projected = filters !== channels || draw.chance(0.2);
  const count = draw.integer(projected ? 2 : 1, 3);
  const isPreActivated = draw.chance(0.4);
  let branch = value;
  for (let i = 1; i <= count; i++) {
    const layer = `${name}_conv${i}`;
    if (isPreActivated || i > 1) branch = act(net, draw, branch);
    const window = draw.pick([1, 3]);
    branch = net.conv(layer, branch, i === count ? filters : draw.integer(1, 4), { window, padding: (window - 1) / 2, bias: draw.chance(0.5) });
    if (draw.chance(0.6)) branch = net.batchNorm(`${name}_norm${i}`, branch);
  }
  const shortcut = projected ? net.conv(`${name}_projection`, value, filters, { window: 1 }) : value;
  const sum = net.builder.one('add', draw.chance(0.5) ? [branch, shortcut] : [shortcut, branch], {}, { layer: `${name}_sum` });
  return draw.chance(0.6) ? act(net, draw, sum) : sum;
}

/** Layers and branches at zero: as training makes them, or the weights alone, so that biases and shifts are left. */
function withDeadDepth(program: Program, draw: Draw, ops: OpRegistry): Program {
  const network = networkOf(program);
  const parameters = new Map([...program.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const kill = (structure: 'layers' | 'branches', layer: string): void => {
    const whole = draw.chance(0.6);
    for (const member of groupSet(network, ops, penalty(structure, layer)).members) {
      const isWeight = member.parameter.endsWith('.weight');
      if (whole || isWeight) for (const element of groupOfElements(member).keys()) present(parameters.get(member.parameter), 'parameter').data[element] = 0;
    }
  };
  for (const { op, layer = '' } of program.graph.nodes) {
    if (joinsBranches(present(ops.get(op), op)) && draw.chance(0.25)) kill('branches', layer);
    if (layer.includes('_conv') && op === 'conv' && draw.chance(0.25)) kill('layers', layer);
    if (layer.includes('_projection') && op === 'conv' && draw.chance(0.1)) kill('layers', layer);
  }
  return { graph: program.graph, parameters };
}
