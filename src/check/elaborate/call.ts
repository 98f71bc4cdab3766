// A call of an operation that takes place -> an instance.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { CallExpression, Expression } from '../../syntax/ast.ts';
import { bindArguments } from '../values/bind.ts';
import type { Signature } from '../values/bind.ts';
import { callableNamed, normalizeCallable, operandNames } from '../program/callable.ts';
import type { Callable } from '../program/callable.ts';
import { adviceOn } from '../program/untaken-calls.ts';
import { formatConstant } from '../values/constants.ts';
import { argumentDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import type { Instance, Wire } from './instance.ts';
import { nameOfPart } from './layer-names.ts';
import { bindingOf } from './scope.ts';
import type { Scope, Within } from './scope.ts';
import type { ValueType } from '../values/values.ts';

/** Undefined where it or what it reads has been reported. */
export function elaborateCall(call: CallExpression, scope: Scope, within: Within): Wire | undefined {
  const { elaboration, report } = scope;
  const known = callableNamed(call.callee.text, elaboration.ops);
  if (!known) return rejectCall(call, scope, within);
  const callable = { ...known, operands: operandNames(known, call.arguments.filter(({ name }) => !name).length) };
  elaboration.symbols.note(call.callee, 'operation');
  const { values: given, complete } = bindArguments(call, signatureOf(callable), report);
  // In the order they are written, for that is the order of names.
  const wires = new Map<string, Wire | undefined>();
  for (const [name, expression] of given) {
    if (callable.operands.includes(name)) wires.set(name, elaboration.expression(expression, scope, within));
  }
  const operands = callable.operands.map((name) => wires.get(name));
  const args = elaborateParams(callable, given, scope);
  const placed = known !== normalizeCallable || readsInput(call, given, operands, scope);
  const sound = complete && placed && args.size === callable.params.length;
  const position = place(call, { given, operands, args, sound }, scope, within);
  return sound && !operands.includes(undefined) ? position : undefined;
}

/** The position of a new instance. */
function place(call: CallExpression, instance: Pick<Instance, 'given' | 'operands' | 'args' | 'sound'>, { elaboration: { names, instances, budget }, trail }: Scope, { naming }: Within): number {
  const path = nameOfPart(call, call.callee.text, naming, names);
  budget.name(path);
  return instances.push({ path, call, ...instance, trail }) - 1;
}

function rejectCall(call: CallExpression, scope: Scope, within: Within): undefined {
  const { elaboration: { ops, expression }, file, report } = scope;
  const { text, span } = call.callee;
  if (file.names.get(text)?.kind !== 'unknown') {
    report(nameDiagnostics['unknown-op']({ span, args: [text], help: adviceOn(text, file.names, ops, report) }));
  }
  // Which arguments are operands is unknown; nested calls are operands wherever they stand.
  for (const { value } of call.arguments) {
    if (value.kind === 'call') expression(value, scope, within);
  }
  place(call, { given: new Map(), operands: [], args: new Map(), sound: false }, scope, within);
  return undefined;
}

function signatureOf({ operands, params, example }: Callable): Signature {
  const required = params.filter((param) => param.default === undefined);
  return { names: [...operands, ...params.map(({ name }) => name)], required: [...operands, ...required.map(({ name }) => name)], example };
}

/** `normalize` is for what comes from outside. */
function readsInput(call: CallExpression, given: ReadonlyMap<string, Expression>, [wire]: Instance['operands'], { report }: Scope): boolean {
  if (wire === undefined || wire === 'input') return true;
  report(argumentDiagnostics['normalize-place']({ span: given.get('input')?.span ?? call.span, args: [] }));
  return false;
}

/** A word of the type, unless something has this name; a constant that holds one; any other constant. */
function readArgument<T>(expression: Expression, type: ValueType<T>, scope: Scope, reject: (found: string, expected: string) => Diagnostic): T | undefined {
  const { constants, file, report } = scope;
  if (expression.kind === 'name' && type.words && !bindingOf(expression.text, scope) && !file.names.has(expression.text)) {
    const value = type.words.get(expression.text);
    if (value !== undefined) return value;
    if (type.wordsAlone) return report(reject(`\`${expression.text}\``, type.expected(expression.text)));
  }
  const constant = constants.evaluate(expression);
  if (constant === undefined) return undefined;
  const held = expression.kind === 'name' && typeof constant === 'string' ? type.words?.get(constant) : undefined;
  return held ?? type.read(constant) ?? report(reject(formatConstant(constant), type.expected(constant)));
}

/** Values of parameters, defaults filled in; what has been reported is missing. */
function elaborateParams({ name: callee, params }: Callable, given: ReadonlyMap<string, Expression>, scope: Scope): ReadonlyMap<string, AttrValue> {
  const args = new Map<string, AttrValue>();
  for (const { name, doc, type } of params) {
    const expression = given.get(name);
    if (!expression) continue;
    const help = doc === undefined ? undefined : `${name} of ${callee}: ${doc}`;
    const reject = (found: string, expected: string): Diagnostic => argumentDiagnostics.value({ span: expression.span, args: [name, found, expected], help });
    const value = readArgument(expression, type, scope, reject);
    if (value !== undefined) args.set(name, value);
  }
  for (const { name, type, default: otherwise } of params) {
    if (given.has(name) || otherwise === undefined) continue;
    const value = typeof otherwise === 'object' ? args.get(otherwise.sameAs) : (type.words?.get(String(otherwise)) ?? type.read(otherwise));
    if (value !== undefined) args.set(name, value);
  }
  return args;
}
