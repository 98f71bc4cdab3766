// An instance -> its nodes: shapes are inferred, and parameters made.

import { formatShape } from '../base/tensor.ts';
import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Parameter } from '../ir/network.ts';
import { joinsBranches, ShapeError } from '../ir/op.ts';
import type { Op, OpRegistry, SurfaceSyntax } from '../ir/op.ts';
import { structuresOf, structuresOfJoins } from '../ir/structure.ts';
import { normalizeCallable } from './callable.ts';
import { shapeDiagnostics } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';
import type { Instance } from './instance.ts';
import type { Layer } from './layer.ts';
import { sampleShape } from './layer.ts';
import { freeName } from './layer-names.ts';
import type { LayerNames } from './layer-names.ts';
import { buildNormalize } from './normalize.ts';
import type { Normalized } from './normalize.ts';

/** A graph that grows. */
export interface Building {
  readonly ops: OpRegistry;
  readonly report: Report;
  readonly builder: GraphBuilder;
  readonly inputName: string;
  readonly names: LayerNames;
  readonly parameters: Parameter[];
  /** The first `normalize`, with the node it makes. */
  normalized?: Normalized;
}

/** @param operands Undefined: what is read has been reported, and so is this layer left out. */
export function buildLayer(instance: Instance, operands: readonly (Value | undefined)[], building: Building): Layer['checked'] {
  if (instance.call.callee.text === normalizeCallable.name) return buildNormalize(instance, operands[0], building);
  const known = operands.filter((operand) => operand !== undefined);
  if (!instance.sound || known.length < operands.length) return undefined;
  const op = present(building.ops.get(instance.call.callee.text), 'operation of an instance');
  return buildOp(instance, known, op, present(op.syntax, 'syntax of an operation'), building);
}

function buildOp({ path: layer, call, given, args }: Instance, operands: readonly Value[], op: Op, syntax: SurfaceSyntax, building: Building): Layer['checked'] {
  const { builder, names } = building;
  const origin = { layer, span: call.span };
  try {
    const inputs = operands.map((operand) =>
      syntax.flattens && builder.shapeOf(operand).length === 4
        ? builder.one('flatten', [operand], {}, { layer: freeName(`${layer}.flatten`, names), span: call.span })
        : operand,
    );
    const shapes = inputs.map(builder.shapeOf);
    const attrs = syntax.attrs ? syntax.attrs(args, shapes) : Object.fromEntries(args);
    const specs = syntax.parameters?.(attrs, shapes) ?? [];
    // Inference first, so that a layer that does not fit leaves no parameters behind.
    op.infer(attrs, [...shapes, ...specs.map((spec) => spec.shape)], builder.batch);
    const parameters = specs.map((spec) => ({ ...spec, name: `${layer}.${spec.suffix}`, layer }));
    const weights = parameters.map((parameter) => builder.parameter(parameter.name, parameter.shape, origin));
    const value = builder.one(op.name, [...inputs, ...weights], attrs, origin);
    building.parameters.push(...parameters);
    const axes = syntax.weightAxes?.(attrs, shapes);
    if (axes) return { value, structures: structuresOf(axes), axes };
    return { value, structures: joinsBranches(op) ? structuresOfJoins : [] };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const related = operands.flatMap((operand, index) => {
      const expression = given.get(syntax.operands[index] ?? '');
      return expression ? [{ message: `this is ${formatShape(sampleShape(builder.shapeOf(operand)))}`, span: expression.span }] : [];
    });
    return building.report(shapeDiagnostics.mismatch({ span: call.span, args: [error.message], related, help: error.help }));
  }
}
