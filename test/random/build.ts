// From a recipe to a program. Which parameters a layer has is asked of the record of its op.

import { invariant, present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { Attrs, Batch, ParameterData, Program, Value } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { Op, OpRegistry } from '../../src/ir/op.ts';
import type { ParameterSpec } from '../../src/ir/parameter-spec.ts';
import { ShapeError } from '../../src/ir/op.ts';
import { draws } from './draw.ts';
import { withMasks } from './masks.ts';
import { inputName } from './recipe.ts';
import type { Recipe } from './recipe.ts';

export interface Fitted {
  readonly parameters: readonly ParameterSpec[];
  readonly result: Shape;
}

/** What an op makes of operands; undefined where they do not fit. */
export function fit({ name, parameters: owned, infer }: Op, attrs: Attrs, operands: readonly Shape[], batch: Batch): Fitted | undefined {
  try {
    const parameters = owned?.(attrs, operands) ?? [];
    const [result] = infer(attrs, [...operands, ...parameters.map(({ shape }) => shape)], batch);
    return { parameters, result: present(result, `result of ${name}`) };
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

export function batchOf({ input }: Pick<Recipe, 'input'>): Batch {
  return { samples: present(input[0], 'samples'), shards: 1 };
}

/** The network without its masks: no weight is zero. */
export function denseProgram(recipe: Recipe, ops: OpRegistry): Program {
  const batch = batchOf(recipe);
  const builder = graphBuilder('random', batch, ops);
  const parameters = new Map<string, ParameterData>();
  const values = new Map<string, Value>([[inputName, builder.input(inputName, 'sample', recipe.input)]]);
  const valueOf = (name: string): Value => present(values.get(name), name);
  for (const { name, op, operands, attrs } of recipe.layers) {
    const inputs = operands.map(valueOf);
    const fitted = fit(present(ops.get(op), op), attrs, inputs.map(builder.shapeOf), batch);
    invariant(fitted !== undefined, () => `${name} does not fit its operands`);
    const own = fitted.parameters.map((spec) => {
      const whole = `${name}.${spec.suffix}`;
      parameters.set(whole, { shape: spec.shape, data: initialValues(whole, spec, recipe) });
      return builder.parameter(whole, spec.shape);
    });
    values.set(name, builder.one(op, [...inputs, ...own], attrs, { layer: name }));
  }
  for (const [i, name] of recipe.outputs.entries()) builder.output(i === 0 ? 'output' : `output${i}`, valueOf(name));
  return { graph: builder.finish(), parameters };
}

export function maskedProgram(recipe: Recipe, ops: OpRegistry): Program {
  return withMasks(denseProgram(recipe, ops), recipe.masks, ops);
}

const smallIntegers: readonly number[] = [-2, -1, 1, 2];

/** Weights as large as keeps activations near one; what is bounded below, as variances are, well above its bound. */
function initialValues(name: string, { shape, least }: ParameterSpec, { seed, weights }: Recipe): Float64Array {
  const { uniform, normal } = stream(seed, name);
  const scale = shape.length > 1 ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 0.5;
  const value = (i: number): number => {
    if (least !== undefined) return least + (weights === 'integers' ? 1 : 0.5 + uniform(i));
    return weights === 'integers' ? present(smallIntegers[Math.floor(smallIntegers.length * uniform(i))], 'integer') : scale * normal(i);
  };
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
}

/** Normal values for the inputs and the program's parameters, as `evaluate` takes them. */
export function feedsOf(program: Program, seed: number): Map<string, ParameterData> {
  const draw = draws(seed, 'feeds');
  const feeds = new Map<string, ParameterData>();
  for (const node of program.graph.nodes) {
    const name = fedName(node);
    if (name === undefined) continue;
    const shape = present(node.results[0], 'shape');
    const held = program.parameters.get(name);
    feeds.set(name, held ? { shape, data: held.data } : { shape, data: Float64Array.from({ length: sizeOf(shape) }, draw.normal) });
  }
  return feeds;
}
