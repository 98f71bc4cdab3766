// Expressions that stand for layers: names of layers and calls of operations.

import { formatShape } from '../base/tensor.ts';
import type { AttrValue, Value } from '../ir/graph.ts';
import type { Op, ParamSyntax, SurfaceSyntax } from '../ir/op.ts';
import { ShapeError } from '../ir/op.ts';
import { structuresOf } from '../ir/structure.ts';
import { present } from '../base/invariant.ts';
import type { ArithmeticOperator, BinaryExpression, BinaryOperator, CallExpression, Expression, Name, UnaryExpression } from '../syntax/ast.ts';
import { bindArguments } from './bind.ts';
import { argumentDiagnostics, nameDiagnostics, shapeDiagnostics } from './diagnostics.ts';
import { freeName } from './layer-names.ts';
import type { NetworkScope } from './network-scope.ts';
import { sampleShape } from './network-scope.ts';
import { checkNormalize, normalizeName } from './normalize.ts';
import { laterDefinition } from './references.ts';
import { unbuilt } from './unbuilt.ts';
import { paramTypes, readValue } from './values.ts';

/** The value of a layer expression; undefined where it or what it reads has been reported. */
export function checkLayer(expression: Expression, scope: NetworkScope, reader: string | undefined): Value | undefined {
  switch (expression.kind) {
    case 'name':
      return readLayer(expression, scope, reader);
    case 'call':
      return checkCall(expression, scope, reader);
    case 'number':
    case 'string':
    case 'boolean':
    case 'list':
      return scope.report(argumentDiagnostics['expected-layer']({ span: expression.span, args: [described[expression.kind]] }));
    case 'unary':
    case 'binary':
      return rejectArithmetic(expression, scope);
    case 'if':
    case 'repeat':
      return unbuilt(expression.kind);
  }
}

/** What operators on layers would be called, were there such operations. */
const operationOf: Readonly<Record<ArithmeticOperator, string>> & Partial<Record<BinaryOperator, string>> = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'remainder', '**': 'power' };

function rejectArithmetic(expression: BinaryExpression | UnaryExpression, { ops, report }: NetworkScope): undefined {
  const { kind, operator, span } = expression;
  const name = (kind === 'binary' ? operationOf[operator] : undefined) ?? 'negate';
  const syntax = ops.get(name)?.syntax;
  const written = ({ span: { source, start, end } }: Expression): string => (end - start <= 40 ? source.text.slice(start, end) : '...');
  const operands = (kind === 'binary' ? [expression.left, expression.right] : [expression.operand]).map(written);
  const arithmetic = [...ops.values()].filter((op) => op.syntax && Object.values(operationOf).includes(op.name)).map((op) => `\`${op.name}\``);
  const help = syntax ? `write \`${name}(${operands.join(', ')})\`` : `of layers there is ${arithmetic.join(', ')} so far`;
  return report(argumentDiagnostics['layer-arithmetic']({ span, args: [operator], help }));
}

const described = {
  number: 'a number',
  string: 'a string',
  boolean: 'a truth value',
  list: 'a list',
} as const;

function readLayer(name: Name, scope: NetworkScope, reader: string | undefined): Value | undefined {
  const binding = scope.bindings.get(name.text);
  if (binding) return binding.value;
  const later = laterDefinition(name, reader, scope.definitions, scope.cycles);
  if (later === 'known') return undefined;
  if (later) return scope.report(later);
  const constant = scope.constants.placeOf(name.text);
  if (constant) {
    const related = [{ message: `\`${name.text}\` is defined here`, span: constant }];
    return scope.report(nameDiagnostics['not-a-layer']({ span: name.span, args: [name.text], related }));
  }
  return scope.report(nameDiagnostics['unknown-layer']({ span: name.span, args: [name.text], help: scope.report.advice.on('layer', name.text, scope.bindings.keys()) }));
}

function checkCall(call: CallExpression, scope: NetworkScope, reader: string | undefined): Value | undefined {
  const callee = call.callee.text;
  const layer = present(scope.callNames.get(call), `name of a call of ${callee}`);
  const op = scope.ops.get(callee);
  const value =
    callee === normalizeName
      ? checkNormalize(call, layer, scope, (operand) => checkLayer(operand, scope, reader))
      : op?.syntax
        ? checkOp(call, layer, op, op.syntax, scope, reader)
        : rejectOp(call, scope, reader);
  if (value === undefined) scope.layers.set(layer, { name: layer, op: callee, span: call.span });
  return value;
}

function rejectOp(call: CallExpression, scope: NetworkScope, reader: string | undefined): undefined {
  const offered = [...scope.ops.values()].filter((op) => op.syntax).map((op) => op.name);
  scope.report(nameDiagnostics['unknown-op']({ span: call.callee.span, args: [call.callee.text], help: scope.report.advice.on('operation', call.callee.text, [...offered, normalizeName]) }));
  // Which arguments are operands is unknown; nested calls are operands wherever they stand.
  for (const argument of call.arguments) {
    if (argument.value.kind === 'call') checkLayer(argument.value, scope, reader);
  }
  return undefined;
}

function checkOp(
  call: CallExpression,
  layer: string,
  op: Op,
  syntax: SurfaceSyntax,
  scope: NetworkScope,
  reader: string | undefined,
): Value | undefined {
  const required = syntax.params.filter((param) => param.default === undefined).map((param) => param.name);
  const signature = {
    names: [...syntax.operands, ...syntax.params.map((param) => param.name)],
    required: [...syntax.operands, ...required],
    example: syntax.example,
  };
  const { values, complete } = bindArguments(call, signature, scope.report);
  const operands = syntax.operands.map((name) => {
    const expression = values.get(name);
    return expression && checkLayer(expression, scope, reader);
  });
  const args = checkParams(op.name, syntax.params, values, scope);
  const known = operands.filter((operand) => operand !== undefined);
  if (!complete || !args || known.length < operands.length) return undefined;

  const { builder } = scope;
  const origin = { layer, span: call.span };
  try {
    const inputs = known.map((operand) =>
      syntax.flattens && builder.shapeOf(operand).length === 4
        ? builder.one('flatten', [operand], {}, { layer: freeName(`${layer}.flatten`, scope.names), span: call.span })
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
    scope.parameters.push(...parameters);
    const axes = syntax.weightAxes?.(attrs, shapes);
    scope.layers.set(layer, { name: layer, op: op.name, span: call.span, checked: { value, structures: axes ? structuresOf(axes).map(({ name }) => name) : [] } });
    return value;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const related = known.flatMap((operand, index) => {
      const expression = values.get(syntax.operands[index] ?? '');
      return expression ? [{ message: `this is ${formatShape(sampleShape(builder.shapeOf(operand)))}`, span: expression.span }] : [];
    });
    return scope.report(shapeDiagnostics.mismatch({ span: call.span, args: [error.message], related, help: error.help }));
  }
}

/** Values of all parameters, defaults filled in; undefined if one has been reported. */
function checkParams(
  op: string,
  params: readonly ParamSyntax[],
  given: ReadonlyMap<string, Expression>,
  scope: NetworkScope,
): ReadonlyMap<string, AttrValue> | undefined {
  const args = new Map<string, AttrValue>();
  for (const param of params) {
    const expression = given.get(param.name);
    if (!expression) continue;
    const value = readValue(expression, paramTypes[param.type], scope.constants, scope.report, (found, expected) =>
      argumentDiagnostics.value({ span: expression.span, args: [param.name, found, expected], help: `${param.name} of ${op}: ${param.doc}` }),
    );
    if (value !== undefined) args.set(param.name, value);
  }
  const failed = params.some((param) => given.has(param.name) && !args.has(param.name));
  for (const param of params) {
    if (args.has(param.name) || param.default === undefined) continue;
    const value = typeof param.default === 'object' ? args.get(param.default.sameAs) : paramTypes[param.type].read(param.default);
    if (value !== undefined) args.set(param.name, value);
  }
  return failed || args.size < params.length ? undefined : args;
}
