// A network declaration -> the calls of operations that take place in it, in the order they are computed, with all
// names and arguments resolved. Nothing is known of shapes here: the graph is built from what this answers.

import type { Span } from '../base/span.ts';
import type { Shape } from '../base/tensor.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { Assignment, Expression, NetworkDeclaration } from '../syntax/ast.ts';
import type { ConstantScope } from './constants.ts';
import { argumentDiagnostics, nameDiagnostics } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';
import { elaborateExpression } from './elaborate-expression.ts';
import { checkInputShape } from './inputs.ts';
import type { Definition, Instance, Wire } from './instance.ts';
import { checkLabels } from './labels.ts';
import type { Labels } from './labels.ts';
import { namingOf, OUTPUT_NAME } from './layer-names.ts';
import type { LayerNames } from './layer-names.ts';
import { noCycles, writtenByName } from './references.ts';
import type { Scope } from './scope.ts';
import type { SymbolTable } from './symbols.ts';

export interface Elaborated {
  /** Absent: it has been reported. */
  readonly input: { readonly name: string; readonly shape: Shape } | undefined;
  /** What each reads stands before it. */
  readonly instances: readonly Instance[];
  readonly definitions: readonly Definition[];
  /** Absent: it has been reported, or the network returns nothing. */
  readonly output: { readonly wire: Wire; readonly span: Span } | undefined;
  readonly labels: Labels | undefined;
  readonly names: LayerNames;
}

export function elaborate(declaration: NetworkDeclaration, constants: ConstantScope, symbols: SymbolTable, ops: OpRegistry, report: Report): Elaborated {
  const assignments = declaration.statements.filter((statement) => statement.kind === 'assignment');
  const returned = declaration.statements.find((statement) => statement.kind === 'return');
  const scope: Scope = {
    ops,
    constants,
    report,
    symbols,
    bindings: new Map(),
    written: writtenByName(assignments),
    cycles: noCycles(),
    names: { taken: new Set(assignments.map((assignment) => assignment.name.text)), copies: new Map() },
    instances: [],
  };
  const input = elaborateInputs(declaration, scope);
  const definitions = assignments.flatMap((assignment) => elaborateAssignment(assignment, scope) ?? []);
  const wire = returned && elaborateStatement(OUTPUT_NAME, returned.value, scope, undefined);
  const labels = checkLabels(declaration.statements.filter((statement) => statement.kind === 'labels'), constants, report);
  return { input, labels, instances: scope.instances, definitions, output: wire === undefined ? undefined : { wire, span: returned?.value.span ?? declaration.span }, names: scope.names };
}

/** The network's one input, bound to its name. */
function elaborateInputs(declaration: NetworkDeclaration, scope: Scope): Elaborated['input'] {
  const { constants, report, symbols } = scope;
  const [first, ...others] = declaration.inputs;
  for (const { name } of declaration.inputs) {
    refuseConstantName(name.text, name.span, scope);
    const taken = scope.bindings.get(name.text);
    if (taken) report(nameDiagnostics.duplicate({ span: name.span, args: [name.text], related: [{ message: 'first defined here', span: taken.span }] }));
    scope.bindings.set(name.text, { span: name.span });
    scope.names.taken.add(name.text);
    symbols.note(name, 'input', name.span, name === first?.name && others.length === 0 ? 'input' : undefined);
  }
  if (!first || others.length > 0) {
    return report(nameDiagnostics['several-inputs']({ span: others[0]?.span ?? declaration.name.span, args: [declaration.name.text, declaration.inputs.length] }));
  }
  const shape = checkInputShape(first, constants, report);
  if (!shape) return undefined;
  scope.bindings.set(first.name.text, { span: first.name.span, wire: 'input' });
  return { name: first.name.text, shape };
}

/** Undefined for a name that is another's already, or for what is no call: these are reported. */
function elaborateAssignment(assignment: Assignment, scope: Scope): Definition | undefined {
  const { text: name, span } = assignment.name;
  refuseConstantName(name, span, scope);
  const taken = scope.bindings.get(name);
  if (taken) {
    const related = [{ message: 'first defined here', span: taken.span }];
    scope.report(nameDiagnostics.duplicate({ span, args: [name], related, help: `a name stands for one layer: call this one \`${unusedName(name, scope)}\`, and read that below` }));
  } else {
    // The name is free for the calls of its own statement.
    scope.names.taken.delete(name);
  }
  const wire = elaborateStatement(name, assignment.value, scope, name);
  const isName = assignment.value.kind === 'name';
  if (isName && wire !== undefined) scope.report(argumentDiagnostics['expected-call']({ span: assignment.value.span, args: [name] }));
  scope.names.taken.add(name);
  // Which of two definitions a reader means is unknown, so readers are silent.
  const bound = taken || isName ? undefined : wire;
  scope.bindings.set(name, { span: taken?.span ?? span, ...(bound !== undefined && { wire: bound }) });
  scope.symbols.note(assignment.name, 'layer', span, wire);
  return taken || isName ? undefined : { name, span, wire };
}

function elaborateStatement(name: string, value: Expression, scope: Scope, reader: string | undefined): Wire | undefined {
  return elaborateExpression(value, scope, { naming: namingOf(name, value, scope.ops, scope.names), reader });
}

/** `x2` for `x`, `conv1_2` for `conv1`: for advice alone. */
function unusedName(name: string, { names: { taken }, written }: Scope): string {
  const stem = /\d$/.test(name) ? `${name}_` : name;
  let number = 2;
  while (number < 100 && (taken.has(`${stem}${number}`) || written.has(`${stem}${number}`))) number++;
  return `${stem}${number}`;
}

function refuseConstantName(name: string, span: Span, scope: Scope): void {
  const constant = scope.constants.placeOf(name);
  if (constant) scope.report(nameDiagnostics.duplicate({ span, args: [name], related: [{ message: 'first defined here', span: constant }] }));
}
