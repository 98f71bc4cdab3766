// A network declaration -> the calls of operations that take place in it, in the order they are computed, with all
// names and arguments resolved: blocks are written out, `repeat` turns, and of an `if` one branch is left. Nothing is
// known of shapes here: the graph is built from what this answers.

import type { Shape } from '../../base/tensor.ts';
import type { Span } from '../../base/span.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { returnedValues } from '../../syntax/ast.ts';
import type { Name, NetworkDeclaration, ReturnStatement } from '../../syntax/ast.ts';
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
  /** In order; those that have been reported are missing. */
  readonly inputs: readonly InputWire[];
  /** What each reads stands before it. */
  readonly instances: readonly Instance[];
  readonly definitions: readonly Definition[];
  /** In order. Absent: one has been reported, or the network returns nothing. */
  readonly outputs: readonly OutputWire[] | undefined;
  readonly labels: Labels | undefined;
  /** Whether labels are written: right ones or wrong. */
  readonly labelled: boolean;
  readonly names: LayerNames;
  /** All that takes place is known: only then is a layer that is missing none. */
  readonly whole: boolean;
}

export interface InputWire {
  readonly name: string;
  readonly shape: Shape;
  readonly span: Span;
}

export interface OutputWire {
  /** That of the layer where there are several, else {@link OUTPUT_NAME}. */
  readonly name: string;
  readonly wire: Wire;
  readonly span: Span;
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
  const inputs = elaborateInputs(declaration, scope);
  for (const assignment of assignments) {
    refuseConstantName(assignment.name.text, assignment.name.span, scope);
    const definition = elaborateAssignment(assignment, scope);
    if (definition) definitions.push(definition);
  }
  const outputs = returned && elaborateReturn(returned, scope);
  const statements = declaration.statements.filter((statement) => statement.kind === 'labels');
  const labels = checkLabels(statements, file.constants, scope.report);
  // What is too large to be written out is not built either.
  const written = budget.left() ? { instances, definitions } : { instances: [], definitions: [] };
  return { inputs, ...written, outputs: budget.left() ? outputs : undefined, labels, labelled: statements.length > 0, names, whole: elaboration.whole && budget.left() };
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

/** The network's inputs, bound to their names. */
function elaborateInputs(declaration: NetworkDeclaration, scope: Scope): Elaborated['inputs'] {
  const { elaboration: { symbols }, file, bindings, report } = scope;
  const inputs = declaration.inputs.map((input): InputWire | undefined => {
    const { name, name: { text, span } } = input;
    refuseConstantName(text, span, scope);
    const taken = bindings.get(text);
    if (taken) report(nameDiagnostics.duplicate({ span, args: [text], related: [{ message: 'first defined here', span: taken.span }] }));
    symbols.note(name, 'input', span, taken ? undefined : text);
    const shape = checkInputShape(input, file.constants, report);
    // Which of two a reader means is unknown, so readers are silent.
    bindings.set(text, { kind: 'layer', symbol: 'input', span: taken?.span ?? span, wire: taken || !shape ? undefined : text });
    return taken || !shape ? undefined : { name: text, shape, span };
  });
  return inputs.filter((input) => input !== undefined);
}

/** What the network returns. Of several each is a name, which the output has too. */
function elaborateReturn(statement: ReturnStatement, scope: Scope): Elaborated['outputs'] {
  const { value, others } = statement;
  const { elaboration: { names, ops }, file, report } = scope;
  const only = others.length === 0;
  const naming = only && !names.taken.has(OUTPUT_NAME) ? namingOf(OUTPUT_NAME, value, file, ops) : namingBeside(OUTPUT_NAME);
  const seen = new Map<string, Span>();
  const outputs = returnedValues(statement).map((returned): OutputWire | undefined => {
    const { span } = returned;
    const wire = elaborateExpression(returned, scope, { naming, reader: undefined });
    if (only) return wire === undefined ? undefined : { name: OUTPUT_NAME, wire, span };
    if (returned.kind !== 'name') return report(nameDiagnostics['unnamed-output']({ span, args: [], help: 'write `scores = ...` above, and return `scores`' }));
    const { text } = returned;
    const before = seen.get(text);
    if (before) return report(nameDiagnostics['output-twice']({ span, args: [text], related: [{ message: 'first returned here', span: before }] }));
    seen.set(text, span);
    return wire === undefined ? undefined : { name: text, wire, span };
  });
  const sound = outputs.filter((output) => output !== undefined);
  return sound.length < outputs.length ? undefined : sound;
}

function refuseConstantName(name: string, span: Span, { file, report }: Scope): void {
  const known = file.names.get(name);
  if (known?.kind === 'constant') report(nameDiagnostics.duplicate({ span, args: [name], related: [{ message: 'first defined here', span: known.span }] }));
}
