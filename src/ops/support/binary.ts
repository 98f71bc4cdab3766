// Builds ops of two operands, element by element, of which one may be smaller (support/broadcast.ts).

import type { Value } from '../../ir/graph.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { input, load } from '../../ir/nest.ts';
import type { OpRules } from '../../ir/op.ts';
import type { ErrorBound } from '../../ir/error-bound.ts';
import type { ChannelConstants, PartialOp } from '../../ir/pruning-rules.ts';
import type { GradientContext } from '../../ir/training-rules.ts';
import type { Shape } from '../../base/tensor.ts';
import { sameShape, sizeOf } from '../../base/tensor.ts';
import { broadcastIndex, broadcastLinks, broadcastMap, broadcastShape } from './broadcast.ts';
import { axesFor, lowered, nestName, storeNest } from './nests.ts';
import { differentiated } from './parts.ts';
import { activationShape, choose, sampleBatch } from './sampling.ts';
import { expectCount, operand } from './shapes.ts';

export interface Binary {
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  /** That one might write for it. */
  readonly operator?: string;
  readonly value: (a: number, b: number) => number;
  readonly expr: (a: NestExpr, b: NestExpr) => NestExpr;
  /** Draws an element of an operand of a sample, where not any number will do. */
  readonly domain?: (random: () => number) => number;
  /** Gradients by both operands, of the result's shape; `left` and `right` of their own. */
  readonly gradients: (context: GradientContext & { readonly g: Value; readonly left: Value; readonly right: Value; readonly origin: { readonly layer: string | undefined } }) => readonly [left: () => Value, right: () => Value];
  readonly epilogue: boolean;
  /** An operand that is this number everywhere leaves the other as it is. */
  readonly unit?: number;
  /** What is left where operand `given` is one number in each channel of the other. */
  readonly withConstant?: (given: number, values: Float64Array) => PartialOp | undefined;
  /** A channel that is 0 everywhere makes one of zeros, whatever the other is. */
  readonly absorbing?: true;
  readonly bound: ErrorBound;
  readonly tolerance: number;
}

export function binary({ name, doc, example, operator, value, expr, domain, gradients, epilogue, unit, withConstant, absorbing, bound, tolerance }: Binary): OpRules {
  return {
    name,
    doc,
    syntax: { operands: ['left', 'right'], params: [], example, ...(operator !== undefined && { operator }) },
    infer: (_attrs, inputs) => {
      expectCount(inputs, name, 2);
      return [broadcastShape(inputs, name)];
    },
    reference: (_attrs, inputs) => [broadcastMap(operand(inputs, 0), operand(inputs, 1), name, value)],
    training: differentiated((context) => {
      const { builder, node, resultGradients: [g], wanted } = context;
      if (!g) return [];
      const origin = { layer: node.layer };
      const [left, right] = [operand(node.inputs, 0), operand(node.inputs, 1)];
      const rules = gradients({ ...context, g, left, right, origin });
      return [left, right].map((value, i) => (wanted(i) ? summedTo(builder.shapeOf(value), operand(rules, i)(), context, origin) : undefined));
    }),
    pruning: {
      kind: 'channels',
      axes: (_attrs, inputs) => broadcastLinks(inputs, name),
      constant: (_attrs, constants, _known, inputs) => {
        const channels = operand(broadcastShape(inputs, name), 1);
        const [left, right] = [0, 1].map((i) => spread(constants[i], channels)) as [Float64Array, Float64Array];
        return left.map((a, c) => {
          const b = right[c] as number;
          if (absorbing && (a === 0 || b === 0)) return 0;
          const result = Number.isNaN(a) || Number.isNaN(b) ? NaN : value(a, b);
          return Number.isFinite(result) ? result : NaN;
        });
      },
      ...(unit !== undefined && { unit }),
      ...(withConstant && {
        withConstant: (given, values, inputs) => {
          // One that is smaller is not the result's shape.
          const other = operand(inputs, 1 - given);
          return sameShape(other, broadcastShape(inputs, name)) ? withConstant(given, spread(values, operand(other, 1))) : undefined;
        },
      }),
    },
    lowering: {
      kind: 'nests',
      lower: (node, inputs, batch) => {
        const shape = broadcastShape(inputs, name);
        const [left, right] = [0, 1].map((i) => load(input(i), broadcastIndex(operand(inputs, i), shape))) as [NestExpr, NestExpr];
        return lowered([storeNest(nestName(node, name), axesFor(shape, batch), expr(left, right))]);
      },
      epilogue,
    },
    sample: (random) => {
      const large = activationShape(random);
      const small = random() < 0.5 ? large : smaller(random, large);
      const inputs = random() < 0.7 ? [large, small] : [small, large];
      const values = domain && inputs.map((shape) => Array.from({ length: sizeOf(shape) }, () => domain(random)));
      return { attrs: {}, inputs, batch: sampleBatch, ...(values && { values }) };
    },
    bound,
    tolerance,
  };
}

/** One entry a channel. */
function spread(values: ChannelConstants | undefined, channels: number): Float64Array {
  return Float64Array.from({ length: channels }, (_, c) => values?.[values.length === 1 ? 0 : c] ?? NaN);
}

function summedTo(shape: Shape, gradient: Value, { builder }: GradientContext, origin: { readonly layer: string | undefined }): Value {
  return sameShape(builder.shapeOf(gradient), shape) ? gradient : builder.one('place_sums', [gradient], { shape: shape.slice(1) }, origin);
}

/** A shape within that of an activation. */
export function smaller(random: () => number, [samples = 0, channels = 0, ...places]: Shape): Shape {
  if (places.length === 0) return [samples, 1];
  const ones = places.map(() => 1);
  return choose<Shape>(random, [[samples, channels], [samples, channels, ...ones], [samples, 1, ...places], [samples, 1, ...ones], [samples, 1]]);
}
