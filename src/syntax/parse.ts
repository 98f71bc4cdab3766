// Text to syntax tree. Slips that have one likely meaning (a misspelt keyword, a bracket left open, a missing
// comma) are put right on the tokens first, so that the parser reports the others too:
//
//   text -> tokens -> respell -> balance -> parse (with recovery) -> syntax tree -> structure

import type { CstNode, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { cappedOfSource } from '../base/diagnostic-list.ts';
import type { Source } from '../base/span.ts';
import type { SourceFile } from './ast.ts';
import { balance } from './balance.ts';
import { endOf } from './brackets.ts';
import { DEPTH_LIMIT, tooDeep } from './depth.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { readTokens } from './lex.ts';
import { MEBIBYTE, MOST_CHARACTERS, MOST_COMMENTS, MOST_WORDS, oneTooMany } from './limits.ts';
import { respell } from './misspelt.ts';
import { parserDiagnostics } from './parser-diagnostics.ts';
import { parseRecovering } from './recover.ts';
import { structureDiagnostics } from './structure.ts';
import { toAst } from './to-ast.ts';


export interface Parsed {
  /** With errors: what could be read; only fit for tools that tolerate gaps. */
  readonly file: SourceFile;
  /** In source order. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The concrete syntax of a file: its tree is whole only where there are no diagnostics. */
export interface Read {
  readonly cst: CstNode;
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

export function parse(source: Source): Parsed {
  const read = readSyntax(source);
  const converted = toAst(source, read.cst);
  const found = [...read.diagnostics, ...converted.diagnostics];
  const structure = found.length === 0 ? structureDiagnostics(converted.file) : [];
  return { file: converted.file, diagnostics: cappedOfSource([...found, ...structure].sort(bySource), (hidden) => syntaxDiagnostics['too-many']({ args: [hidden] })) };
}

export function readSyntax(source: Source): Read {
  const { length } = source.text;
  if (length > MOST_CHARACTERS) {
    return unread(syntaxDiagnostics['file-too-large']({ args: [(length / MEBIBYTE).toFixed(1), MOST_CHARACTERS / MEBIBYTE] }));
  }
  const beyond = oneTooMany(source.text);
  if (beyond) {
    const { what, start, end } = beyond;
    return unread(syntaxDiagnostics[`too-many-${what}`]({ span: { source, start, end }, args: [what === 'words' ? MOST_WORDS : MOST_COMMENTS] }));
  }
  const { tokens, comments, diagnostics } = readTokens(source);
  const deep = tooDeep(tokens);
  if (deep) {
    const span = { source, start: deep.startOffset, end: endOf(deep) };
    return unread(syntaxDiagnostics['too-deep']({ span, args: [DEPTH_LIMIT] }));
  }
  const respelt = respell(source, tokens);
  const balanced = balance(source, respelt.tokens);
  const { cst, errors, cutShort } = parseRecovering(balanced.tokens);
  const before = [...diagnostics, ...respelt.diagnostics, ...balanced.diagnostics];
  const found = [...before, ...parserDiagnostics(source, errors, before)];
  if (cutShort) found.push(syntaxDiagnostics['cut-short']({ span: { source, start: source.text.length, end: source.text.length }, args: [] }));
  return { cst, tokens, comments, diagnostics: found };
}

function unread(diagnostic: Diagnostic): Read {
  return { cst: { name: 'file', children: {} }, tokens: [], comments: [], diagnostics: [diagnostic] };
}

function bySource(a: Diagnostic, b: Diagnostic): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}
