// The arguments of an operation that are no layers.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { Expression } from '../../syntax/ast.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import type { Callable, CallableParam } from '../program/callable.ts';
import { formatConstant } from '../values/constants.ts';
import type { ValueType } from '../values/values.ts';
import { isFree } from './scope.ts';
import type { Scope } from './scope.ts';

/** Values of parameters, defaults filled in; what has been reported is missing. */
export function elaborateParams({ name: callee, params }: Callable, given: ReadonlyMap<string, Expression>, scope: Scope): ReadonlyMap<string, AttrValue> {
  const args = new Map<string, AttrValue>();
  for (const param of params) {
    const expression = given.get(param.name);
    const value = expression && elaborateParam(callee, param, expression, scope);
    if (value !== undefined) args.set(param.name, value);
  }
  for (const { name, type, default: otherwise } of params) {
    if (given.has(name) || otherwise === undefined) continue;
    const value = typeof otherwise === 'object' ? args.get(otherwise.sameAs) : (type.words?.get(String(otherwise)) ?? type.read(otherwise));
    if (value !== undefined) args.set(name, value);
  }
  return args;
}

export function elaborateParam(callee: string, { name, doc, type }: CallableParam, expression: Expression, scope: Scope): AttrValue | undefined {
  const help = doc === undefined ? undefined : `${name} of ${callee}: ${doc}`;
  return readArgument(expression, type, scope, (found, expected) => argumentDiagnostics.value({ span: expression.span, args: [name, found, expected], help }));
}

/** A word of the type, unless something has this name; a constant that holds one; any other constant. */
function readArgument<T>(expression: Expression, type: ValueType<T>, scope: Scope, reject: (found: string, expected: string) => Diagnostic): T | undefined {
  const { elaboration: { lookedUp }, constants, report } = scope;
  if (expression.kind === 'name' && type.words && isFree(expression.text, scope)) {
    lookedUp.add(expression);
    const value = type.words.get(expression.text);
    if (value !== undefined) return value;
    if (type.wordsAlone) return report(reject(`\`${expression.text}\``, type.expected(expression.text)));
  }
  const constant = constants.evaluate(expression);
  if (constant === undefined) return undefined;
  const held = expression.kind === 'name' && typeof constant === 'string' ? type.words?.get(constant) : undefined;
  return held ?? type.read(constant) ?? report(reject(formatConstant(constant), type.expected(constant)));
}
