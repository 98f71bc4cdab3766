// A phase whose masks hold groups at zero may leave out what is zero for good: it comes to the same weights.

import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import { nodeMap } from '../../src/ir/graph.ts';
import type { Network } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { structuresOf } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { weightAxesOf } from '../../src/sparsity/weight-axes.ts';
import { cutNetwork } from '../../src/train/cut-network.ts';
import { maskGroups, maskName, openMasks } from '../../src/train/masks.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import type { TrainingStep } from '../../src/train/training-graph.ts';
import { randomTraining } from '../lower/random-training.ts';
import { draws } from '../random/draw.ts';
import { convAttrs, denseAttrs, networkOf, normals, scalar, sgd, withDefaults } from './networks.ts';

const batch = { samples: 3, shards: 1 };
const step: TrainingStep = { batch, optimizer: sgd({ momentum: 0.9 }), method: 'proximal', crossing: 'sequential', penalties: [], masked: new Set() };

/** Groups of rows and of channels of every layer with weights, by which channels can go. */
function groupsOf(network: Network): readonly GroupSet[] {
  const span = { source: { name: 'test', text: '' }, start: 0, end: 0 };
  return network.graph.nodes.flatMap((node) => {
    const axes = node.layer === undefined ? undefined : weightAxesOf(node, nodeMap(network.graph), ops);
    if (!axes || node.layer === undefined) return [];
    const { layer } = node;
    return structuresOf(axes)
      .filter(({ report }) => report?.counts === 'rows' || report?.counts === 'channels')
      .map(({ name }) => groupSet(network, ops, { kind: 'lasso', structure: name, layer, strength: 1, weighting: 'one', span }));
  });
}

interface Masked {
  readonly held: ReadonlyMap<string, { readonly data: Float32Array }>;
  readonly masked: ReadonlySet<string>;
}

/** Random weights with groups masked: `dead` of set and group. */
function maskedWeights(network: Network, groups: readonly GroupSet[], dead: (set: number, group: number) => boolean): Masked {
  const masked = new Set(groups.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
  const start = ({ name, shape }: Network['parameters'][number]): Float32Array => Float32Array.from(normals(name, shape).data, (value) => (name.endsWith('.variance') ? 1 : value));
  const held = new Map(network.parameters.flatMap((parameter) => [[parameter.name, { data: start(parameter) }], [maskName(parameter.name), { data: new Float32Array(sizeOf(parameter.shape)).fill(1) }]] as const));
  openMasks(groups, held);
  maskGroups(groups, held, [], groups.map(({ count }, set) => Uint8Array.from({ length: count }, (_, group) => (group > 0 && dead(set, group) ? 1 : 0))));
  return { held, masked };
}

/** Parameters after so many steps, and the losses of the last one, in float64. @param valueOf Where parameters and masks begin. */
function trained(network: Network, masked: ReadonlySet<string>, valueOf: (name: string) => Float64Array | undefined): ReadonlyMap<string, F64Tensor> {
  const graph = trainingGraph(network, { ...step, masked }, ops);
  const scalars = (['rate', 'strength', 'step', 'seed'] as const).map((name) => [name, scalar(0.05)] as const);
  const label = tensor([batch.samples], Float64Array.from({ length: batch.samples }, (_, i) => i % dataInterfaceOf(network).classes));
  const values = network.parameters.flatMap(({ name, shape }) => [name, maskName(name)].flatMap((each) => { const data = valueOf(each); return data ? [[each, tensor(shape, data)] as const] : []; }));
  let feeds = withDefaults(graph, new Map<string, F64Tensor>([...scalars, ['label', label], ...values]));
  for (let i = 0; i < 3; i++) {
    const { outputs, state } = evaluate(graph, ops, feeds);
    feeds = new Map([...feeds, ...state, ['loss', present(outputs.get('loss'), 'loss')]]);
  }
  return feeds;
}

/** How far the cut network's training is off, over the largest value of each parameter; undefined: nothing can be cut. */
function difference(network: Network, { held, masked }: Masked): number | undefined {
  const cut = cutNetwork(network, held, ops);
  if (!cut) return undefined;
  const whole = trained(network, masked, (name) => Float64Array.from(held.get(name)?.data ?? []));
  const sourceOf = (name: string): Int32Array | undefined => cut.sources.get(name.replace(/\.mask$/, ''));
  const left = trained(cut.network, masked, (name) => Float64Array.from(present(sourceOf(name), name), (at) => held.get(name)?.data[at] ?? NaN));
  let worst = 0;
  for (const [name, source] of [...cut.sources, ['loss', Int32Array.from({ length: batch.samples }, (_, i) => i)] as const]) {
    const [a, b] = [whole, left].map((feeds) => present(feeds.get(name), name).data) as [Float64Array, Float64Array];
    const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const [i, value] of b.entries()) worst = Math.max(worst, Math.abs(value - (a[source[i] as number] as number)) / largest);
    if (b.some(Number.isNaN)) return Infinity;
  }
  return worst;
}

describe('without what masks hold at zero, a network trains to the same weights', () => {
  it('whatever it is, and whichever groups are masked', () => {
    let cuts = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { network } = randomTraining(seed);
      const draw = draws(seed, 'masks');
      const drawsNumbers = network.graph.nodes.some(({ op }) => ops.get(op)?.training.kind === 'form' && op !== 'batch_norm');
      const groups = groupsOf(network);
      if (drawsNumbers || groups.length === 0) continue;
      const off = difference(network, maskedWeights(network, groups, () => draw.integer(0, 1) === 0));
      if (off === undefined) continue;
      cuts++;
      expect(off, `seed ${seed}`).toBeLessThan(1e-9);
    }
    expect(cuts).toBeGreaterThan(15);
  });

  const network = networkOf([2, 6, 6], 2, (image, layer) => {
    const first = layer('first', 'conv', [image], convAttrs(4, 3));
    const second = layer('second', 'conv', [layer('act', 'relu', [first])], convAttrs(3, 3));
    return layer('fc', 'dense', [layer('flat', 'flatten', [second])], denseAttrs(2));
  });
  const shapesOf = (of: Network | undefined): object => Object.fromEntries((of?.parameters ?? []).map(({ name, shape }) => [name, shape]));

  it('has the shapes that are left', () => {
    const groups = groupsOf(network).filter(({ penalty: { layer } }) => layer === 'first');
    const { held } = maskedWeights(network, groups, (set, group) => set === 0 && group < 3);
    expect(shapesOf(cutNetwork(network, held, ops)?.network)).toMatchObject({ 'first.weight': [2, 2, 3, 3], 'first.bias': [2], 'second.weight': [3, 2, 3, 3], 'fc.weight': [2, 12] });
  });

  it('keeps a filter whose bias may live', () => {
    const { held } = maskedWeights(network, [], () => false);
    present(held.get('first.weight.mask'), 'mask').data.fill(0, 0, 18);
    expect(cutNetwork(network, held, ops)).toBeUndefined();
  });

  it('keeps taps of channels that stay', () => {
    const { held } = maskedWeights(network, [], () => false);
    const mask = present(held.get('second.weight.mask'), 'mask').data;
    for (let at = 0; at < mask.length; at += 9) mask[at] = 0;
    expect(cutNetwork(network, held, ops)).toBeUndefined();
  });
});
