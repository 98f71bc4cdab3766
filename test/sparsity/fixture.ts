// Networks built by hand for tests of structures and passes.

import { stream } from '../../src/base/random.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { GraphBuilder } from '../../src/ir/builder.ts';
import type { Attrs, ParameterData, Program, Value } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { Network, Parameter, LassoPenalty } from '../../src/ir/network.ts';
import type { StructureArguments, StructureKind } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';

export interface Fixture {
  readonly builder: GraphBuilder;
  readonly conv: (layer: string, x: Value, filters: number, options?: { window?: number; padding?: number; groups?: number; stride?: number; bias?: boolean }) => Value;
  readonly dense: (layer: string, x: Value, units: number, options?: { bias?: boolean }) => Value;
  readonly batchNorm: (layer: string, x: Value) => Value;
  /** An op with parameters of its own, as its syntax names them. */
  readonly learned: (op: string, layer: string, x: Value, attrs?: Attrs) => Value;
  readonly layer: (op: string, inputs: readonly Value[], attrs?: Attrs) => Value;
  readonly pool: (op: 'max_pool' | 'avg_pool', x: Value, padding?: number) => Value;
  readonly finish: (output: Value) => Program;
}

/** Weights are normal and never zero; tests zero what they mean to. */
export function fixture(input: Shape): Fixture & { readonly input: Value } {
  const builder = graphBuilder('fixture', { samples: 1, shards: 1 }, ops);
  const x = builder.input('input', 'sample', [1, ...input]);
  const parameters = new Map<string, ParameterData>();
  const parameter = (name: string, shape: Shape, positive = false): Value => {
    const { normal, uniform } = stream(1, name);
    parameters.set(name, { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => (positive ? 0.5 + uniform(i) : normal(i))) });
    return builder.parameter(name, shape);
  };
  const channels = (value: Value): number => builder.shapeOf(value)[1] ?? 0;
  return {
    builder,
    input: x,
    conv: (layer, value, filters, { window = 3, padding = 0, groups = 1, stride = 1, bias = true } = {}) => {
      const weight = parameter(`${layer}.weight`, [filters, channels(value) / groups, window, window]);
      const inputs = bias ? [value, weight, parameter(`${layer}.bias`, [filters])] : [value, weight];
      const attrs = { filters, window: [window, window], stride: [stride, stride], padding: [padding, padding], dilation: [1, 1], groups, bias };
      return builder.one('conv', inputs, attrs, { layer });
    },
    dense: (layer, value, units, { bias = true } = {}) => {
      const weight = parameter(`${layer}.weight`, [units, channels(value)]);
      const inputs = bias ? [value, weight, parameter(`${layer}.bias`, [units])] : [value, weight];
      return builder.one('dense', inputs, { units, bias }, { layer });
    },
    batchNorm: (layer, value) => {
      const inputs = ['gamma', 'beta', 'mean', 'variance'].map((suffix) => parameter(`${layer}.${suffix}`, [channels(value)], suffix === 'variance'));
      return builder.one('batch_norm', [value, ...inputs], { epsilon: 1e-5, momentum: 0.9 }, { layer });
    },
    learned: (op, layer, value, attrs = {}) => {
      const specs = ops.get(op)?.parameters?.(attrs, [builder.shapeOf(value)]) ?? [];
      return builder.one(op, [value, ...specs.map(({ suffix, shape }) => parameter(`${layer}.${suffix}`, shape))], attrs, { layer });
    },
    layer: (op, inputs, attrs = {}) => builder.one(op, inputs, attrs, { layer: op }),
    pool: (op, value, padding = 0) => builder.one(op, [value], { window: [2, 2], stride: [2, 2], padding: [padding, padding] }, { layer: op }),
    finish: (output) => {
      builder.output('output', output);
      return { graph: builder.finish(), parameters };
    },
  };
}

/** The program as a network: parameters named mean and variance are running statistics. */
export function networkOf({ graph }: Program): Network {
  const parameters = graph.nodes.flatMap((node): Parameter[] => {
    const name = node.op === 'parameter' ? fedName(node) : undefined;
    const shape = node.results[0];
    if (name === undefined || !shape) return [];
    const [layer = '', suffix = ''] = name.split('.');
    const running = suffix === 'mean' || suffix === 'variance';
    return [{ name, layer, suffix, shape, initial: { kind: 'constant', value: 0 }, role: running ? 'running' : 'trained', decay: shape.length > 1 }];
  });
  return { name: graph.name, graph, parameters, inputs: [], outputs: [] };
}

export function penalty(structure: StructureKind, layer: string, strength = 1, weighting: LassoPenalty['weighting'] = 'one', given?: StructureArguments): LassoPenalty {
  return { kind: 'lasso', structure, ...(given && { arguments: given }), layer, strength, weighting, span: { source: { name: '<test>', text: '' }, start: 0, end: 0 } };
}

/** The program with parameter elements replaced where `value` answers a number. */
export function withValues(program: Program, name: string, value: (element: number) => number | undefined): Program {
  const parameters = new Map([...program.parameters].map(([other, { shape, data }]) => [other, { shape, data: other === name ? data.map((w, i) => value(i) ?? w) : data }]));
  return { graph: program.graph, parameters };
}
