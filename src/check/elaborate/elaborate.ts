// A network declaration -> the calls of operations that take place in it, in the order they are computed, with all
// names and arguments resolved: blocks are written out, `repeat` turns, and of an `if` one branch is left. Nothing is
// known of shapes here: the graph is built from what this answers.

import type { Shape } from '../../base/tensor.ts';
import type { Span } from '../../base/span.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Name, NetworkDeclaration } from '../../syntax/ast.ts';
import type { Block } from '../program/block.ts';
import type { Budget } from './budget.ts';
import { nameDiagnostics } from '../diagnostics.ts';
import { elaborateAssignment } from './body.ts';
import { elaborateUse } from './block.ts';
import { elaborateExpression } from './expression.ts';
import type { FaultList } from '../fault-list.ts';
import type { FileScope } from '../program/file-scope.ts';
import { checkInputShape } from '../network/inputs.ts';
import type { Definition, Instance, Wire } from './instance.ts';
import { checkLabels } from '../network/labels.ts';
import type { Labels } from '../network/labels.ts';
import { namingBeside, namingOf, OUTPUT_NAME } from './layer-names.ts';
import type { LayerNames } from './layer-names.ts';
import { noCycles } from '../program/references.ts';
import { scopeOf } from './scope.ts';
import type { Elaboration, Scope } from './scope.ts';
import { usesOf } from '../program/settle-blocks.ts';
import type { SymbolTable } from '../program/symbols.ts';

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
  /** All that takes place is known: only then is a layer that is missing none. */
  readonly whole: boolean;
}

/** What elaboration works with. */
export interface Tools {
  readonly ops: OpRegistry;
  readonly symbols: SymbolTable;
  readonly budget: Budget;
  readonly list: FaultList;
  /** Names that have been looked up, where they are written: the others stand where nothing takes place (unreached.ts). */
  readonly lookedUp: Set<Name>;
}

export function elaborate(declaration: NetworkDeclaration, file: FileScope, tools: Tools): Elaborated {
  const assignments = declaration.statements.filter((statement) => statement.kind === 'assignment');
  const returned = declaration.statements.find((statement) => statement.kind === 'return');
  const elaboration = beginElaboration(tools);
  const { instances, definitions, names, budget } = elaboration;
  for (const { name } of declaration.inputs) names.taken.add(name.text);
  const scope = scopeOf({ elaboration, file, outer: undefined, prefix: '', trail: undefined }, assignments, new Map());
  const input = elaborateInputs(declaration, scope);
  for (const assignment of assignments) {
    refuseConstantName(assignment.name.text, assignment.name.span, scope);
    const definition = elaborateAssignment(assignment, scope);
    if (definition) definitions.push(definition);
  }
  const naming = returned && !names.taken.has(OUTPUT_NAME) ? namingOf(OUTPUT_NAME, returned.value, file, tools.ops) : namingBeside(OUTPUT_NAME);
  const wire = returned && elaborateExpression(returned.value, scope, { naming, reader: undefined });
  const labels = checkLabels(declaration.statements.filter((statement) => statement.kind === 'labels'), file.constants, scope.report);
  const output = wire === undefined || !budget.left() ? undefined : { wire, span: returned?.value.span ?? declaration.span };
  // What is too large to be written out is not built either.
  const written = budget.left() ? { instances, definitions } : { instances: [], definitions: [] };
  return { input, ...written, output, labels, names, whole: elaboration.whole && budget.left() };
}

/** Blocks that nobody uses, for what is wrong in them whatever they are given. */
export function elaborateAlone(blocks: readonly Block[], tools: Tools): void {
  const used = new Set(blocks.flatMap((block) => usesOf(block).map((use) => use.block)));
  for (const block of blocks) {
    if (!block.recursive && !used.has(block)) elaborateUse(block, new Map(), block.declaration.name.text, undefined, beginElaboration(tools));
  }
}

export function beginElaboration({ ops, symbols, budget, list, lookedUp }: Tools): Elaboration {
  return {
    ops,
    symbols,
    budget,
    cycles: noCycles(),
    lookedUp,
    names: { taken: new Set(), copies: new Map() },
    instances: [],
    definitions: [],
    reportWithin: list.reportWithin,
    expression: elaborateExpression,
    whole: true,
    sketched: false,
    foreseen: false,
    refused: false,
  };
}

/** The network's one input, bound to its name. */
function elaborateInputs(declaration: NetworkDeclaration, scope: Scope): Elaborated['input'] {
  const { elaboration: { symbols }, file, bindings, report } = scope;
  const [first, ...others] = declaration.inputs;
  for (const { name } of declaration.inputs) {
    refuseConstantName(name.text, name.span, scope);
    const taken = bindings.get(name.text);
    if (taken) report(nameDiagnostics.duplicate({ span: name.span, args: [name.text], related: [{ message: 'first defined here', span: taken.span }] }));
    bindings.set(name.text, { kind: 'layer', symbol: 'input', span: name.span, wire: undefined });
    symbols.note(name, 'input', name.span, name === first?.name && others.length === 0 ? 'input' : undefined);
  }
  if (!first || others.length > 0) {
    return report(nameDiagnostics['several-inputs']({ span: others[0]?.span ?? declaration.name.span, args: [declaration.name.text, declaration.inputs.length] }));
  }
  const shape = checkInputShape(first, file.constants, report);
  if (!shape) return undefined;
  bindings.set(first.name.text, { kind: 'layer', symbol: 'input', span: first.name.span, wire: 'input' });
  return { name: first.name.text, shape };
}

function refuseConstantName(name: string, span: Span, { file, report }: Scope): void {
  const known = file.names.get(name);
  if (known?.kind === 'constant') report(nameDiagnostics.duplicate({ span, args: [name], related: [{ message: 'first defined here', span: known.span }] }));
}
