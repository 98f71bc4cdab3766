// Activations of the language: elementwise functions of one operand, each with its gradient. The gradient is an op of
// its own, elementwise of the gradient g by the result and of the operand or the result:
//
//   %5 = sigmoid(%4)       =>       %9 = sigmoid_grad(g, %5) = g * %5 * (1 - %5)

import type { AttrsOf, Schema } from '../../ir/attributes.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { mul } from '../../ir/nest.ts';
import { defineOp } from '../../ir/op.ts';
import type { Op, OpRules } from '../../ir/op.ts';
import type { ErrorBound } from '../../ir/error-bound.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import { pointwise } from './pointwise.ts';
import { operand } from './shapes.ts';

export interface Activation<A extends Attrs> {
  readonly name: string;
  readonly doc: string;
  readonly params: readonly ParamSyntax<A>[];
  readonly example: string;
  readonly value: (x: number, attrs: A) => number;
  readonly expr: (x: NestExpr, attrs: A) => NestExpr;
  /** What the gradient is multiplied by: the derivative, from the operand x or from the result. */
  readonly slope: {
    readonly of: 'operand' | 'result';
    readonly value: (at: number, attrs: A) => number;
    readonly expr: (at: NestExpr, attrs: A) => NestExpr;
    /** How it differs from that of earlier versions (`Training.revision`). */
    readonly revision?: (attrs: A) => string | undefined;
  };
  /** Attributes that do not go together. @throws ShapeError */
  readonly check?: (attrs: A) => void;
  /** Attributes of a sample. */
  readonly draw: (random: () => number) => A;
  /** Draws an operand, of a function that has no finite values everywhere or grows beyond all bounds. Absent: any number will do. */
  readonly domain?: (random: () => number) => number;
  /** Of the function, and of its gradient. */
  readonly tolerance: number;
  readonly bound: ErrorBound<A>;
}

/** The activation, and its gradient. */
export function activation<const S extends Schema>(attributes: S): (activation: Activation<AttrsOf<S>>) => readonly Op[] {
  return ({ name, doc, params, example, value, expr, slope, check, draw, domain, tolerance, bound }) => {
    const at = (random: () => number, attrs: AttrsOf<S>): number => {
      const x = domain?.(random) ?? NaN;
      return slope.of === 'operand' ? x : value(x, attrs);
    };
    const gradient = pointwise<AttrsOf<S>>({
      name: `${name}_grad`,
      doc: `Gradient of ${name} from its ${slope.of}.`,
      draw,
      operands: 2,
      value: (g, at, attrs) => g * slope.value(at, attrs),
      expr: (g, at, attrs) => mul(g, slope.expr(at, attrs)),
      tolerance,
      ...(domain && { domains: [undefined, at] }),
    });
    const forward = pointwise<AttrsOf<S>>({ name, doc, draw, operands: 1, value: (x, _, attrs) => value(x, attrs), expr: (x, _, attrs) => expr(x, attrs), tolerance, epilogue: true, ...(domain && { domains: [domain] }) });
    const rules: OpRules<AttrsOf<S>> = {
      ...forward,
      infer: (attrs, inputs, batch) => {
        check?.(attrs);
        return forward.infer(attrs, inputs, batch);
      },
      syntax: { operands: ['input'], params, example },
      training: {
        kind: 'gradient',
        gradient: ({ builder, node, resultGradients: [g] }) => {
          const from = slope.of === 'operand' ? operand(node.inputs, 0) : { node: node.id, result: 0 };
          return [g && builder.one(gradient.name, [g, from], node.attrs, { layer: node.layer })];
        },
        ...(slope.revision && { revision: slope.revision }),
      },
      bound,
    };
    return [defineOp(attributes)(rules), defineOp(attributes)(gradient)];
  };
}
