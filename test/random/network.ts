// Small random networks with random zero groups: DAGs of every layer of the language, drawn from a seed.
// Shortcuts, grouped convolutions, paddings, several readers and several outputs all occur; structures are
// zeroed at every granularity, up to whole layers.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { GraphBuilder } from '../../src/ir/builder.ts';
import { nodeMap } from '../../src/ir/graph.ts';
import type { Attrs, ParameterData, Program, Value } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { structuresOf } from '../../src/ir/structure.ts';
import type { Structure } from '../../src/ir/structure.ts';
import { groupSet } from '../../src/sparsity/groups.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { networkOf, penalty } from '../sparsity/fixture.ts';

export interface Draw {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  /** An integer from `least` to `most`. */
  readonly integer: (least: number, most: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
}

export function draws(seed: number, name: string): Draw {
  const source = stream(seed, name);
  let next = 0;
  const uniform = (): number => source.uniform(next++);
  return {
    uniform,
    normal: () => source.normal(next++),
    integer: (least, most) => least + Math.floor(uniform() * (most - least + 1)),
    chance: (probability) => uniform() < probability,
    pick: (items) => present(items[Math.floor(uniform() * items.length)], 'item to pick'),
  };
}

interface Layers {
  readonly builder: GraphBuilder;
  readonly draw: Draw;
  readonly parameters: Map<string, ParameterData>;
  count: number;
}

/** A network of a few layers over two samples, its weights normal, none zero. */
export function randomNetwork(seed: number, ops: OpRegistry): Program {
  const draw = draws(seed, 'network');
  const builder = graphBuilder('random', { samples: 2, shards: 1 }, ops);
  const layers: Layers = { builder, draw, parameters: new Map(), count: 0 };
  const image = draw.chance(0.85);
  const input = image ? [2, draw.integer(1, 4), draw.integer(4, 9), draw.integer(4, 9)] : [2, draw.integer(2, 12)];
  let values: Value[] = [builder.input('input', 'sample', input)];
  if (image) {
    if (draw.chance(0.2)) values = values.map((value) => normalizeLayer(layers, value));
    for (let i = draw.integer(1, 6); i > 0; i--) values.push(imageLayer(layers, chooseValue(draw, values), values));
    const last = present(values.at(-1), 'value');
    if (draw.chance(0.1)) {
      builder.output('output', last);
      return { graph: builder.finish(), parameters: layers.parameters };
    }
    values = values.slice(-2).map((value) => addLayer(layers, 'flatten', [value], {}));
  }
  for (let i = draw.integer(1, 4); i > 0; i--) values.push(vectorLayer(layers, chooseValue(draw, values), values));
  const last = present(values.at(-1), 'value');
  builder.output('output', draw.chance(0.3) ? addLayer(layers, 'softmax', [last], {}) : last);
  if (draw.chance(0.1)) builder.output('other', draw.pick(values));
  return { graph: builder.finish(), parameters: layers.parameters };
}

/** Mostly the last value, sometimes one before it. */
function chooseValue(draw: Draw, values: readonly Value[]): Value {
  return draw.chance(0.8) ? present(values.at(-1), 'value') : draw.pick(values);
}

function imageLayer(layers: Layers, value: Value, values: readonly Value[]): Value {
  const { draw, builder } = layers;
  const shape = builder.shapeOf(value);
  switch (draw.pick(['conv', 'conv', 'conv', 'block', 'late norm', 'relu', 'max_pool', 'avg_pool', 'batch_norm', 'dropout', 'add'] as const)) {
    case 'conv':
      return convLayer(layers, value, {});
    case 'block':
      return residualBlock(layers, value);
    case 'late norm':
      return lateNorm(layers, value);
    case 'relu':
      return addLayer(layers, 'relu', [value], {});
    case 'max_pool':
      return poolLayer(layers, 'max_pool', value);
    case 'avg_pool':
      return poolLayer(layers, 'avg_pool', value);
    case 'batch_norm':
      return batchNormLayer(layers, value);
    case 'dropout':
      return addLayer(layers, 'dropout', [value], { rate: 0.5 });
    case 'add':
      return addLayer(layers, 'add', [value, sameShaped(layers, value, values) ?? convLayer(layers, value, { filters: present(shape[1], 'channels'), same: true })], {});
  }
}

function vectorLayer(layers: Layers, value: Value, values: readonly Value[]): Value {
  const { draw, builder } = layers;
  switch (draw.pick(['dense', 'dense', 'dense', 'relu', 'batch_norm', 'dropout', 'add', 'softmax'] as const)) {
    case 'dense':
      return denseLayer(layers, value, draw.integer(1, 8));
    case 'relu':
      return addLayer(layers, 'relu', [value], {});
    case 'batch_norm':
      return batchNormLayer(layers, value);
    case 'dropout':
      return addLayer(layers, 'dropout', [value], { rate: 0.5 });
    case 'add':
      return addLayer(layers, 'add', [value, sameShaped(layers, value, values) ?? denseLayer(layers, value, present(builder.shapeOf(value)[1], 'features'))], {});
    case 'softmax':
      return addLayer(layers, 'softmax', [value], {});
  }
}

/** x + conv(relu(norm?(conv(x)))), with a relu after it or not. */
function residualBlock(layers: Layers, value: Value): Value {
  const { draw, builder } = layers;
  const channels = present(builder.shapeOf(value)[1], 'channels');
  let branch = convLayer(layers, value, { filters: draw.integer(1, 5), same: true });
  if (draw.chance(0.5)) branch = batchNormLayer(layers, branch);
  branch = addLayer(layers, 'relu', [branch], {});
  branch = convLayer(layers, branch, { filters: channels, same: true });
  if (draw.chance(0.5)) branch = batchNormLayer(layers, branch);
  const sum = addLayer(layers, 'add', draw.chance(0.5) ? [branch, value] : [value, branch], {});
  return draw.chance(0.5) ? addLayer(layers, 'relu', [sum], {}) : sum;
}

/** conv(norm(pool?(relu(conv(x))))), the last one padded. */
function lateNorm(layers: Layers, value: Value): Value {
  const { draw } = layers;
  let branch = addLayer(layers, 'relu', [convLayer(layers, value, {})], {});
  if (draw.chance(0.5)) branch = poolLayer(layers, draw.pick(['max_pool', 'avg_pool'] as const), branch);
  return convLayer(layers, batchNormLayer(layers, branch), { filters: draw.integer(1, 5), same: true });
}

function sameShaped({ draw, builder }: Layers, value: Value, values: readonly Value[]): Value | undefined {
  const shape = builder.shapeOf(value).join();
  const found = values.filter((other) => builder.shapeOf(other).join() === shape);
  return found.length > 1 ? draw.pick(found) : undefined;
}

/** @param form `same`: the spatial extent of the input. */
function convLayer(layers: Layers, value: Value, form: { filters?: number; same?: boolean }): Value {
  const { draw, builder } = layers;
  const [, channels = 0, height = 0, width = 0] = builder.shapeOf(value);
  const groups = draw.pick([1, 1, ...[2, 3, 4].filter((g) => channels % g === 0 && (form.filters ?? g) % g === 0)]);
  const filters = form.filters ?? groups * draw.integer(1, groups > 1 ? 3 : 6);
  const odd = (): number => (draw.chance(0.5) ? 3 : 1);
  const window = form.same ? [odd(), odd()] : [draw.integer(1, Math.min(3, height)), draw.integer(1, Math.min(3, width))];
  const dilation = window.map((extent, d) => (!form.same && draw.chance(0.2) && (extent - 1) * 2 < (d === 0 ? height : width) ? 2 : 1));
  const padding = form.same ? window.map((extent) => (extent - 1) / 2) : draw.chance(0.5) ? [0, 0] : [draw.integer(0, 1), draw.integer(0, 1)];
  const stride = form.same || draw.chance(0.7) ? [1, 1] : [draw.integer(1, 2), draw.integer(1, 2)];
  const bias = draw.chance(0.7);
  const layer = nextLayer(layers, 'conv');
  const weight = trained(layers, layer, 'weight', [filters, channels / groups, ...window]);
  const inputs = bias ? [value, weight, trained(layers, layer, 'bias', [filters])] : [value, weight];
  return builder.one('conv', inputs, { filters, window, stride, padding, dilation, groups, bias }, { layer });
}

function denseLayer(layers: Layers, value: Value, units: number): Value {
  const features = present(layers.builder.shapeOf(value)[1], 'features');
  const bias = layers.draw.chance(0.7);
  const layer = nextLayer(layers, 'dense');
  const weight = trained(layers, layer, 'weight', [units, features]);
  const inputs = bias ? [value, weight, trained(layers, layer, 'bias', [units])] : [value, weight];
  return layers.builder.one('dense', inputs, { units, bias }, { layer });
}

function poolLayer(layers: Layers, op: 'max_pool' | 'avg_pool', value: Value): Value {
  const { draw, builder } = layers;
  const [, , height = 0, width = 0] = builder.shapeOf(value);
  const window = [draw.integer(1, Math.min(3, height)), draw.integer(1, Math.min(3, width))];
  const padding = window.map((extent) => (extent > 1 && draw.chance(0.3) ? 1 : 0));
  return addLayer(layers, op, [value], { window, stride: [draw.integer(1, 2), draw.integer(1, 2)], padding });
}

function batchNormLayer(layers: Layers, value: Value): Value {
  const channels = present(layers.builder.shapeOf(value)[1], 'channels');
  const layer = nextLayer(layers, 'batch_norm');
  const own = ['gamma', 'beta', 'mean'].map((suffix) => trained(layers, layer, suffix, [channels]));
  const variance = parameter(layers, `${layer}.variance`, [channels], () => 0.5 + layers.draw.uniform());
  return layers.builder.one('batch_norm', [value, ...own, variance], { epsilon: 1e-5, momentum: 0.9 }, { layer });
}

function normalizeLayer(layers: Layers, value: Value): Value {
  const { draw, builder } = layers;
  const channels = Array.from({ length: present(builder.shapeOf(value)[1], 'channels') });
  return addLayer(layers, 'normalize_input', [value], { mean: channels.map(draw.normal), deviation: channels.map(() => 0.5 + draw.uniform()) });
}

function addLayer(layers: Layers, op: string, inputs: readonly Value[], attrs: Attrs): Value {
  return layers.builder.one(op, inputs, attrs, { layer: nextLayer(layers, op) });
}

function nextLayer(layers: Layers, op: string): string {
  return `${op}${layers.count++}`;
}

function trained(layers: Layers, layer: string, suffix: string, shape: Shape): Value {
  const scale = shape.length > 1 ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 0.5;
  return parameter(layers, `${layer}.${suffix}`, shape, () => layers.draw.normal() * scale);
}

function parameter(layers: Layers, name: string, shape: Shape, value: () => number): Value {
  layers.parameters.set(name, { shape, data: Float64Array.from({ length: sizeOf(shape) }, value) });
  return layers.builder.parameter(name, shape);
}

/** The same program with random groups of weights at zero: the masked dense network. */
export function withRandomZeros(program: Program, seed: number, ops: OpRegistry): Program {
  const draw = draws(seed, 'zeros');
  const parameters = new Map([...program.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const nodes = nodeMap(program.graph);
  const network = networkOf(program);
  const zero = (name: string, dead: (element: number) => boolean): void => {
    const data = parameters.get(name)?.data;
    for (const element of data?.keys() ?? []) if (data && dead(element)) data[element] = 0;
  };
  for (const node of program.graph.nodes) {
    const syntax = ops.get(node.op)?.syntax;
    const operands = node.inputs.slice(0, syntax?.operands.length ?? 0).map((value) => present(nodes.get(value.node)?.results[value.result], 'operand'));
    if (draw.chance(0.06)) {
      for (const value of node.inputs) {
        const name = fedName(present(nodes.get(value.node), 'input'));
        if (name !== undefined && !name.endsWith('.variance') && draw.chance(0.8)) zero(name, () => true);
      }
    }
    const axes = syntax?.weightAxes?.(node.attrs, operands);
    // Rows first: draws stay what they were.
    const isOfRows = ({ report }: Structure): number => (report.counts === 'rows' ? 0 : 1);
    for (const { name: structure } of axes ? structuresOf(axes).toSorted((one, other) => isOfRows(one) - isOfRows(other)) : []) {
      if (draw.chance(0.4)) continue;
      const share = draw.pick([0.2, 0.5, 0.9]);
      // Whole groups as training makes them, with biases and batch norm behind; or the weights alone.
      const whole = draw.chance(0.5);
      const dead = new Map<number, boolean>();
      const isDead = (group: number): boolean => {
        if (!dead.has(group)) dead.set(group, draw.chance(share));
        return dead.get(group) === true;
      };
      for (const { parameter, view, keep } of groupSet(network, ops, penalty(structure, present(node.layer, 'layer'))).members) {
        if (!parameter.endsWith('.weight') && !whole) continue;
        const groups = groupOfElements({ view, keep });
        zero(parameter, (element) => isDead(groups[element] as number));
      }
    }
    // Scales of zero make constants of what batch norm reads.
    if (node.op === 'batch_norm' && draw.chance(0.4)) {
      const both = draw.chance(0.5);
      const share = draw.uniform();
      const channels = parameters.get(`${node.layer}.gamma`)?.data.length ?? 0;
      const dead = Array.from({ length: channels }, () => draw.chance(share));
      for (const suffix of both ? ['gamma', 'beta'] : ['gamma']) zero(`${node.layer}.${suffix}`, (element) => dead[element] === true);
    }
  }
  return { graph: program.graph, parameters };
}

/** Normal values for the inputs and the program's parameters, as `evaluate` takes them. */
export function feedsOf(program: Program, seed: number): Map<string, { shape: Shape; data: Float64Array }> {
  const draw = draws(seed, 'feeds');
  const feeds = new Map<string, { shape: Shape; data: Float64Array }>();
  for (const node of program.graph.nodes) {
    const name = fedName(node);
    if (name === undefined) continue;
    const shape = present(node.results[0], 'shape');
    const held = program.parameters.get(name);
    feeds.set(name, held ? { shape, data: held.data } : { shape, data: Float64Array.from({ length: sizeOf(shape) }, draw.normal) });
  }
  return feeds;
}
