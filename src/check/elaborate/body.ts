// Statements that take place, and the value that they come to.

import type { Assignment, Expression, Name } from '../../syntax/ast.ts';
import { argumentDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import type { Definition, Wire } from './instance.ts';
import { namingBeside, namingOf } from './layer-names.ts';
import { bindingOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** A body that is a value: a use of a block, a turn, a branch. */
export interface BodyParts {
  readonly assignments: readonly Assignment[];
  readonly value: Expression;
}

/** @param path What its value is called, and its own names behind a dot. */
export function elaborateBody({ assignments, value }: BodyParts, path: string, scope: Scope): Wire | undefined {
  const { definitions, ops } = scope.elaboration;
  const own = assignments.flatMap((assignment) => elaborateAssignment(assignment, scope) ?? []);
  const result = scope.elaboration.expression(value, scope, { naming: namingOf(path, value, scope.file, ops), reader: undefined });
  const body = { result };
  for (const definition of own) definitions.push({ ...definition, body });
  return result;
}

/** Undefined for a name that is another's already, or for what is no call: these are reported. */
export function elaborateAssignment({ name: { text: name, span }, name: written, value }: Assignment, scope: Scope): Definition | undefined {
  const { elaboration: { symbols }, report } = scope;
  const taken = scope.bindings.get(name);
  if (taken) {
    const related = [{ message: 'first defined here', span: taken.span }];
    report(nameDiagnostics.duplicate({ span, args: [name], related, help: `a name stands for one layer: call this one \`${unusedName(name, scope)}\`, and read that below` }));
  }
  const wire = elaborateStatement(written, value, !taken, scope);
  const isName = value.kind === 'name';
  if (isName && wire !== undefined) report(argumentDiagnostics['expected-call']({ span: value.span, args: [name] }));
  symbols.note(written, 'layer', span, wire);
  // Which of two definitions a reader means is unknown, so readers are silent.
  if (!taken) scope.bindings.set(name, { kind: 'layer', symbol: 'layer', span, wire: isName ? undefined : wire });
  else if (taken.kind === 'layer') scope.bindings.set(name, { ...taken, wire: undefined });
  return taken || isName ? undefined : { name, span, wire };
}

function elaborateStatement({ text }: Name, value: Expression, first: boolean, scope: Scope): Wire | undefined {
  const { elaboration: { ops, expression }, file, prefix, reserved } = scope;
  const path = `${prefix}${text}`;
  return expression(value, scope, { naming: first && reserved.has(path) ? namingOf(path, value, file, ops) : namingBeside(path), reader: text });
}

/** `x2` for `x`, `conv1_2` for `conv1`: for advice alone. */
function unusedName(name: string, scope: Scope): string {
  const stem = /\d$/.test(name) ? `${name}_` : name;
  let number = 2;
  while (number < 100 && (scope.written.has(`${stem}${number}`) || bindingOf(`${stem}${number}`, scope))) number++;
  return `${stem}${number}`;
}
