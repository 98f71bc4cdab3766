// Error recovery: after an error the smallest part around it that can be spared is taken out, and the rest is
// parsed again, so that each mistake is reported once and in its own terms.
//
//   in a `repeat`, an `if`     what may be missing there, if one of the trials gets the parser on
//   in a declaration's head    the same, else the declaration goes
//   within brackets            the argument or item, replaced by a name without width
//   elsewhere                  the statement, which begins where `startsStatement` says

import type { CstNode, IRecognitionException, IToken, TokenType } from 'chevrotain';
import { present } from '../base/invariant.ts';
import { endsOperand, isAtom, isCloser, isIdentifier, isOpener, isSupplied, supplied } from './brackets.ts';
import { beginsDeclaration, declarationWords } from './declaration-start.ts';
import { Heads } from './heads.ts';
import { binaryOperators } from './operators.ts';
import { parseTokens } from './parser.ts';
import type { ParsedTokens } from './parser.ts';
import { bestTrial, type Missing, missingInHead, missingWithin } from './trials.ts';
import {
  Comma, Dot, Else, Equals, Identifier, Keep, Lasso, LeftBrace, NumberToken, Of, Power, Return, RightBrace, Star, Strength,
} from './tokens.ts';

export interface Recovered {
  /** Without the parts that were taken out. */
  readonly cst: CstNode;
  readonly errors: readonly ParseError[];
  /** There may be more errors: looking for them would have taken too long. */
  readonly cutShort: boolean;
}

export interface ParseError {
  readonly exception: IRecognitionException;
  /** Around the token at which the parser stopped. */
  readonly previous: IToken | undefined;
  readonly next: IToken | undefined;
}

/** Tokens parsed at most: recovery parses a file up to each error, and some repairs are found by trying. */
const WORK_LIMIT = 100_000;

const nothing: CstNode = { name: 'file', children: {} };

interface Work {
  left: number;
}

export function parseRecovering(tokens: readonly IToken[]): Recovered {
  const errors: ParseError[] = [];
  const work: Work = { left: WORK_LIMIT };
  let rest = tokens;
  for (;;) {
    const { cst, error, at } = parseCounting(rest, work);
    if (!error) return { cst: cst ?? nothing, errors, cutShort: false };
    errors.push({ exception: error, previous: rest[at - 1], next: rest[at + 1] });
    if (work.left <= 0) return { cst: nothing, errors, cutShort: true };
    rest = repaired(rest, at, error, work);
  }
}

/** `at`: how far it got; the end of the file is no token of it. */
function parseCounting(tokens: readonly IToken[], work: Work): ParsedTokens & { readonly at: number } {
  const parsed = parseTokens(tokens);
  const found = parsed.error ? tokens.indexOf(parsed.error.token) : -1;
  const at = found < 0 ? tokens.length : found;
  // Copying the others and looking through them is cheaper than parsing them, but not nothing.
  work.left -= at + tokens.length / 4;
  return { ...parsed, at };
}

function repaired(tokens: readonly IToken[], at: number, error: IRecognitionException, work: Work): readonly IToken[] {
  const { ruleStack } = error.context;
  const depths = depthsOf(tokens);
  const tried = (missing: Missing): readonly IToken[] | undefined =>
    bestTrial(tokens, at, missing, (attempt) => parseCounting(attempt, work).at);
  const missing = missingWithin(ruleStack, error.token);
  const completed = missing && tried(missing);
  if (completed) return completed;
  const isConstant = ruleStack.includes('constant');
  if (present(depths.braces[at], 'depth') === 0 && ruleStack.length > 2 && !isConstant) return tried(missingInHead) ?? withoutDeclaration(tokens, at);
  return (
    (present(depths.brackets[at], 'depth') > 0 ? withoutItem(tokens, at, depths) : undefined) ??
    withoutStatement(tokens, at, ruleStack.at(-1) ?? 'file', depths)
  );
}

/** Around each token, and the end of the file: an opener counts as outside its pair, a closer as inside. */
interface Depths {
  readonly braces: readonly number[];
  readonly brackets: readonly number[];
  /** Whether in the head of an `if` or a `repeat`. */
  readonly heads: readonly boolean[];
}

function depthsOf(tokens: readonly IToken[]): Depths {
  const [braces, brackets, heads]: [number[], number[], boolean[]] = [[], [], []];
  const passed = new Heads();
  let [brace, bracket] = [0, 0];
  for (const token of tokens) {
    braces.push(brace);
    brackets.push(bracket);
    heads.push(passed.areOpen);
    passed.pass(token);
    const step = isOpener(token) ? 1 : isCloser(token) ? -1 : 0;
    if (token.tokenType === LeftBrace || token.tokenType === RightBrace) brace += step;
    else bracket += step;
  }
  return { braces: [...braces, brace], brackets: [...brackets, bracket], heads: [...heads, passed.areOpen] };
}

// Within brackets

function withoutItem(tokens: readonly IToken[], at: number, { brackets }: Depths): readonly IToken[] | undefined {
  const depth = brackets[at];
  const ends = (i: number): boolean => brackets[i] === depth && present(tokens[i], 'token').tokenType === Comma;
  let start = at;
  while (start > 0 && !ends(start - 1) && !(brackets[start - 1] !== depth && (brackets[start - 1] ?? 0) < (depth ?? 0))) start--;
  let end = at;
  while (end < tokens.length && !ends(end) && !(brackets[end] === depth && isCloser(present(tokens[end], 'token')))) end++;
  const item = tokens.slice(start, end);
  if (item.length === 1 && item.every(isSupplied)) return undefined;
  return tokens.toSpliced(start, end - start, supplied(Identifier, tokens[start - 1]));
}

// In the head of a declaration

function withoutDeclaration(tokens: readonly IToken[], at: number): readonly IToken[] {
  let start = at;
  while (start > 0 && !beginsDeclaration(tokens, start)) start--;
  let end = at + 1;
  while (end < tokens.length && !beginsDeclaration(tokens, end)) end++;
  return tokens.toSpliced(start, end - start);
}

// Elsewhere

/** Rules that stand between statements: an error there is at the next statement, not in the last. */
export const between: ReadonlySet<string> = new Set(['file', 'declaration', 'network', 'statement', 'sparsity', 'train', 'section']);

function withoutStatement(tokens: readonly IToken[], at: number, rule: string, depths: Depths): readonly IToken[] {
  const inStatement = !between.has(rule);
  const starts = (i: number): boolean => startsStatement(tokens, i, depths);
  let start = inStatement && starts(at) ? at - 1 : at;
  const depth = depths.braces[at] ?? 0;
  while (start > 0 && !(starts(start) && (depths.braces[start] ?? 0) <= depth)) start--;
  let end = inStatement && starts(at) ? at : at + 1;
  while (end < tokens.length && !(starts(end) && depths.braces[end] === depths.braces[start])) {
    const closes = tokens[end]?.tokenType === RightBrace && depths.braces[end] === depths.braces[start];
    if (closes && depths.braces[start] !== 0) break;
    end++;
  }
  return tokens.toSpliced(start, Math.max(1, end - start));
}

const starters: readonly TokenType[] = [...declarationWords, Return, Lasso];

/** After the brace of a body these go on with the expression that it is part of. */
const continuesValue: ReadonlySet<TokenType> = new Set([Else, ...binaryOperators]);

function startsStatement(tokens: readonly IToken[], i: number, { brackets, heads }: Depths): boolean {
  const [previous, token, next] = [tokens[i - 1], tokens[i], tokens[i + 1]];
  if (!token || !previous) return true;
  if ((brackets[i] ?? 0) > 0 || continuesValue.has(token.tokenType)) return false;
  const beginsLine = previous.startLine !== token.startLine;
  // A head that is never closed ends with its line.
  if (heads[i] === true && !beginsLine) return false;
  if (token.tokenType === RightBrace || starters.includes(token.tokenType)) return true;
  if (previous.tokenType === LeftBrace || previous.tokenType === RightBrace) return true;
  if ((token.tokenType === Strength || token.tokenType === Keep) && endsPatterns(tokens, i)) return false;
  const isNamed = isIdentifier(token) && (next?.tokenType === Equals || next?.tokenType === LeftBrace);
  if (isNamed && (previous.tokenType === Comma || endsOperand(previous))) return true;
  return beginsLine && (isNamed || (isAtom(token) && endsOperand(previous)));
}

const patternTypes: readonly TokenType[] = [Identifier, NumberToken, Dot, Star, Power, Comma];

/** `lasso filters of conv1, stage2.* strength`: with a slip after it, not the name of a setting. */
function endsPatterns(tokens: readonly IToken[], i: number): boolean {
  let before = i - 1;
  while (before > 0 && patternTypes.includes(present(tokens[before], 'token').tokenType)) before--;
  return tokens[before]?.tokenType === Of;
}
