// A call of an operation that takes place -> an instance.

import type { CallExpression, Expression } from '../../syntax/ast.ts';
import { bindArguments } from '../values/bind.ts';
import type { Signature } from '../values/bind.ts';
import { callableNamed, normalizeCallable, operandNames } from '../program/callable.ts';
import type { Callable } from '../program/callable.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import { elaborateParams } from './arguments.ts';
import { lookUpCallee } from './callee.ts';
import type { Instance, Wire } from './instance.ts';
import { nameOfPart } from './layer-names.ts';
import type { Scope, Within } from './scope.ts';

/** Undefined where it or what it reads has been reported. */
export function elaborateCall(call: CallExpression, scope: Scope, within: Within): Wire | undefined {
  const { elaboration, report } = scope;
  lookUpCallee(call.callee, scope);
  const known = callableNamed(call.callee.text, elaboration.ops);
  if (!known) return rejectCall(call, scope, within);
  const callable = { ...known, operands: operandNames(known, call.arguments.filter(({ name }) => !name).length) };
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
  const { expression } = scope.elaboration;
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

/** `normalize` is for what comes from outside; what has been reported may have. */
function readsInput(call: CallExpression, given: ReadonlyMap<string, Expression>, [wire]: Instance['operands'], { report }: Scope): boolean {
  if (typeof wire !== 'number') return true;
  report(argumentDiagnostics['normalize-place']({ span: given.get('input')?.span ?? call.span, args: [] }));
  return false;
}
