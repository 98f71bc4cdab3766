// A main source and all that it imports, parsed: what a program consists of. Reading is left to the caller.

import type { Diagnostic } from '../../base/diagnostic.ts';
import { grouped } from '../../base/number-text.ts';
import type { Source } from '../../base/span.ts';
import type { SourceFile, StringLiteral } from '../../syntax/ast.ts';
import { MEBIBYTE, MOST_CHARACTERS, MOST_COMMENTS, MOST_WORDS, oneTooMany } from '../../syntax/limits.ts';
import { parse } from '../../syntax/parse.ts';
import { importDiagnostics } from '../diagnostics.ts';
import { importPath } from './import-path.ts';
import type { Program } from './link.ts';

/** Sources of one program. */
const MOST_FILES = 100;

/** Why a source cannot be read, in words, and what to do. */
export interface Unread {
  readonly why: string;
  readonly help?: string | undefined;
}

/** @param path From the folder of the main source, with `/`; it leads nowhere else. */
export type ReadImport = (path: string) => Source | Unread;

export interface ParsedProgram extends Program {
  /** File by file, the main one first. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where the main source has errors, nothing is imported. */
export function parseProgram(source: Source, read: ReadImport): ParsedProgram {
  const { file: main, diagnostics: ofMain } = parse(source);
  const imported = new Map<string, SourceFile>();
  const diagnostics = [...ofMain];
  const texts = [source.text];
  if (ofMain.some(({ severity }) => severity === 'error')) return { main, imported, diagnostics };

  const load = (literal: StringLiteral): SourceFile | undefined => {
    const path = importPath(literal);
    // What is no path is told when files are linked.
    if (typeof path !== 'string' || imported.has(path)) return undefined;
    const refuse = (diagnostic: Diagnostic): undefined => void diagnostics.push(diagnostic);
    const { span } = literal;
    if (imported.size + 1 >= MOST_FILES) return refuse(importDiagnostics['too-large']({ span, args: [path, `${MOST_FILES} files`] }));
    const found = read(path);
    if (!('text' in found)) return refuse(importDiagnostics.unreadable({ span, args: [path, found.why], help: found.help }));
    texts.push(found.text);
    const excess = excessOf(texts);
    if (excess !== undefined) return refuse(importDiagnostics['too-large']({ span, args: [path, excess] }));
    const parsed = parse(found);
    diagnostics.push(...parsed.diagnostics);
    imported.set(path, parsed.file);
    return parsed.file;
  };
  const files = [main];
  // An array is iterated up to its end, also where that moves meanwhile.
  for (const file of files) {
    for (const { path } of file.imports) {
      const found = load(path);
      if (found) files.push(found);
    }
  }
  return { main, imported, diagnostics };
}

/** What a program of these texts has too much of: all together are held to the limits of one. */
function excessOf(texts: readonly string[]): string | undefined {
  if (texts.reduce((sum, { length }) => sum + length, 0) > MOST_CHARACTERS) return `${MOST_CHARACTERS / MEBIBYTE} MiB`;
  const beyond = oneTooMany(texts.join('\n'));
  if (!beyond) return undefined;
  return beyond.what === 'words' ? `${grouped(MOST_WORDS)} names, numbers and signs` : `${grouped(MOST_COMMENTS)} comments`;
}
