// What the formatter starts lines with and puts comments around: tokens and items as documents.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type { Padding } from './alignment.ts';
import type { CommentMap, TokenComments } from './comments.ts';
import { blankLine, breakAround, concat, type Doc, hardLine, inSequence, suffix } from './doc.ts';

/** What all parts of the formatter read. */
export interface TextLayout {
  readonly text: string;
  readonly comments: CommentMap;
  readonly padding: Padding;
  /** A token whose trailing comments are laid out elsewhere. */
  readonly silent?: number;
}

const noComments: TokenComments = { leading: [], inline: [], trailing: [], blankBefore: false };

export function commentsAt({ comments }: TextLayout, offset: number): TokenComments {
  return comments.get(offset) ?? noComments;
}

export function tokenDoc(layout: TextLayout, token: IToken): Doc {
  const { inline } = commentsAt(layout, token.startOffset);
  return concat(inSequence(inline.map((comment) => `${comment} `)), token.image, trailingDoc(layout, token));
}

/** Spaces before a token that stands in a column. */
export function paddingBefore({ padding }: TextLayout, token: IToken): string {
  return ' '.repeat(padding.get(token.startOffset) ?? 0);
}

export function trailingDoc(layout: TextLayout, token: IToken): Doc {
  if (token.startOffset === layout.silent) return '';
  const { trailing } = commentsAt(layout, token.startOffset);
  return inSequence(trailing.map((text) => (isInline(text) ? ` ${text}` : suffix(` ${text}`))));
}

function isInline(comment: string): boolean {
  return !comment.startsWith('//') && !comment.includes('\n');
}

/** What starts a line, with the comments above it. */
export interface Item {
  readonly doc: Doc;
  readonly blankBefore: boolean;
}

export function itemOf(layout: TextLayout, node: CstNode, doc: Doc): Item {
  return withLeading(layout, present(node.location, 'location').startOffset, doc);
}

function withLeading(layout: TextLayout, offset: number, doc: Doc | undefined): Item {
  const { leading, blankBefore } = commentsAt(layout, offset);
  const parts = leading.flatMap((comment, i) => [i === 0 ? '' : separator(comment.blankBefore), comment.text]);
  if (leading.length > 0) parts.push(breakAround);
  if (doc !== undefined) parts.push(leading.length === 0 ? '' : separator(blankBefore), doc);
  return { doc: inSequence(parts), blankBefore: leading[0]?.blankBefore ?? blankBefore };
}

function separator(blank: boolean): Doc {
  return blank ? concat(blankLine) : hardLine;
}

export function lines(items: readonly Item[]): Doc {
  return inSequence(items.flatMap(({ doc, blankBefore }, i) => (i === 0 ? [doc] : [separator(blankBefore), doc])));
}

/** Comments between the last item and what closes the block, as an item. */
export function dangling(layout: TextLayout, closer: number): Item[] {
  return commentsAt(layout, closer).leading.length === 0 ? [] : [withLeading(layout, closer, undefined)];
}
