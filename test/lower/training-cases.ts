// Training steps whose kernels are checked: networks that meet every gradient, under every kind of update.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { nodeMap } from '../../src/ir/graph.ts';
import type { Batch, Graph } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import type { Network, OptimizerSpec, Penalty } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import type { StructureKind } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { joinsBranches } from '../../src/ir/op.ts';
import { structuresOf, structuresOfJoins, structuresOfSeveral } from '../../src/ir/structure.ts';
import { branchInto } from '../../src/sparsity/branches.ts';
import { coupledSets } from '../../src/sparsity/coupling.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { weightAxesOf } from '../../src/sparsity/weight-axes.ts';
import { optimizers } from '../../src/train/optimizers/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { maskName } from '../../src/train/masks.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import type { TrainingStep } from '../../src/train/training-graph.ts';
import { adam, convAttrs, denseAttrs, networkOf, normals, poolAttrs, scalar, sgd } from '../train/networks.ts';

// Layers before a batch norm have no bias: its gradient is zero but for rounding.
const norm = { epsilon: 1e-5, momentum: 0.1 };

export const networks: Readonly<Record<string, Network>> = {
  'conv, pool, dense': networkOf([1, 10, 9], 3, (image, layer) => {
    const pool1 = layer('pool1', 'max_pool', [layer('conv1', 'conv', [image], convAttrs(5, 3))], poolAttrs(2, 2));
    const conv2 = layer('act', 'relu', [layer('conv2', 'conv', [pool1], convAttrs(6, 2))]);
    return layer('out', 'softmax', [layer('fc', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(3))]);
  }),
  'residual with batch norm': networkOf([3, 6, 6], 4, (image, layer) => {
    const conv1 = layer('norm1', 'batch_norm', [layer('conv1', 'conv', [image], convAttrs(7, 3, { padding: [1, 1], bias: false }))], norm);
    const relu1 = layer('relu1', 'relu', [conv1]);
    const conv2 = layer('norm2', 'batch_norm', [layer('conv2', 'conv', [relu1], convAttrs(7, 3, { padding: [1, 1], bias: false }))], norm);
    const sum = layer('relu2', 'relu', [layer('add', 'add', [conv2, relu1])]);
    return layer('fc', 'dense', [layer('flat', 'flatten', [layer('pool', 'avg_pool', [sum], poolAttrs(6, 6))])], denseAttrs(4));
  }),
  'grouped, dilated, strided': networkOf([4, 11, 9], 3, (image, layer) => {
    const conv1 = layer('conv1', 'conv', [image], convAttrs(6, 3, { groups: 2, padding: [2, 1], dilation: [2, 1] }));
    const conv2 = layer('conv2', 'conv', [layer('relu1', 'relu', [conv1])], convAttrs(9, 3, { groups: 3, stride: [2, 3], padding: [1, 2] }));
    const conv3 = layer('conv3', 'conv', [conv2], convAttrs(9, 1, { groups: 9 }));
    return layer('fc', 'dense', [layer('flat', 'flatten', [conv3])], denseAttrs(3));
  }),
  'pools that overlap': networkOf([2, 9, 8], 5, (image, layer) => {
    const conv1 = layer('conv1', 'conv', [image], convAttrs(5, 3, { padding: [1, 1] }));
    const pool1 = layer('pool1', 'avg_pool', [conv1], { window: [3, 2], stride: [2, 1], padding: [1, 0] });
    const pool2 = layer('pool2', 'max_pool', [layer('conv2', 'conv', [pool1], convAttrs(3, 2))], { window: [2, 3], stride: [1, 2], padding: [0, 1] });
    return layer('fc', 'dense', [layer('flat', 'flatten', [pool2])], denseAttrs(5));
  }),
  'dropout and batch norm of features': networkOf([11], 4, (input, layer) => {
    const fc1 = layer('norm1', 'batch_norm', [layer('fc1', 'dense', [input], denseAttrs(13, false))], norm);
    const fc2 = layer('fc2', 'dense', [layer('drop', 'dropout', [layer('relu1', 'relu', [fc1])], { rate: 0.5 })], denseAttrs(6, false));
    return layer('fc3', 'dense', [layer('drop2', 'dropout', [fc2], { rate: 0.25 })], denseAttrs(4));
  }),
  'many channels': networkOf([3, 8, 8], 10, (image, layer) => {
    const conv1 = layer('relu1', 'relu', [layer('conv1', 'conv', [image], convAttrs(37, 3, { padding: [1, 1] }))]);
    const conv2 = layer('relu2', 'relu', [layer('conv2', 'conv', [layer('pool1', 'max_pool', [conv1], poolAttrs(2, 2))], convAttrs(70, 3, { padding: [1, 1] }))]);
    const fc1 = layer('relu3', 'relu', [layer('fc1', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(67))]);
    return layer('fc2', 'dense', [layer('drop', 'dropout', [fc1], { rate: 0.5 })], denseAttrs(10));
  }),
  'norm of an input, flattened': networkOf([2, 5, 10], 9, (image, layer) => layer('fc', 'dense', [layer('flat', 'flatten', [layer('norm1', 'batch_norm', [image], norm)])], denseAttrs(9))),
  // Of five channels, which do not fill their vectors.
  'input normalised by what was measured': networkOf([3, 5, 4], 3, (image, layer) => layer('fc', 'dense', [layer('flat', 'flatten', [layer('conv', 'conv', [layer('scaled', 'normalize_input', [image], { pixels: true })], convAttrs(5, 3, { padding: [1, 1] }))])], denseAttrs(3))),
  'normalised input, flattened': networkOf([5, 3, 3], 3, (image, layer) => layer('fc', 'dense', [layer('flat', 'flatten', [layer('scaled', 'normalize_input', [image], { mean: [0.3], deviation: [0.5] })])], denseAttrs(3))),
  'sum of two images, flattened': networkOf([1, 6, 6], 3, (image, layer) => {
    const tall = layer('tall', 'conv', [image], convAttrs(4, 1, { window: [5, 4] }));
    const wide = layer('wide', 'conv', [image], convAttrs(6, 1, { window: [3, 6] }));
    const again = layer('again', 'relu', [tall]);
    const sum = layer('sum', 'add', [layer('flat1', 'flatten', [tall]), layer('flat2', 'flatten', [wide])]);
    return layer('fc', 'dense', [layer('all', 'add', [sum, layer('flat3', 'flatten', [again])])], denseAttrs(3));
  }),
  // What the gradients of the padded convolutions write past their images is padding to what read these.
  'a part of the channels and a transposed convolution, padded convolutions behind them': networkOf([2, 6, 5], 3, (image, layer) => {
    const part = layer('part', 'take_channels', [layer('conv1', 'conv', [image], convAttrs(5, 1))], { from: 1, count: 3 });
    const wide = layer('wide', 'conv_transpose', [layer('conv2', 'conv', [part], convAttrs(4, 3, { padding: [1, 1] }))], convAttrs(3, 4, { stride: [2, 2], padding: [1, 1] }));
    const conv3 = layer('conv3', 'conv', [wide], convAttrs(2, 3, { padding: [1, 1] }));
    return layer('fc', 'dense', [layer('flat', 'flatten', [conv3])], denseAttrs(3));
  }),
  // Five and seven channels do not fill their vectors, and not every activation is zero at zero.
  activations: networkOf([2, 7, 7], 3, (image, layer) => {
    const conv1 = layer('hard_swish', 'hard_swish', [layer('tanh', 'tanh', [layer('conv1', 'conv', [image], convAttrs(5, 3, { padding: [1, 1] }))])]);
    const conv2 = layer('prelu', 'prelu', [layer('sigmoid', 'sigmoid', [layer('conv2', 'conv', [conv1], convAttrs(7, 3))])]);
    const conv3 = layer('elu', 'elu', [layer('conv3', 'conv', [conv2], convAttrs(5, 3))], { alpha: 0.7 });
    const conv4 = layer('clip', 'clip', [layer('conv4', 'conv', [conv3], convAttrs(6, 2))], { low: -0.3, high: 0.8 });
    const fc1 = layer('tanh2', 'tanh', [layer('fc1', 'dense', [layer('flat', 'flatten', [conv4])], denseAttrs(7))]);
    const fc2 = layer('hard', 'hard_sigmoid', [layer('prelu2', 'prelu', [layer('fc2', 'dense', [fc1], denseAttrs(5))])]);
    return layer('log', 'log_softmax', [layer('fc3', 'dense', [fc2], denseAttrs(3))]);
  }),
  'gates and local responses': networkOf([2, 7, 6], 3, (image, layer) => {
    const conv1 = layer('relu1', 'relu', [layer('scale1', 'scale', [layer('conv1', 'conv', [image], convAttrs(7, 3))], { shift: true })]);
    const squeezed = layer('squeeze', 'avg_pool', [conv1], { window: [5, 4], stride: [1, 1], padding: [0, 0] });
    const excited = layer('excite', 'dense', [layer('relu2', 'relu', [layer('reduce', 'dense', [layer('flat1', 'flatten', [squeezed])], denseAttrs(3))])], denseAttrs(7));
    const gated = layer('gated', 'multiply', [conv1, layer('gate', 'sigmoid', [excited])]);
    const placed = layer('placed', 'multiply', [gated, layer('gate2', 'hard_sigmoid', [layer('conv2', 'conv', [squeezed], convAttrs(7, 1))])]);
    const across = layer('across', 'lrn', [layer('scale2', 'scale', [placed], { shift: false })], { size: 5, alpha: 0.5, beta: 0.75, k: 1, within: false });
    const within = layer('within', 'lrn', [layer('both', 'multiply', [across, conv1])], { size: 3, alpha: 0.5, beta: 0.6, k: 2, within: true });
    return layer('fc', 'dense', [layer('flat2', 'flatten', [within])], denseAttrs(3));
  }),
  'shared features': networkOf([2, 5, 5], 2, (image, layer) => {
    const conv1 = layer('conv1', 'conv', [image], convAttrs(4, 3, { padding: [1, 1] }));
    const left = layer('left', 'max_pool', [conv1], poolAttrs(3, 1, 1));
    const right = layer('right', 'avg_pool', [conv1], poolAttrs(3, 1, 1));
    const both = layer('both', 'add', [left, layer('twice', 'add', [right, conv1])]);
    const flat = layer('flat', 'flatten', [both]);
    const hidden = layer('hidden', 'dense', [flat], denseAttrs(5));
    return layer('fc', 'dense', [layer('sum', 'add', [hidden, layer('hidden2', 'dense', [flat], denseAttrs(5))])], denseAttrs(2));
  }),
};

export const updates = ['plain', 'proximal', 'subgradient', 'masked', 'nesterov', 'adam', 'clipped'] as const;
/** Penalties of rows and columns whose map converges; of all that is finer and coarser; the same by subgradients. */
export const structureUpdates = ['converged', 'grains', 'subgradient of grains'] as const;
export type Update = (typeof updates)[number] | (typeof structureUpdates)[number];

const span = { source: { name: 'test', text: '' }, start: 0, end: 0 };

/** Structures of rows and columns of every layer. */
function penaltiesOf(network: Network): readonly Penalty[] {
  return network.graph.nodes.flatMap(({ op, layer }): Penalty[] => {
    const structures: readonly StructureKind[] = op === 'conv' ? ['filters', 'channels', 'fibers'] : op === 'dense' ? ['neurons', 'inputs'] : [];
    return structures.map((structure, i) => ({ kind: 'lasso', structure, layer: present(layer, 'layer'), strength: 0.3 * (i + 1), weighting: i % 2 === 0 ? 'one' : 'sqrt_size', span }));
  });
}

/** All others: small enough that most groups live. */
function grainsOf(network: Network): readonly Penalty[] {
  const coupled = coupledSets(network, ops);
  return network.graph.nodes.flatMap((node): Penalty[] => {
    const axes = weightAxesOf(node, nodeMap(network.graph), ops);
    const joined = node.layer !== undefined && joinsBranches(present(ops.get(node.op), node.op)) && branchInto(node, network);
    const isFirst = coupled.get(node.layer ?? '')?.layers[0] === node.layer;
    const structures = axes ? [...structuresOf(axes).filter(({ report }) => !report), ...(isFirst ? structuresOfSeveral : [])] : joined ? structuresOfJoins : [];
    return structures.map(({ name, wants }, i) => ({
      kind: 'lasso',
      structure: name,
      ...(wants && { arguments: { rows: 2, columns: 5 } }),
      layer: present(node.layer, 'layer'),
      strength: 0.02 * (i + 1),
      weighting: i % 2 === 0 ? 'one' : 'sqrt_size',
      span,
    }));
  });
}

export function penaltiesFor(update: Update, network: Network): readonly Penalty[] {
  switch (update) {
    case 'plain':
    case 'masked':
      return [];
    case 'clipped':
    case 'nesterov':
    case 'adam':
    case 'proximal':
    case 'subgradient':
    case 'converged':
      return penaltiesOf(network);
    case 'grains':
    case 'subgradient of grains':
      return grainsOf(network);
  }
}

export function optimizerFor(update: Update): OptimizerSpec {
  if (update === 'adam') return adam({ epsilon: 1e-2, decay: 0.01 });
  return sgd({ momentum: 0.9, decay: update === 'plain' ? 0 : 0.01, nesterov: update === 'nesterov' });
}

export function methodFor(update: Update): Pick<TrainingStep, 'method' | 'crossing'> {
  return { method: update.startsWith('subgradient') ? 'subgradient' : 'proximal', crossing: update === 'converged' ? 'converged' : 'sequential' };
}

export function optionsFor(update: Update): Pick<TrainingStep, 'clipGradients' | 'labelSmoothing'> {
  return update === 'clipped' ? { clipGradients: 0.1, labelSmoothing: 0.2 } : {};
}

export interface TrainingCase {
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, F64Tensor>;
}

const single = ({ shape, data }: F64Tensor): F64Tensor => tensor(shape, data.map(Math.fround));

export function trainingCase(network: Network, update: Update, batch: Batch, seed: number): TrainingCase {
  const trained = network.parameters.filter(({ role }) => role === 'trained').map(({ name }) => name);
  const step: TrainingStep = {
    batch,
    optimizer: optimizerFor(update),
    ...methodFor(update),
    penalties: groupSets(network, ops, penaltiesFor(update, network)),
    masked: new Set(update === 'masked' || update === 'clipped' ? trained : []),
    ...optionsFor(update),
  };
  const graph = trainingGraph(network, step, ops);
  const draws = stream(seed, 'training case');
  const feeds = new Map<string, F64Tensor>([
    ['rate', scalar(0.05)],
    ['strength', scalar(0.7)],
    ['step', scalar(12)],
    ['seed', scalar(-5)],
    ...Object.entries(optimizers[step.optimizer.name].scalars).map(([name, at]) => [name, single(scalar(at(step.optimizer.settings, 3)))] as const),
    ['label', tensor([batch.samples], Float64Array.from({ length: batch.samples }, (_, i) => Math.floor(draws.uniform(i) * dataInterfaceOf(network).classes)))],
    ['sample-weight', tensor([batch.samples], Float64Array.from({ length: batch.samples }, (_, i) => (i === 1 ? 0 : 1)))],
    ...[...initialParameters(network, seed)].map(([name, { shape, data }]) => [name, single(tensor(shape, Float64Array.from(data)))] as const),
  ]);
  for (const [at, name] of trained.entries()) {
    const { shape } = present(feeds.get(name), name);
    feeds.set(maskName(name), tensor(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => (draws.uniform(1000 * (at + 1) + i) < 0.3 ? 0 : 1))));
  }
  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name === undefined || feeds.has(name)) continue;
    const shape = present(node.results[0], name);
    feeds.set(name, name === 'sample' ? single(normals(name, shape, seed)) : tensor(shape, new Float64Array(sizeOf(shape))));
  }
  return { graph, feeds };
}
