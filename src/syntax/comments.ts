// Which token each comment belongs to, for the formatter. A place is chosen so that the formatted text puts the
// comment where reading it again finds the same place; otherwise formatting twice would move it twice.
//
//   trailing  after a token, at the end of its line      `x = 1  // why`
//   leading   on lines of its own before an item         `// why` above `x = 1`
//   inline    right before an item                       `f(/* NCHW */ x)`
//
// Items are what the formatter starts on a line: declarations, statements, settings, arguments, the value of a body.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import { positionAt } from '../base/span.ts';
import type { Source } from '../base/span.ts';
import { endOf, isCloser, isOpener } from './brackets.ts';
import { childrenOf } from './cst.ts';
import { Comma, LineComment } from './tokens.ts';

export interface LeadingComment {
  readonly text: string;
  readonly blankBefore: boolean;
}

export interface TokenComments {
  readonly leading: readonly LeadingComment[];
  readonly inline: readonly string[];
  readonly trailing: readonly string[];
  /** Whether a blank line stands between the token and what precedes it, its own comments included. */
  readonly blankBefore: boolean;
}

/** By the offset of the token; the end of the file is at the length of the text. */
export type CommentMap = ReadonlyMap<number, TokenComments>;

const itemRules: ReadonlySet<string> = new Set([
  'import', 'declaration', 'statement', 'setting', 'lasso', 'budget', 'total', 'section', 'argument', 'parameter', 'inputParameter',
]);

/** Rules whose expressions are items. */
const bracketed: ReadonlySet<string> = new Set(['list', 'parenthesized', 'body']);

interface Items {
  readonly starts: ReadonlySet<number>;
  readonly ends: ReadonlySet<number>;
  /** The start of the innermost item around each token. */
  readonly around: ReadonlyMap<number, number>;
}

function findItems(file: CstNode): Items {
  const [starts, ends, around] = [new Set<number>(), new Set<number>(), new Map<number, number>()];
  const visit = (node: CstNode, enclosing: number, parent: string): void => {
    const { startOffset, endOffset } = present(node.location, 'location of a syntax node');
    const isItem = itemRules.has(node.name) || (bracketed.has(parent) && node.name === 'expression');
    if (isItem) {
      starts.add(startOffset);
      ends.add(present(endOffset, 'end of a syntax node') + 1);
    }
    const item = isItem ? startOffset : enclosing;
    for (const child of childrenOf(node)) {
      if ('children' in child) visit(child, item, node.name);
      else around.set(child.startOffset, item);
    }
  };
  for (const child of childrenOf(file)) if ('children' in child) visit(child, 0, file.name);
  return { starts, ends, around };
}

interface Places {
  readonly leading: string[];
  readonly leadingBlanks: boolean[];
  readonly inline: string[];
  readonly trailing: string[];
  blankBefore: boolean;
}

export function attachComments(
  source: Source,
  file: CstNode,
  allTokens: readonly IToken[],
  comments: readonly IToken[],
): CommentMap {
  const { text } = source;
  const items = findItems(file);
  const tokens = allTokens.filter((token) => token.tokenType !== Comma);
  const commas = allTokens.filter((token) => token.tokenType === Comma).map((token) => token.startOffset);
  const places = new Map<number, Places>();
  const at = (offset: number): Places => {
    const known = places.get(offset);
    if (known) return known;
    const fresh: Places = { leading: [], leadingBlanks: [], inline: [], trailing: [], blankBefore: false };
    places.set(offset, fresh);
    return fresh;
  };
  const gap = (from: number, to: number): string => text.slice(from, to);
  // By the table of lines: between two tokens there may be thousands of comments.
  const onOneLine = (from: number, to: number): boolean => positionAt(source, from).line === positionAt(source, to).line;

  let [nextToken, nextComma, nextComment] = [0, 0, 0];
  /** End of the last comment that trails the last token, or of that token. */
  let trailEnd = 0;
  let lastEnd = 0;
  while (nextToken <= tokens.length) {
    const next = tokens[nextToken];
    const nextStart = next?.startOffset ?? text.length;
    const comment = comments[nextComment];
    if (!comment || comment.startOffset > nextStart) {
      at(nextStart).blankBefore ||= isBlank(gap(lastEnd, nextStart));
      if (next) lastEnd = trailEnd = endOf(next);
      nextToken++;
      continue;
    }
    nextComment++;
    const end = endOf(comment);
    while ((commas[nextComma] ?? Infinity) < comment.startOffset) nextComma++;
    const commaAfter = (commas[nextComma] ?? Infinity) < nextStart;
    const previous = tokens[nextToken - 1];
    const image = comment.image.replaceAll('\r\n', '\n').trimEnd();
    const ownLine = comment.tokenType === LineComment || image.includes('\n');
    const blank = isBlank(gap(lastEnd, comment.startOffset));
    lastEnd = end;

    const trails = previous !== undefined && onOneLine(trailEnd, comment.startOffset);
    const meetsNext = next !== undefined && onOneLine(end, nextStart) && !commaAfter;
    const dangles = previous !== undefined && isOpener(previous) && next !== undefined && isCloser(next);
    const startsItem = next === undefined || items.starts.has(nextStart) || isCloser(next);
    const lead = (offset: number): void => {
      at(offset).leading.push(image);
      at(offset).leadingBlanks.push(blank);
    };
    if (ownLine) {
      const endsLine = previous !== undefined && (isOpener(previous) || items.ends.has(endOf(previous)));
      if (trails && endsLine && !dangles) {
        at(previous.startOffset).trailing.push(image);
        trailEnd = end;
      } else if (startsItem) lead(nextStart);
      else hoist(at(items.around.get(nextStart) ?? nextStart), image);
    } else if (dangles) lead(nextStart);
    else if (items.starts.has(nextStart) && meetsNext) at(nextStart).inline.push(image);
    else if (previous !== undefined && !isOpener(previous) && (trails || !startsItem)) {
      at(previous.startOffset).trailing.push(image);
      trailEnd = end;
    } else lead(nextStart);
  }
  return new Map([...places].map(([offset, place]) => [offset, finished(place)]));
}

/** A comment from the middle of an item goes above it; the blank line stays above both. */
function hoist(place: Places, image: string): void {
  place.leading.push(image);
  place.leadingBlanks.push(place.blankBefore);
  place.blankBefore = false;
}

function finished({ leading, leadingBlanks, inline, trailing, blankBefore }: Places): TokenComments {
  return {
    leading: leading.map((text, i) => ({ text, blankBefore: leadingBlanks[i] ?? false })),
    inline,
    trailing,
    blankBefore,
  };
}

function isBlank(gap: string): boolean {
  return /\n[ \t\r,]*\n/.test(gap);
}
