// Where statements stand while they are elaborated: in the network, in a use of a block, in a turn of a `repeat` or in a
// branch of an `if`. The latter two see the names around them.

import type { Span } from '../../base/span.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Assignment, Expression, Name } from '../../syntax/ast.ts';
import type { Budget } from './budget.ts';
import { constantsOf } from '../values/constants.ts';
import type { Constant, Constants } from '../values/constants.ts';
import { nameDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { namesOfConstants, readTopLevel } from '../program/file-scope.ts';
import type { FileScope } from '../program/file-scope.ts';
import type { Definition, Instance, Wire } from './instance.ts';
import type { LayerNames, Naming } from './layer-names.ts';
import { laterDefinition, writtenByName } from '../program/references.ts';
import type { Cycles, Written } from '../program/references.ts';
import type { SymbolKind, SymbolTable } from '../program/symbols.ts';
import type { Trail } from './trail.ts';

/** What a name of a body stands for. Without a wire or a value it has been reported, and what reads it is silent. */
export type NameBinding =
  | { readonly kind: 'layer'; readonly symbol: SymbolKind; readonly span: Span; readonly wire: Wire | undefined }
  | { readonly kind: 'constant'; readonly symbol: SymbolKind; readonly span: Span; readonly value: Constant | undefined };

/** The statement that an expression is part of. */
export interface Within {
  readonly naming: Naming;
  /** The name that it defines. */
  readonly reader: string | undefined;
}

/** What all scopes of a network share. */
export interface Elaboration {
  readonly ops: OpRegistry;
  readonly symbols: SymbolTable;
  readonly budget: Budget;
  readonly cycles: Cycles;
  readonly lookedUp: Set<Name>;
  readonly names: LayerNames;
  /** So far. */
  readonly instances: Instance[];
  readonly definitions: Definition[];
  readonly reportWithin: (trail: Trail | undefined) => Report;
  /** Expressions hold bodies, which hold expressions: the way back from there. */
  readonly expression: (expression: Expression, scope: Scope, within: Within) => Wire | undefined;
  /** Whether all that takes place is known: not where the count of a `repeat` or the condition of an `if` is not. */
  whole: boolean;
  /** What is being written out is no more than one turn of what nobody knows how often it takes place. */
  sketched: boolean;
  /** Of what is being written out it is known how many layers it comes to. */
  foreseen: boolean;
  /** It has been told that the program is too large written out. */
  refused: boolean;
}

export interface Scope {
  readonly elaboration: Elaboration;
  readonly file: FileScope;
  /** Whose names are seen here too. */
  readonly outer: Scope | undefined;
  /** What names of layers begin with, as in `stage2.0.`. */
  readonly prefix: string;
  readonly trail: Trail | undefined;
  readonly report: Report;
  readonly bindings: Map<string, NameBinding>;
  /** What is assigned anywhere in the body, so that a name that is read too soon is told from one that is not known. */
  readonly written: ReadonlyMap<string, Written>;
  /** Names of layers that are free for the statement of that name alone. */
  readonly reserved: ReadonlySet<string>;
  readonly constants: Constants;
}

export type Surroundings = Pick<Scope, 'elaboration' | 'file' | 'outer' | 'prefix' | 'trail'>;

export function scopeOf(surroundings: Surroundings, assignments: readonly Assignment[], bindings: ReadonlyMap<string, NameBinding>): Scope {
  const { elaboration, outer, prefix, trail } = surroundings;
  const { names: { taken }, budget } = elaboration;
  const report = trail === outer?.trail && outer ? outer.report : elaboration.reportWithin(trail);
  const reserved = new Set(assignments.map(({ name }) => `${prefix}${name.text}`).filter((name) => !taken.has(name)));
  for (const name of reserved) taken.add(name);
  const constants: Constants = constantsOf({ read: (name) => readConstant(name, scope), spend: budget.spend, report });
  const scope: Scope = { ...surroundings, report, bindings: new Map(bindings), written: writtenByName(assignments), reserved, constants };
  return scope;
}

export function bindingOf(name: string, scope: Scope): NameBinding | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const binding = at.bindings.get(name);
    if (binding) return binding;
  }
  return undefined;
}

/** Whether a name stands for nothing here, so that it may be a word. */
export function isFree(name: string, scope: Scope): boolean {
  return !bindingOf(name, scope) && !scope.file.names.has(name);
}

/** Names of layers that can be read, from the outermost. */
export function* layersSeen(scope: Scope): Generator<string> {
  if (scope.outer) yield* layersSeen(scope.outer);
  for (const [name, { kind }] of scope.bindings) if (kind === 'layer') yield name;
}

/** The value of a constant, as far as it is known; nothing is reported. */
export function knownConstant({ text }: Name, scope: Scope): Constant | undefined {
  const found = bindingOf(text, scope) ?? scope.file.names.get(text);
  return found?.kind === 'constant' ? found.value : undefined;
}

/** The value of a constant; undefined where the name stands for none, which has been reported. */
export function readConstant(name: Name, scope: Scope): Constant | undefined {
  const { elaboration: { symbols, lookedUp }, file, report } = scope;
  lookedUp.add(name);
  const binding = bindingOf(name.text, scope);
  if (binding?.kind === 'constant') {
    symbols.note(name, binding.symbol, binding.span);
    return binding.value;
  }
  const layer = binding?.span ?? writtenPlace(name.text, scope);
  if (layer) return report(nameDiagnostics['not-a-constant']({ span: name.span, args: [name.text], related: [{ message: `\`${name.text}\` is defined here`, span: layer }] }));
  const known = file.names.get(name.text);
  if (known) return readTopLevel(name, known, symbols, report);
  const seen = [...constantsSeen(scope), ...namesOfConstants(file.names)];
  return report(nameDiagnostics['unknown-constant']({ span: name.span, args: [name.text], help: report.advice.on('constant', name.text, seen) }));
}

function* constantsSeen(scope: Scope): Generator<string> {
  if (scope.outer) yield* constantsSeen(scope.outer);
  for (const [name, { kind }] of scope.bindings) if (kind === 'constant') yield name;
}

function writtenPlace(name: string, scope: Scope): Span | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const written = at.written.get(name);
    if (written) return written.name.span;
  }
  return undefined;
}

/** The layer that a name stands for; undefined where it or its definition has been reported. */
export function readLayer(name: Name, scope: Scope, reader: string | undefined): Wire | undefined {
  const { elaboration: { symbols, cycles, lookedUp }, file, report } = scope;
  const { text, span } = name;
  lookedUp.add(name);
  const binding = bindingOf(text, scope);
  if (binding?.kind === 'layer') {
    symbols.note(name, binding.symbol, binding.span, binding.wire);
    return binding.wire;
  }
  for (let at: Scope | undefined = binding ? undefined : scope; at; at = at.outer) {
    const later = laterDefinition(name, at === scope ? reader : undefined, at.written, cycles);
    if (later) return later === 'known' ? undefined : report(later);
  }
  const known = file.names.get(text);
  const place = binding?.span ?? known?.definition;
  if (known?.kind === 'unknown' && !binding) return undefined;
  if (!place) return report(nameDiagnostics['unknown-layer']({ span, args: [text], help: report.advice.on('layer', text, layersSeen(scope)) }));
  const related = [{ message: `\`${text}\` is defined here`, span: place }];
  if (!binding && known?.kind === 'block') return report(nameDiagnostics['is-block']({ span, args: [text, 'a layer'], related, help: `call it: \`${text}(...)\`` }));
  return report(nameDiagnostics['not-a-layer']({ span, args: [text], related }));
}
