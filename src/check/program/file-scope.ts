// The names of one file: what it imports, its constants and its blocks.

import type { Span } from '../../base/span.ts';
import type { BlockDeclaration, BlockParameter, ConstDeclaration, ImportDeclaration, Name, SourceFile } from '../../syntax/ast.ts';
import type { Block } from './block.ts';
import { constantsOf } from '../values/constants.ts';
import type { Constant, Constants } from '../values/constants.ts';
import { importDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { laterDefinition, noCycles, writtenByName } from './references.ts';
import type { SymbolTable } from './symbols.ts';
import { constantNames } from './walk.ts';

/** What a name of a file stands for. */
export type TopLevel =
  /** Without a value it has been reported, and what reads it is silent. */
  | { readonly kind: 'constant'; readonly span: Span; readonly definition: Span; readonly value: Constant | undefined }
  | { readonly kind: 'block'; readonly span: Span; readonly definition: Span; readonly block: Block }
  /** Its import has been reported. */
  | { readonly kind: 'unknown'; readonly span: Span; readonly definition: Span };

export interface FileScope {
  readonly file: SourceFile;
  readonly names: ReadonlyMap<string, TopLevel>;
  /** Those that it defines itself, in its order. */
  readonly blocks: readonly Block[];
  readonly constants: Constants;
}

export interface FileSurroundings {
  /** The file of an import; undefined: it has been reported. */
  readonly imported: (declaration: ImportDeclaration) => FileScope | undefined;
  /** Places of the names a network defines: for a better message when one stands for a number. */
  readonly layers: ReadonlyMap<string, Span>;
  readonly symbols: SymbolTable;
  /** Takes in each name that is looked up. */
  readonly lookedUp: Set<Name>;
  readonly spend: () => boolean;
  readonly report: Report;
}

export function fileScope(file: SourceFile, { imported, layers, symbols, lookedUp, spend, report }: FileSurroundings): FileScope {
  const names = new Map<string, TopLevel>();
  const written = writtenByName(file.declarations.filter((each) => each.kind === 'const'));
  const cycles = noCycles();
  let current: string | undefined;

  const read = (name: Name): Constant | undefined => {
    lookedUp.add(name);
    const known = names.get(name.text);
    if (known) return readTopLevel(name, known, symbols, report);
    const later = laterDefinition(name, current, written, cycles);
    if (later) return later === 'known' ? undefined : report(later);
    const layer = layers.get(name.text);
    if (layer) return report(nameDiagnostics['not-a-constant']({ span: name.span, args: [name.text], related: [{ message: `\`${name.text}\` is defined here`, span: layer }] }));
    return report(nameDiagnostics['unknown-constant']({ span: name.span, args: [name.text], help: report.advice.on('constant', name.text, namesOfConstants(names)) }));
  };
  const constants = constantsOf({ read, spend, report });

  /** Whether the name is new. */
  const isNew = ({ text, span }: Name): boolean => {
    const first = names.get(text);
    if (first) report(nameDiagnostics.duplicate({ span, args: [text], related: [{ message: 'first defined here', span: first.span }] }));
    return !first;
  };
  const defineConstant = ({ name, value }: ConstDeclaration): void => {
    symbols.note(name, 'constant', name.span);
    current = name.text;
    const known = constants.evaluate(value);
    // What its value does not depend on: a branch that is not taken.
    for (const each of constantNames(value)) if (!lookedUp.has(each)) read(each);
    current = undefined;
    const first = names.get(name.text);
    if (isNew(name)) names.set(name.text, { kind: 'constant', span: name.span, definition: name.span, value: known });
    // Which of two values a reader means is unknown, so readers are silent.
    else if (first?.kind === 'constant') names.set(name.text, { ...first, value: undefined });
  };
  const defineBlock = (declaration: BlockDeclaration): Block | undefined => {
    const { name } = declaration;
    symbols.note(name, 'block', name.span);
    if (!isNew(name)) return undefined;
    const block: Block = { declaration, parameters: byName(declaration.parameters), scope: () => scope, kinds: new Map(), recursive: false, least: { layers: 0, work: 0, exact: false } };
    names.set(name.text, { kind: 'block', span: name.span, definition: name.span, block });
    return block;
  };

  for (const declaration of file.imports) {
    const origin = imported(declaration);
    for (const name of declaration.names) {
      if (isNew(name)) names.set(name.text, importedName(name, origin, declaration, symbols, report));
    }
  }
  const blocks: Block[] = [];
  for (const declaration of file.declarations) {
    if (declaration.kind === 'const') defineConstant(declaration);
    const block = declaration.kind === 'block' ? defineBlock(declaration) : undefined;
    if (block) blocks.push(block);
  }
  const scope: FileScope = { file, names, blocks, constants };
  return scope;
}

function byName(parameters: readonly BlockParameter[]): Block['parameters'] {
  return new Map(parameters.toReversed().map((parameter) => [parameter.name.text, parameter]));
}

/** The constant that a name stands for. */
export function readTopLevel(name: Name, known: TopLevel, symbols: SymbolTable, report: Report): Constant | undefined {
  if (known.kind === 'unknown') return undefined;
  symbols.note(name, known.kind, known.definition);
  if (known.kind === 'constant') return known.value;
  return report(nameDiagnostics['is-block']({ span: name.span, args: [name.text, 'a constant'], related: [{ message: `\`${name.text}\` is defined here`, span: known.definition }] }));
}

/** Names of the constants among what a file knows. */
export function namesOfConstants(names: ReadonlyMap<string, TopLevel>): readonly string[] {
  return [...names].flatMap(([name, { kind }]) => (kind === 'constant' ? [name] : []));
}

function importedName(name: Name, origin: FileScope | undefined, { path }: ImportDeclaration, symbols: SymbolTable, report: Report): TopLevel {
  const unknown: TopLevel = { kind: 'unknown', span: name.span, definition: name.span };
  if (!origin) return unknown;
  const found = origin.names.get(name.text);
  if (found?.kind === 'unknown') return unknown;
  if (found && origin.file.imports.some((other) => other.names.some(({ text }) => text === name.text))) {
    const related = [{ message: 'it is imported there itself', span: found.span }];
    report(importDiagnostics['not-its-own']({ span: name.span, args: [path.value, name.text], related, help: 'import it from the file that defines it' }));
    return unknown;
  }
  if (!found) {
    const own = [...origin.names.keys()];
    report(importDiagnostics['no-name']({ span: name.span, args: [path.value, name.text], help: report.advice.on('layer', name.text, own) ?? 'constants and blocks can be imported' }));
    return unknown;
  }
  symbols.note(name, found.kind, found.definition);
  return { ...found, span: name.span };
}
