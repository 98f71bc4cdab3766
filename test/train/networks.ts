// Small networks for the tests of training, put together through the ops' own syntax records.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { Attrs, Graph, Value } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { GroupSet, GroupSlice } from '../../src/ir/group.ts';
import type { Network, OptimizerSettings, OptimizerSpec, Parameter } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { optimizers, withSettings } from '../../src/train/optimizers/index.ts';

/** Adds a layer; its parameters are named after it. */
export type AddLayer = (name: string, op: string, operands: readonly Value[], attrs?: Attrs) => Value;

export function networkOf(inputShape: Shape, classes: number, build: (image: Value, layer: AddLayer) => Value): Network {
  const builder = graphBuilder('tiny', { samples: 1, shards: 1 }, ops);
  const image = builder.input('image', 'sample', [1, ...inputShape]);
  const parameters: Parameter[] = [];
  const layer: AddLayer = (name, op, operands, attrs = {}) => {
    const specs = present(ops.get(op), op).parameters?.(attrs, operands.map(builder.shapeOf)) ?? [];
    const values = specs.map((spec) => {
      parameters.push({ ...spec, name: `${name}.${spec.suffix}`, layer: name });
      return builder.parameter(`${name}.${spec.suffix}`, spec.shape, { layer: name });
    });
    return builder.one(op, [...operands, ...values], attrs, { layer: name });
  };
  builder.output('scores', build(image, layer));
  return { name: 'tiny', graph: builder.finish(), parameters, inputs: [{ name: 'image', shape: inputShape }], outputs: [{ name: 'scores', shape: [classes] }] };
}

/** Groups made by hand: `count` equal groups under lambda. */
export function groupsOf(layer: string, lambda: number, count: number, members: readonly GroupSlice[]): GroupSet {
  const elements = members.reduce((sum, { view }) => sum + sizeOf(view), 0);
  const span = { source: { name: 'test', text: '' }, start: 0, end: 0 };
  return { penalty: { kind: 'lasso', structure: 'filters', layer, strength: lambda, weighting: 'one', span }, layers: [layer], count, members, size: elements / count, factor: 1 };
}

/** SGD; without settings the plain one. */
export const sgd = (settings: OptimizerSettings = {}): OptimizerSpec => withSettings(optimizers.sgd, settings);

export const adam = (settings: OptimizerSettings = {}): OptimizerSpec => withSettings(optimizers.adam, settings);

export const convAttrs = (filters: number, window: number, more: Attrs = {}): Attrs => ({
  filters,
  window: [window, window],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
  bias: true,
  ...more,
});

export const poolAttrs = (window: number, stride: number, padding = 0): Attrs => ({
  window: [window, window],
  stride: [stride, stride],
  padding: [padding, padding],
});

export const denseAttrs = (units: number, bias = true): Attrs => ({ units, bias });

export function scalar(value: number): F64Tensor {
  return tensor([], Float64Array.of(value));
}

export function normals(name: string, shape: Shape, seed = 7): F64Tensor {
  const draws = stream(seed, name);
  return tensor(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => draws.normal(i)));
}

/** Something for every leaf of a training graph that `feeds` leaves out: normals, ones for running variances and masks, zeros for momentum. */
export function withDefaults(graph: Graph, feeds: ReadonlyMap<string, F64Tensor>): ReadonlyMap<string, F64Tensor> {
  const all = new Map(feeds);
  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name === undefined || all.has(name)) continue;
    const shape = present(node.results[0], name);
    const fill = name.endsWith('.momentum') ? 0 : name.endsWith('.variance') || name.endsWith('.mask') || name === 'sample-weight' ? 1 : undefined;
    all.set(name, fill === undefined ? normals(name, shape) : tensor(shape, new Float64Array(sizeOf(shape)).fill(fill)));
  }
  return all;
}
