// Builds ops that work element by element on operands of one shape.

import type { Attrs } from '../../ir/graph.ts';
import type { F64Tensor, OpRules } from '../../ir/op.ts';
import type { ChannelPruning } from '../../ir/pruning-rules.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { input, load } from '../../ir/nest.ts';
import { elementwiseLinks } from './axes.ts';
import { axesFor, everywhere, lowered, nestName, storeNest } from './nests.ts';
import { undifferentiated } from './parts.ts';
import { activationShape, sampleBatch } from './sampling.ts';
import { expectCount, expectSame, operand } from './shapes.ts';

export interface Pointwise<A extends Attrs> {
  readonly name: string;
  readonly doc: string;
  /** Attributes and shape of a sample; by default the shape of an activation. */
  readonly draw: (random: () => number) => A;
  readonly shape?: (random: () => number) => Shape;
  readonly operands: 1 | 2;
  /** Draw elements of the operands of a sample, where not any number will do. */
  readonly domains?: readonly (((random: () => number, attrs: A) => number) | undefined)[];
  /** The second operand is 0 where there is one only. */
  readonly value: (a: number, b: number, attrs: A) => number;
  readonly expr: (a: NestExpr, b: NestExpr, attrs: A) => NestExpr;
  readonly tolerance: number;
  readonly epilogue?: boolean;
  /** An operand that is this number everywhere leaves the other as it is. */
  readonly unit?: number;
  readonly withConstant?: ChannelPruning<A>['withConstant'];
}

/** An elementwise op that is not in the language and counts as a constant in training; spread it to say more. */
export function pointwise<A extends Attrs>({ name, doc, draw, shape: drawShape = activationShape, operands, domains, value, expr, tolerance, epilogue = false, unit, withConstant }: Pointwise<A>): OpRules<A> {
  return {
    name,
    doc,
    infer: (_attrs, inputs) => {
      expectCount(inputs, name, operands);
      const shape = operand(inputs, 0);
      for (const other of inputs.slice(1)) expectSame(shape, other, name);
      return [shape];
    },
    reference: (attrs, inputs) => [apply(inputs, (a, b) => value(a, b, attrs))],
    training: undifferentiated,
    pruning: {
      kind: 'channels',
      axes: (_attrs, inputs) => inputs.map(elementwiseLinks),
      constant: (attrs, constants, _known, [shape]) =>
        Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => {
          const [a = NaN, b = 0] = Array.from({ length: operands }, (__, i) => constants[i]?.[c] ?? NaN);
          const result = value(a, b, attrs);
          return Number.isNaN(a) || Number.isNaN(b) || !Number.isFinite(result) ? NaN : result;
        }),
      ...(unit !== undefined && { unit }),
      ...(withConstant && { withConstant }),
    },
    lowering: {
      kind: 'nests',
      lower: (node, inputs, batch) => {
        const shape = operand(inputs, 0);
        const at = everywhere(shape);
        return lowered([storeNest(nestName(node, name), axesFor(shape, batch), expr(load(input(0), at), load(input(operands - 1), at), node.attrs))]);
      },
      epilogue,
    },
    sample: (random) => {
      const shape = drawShape(random);
      const attrs = draw(random);
      const values = domains?.map((element) => element && Array.from({ length: sizeOf(shape) }, () => element(random, attrs)));
      return { attrs, inputs: Array.from({ length: operands }, () => shape), batch: sampleBatch, ...(values && { values }) };
    },
    tolerance,
  };
}

function apply(inputs: readonly F64Tensor[], f: (a: number, b: number) => number): F64Tensor {
  const a = operand(inputs, 0);
  const b = inputs[1]?.data;
  return { shape: a.shape, data: a.data.map((x, i) => f(x, b ? (b[i] as number) : 0)) };
}
