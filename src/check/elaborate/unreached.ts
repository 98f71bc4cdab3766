// Names where nothing takes place: in a branch that is not taken, behind an `and` that is false, in a default that every
// use replaces, in a block of an import that nobody uses. No value is known of these, but a name that stands for nothing
// is no less wrong there. What has been looked up before is left out, so that nothing is told twice.

import { penaltyValues, returnedValues } from '../../syntax/ast.ts';
import type { CallExpression, Declaration, Expression, IfExpression, Name, NetworkDeclaration, RepeatExpression } from '../../syntax/ast.ts';
import { argumentKinds } from '../program/argument-kinds.ts';
import { blockNamed } from '../program/block.ts';
import type { Block } from '../program/block.ts';
import { isWord } from '../program/callable.ts';
import type { CallableParam } from '../program/callable.ts';
import type { FileScope } from '../program/file-scope.ts';
import { allWithin, constantNames, partsOf } from '../program/walk.ts';
import { elaborateParam } from './arguments.ts';
import { bodyOf } from './block.ts';
import type { BodyParts } from './body.ts';
import { lookUpCallee } from './callee.ts';
import { beginElaboration } from './elaborate.ts';
import type { Tools } from './elaborate.ts';
import { bindingOf, isFree, readConstant, readLayer, scopeOf } from './scope.ts';
import type { NameBinding, Elaboration, Scope } from './scope.ts';

/** To be called when all else of the program has been looked up. */
export function lookUpUnreached(file: FileScope, tools: Tools): void {
  // What it names takes no place, so no other is without its name.
  const elaboration = beginElaboration(tools);
  for (const block of file.blocks) lookUpInBlock(block, file, elaboration);
  for (const declaration of file.file.declarations) {
    if (declaration.kind === 'network') lookUpInNetwork(declaration, file, elaboration);
    for (const value of settingsOf(declaration)) lookUpInSetting(value, file, elaboration);
  }
}

function lookUpInBlock({ declaration, kinds }: Block, file: FileScope, elaboration: Elaboration): void {
  const body = bodyOf(declaration);
  if (!body) return;
  const scope = scopeAround(body, file, elaboration);
  for (const { name: { text, span }, default: otherwise } of declaration.parameters) {
    if (otherwise) lookUpGiven(otherwise, scope);
    scope.bindings.set(text, { ...(kinds.get(text) === 'layer' ? layerAt(span) : constantAt(span)), symbol: 'parameter' });
  }
  lookUpInBody(body, scope);
}

function lookUpInNetwork({ inputs, statements }: NetworkDeclaration, file: FileScope, elaboration: Elaboration): void {
  const assignments = statements.filter((statement) => statement.kind === 'assignment');
  const scope = scopeAround({ assignments }, file, elaboration);
  for (const { name: { text, span } } of inputs) scope.bindings.set(text, { ...layerAt(span), symbol: 'input' });
  lookUpAssignments({ assignments }, scope);
  for (const statement of statements) for (const value of statement.kind === 'return' ? returnedValues(statement) : []) lookUpLayer(value, scope, undefined);
}

/** Settings take words of their own; what is computed is of constants alone. */
function lookUpInSetting(value: Expression, { constants }: FileScope, { lookedUp }: Elaboration): void {
  const computed = allWithin(value).filter(({ kind }) => kind === 'if' || kind === 'binary' || kind === 'unary');
  for (const name of computed.flatMap(constantNames)) if (!lookedUp.has(name)) constants.evaluate(name);
}

function settingsOf(declaration: Declaration): readonly Expression[] {
  switch (declaration.kind) {
    case 'const':
    case 'block':
      return [];
    case 'network':
      return [...declaration.inputs.flatMap(({ type }) => type.extents), ...declaration.statements.flatMap((statement) => (statement.kind === 'labels' ? statement.labels.items : []))];
    case 'sparsity':
      return declaration.statements.flatMap((statement) => {
        if (statement.kind === 'setting') return [statement.value];
        if (statement.kind === 'total') return [statement.amount.value];
        return [...statement.layers.flatMap(({ multiplier }) => multiplier ?? []), ...penaltyValues(statement)];
      });
    case 'train':
      return declaration.entries.flatMap((entry) => (entry.kind === 'setting' ? [entry.value] : entry.settings.map(({ value }) => value)));
  }
}

function scopeAround({ assignments }: Pick<BodyParts, 'assignments'>, file: FileScope, elaboration: Elaboration): Scope {
  return scopeOf({ elaboration, file, outer: undefined, prefix: '', trail: undefined }, assignments, new Map());
}

function scopeWithin(body: BodyParts, outer: Scope, bindings: ReadonlyMap<string, NameBinding> = new Map()): Scope {
  return scopeOf({ ...outer, outer }, body.assignments, bindings);
}

function layerAt(span: NameBinding['span']): NameBinding {
  return { kind: 'layer', symbol: 'layer', span, wire: undefined };
}

function constantAt(span: NameBinding['span']): NameBinding {
  return { kind: 'constant', symbol: 'constant', span, value: undefined };
}

function lookUpInBody(body: BodyParts, scope: Scope): void {
  lookUpAssignments(body, scope);
  lookUpLayer(body.value, scope, undefined);
}

function lookUpAssignments({ assignments }: Pick<BodyParts, 'assignments'>, scope: Scope): void {
  for (const { name, value } of assignments) {
    const { text, span } = name;
    lookUpLayer(value, scope, text);
    scope.elaboration.symbols.note(name, 'layer', span);
    if (!scope.bindings.has(text)) scope.bindings.set(text, layerAt(span));
  }
}

/** @param reader The name that is being defined. */
function lookUpLayer(expression: Expression, scope: Scope, reader: string | undefined): void {
  switch (expression.kind) {
    case 'name':
      return lookUpName(expression, scope, (name) => readLayer(name, scope, reader));
    case 'call':
      return lookUpInCall(expression, scope, reader);
    case 'if':
      return lookUpInIf(expression, scope);
    case 'repeat':
      return lookUpInRepeat(expression, scope, reader);
    case 'number':
    case 'string':
    case 'boolean':
    case 'list':
    case 'unary':
    case 'binary':
      // It is no layer, so what its names should stand for is unknown.
      for (const part of partsOf(expression)) if (part.kind === 'call') lookUpInCall(part, scope, reader);
  }
}

function lookUpInCall(call: CallExpression, scope: Scope, reader: string | undefined): void {
  const { elaboration: { ops, lookedUp }, file } = scope;
  const { callee } = call;
  if (!lookedUp.has(callee)) lookUpCallee(callee, scope);
  const isBlock = blockNamed(callee.text, file) !== undefined;
  for (const { value, kind, param } of argumentKinds(call, file, ops)) {
    if (kind === 'layer') lookUpLayer(value, scope, reader);
    if (kind !== 'constant') continue;
    if (isBlock) lookUpGiven(value, scope);
    // What an argument that there is not would take is unknown.
    else if (param) lookUpParam(callee.text, param, value, scope);
  }
}

function lookUpParam(callee: string, param: CallableParam, value: Expression, scope: Scope): void {
  if (!isFreeName(value, scope)) lookUpConstant(value, scope);
  else if (!scope.elaboration.lookedUp.has(value)) elaborateParam(callee, param, value, scope);
}

/** What a parameter of a block is given, which may be a word. */
function lookUpGiven(value: Expression, scope: Scope): void {
  if (!isFreeName(value, scope) || !isWord(value.text, scope.elaboration.ops)) lookUpConstant(value, scope);
}

function isFreeName(value: Expression, scope: Scope): value is Name {
  return value.kind === 'name' && isFree(value.text, scope);
}

function lookUpInIf({ condition, then, otherwise }: IfExpression, scope: Scope): void {
  lookUpConstant(condition, scope);
  for (const body of [then, otherwise]) lookUpInBody(body, scopeWithin(body, scope));
}

function lookUpInRepeat({ count, index, carried, body }: RepeatExpression, scope: Scope, reader: string | undefined): void {
  lookUpConstant(count, scope);
  lookUpLayer(carried.initial, scope, reader);
  const { symbols } = scope.elaboration;
  symbols.note(carried.name, 'layer', carried.name.span);
  if (index) symbols.note(index, 'constant', index.span);
  const bindings = new Map<string, NameBinding>([...(index ? [[index.text, constantAt(index.span)] as const] : []), [carried.name.text, layerAt(carried.name.span)]]);
  lookUpInBody(body, scopeWithin(body, scope, bindings));
}

function lookUpConstant(expression: Expression, scope: Scope): void {
  for (const name of constantNames(expression)) lookUpName(name, scope, () => readConstant(name, scope));
}

function lookUpName(name: Name, scope: Scope, read: (name: Name) => unknown): void {
  const { elaboration: { lookedUp, symbols } } = scope;
  if (lookedUp.has(name)) return;
  const binding = bindingOf(name.text, scope);
  // That a parameter is one thing in all of its block is seen to (block-kinds.ts).
  if (binding?.symbol === 'parameter') symbols.note(name, 'parameter', binding.span);
  else read(name);
}
