// What the optimiser steps share: operands w, m, g of one shape and a scalar rate.

import type { F64Tensor, OpSample } from '../../ir/op.ts';
import type { Index, NestExpr } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { add, constant, input, load, mul, sub } from '../../ir/nest.ts';
import { anyShape, sampleBatch } from './sampling.ts';
import { expectCount, expectParameter, expectSame, operand } from './shapes.ts';

export type DescentAttrs = { readonly momentum: number; readonly decay: number };

/** @returns The shape of the parameter. */
export function inferDescent(inputs: readonly Shape[], op: string): Shape {
  expectCount(inputs, op, 4);
  const shape = operand(inputs, 0);
  expectSame(shape, operand(inputs, 1), op);
  expectSame(shape, operand(inputs, 2), op);
  expectParameter(operand(inputs, 3), [], 'the rate');
  return shape;
}

/** momentum*m - rate*(g + decay*w), element by element. */
export function descent(attrs: DescentAttrs, inputs: readonly F64Tensor[]): Float64Array {
  const [w, m, g] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
  const [rate = NaN] = operand(inputs, 3).data;
  const { momentum, decay } = attrs;
  return w.data.map((value, i) => momentum * (m.data[i] as number) - rate * ((g.data[i] as number) + decay * value));
}

export function descentExpr(attrs: DescentAttrs, at: readonly Index[]): NestExpr {
  const [w, m, g] = [load(input(0), at), load(input(1), at), load(input(2), at)] as const;
  const { momentum, decay } = attrs;
  const slope = decay === 0 ? g : add(g, mul(constant(decay), w));
  return sub(mul(constant(momentum), m), mul(load(input(3), []), slope));
}

export function sampleDescent(random: () => number): OpSample<DescentAttrs> {
  const shape = anyShape(random);
  return { attrs: { momentum: random(), decay: random() < 0.5 ? 0 : random() }, inputs: [shape, shape, shape, []], values: [undefined, undefined, undefined, [random()]], batch: sampleBatch };
}
