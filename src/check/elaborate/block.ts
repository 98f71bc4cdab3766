// A use of a block: its arguments are bound to its parameters, and its body takes place.

import type { BlockDeclaration, CallExpression, Expression } from '../../syntax/ast.ts';
import { bindArguments } from '../values/bind.ts';
import type { Signature } from '../values/bind.ts';
import type { Block } from '../program/block.ts';
import { isWord } from '../program/callable.ts';
import type { Constant } from '../values/constants.ts';
import { elaborateBody } from './body.ts';
import type { BodyParts } from './body.ts';
import { lookUpCallee } from './callee.ts';
import { writeOut } from './excess.ts';
import type { Least } from './fixed.ts';
import type { Wire } from './instance.ts';
import { nameOfPart } from './layer-names.ts';
import { leastOfUse, lookAhead } from './least.ts';
import { isFree, knownConstant, scopeOf } from './scope.ts';
import type { NameBinding, Elaboration, Scope, Within } from './scope.ts';

export function elaborateBlock(call: CallExpression, block: Block, scope: Scope, within: Within): Wire | undefined {
  const { elaboration, trail, report } = scope;
  const { declaration, kinds } = block;
  lookUpCallee(call.callee, scope);
  const { values: given } = bindArguments(call, signatureOf(declaration), report);
  const bindings = new Map<string, NameBinding>();
  for (const [name, expression] of given) {
    const span = block.parameters.get(name)?.name.span ?? declaration.span;
    const kind = kinds.get(name);
    if (kind === 'layer') bindings.set(name, { kind, symbol: 'parameter', span, wire: elaboration.expression(expression, scope, within) });
    if (kind === 'constant') bindings.set(name, { kind, symbol: 'parameter', span, value: constantGiven(expression, scope) });
  }
  const path = nameOfPart(call, call.callee.text, within.naming, elaboration.names);
  if (block.recursive) {
    elaboration.whole = false;
    return undefined;
  }
  const message = `\`${declaration.name.text}\` is used here, as \`${path}\``;
  const least = (): Least => leastOfUse(call, block, lookAhead(scope.file, (name) => knownConstant(name, scope)));
  return writeOut(least, call.callee.span, scope, () => elaborateUse(block, bindings, path, { outer: trail, span: call.callee.span, message }, elaboration));
}

/** @param bindings Of what is given; the rest has its default, or has been reported. */
export function elaborateUse(block: Block, bindings: ReadonlyMap<string, NameBinding>, path: string, trail: Scope['trail'], elaboration: Elaboration): Wire | undefined {
  const { declaration, kinds } = block;
  const body = bodyOf(declaration);
  if (!body) return undefined;
  const scope = scopeOf({ elaboration, file: block.scope(), outer: undefined, prefix: `${path}.`, trail }, body.assignments, bindings);
  for (const { name, default: otherwise } of declaration.parameters) {
    if (!elaboration.budget.spend()) return undefined;
    const { text, span } = name;
    const kind = kinds.get(text);
    // A default may read the parameters before it.
    if (!scope.bindings.has(text)) scope.bindings.set(text, kind === 'layer' ? { kind, symbol: 'parameter', span, wire: undefined } : { kind: 'constant', symbol: 'parameter', span, value: otherwise && kind ? constantGiven(otherwise, scope) : undefined });
    const binding = scope.bindings.get(text);
    elaboration.symbols.note(name, 'parameter', span, binding?.kind === 'layer' ? binding.wire : undefined);
  }
  return elaborateBody(body, path, scope);
}

/** What a parameter is given: a word of an operation too, which stands for itself where nothing has its name. */
function constantGiven(expression: Expression, scope: Scope): Constant | undefined {
  const { elaboration: { ops }, constants } = scope;
  const isOwnWord = expression.kind === 'name' && isFree(expression.text, scope) && isWord(expression.text, ops);
  return isOwnWord ? expression.text : constants.evaluate(expression);
}

/** Undefined where it returns nothing, which the parser has reported. */
export function bodyOf({ statements }: BlockDeclaration): BodyParts | undefined {
  const returned = statements.find((statement) => statement.kind === 'return');
  return returned && { assignments: statements.filter((statement) => statement.kind === 'assignment'), value: returned.value };
}

function signatureOf({ name, parameters }: BlockDeclaration): Signature {
  const required = parameters.filter((parameter) => !parameter.default).map((parameter) => parameter.name.text);
  const shown = parameters.map((parameter) => (parameter.default ? `${parameter.name.text} = ...` : parameter.name.text));
  return { names: parameters.map((parameter) => parameter.name.text), required, example: `${name.text}(${shown.join(', ')})` };
}
