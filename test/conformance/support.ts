// One op as a graph, lowered in every form it can meet, and how far its kernels are from its reference.

import { present } from '../../src/base/invariant.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { GraphBuilder } from '../../src/ir/builder.ts';
import type { Graph, ParameterData, Value } from '../../src/ir/graph.ts';
import { foldedPoints } from '../../src/ir/nest.ts';
import type { F64Tensor, Op } from '../../src/ir/op.ts';
import { lowerDeployed, lowerTraining } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, uniformOf } from '../ops/support.ts';
import type { Drawn } from '../ops/support.ts';
import { start } from '../lower/harness.ts';
import type { Engine } from '../lower/harness.ts';

/**
 * `deployed`: the first operand an input, the others baked in. `training`: samples are inputs, the rest
 * parameters in memory. `inner`: samples are made by a layer, so that they lie as activations do.
 */
const forms = ['deployed', 'training', 'inner'] as const;
export type Form = (typeof forms)[number];

export const lowerable: readonly Op[] = [...ops.values()].filter((op) => op.lowering.kind !== 'leaf');

/** Deployed networks have an input and no scalars. */
export function formsOf(op: Op): readonly Form[] {
  if (op.syntax?.operands.length === 0) return ['training'];
  return op.sample(uniformOf(1)).inputs.some(({ length }) => length === 0) ? forms.slice(1) : forms;
}

interface Built {
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, F64Tensor>;
  readonly parameters: ReadonlyMap<string, ParameterData>;
}

/** How many operands are samples, for primitives with weights among their operands; of optimisers none. */
const samplesOf: ReadonlyMap<string, number> = new Map([
  ...['tap_conv', 'tap_conv_transpose', 'tap_dense', 'conv_grad_input', 'dense_grad_input'].map((name) => [name, 1] as const),
  ...['momentum_step', 'gradient_step', 'group_squares', 'shrink', 'scale_groups', 'group_subgradient', 'clamp_small', 'lookahead', 'adam_step', 'clip_factor'].map((name) => [name, 0] as const),
]);

const ones = (shape: Shape): F64Tensor => tensor(shape, new Float64Array(sizeOf(shape)).fill(1));

function build(op: Op, { attrs, batch, operands }: Drawn, form: Form): Built {
  const builder = graphBuilder('conformance', batch, ops);
  const feeds = new Map<string, F64Tensor>();
  const leaf = (name: string, value: F64Tensor, kind: 'input' | 'scalar' | 'parameter'): Value => {
    feeds.set(name, value);
    if (kind === 'parameter') return builder.parameter(name, value.shape);
    return builder.input(name, kind === 'scalar' ? 'scalar' : 'sample', value.shape);
  };
  const isSample = (shape: Shape): boolean => (shape.length === 4 || shape.length === 2 || op.syntax !== undefined || op.name === 'cross_entropy') && shape[0] === batch.samples;
  const parametersFrom = op.syntax?.more ? Infinity : op.syntax ? op.syntax.operands.length : (samplesOf.get(op.name) ?? Infinity);
  const inputs = operands.map((value, i): Value => {
    if (value.shape.length === 0) return leaf(op.name === 'dropout_mask' ? (i === 1 ? 'seed' : 'step') : `operand${i}`, value, 'scalar');
    if (form === 'deployed') return leaf(`operand${i}`, value, i === 0 ? 'input' : 'parameter');
    if (i >= parametersFrom || !isSample(value.shape)) return leaf(`operand${i}`, value, 'parameter');
    const direct = leaf(`operand${i}`, value, 'input');
    return form === 'inner' ? throughLayer(builder, direct, leaf) : direct;
  });
  for (const [r, result] of builder.add(op.name, inputs, attrs).entries()) builder.output(`result${r}`, result);
  const graph = builder.finish();
  const parameters = new Map([...feeds].filter(([name]) => graph.nodes.some((node) => node.op === 'parameter' && node.attrs['name'] === name)));
  return { graph, feeds, parameters };
}

/** The same values, computed: by a 1x1 convolution or a dense layer with the identity. */
function throughLayer(builder: GraphBuilder, value: Value, leaf: (name: string, value: F64Tensor, kind: 'parameter') => Value): Value {
  const shape = builder.shapeOf(value);
  const channels = shape[1] ?? 0;
  if (shape.length !== 4 && shape.length !== 2) return value;
  const identity = tensor(shape.length === 4 ? [channels, channels, 1, 1] : [channels, channels], Float64Array.from({ length: channels * channels }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0)));
  const weight = leaf(`identity${value.node}`, identity, 'parameter');
  if (shape.length === 2) return builder.one('dense', [value, weight], { units: channels, bias: false });
  return builder.one('conv', [value, weight], { filters: channels, window: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false });
}

const largest = (data: ArrayLike<number>): number => Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Steps against a rate, their last operand, are of terms that may cancel: with the rate below 0 all of them add up. */
const descents: ReadonlySet<string> = new Set(['momentum_step', 'gradient_step']);

/** Worst difference over the one allowed by the op's tolerance; at most 1 is right. */
export function conformanceError(op: Op, seed: number, form: Form, engine: Engine): number {
  const sample = draw(op, seed);
  const operands = sample.operands.map(({ shape, data }) => tensor(shape, data.map(Math.fround)));
  const single: Drawn = { ...sample, operands };
  const { graph, feeds, parameters } = build(op, single, form);
  const module = form === 'deployed' ? lowerDeployed({ graph, parameters }, ops, engine.machine) : lowerTraining({ step: graph }, ops, engine.machine);
  const running = start(module, engine);
  const program = form === 'deployed' ? 'run' : 'step';
  // Twice: nothing of the first run may be left in the second.
  running.write(new Map([...feeds].map(([name, { shape }]) => [name, ones(shape)])));
  running.run(program);
  running.write(feeds);
  running.run(program);

  const expected = op.reference(sample.attrs, operands, sample.batch);
  const isRate = (operand: number): boolean => descents.has(op.name) && operand === operands.length - 1;
  const magnitudes = op.reference(sample.attrs, operands.map(({ shape, data }, i) => tensor(shape, data.map((value) => (isRate(i) ? -1 : 1) * Math.abs(value)))), sample.batch);
  const results = expected.map(({ shape }) => shape);
  const terms = op.lowering.kind === 'nests' ? foldedPoints(op.lowering.lower({ attrs: sample.attrs, results }, sample.inputs, sample.batch).nests) : 1;
  let worst = 0;
  for (const [r, { data }] of expected.entries()) {
    const scale = Math.max(1, largest(data), largest(present(magnitudes[r], 'result').data));
    const allowed = op.tolerance * 2 ** -24 * Math.sqrt(terms) * scale;
    const found = running.read(form === 'deployed' ? `result${r}` : `step/result${r}`).data;
    const error = largest(data.map((value, at) => (Object.is(Math.fround(value), found[at]) ? 0 : value - (found[at] ?? NaN))).map((e) => (Number.isNaN(e) ? Infinity : e)));
    worst = Math.max(worst, error === 0 ? 0 : error / allowed);
  }
  return worst;
}
