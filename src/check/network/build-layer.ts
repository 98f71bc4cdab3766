// An instance -> its nodes: shapes are inferred, and parameters made.

import type { RelatedPlace } from '../../base/diagnostic.ts';
import { formatShape, sameShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { Parameter } from '../../ir/network.ts';
import { joinsBranches, ShapeError } from '../../ir/op.ts';
import type { Op, OpRegistry } from '../../ir/op.ts';
import type { SurfaceSyntax } from '../../ir/surface-syntax.ts';
import { structuresOf, structuresOfJoins, structuresOfSeveral } from '../../ir/structure.ts';
import { normalizeCallable, operandNames } from '../program/callable.ts';
import { shapeDiagnostics } from '../diagnostics.ts';
import type { FaultList } from '../fault-list.ts';
import type { Instance, Wire } from '../elaborate/instance.ts';
import type { Layer } from './layer.ts';
import { sampleShape } from './layer.ts';
import { freeName } from '../elaborate/layer-names.ts';
import type { LayerNames } from '../elaborate/layer-names.ts';
import { buildNormalize } from './normalize.ts';
import type { Normalized } from './normalize.ts';
import type { Trail } from '../elaborate/trail.ts';

/** A graph that grows. */
export interface Building {
  readonly ops: OpRegistry;
  readonly list: FaultList;
  readonly builder: GraphBuilder;
  readonly names: LayerNames;
  readonly parameters: Parameter[];
  /** By input: the first `normalize` of it, with the node it makes. */
  readonly normalized: Map<string, Normalized>;
}

/** @param operands Undefined: what is read has been reported, and so is this layer left out. */
export function buildLayer(instance: Instance, operands: readonly (Value | undefined)[], shapeOf: (wire: Wire) => Shape | undefined, building: Building): Layer['checked'] {
  if (instance.call.callee.text === normalizeCallable.name) return buildNormalize(instance, operands[0], building);
  const known = operands.filter((operand) => operand !== undefined);
  if (!instance.sound || known.length < operands.length) return undefined;
  const op = present(building.ops.get(instance.call.callee.text), 'operation of an instance');
  return buildOp(instance, known, op, present(op.syntax, 'syntax of an operation'), shapeOf, building);
}

function buildOp({ path: layer, call, given, args, trail }: Instance, operands: readonly Value[], op: Op, syntax: SurfaceSyntax, shapeOf: (wire: Wire) => Shape | undefined, building: Building): Layer['checked'] {
  const { builder, names } = building;
  const origin = { layer, span: call.span };
  try {
    const inputs = operands.map((operand) =>
      syntax.flattens && builder.shapeOf(operand).length > 2
        ? builder.one('flatten', [operand], {}, { layer: freeName(`${layer}.flatten`, names), span: call.span })
        : operand,
    );
    const shapes = inputs.map(builder.shapeOf);
    const attrs = syntax.attrs ? syntax.attrs(args, shapes) : Object.fromEntries(args);
    const specs = op.parameters?.(attrs, shapes) ?? [];
    // Inference first, so that a layer that does not fit leaves no parameters behind.
    op.infer(attrs, [...shapes, ...specs.map((spec) => spec.shape)], builder.batch);
    const parameters = specs.map((spec) => ({ ...spec, name: `${layer}.${spec.suffix}`, layer }));
    const weights = parameters.map((parameter) => builder.parameter(parameter.name, parameter.shape, origin));
    const value = builder.one(op.name, [...inputs, ...weights], attrs, origin);
    building.parameters.push(...parameters);
    const axes = syntax.weightAxes?.(attrs, shapes);
    if (axes) return { value, structures: [...structuresOf(axes), ...structuresOfSeveral], axes };
    return { value, structures: joinsBranches(op) ? structuresOfJoins : [] };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const related = operands.flatMap((operand, index) => {
      const expression = given.get(operandNames(syntax, operands.length)[index] ?? '');
      return expression ? [{ message: `this is ${formatShape(sampleShape(builder.shapeOf(operand)))}`, span: expression.span }] : [];
    });
    return building.list.reportWithin(trail)(shapeDiagnostics.mismatch({ span: call.span, args: [error.message], related: [...related, ...changedShapes(trail, shapeOf)], help: error.help }));
  }
}

/** The turns that were given another shape than the first: that the body changes it may be what does not fit. */
function changedShapes(trail: Trail | undefined, shapeOf: (wire: Wire) => Shape | undefined): readonly RelatedPlace[] {
  const places: RelatedPlace[] = [];
  for (let use = trail; use; use = use.outer) {
    const { carried, span } = use;
    const [first, now] = [carried?.first, carried?.now].map((wire) => (wire === undefined ? undefined : shapeOf(wire)));
    if (carried && first && now && !sameShape(first, now)) places.push({ message: `\`${carried.name}\` begins as ${formatShape(first)} and is ${formatShape(now)} in turn ${carried.turn}`, span });
  }
  return places;
}
