// Names that hide others: they mean something else from there on, which is not always meant. And the value that a
// `repeat` carries, where no turn reads it: all turns but the last are in vain then.

import type { Span } from '../../base/span.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { statementValues } from '../../syntax/ast.ts';
import type { Body, Expression, Name, RepeatExpression } from '../../syntax/ast.ts';
import { callableNamed } from './callable.ts';
import { blockDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { FileScope } from './file-scope.ts';
import { partsOf } from './walk.ts';

interface Seen {
  readonly outer: Seen | undefined;
  readonly names: Map<string, Definition>;
}

interface Definition {
  readonly what: string;
  readonly span: Span;
  /** Whether some expression reads it. */
  read?: boolean;
}

/** Warns. In the network itself a constant's name is an error (elaborate.ts), as are two definitions in one body. */
export function warnOfHiding({ file, names }: FileScope, ops: OpRegistry, report: Report): void {
  const top: Seen = { outer: undefined, names: new Map() };
  for (const [name, { kind, span }] of names) {
    if (kind === 'constant') top.names.set(name, { what: 'the constant', span });
    if (kind === 'block' && callableNamed(name, ops)) report(blockDiagnostics.hides({ span, args: [name, 'the operation'], severity: 'warning' }));
  }
  const define = ({ text, span }: Name, what: string, seen: Seen): void => {
    const hidden = found(text, seen.outer);
    if (hidden) report(blockDiagnostics.hides({ span, args: [text, hidden.what], related: [{ message: 'this is hidden', span: hidden.span }], severity: 'warning' }));
    seen.names.set(text, { what, span });
  };
  const enterBody = ({ assignments, value }: Body, seen: Seen): void => {
    for (const assignment of assignments) {
      enter(assignment.value, seen);
      if (!seen.names.has(assignment.name.text)) define(assignment.name, 'the layer', seen);
    }
    enter(value, seen);
  };
  const enter = (expression: Expression, seen: Seen): void => {
    if (expression.kind === 'if') {
      enter(expression.condition, seen);
      enterBody(expression.then, within(seen));
      enterBody(expression.otherwise, within(seen));
    } else if (expression.kind === 'repeat') {
      enterRepeat(expression, seen);
    } else if (expression.kind === 'name') {
      const known = found(expression.text, seen);
      if (known) known.read = true;
    } else {
      for (const part of partsOf(expression)) enter(part, seen);
    }
  };
  const enterRepeat = ({ count, carried, index, body }: RepeatExpression, seen: Seen): void => {
    enter(count, seen);
    enter(carried.initial, seen);
    const turn = within(seen);
    // `with x = x` is how a turn begins with what is there.
    if (found(carried.name.text, seen)?.what === 'the constant') define(carried.name, 'the layer', turn);
    else turn.names.set(carried.name.text, { what: 'the layer', span: carried.name.span });
    const begun = turn.names.get(carried.name.text);
    if (index && index.text !== carried.name.text) define(index, 'the constant', turn);
    enterBody(body, turn);
    if (!begun?.read) report(blockDiagnostics['unread-turns']({ span: carried.name.span, args: [carried.name.text], help: 'read it in the body, or write the body alone, without `repeat`', severity: 'warning' }));
  };

  for (const declaration of file.declarations) {
    if (declaration.kind !== 'block' && declaration.kind !== 'network') continue;
    const seen = within(top);
    for (const { name } of declaration.kind === 'block' ? declaration.parameters : []) if (!seen.names.has(name.text)) define(name, 'the parameter', seen);
    for (const statement of declaration.statements) {
      if (statement.kind === 'labels') continue;
      for (const value of statementValues(statement)) enter(value, seen);
      if (statement.kind !== 'assignment' || seen.names.has(statement.name.text)) continue;
      if (declaration.kind === 'block') define(statement.name, 'the layer', seen);
      else seen.names.set(statement.name.text, { what: 'the layer', span: statement.name.span });
    }
  }
}

function within(outer: Seen): Seen {
  return { outer, names: new Map() };
}

function found(name: string, seen: Seen | undefined): Definition | undefined {
  for (let at = seen; at; at = at.outer) {
    const known = at.names.get(name);
    if (known) return known;
  }
  return undefined;
}
