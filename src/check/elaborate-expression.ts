// Expressions that stand for layers: names of layers and calls of operations.

import type { AttrValue } from '../ir/graph.ts';
import type { BinaryExpression, CallExpression, Expression, Name, UnaryExpression } from '../syntax/ast.ts';
import { bindArguments } from './bind.ts';
import type { Signature } from './bind.ts';
import { callableNamed, callableNames, normalizeCallable } from './callable.ts';
import type { Callable } from './callable.ts';
import { argumentDiagnostics, nameDiagnostics } from './diagnostics.ts';
import type { Instance, Wire } from './instance.ts';
import { nameOfCall } from './layer-names.ts';
import type { Naming } from './layer-names.ts';
import { laterDefinition } from './references.ts';
import type { Scope } from './scope.ts';
import { unbuilt } from './unbuilt.ts';
import { readValue } from './values.ts';

/** The statement that an expression is part of. */
export interface Within {
  readonly naming: Naming;
  /** The name that it defines. */
  readonly reader: string | undefined;
}

/** The value of a layer expression; undefined where it or what it reads has been reported. */
export function elaborateExpression(expression: Expression, scope: Scope, within: Within): Wire | undefined {
  switch (expression.kind) {
    case 'name':
      return readLayer(expression, scope, within);
    case 'call':
      return elaborateCall(expression, scope, within);
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

function rejectArithmetic(expression: BinaryExpression | UnaryExpression, { ops, report }: Scope): undefined {
  const { kind, operator, span } = expression;
  const arithmetic = [...ops.values()].filter((op) => op.syntax?.operator !== undefined);
  const meant = kind === 'binary' ? arithmetic.find((op) => op.syntax?.operator === operator) : undefined;
  const written = ({ span: { source, start, end } }: Expression): string => (end - start <= 40 ? source.text.slice(start, end) : '...');
  const operands = (kind === 'binary' ? [expression.left, expression.right] : [expression.operand]).map(written);
  const help = meant ? `write \`${meant.name}(${operands.join(', ')})\`` : `of layers there is ${arithmetic.map(({ name }) => `\`${name}\``).join(', ')} so far`;
  return report(argumentDiagnostics['layer-arithmetic']({ span, args: [operator], help }));
}

const described = {
  number: 'a number',
  string: 'a string',
  boolean: 'a truth value',
  list: 'a list',
} as const;

function readLayer(name: Name, scope: Scope, { reader }: Within): Wire | undefined {
  const binding = scope.bindings.get(name.text);
  if (binding) {
    scope.symbols.note(name, binding.wire === 'input' ? 'input' : 'layer', binding.span, binding.wire);
    return binding.wire;
  }
  const later = laterDefinition(name, reader, scope.written, scope.cycles);
  if (later === 'known') return undefined;
  if (later) return scope.report(later);
  const constant = scope.constants.placeOf(name.text);
  if (constant) {
    const related = [{ message: `\`${name.text}\` is defined here`, span: constant }];
    return scope.report(nameDiagnostics['not-a-layer']({ span: name.span, args: [name.text], related }));
  }
  return scope.report(nameDiagnostics['unknown-layer']({ span: name.span, args: [name.text], help: scope.report.advice.on('layer', name.text, scope.bindings.keys()) }));
}

function elaborateCall(call: CallExpression, scope: Scope, within: Within): Wire | undefined {
  const callable = callableNamed(call.callee.text, scope.ops);
  if (!callable) return rejectCall(call, scope, within);
  scope.symbols.note(call.callee, 'operation');
  const { values: given, complete } = bindArguments(call, signatureOf(callable), scope.report);
  // In the order they are written, for that is the order of names.
  const wires = new Map<string, Wire | undefined>();
  for (const [name, expression] of given) {
    if (callable.operands.includes(name)) wires.set(name, elaborateExpression(expression, scope, within));
  }
  const operands = callable.operands.map((name) => wires.get(name));
  const args = elaborateParams(callable, given, scope);
  const placed = callable !== normalizeCallable || readsInput(call, given, operands, scope);
  const sound = complete && placed && args.size === callable.params.length;
  const position = place(call, { given, operands, args, sound }, scope, within);
  return sound && !operands.includes(undefined) ? position : undefined;
}

/** The position of a new instance. */
function place(call: CallExpression, instance: Omit<Instance, 'call' | 'path'>, { names, instances }: Scope, { naming }: Within): number {
  return instances.push({ path: nameOfCall(call, naming, names), call, ...instance }) - 1;
}

function rejectCall(call: CallExpression, scope: Scope, within: Within): undefined {
  const { text, span } = call.callee;
  scope.report(nameDiagnostics['unknown-op']({ span, args: [text], help: scope.report.advice.on('operation', text, callableNames(scope.ops)) }));
  // Which arguments are operands is unknown; nested calls are operands wherever they stand.
  for (const { value } of call.arguments) {
    if (value.kind === 'call') elaborateExpression(value, scope, within);
  }
  place(call, { given: new Map(), operands: [], args: new Map(), sound: false }, scope, within);
  return undefined;
}

function signatureOf({ operands, params, example }: Callable): Signature {
  const required = params.filter((param) => param.default === undefined);
  return { names: [...operands, ...params.map(({ name }) => name)], required: [...operands, ...required.map(({ name }) => name)], example };
}

/** `normalize` is for what comes from outside. */
function readsInput(call: CallExpression, given: Instance['given'], [wire]: Instance['operands'], { report }: Scope): boolean {
  if (wire === undefined || wire === 'input') return true;
  report(argumentDiagnostics['normalize-place']({ span: given.get('input')?.span ?? call.span, args: [] }));
  return false;
}

/** Values of parameters, defaults filled in; what has been reported is missing. */
function elaborateParams({ name: callee, params }: Callable, given: Instance['given'], { constants, report }: Scope): ReadonlyMap<string, AttrValue> {
  const args = new Map<string, AttrValue>();
  for (const { name, doc, type } of params) {
    const expression = given.get(name);
    if (!expression) continue;
    const help = doc === undefined ? undefined : `${name} of ${callee}: ${doc}`;
    const value = readValue(expression, type, constants, report, (found, expected) => argumentDiagnostics.value({ span: expression.span, args: [name, found, expected], help }));
    if (value !== undefined) args.set(name, value);
  }
  for (const { name, type, default: otherwise } of params) {
    if (given.has(name) || otherwise === undefined) continue;
    const value = typeof otherwise === 'object' ? args.get(otherwise.sameAs) : type.read(otherwise);
    if (value !== undefined) args.set(name, value);
  }
  return args;
}
