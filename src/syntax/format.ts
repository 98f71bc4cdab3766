// The one way to lay out an .ssl file. Formatting keeps every comment and single blank lines between
// statements, changes only white space, commas between settings and trailing commas, and is idempotent.

import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import { alignColumns, type Padding } from './alignment.ts';
import { endOf } from './brackets.ts';
import { attachComments, type CommentMap, type TokenComments } from './comments.ts';
import { childrenOf, entriesOf, innerOf, nodeIn, nodesIn, tokenIn, tokensIn, unknownNode } from './cst.ts';
import {
  blankLine, blankOrSpace, breakAround, brokenGroup, choice, concat, type Doc, group, hardLine, indent, inSequence, join, line, print, softLine, suffix,
} from './doc.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { MEBIBYTE, MOST_CHARACTERS } from './limits.ts';
import { readSyntax } from './parse.ts';

const WIDTH = 100;

/** The formatted text, or the diagnostics of a file that does not parse, or would not if it were formatted. */
export function format(source: Source): string | readonly Diagnostic[] {
  const { cst, tokens, comments, diagnostics } = readSyntax(source);
  if (diagnostics.length > 0) return diagnostics;
  const attached = attachComments(source, cst, tokens, comments);
  const layout: Layout = { text: source.text, comments: attached, padding: alignColumns(cst, attached) };
  const text = print(fileDoc(layout, cst), WIDTH);
  const formatted = text === '' ? '' : `${text}\n`;
  if (formatted.length <= MOST_CHARACTERS) return formatted;
  return [syntaxDiagnostics['formatted-too-large']({ args: [(formatted.length / MEBIBYTE).toFixed(1), MOST_CHARACTERS / MEBIBYTE] })];
}

interface Layout {
  readonly text: string;
  readonly comments: CommentMap;
  readonly padding: Padding;
  /** A token whose trailing comments are laid out elsewhere. */
  readonly silent?: number;
}

const noComments: TokenComments = { leading: [], inline: [], trailing: [], blankBefore: false };

function commentsAt({ comments }: Layout, offset: number): TokenComments {
  return comments.get(offset) ?? noComments;
}

// Tokens and items

function tokenDoc(layout: Layout, token: IToken): Doc {
  const { inline } = commentsAt(layout, token.startOffset);
  const padding = ' '.repeat(layout.padding.get(token.startOffset) ?? 0);
  return concat(inSequence(inline.map((comment) => `${comment} `)), token.image, trailingDoc(layout, token), padding);
}

function trailingDoc(layout: Layout, token: IToken): Doc {
  if (token.startOffset === layout.silent) return '';
  const { trailing } = commentsAt(layout, token.startOffset);
  return inSequence(trailing.map((text) => (isInline(text) ? ` ${text}` : suffix(` ${text}`))));
}

function isInline(comment: string): boolean {
  return !comment.startsWith('//') && !comment.includes('\n');
}

/** What starts a line, with the comments above it. */
interface Item {
  readonly doc: Doc;
  readonly blankBefore: boolean;
}

function itemOf(layout: Layout, node: CstNode, doc: Doc): Item {
  return withLeading(layout, present(node.location, 'location').startOffset, doc);
}

function withLeading(layout: Layout, offset: number, doc: Doc | undefined): Item {
  const { leading, blankBefore } = commentsAt(layout, offset);
  const parts = leading.flatMap((comment, i) => [i === 0 ? '' : separator(comment.blankBefore), comment.text]);
  if (leading.length > 0) parts.push(breakAround);
  if (doc !== undefined) parts.push(leading.length === 0 ? '' : separator(blankBefore), doc);
  return { doc: inSequence(parts), blankBefore: leading[0]?.blankBefore ?? blankBefore };
}

function separator(blank: boolean): Doc {
  return blank ? concat(blankLine) : hardLine;
}

function lines(items: readonly Item[]): Doc {
  return inSequence(items.flatMap(({ doc, blankBefore }, i) => (i === 0 ? [doc] : [separator(blankBefore), doc])));
}

/** Comments between the last item and what closes the block, as an item. */
function dangling(layout: Layout, closer: number): Item[] {
  return commentsAt(layout, closer).leading.length === 0 ? [] : [withLeading(layout, closer, undefined)];
}

// Blocks

function fileDoc(layout: Layout, file: CstNode): Doc {
  const declarations = nodesIn(file, 'declaration').map((node) => {
    const inner = innerOf(node);
    return { isConst: inner.name === 'constant', item: itemOf(layout, node, declarationDoc(layout, inner)) };
  });
  const items = declarations.map(({ isConst, item }, i): Item => {
    const groupsWithPrevious = isConst && declarations[i - 1]?.isConst === true;
    return groupsWithPrevious ? item : { ...item, blankBefore: true };
  });
  return lines([...items, ...dangling(layout, layout.text.length)]);
}

function declarationDoc(layout: Layout, node: CstNode): Doc {
  const word = (name: string): Doc => tokenDoc(layout, tokenIn(node, name));
  switch (node.name) {
    case 'constant':
      return concat(word('Const'), ' ', assignmentDoc(layout, node));
    case 'network': {
      const inputs = nodeIn(node, 'inputs');
      const parameters = nodesIn(inputs, 'parameter').map((child) => itemOf(layout, child, parameterDoc(layout, child)));
      const header = [word('Network'), ' ', word('Identifier'), bracketedDoc(layout, inputs, 'Paren', parameters, ','), ' '];
      return concat(...header, blockDoc(layout, node, nodesIn(node, 'statement')));
    }
    case 'sparsity':
      return concat(word('Sparsity'), ' ', blockDoc(layout, node, entriesOf(node)));
    default: {
      const dataset = tokensIn(node, 'Identifier')[0] ?? tokenIn(node, 'String');
      const header = [word('Train'), ' ', word('On'), ' ', tokenDoc(layout, dataset), ' '];
      return concat(...header, blockDoc(layout, node, entriesOf(node)));
    }
  }
}

function blockDoc(layout: Layout, node: CstNode, entries: readonly CstNode[]): Doc {
  const [open, close] = [tokenIn(node, 'LeftBrace'), tokenIn(node, 'RightBrace')];
  const items = [
    ...entries.map((entry) => itemOf(layout, entry, entryDoc(layout, entry))),
    ...dangling(layout, close.startOffset),
  ];
  const body = items.length === 0 ? '' : concat(indent(hardLine, lines(items)), hardLine);
  return concat(tokenDoc(layout, open), body, close.image, trailingDoc(layout, close));
}

function entryDoc(layout: Layout, node: CstNode): Doc {
  switch (node.name) {
    case 'statement':
      return entryDoc(layout, innerOf(node));
    case 'labels':
      return concat(tokenDoc(layout, tokenIn(node, 'Labels')), ' ', valueDoc(layout, nodeIn(node, 'list')));
    case 'return':
      return concat(tokenDoc(layout, tokenIn(node, 'Return')), ' ', valueDoc(layout, nodeIn(node, 'expression')));
    case 'lasso':
      return lassoDoc(layout, node);
    case 'phase':
      return phaseDoc(layout, node);
    default:
      return assignmentDoc(layout, node);
  }
}

function assignmentDoc(layout: Layout, node: CstNode): Doc {
  const [name, equals] = [tokenIn(node, 'Identifier'), tokenIn(node, 'Equals')];
  return concat(tokenDoc(layout, name), ' ', tokenDoc(layout, equals), ' ', valueDoc(layout, nodeIn(node, 'expression')));
}

function parameterDoc(layout: Layout, node: CstNode): Doc {
  const [name, colon, type] = [tokenIn(node, 'Identifier'), tokenIn(node, 'Colon'), tokenIn(node, 'Tensor')];
  const extents = valueDoc(layout, nodeIn(node, 'list'));
  return concat(tokenDoc(layout, name), tokenDoc(layout, colon), ' ', tokenDoc(layout, type), extents);
}

/** On one line, or the strength and the clauses on lines of their own. */
function lassoDoc(outer: Layout, node: CstNode): Doc {
  // A comment after the statement must not break its line.
  const last = lastToken(node);
  const layout: Layout = { ...outer, silent: last.startOffset };
  const word = (name: string): Doc => tokenDoc(layout, tokenIn(node, name));
  const list = (docs: readonly Doc[]): Doc => join(', ', docs);
  const structures = list(tokensIn(node, 'Identifier').map((token) => tokenDoc(layout, token)));
  const layers = list(
    nodesIn(node, 'layers').map((pattern) =>
      inSequence(nodesIn(pattern, 'piece').flatMap(childrenOf).map((piece) => valueDoc(layout, piece))),
    ),
  );
  const clauses = nodesIn(node, 'clause').map((clause) =>
    concat(line, tokenDoc(layout, tokenIn(clause, 'Identifier')), ' ', valueDoc(layout, nodeIn(clause, 'expression'))),
  );
  const strength = [line, word('Strength'), ' ', valueDoc(layout, nodeIn(node, 'expression'))];
  const statement = group(word('Lasso'), ' ', structures, ' ', word('Of'), ' ', layers, indent(...strength, inSequence(clauses)));
  return concat(statement, trailingDoc(outer, last));
}

function lastToken(node: CstNode): IToken {
  const last = present(childrenOf(node).at(-1), `end of ${node.name}`);
  return 'children' in last ? lastToken(last) : last;
}

/** On one line if it fits and its author did not break it after the brace. */
function phaseDoc(layout: Layout, node: CstNode): Doc {
  const [name, open, close] = [tokenIn(node, 'Identifier'), tokenIn(node, 'LeftBrace'), tokenIn(node, 'RightBrace')];
  const settings = nodesIn(node, 'setting').map((child) => itemOf(layout, child, assignmentDoc(layout, child)));
  const items = [...settings, ...dangling(layout, close.startOffset)];
  const between = choice(',', '');
  const body = items.flatMap(({ doc, blankBefore }, i) =>
    i === 0 ? [doc] : [i < settings.length ? between : '', blankBefore ? blankOrSpace : line, doc],
  );
  const opened = /^[^\S\n]*\n/.test(layout.text.slice(endOf(open)));
  const wrap = opened && items.length > 0 ? brokenGroup : group;
  const braces = wrap(tokenDoc(layout, open), items.length === 0 ? '' : concat(indent(line, inSequence(body)), line), close.image);
  return concat(tokenDoc(layout, name), ' ', braces, trailingDoc(layout, close));
}

// Expressions

/** Arithmetic stays on its line; calls and lists break at their arguments. */
function valueDoc(layout: Layout, element: CstElement): Doc {
  if (!('children' in element)) return tokenDoc(layout, element);
  switch (element.name) {
    case 'expression':
    case 'product':
    case 'power':
      return operationDoc(layout, element);
    case 'signed':
    case 'operand':
      return inSequence(childrenOf(element).map((child) => valueDoc(layout, child)));
    case 'parenthesized': {
      const inner = nodeIn(element, 'expression');
      return bracketedDoc(layout, element, 'Paren', [itemOf(layout, inner, valueDoc(layout, inner))], '');
    }
    case 'list': {
      const items = nodesIn(element, 'expression').map((child) => itemOf(layout, child, valueDoc(layout, child)));
      return bracketedDoc(layout, element, 'Bracket', items, ',');
    }
    case 'call': {
      const args = nodesIn(element, 'argument').map((child) => itemOf(layout, child, argumentDoc(layout, child)));
      const callee = tokenDoc(layout, tokenIn(element, 'Identifier'));
      return concat(callee, bracketedDoc(layout, element, 'Paren', args, ','));
    }
    default:
      return unknownNode(element);
  }
}

/** Operands with spaces around the operators; the signs of exponents stand close. */
function operationDoc(layout: Layout, node: CstNode): Doc {
  let afterOperand = false;
  const parts = childrenOf(node).map((child): Doc => {
    const doc = valueDoc(layout, child);
    const isOperator = !('children' in child) && afterOperand;
    afterOperand = 'children' in child;
    return isOperator ? concat(' ', doc, ' ') : doc;
  });
  return inSequence(parts);
}

function argumentDoc(layout: Layout, node: CstNode): Doc {
  return tokensIn(node, 'Identifier').length > 0
    ? assignmentDoc(layout, node)
    : valueDoc(layout, nodeIn(node, 'expression'));
}

/** Whether a call's one argument is a call without comments around it: `relu(conv(` then stays together. */
function isSoleCall(layout: Layout, node: CstNode): boolean {
  const [sole, ...others] = nodesIn(node, 'argument');
  if (!sole || others.length > 0) return false;
  const open = tokenIn(node, 'LeftParen');
  let inner: CstElement | undefined = sole;
  while (inner && 'children' in inner && inner.name !== 'call') {
    const parts: readonly CstElement[] = childrenOf(inner);
    inner = parts.length === 1 ? parts[0] : undefined;
  }
  if (!inner || !('children' in inner)) return false;
  const [start, end] = [tokenIn(inner, 'Identifier'), tokenIn(inner, 'RightParen')];
  const { leading, inline } = commentsAt(layout, start.startOffset);
  const after = [open, end].flatMap((token) => commentsAt(layout, token.startOffset).trailing);
  return leading.length + inline.length + after.length === 0;
}

/** On one line, or one item a line, each followed by the comma. */
function bracketedDoc(
  layout: Layout,
  node: CstNode,
  bracket: 'Paren' | 'Bracket',
  items: readonly Item[],
  comma: ',' | '',
): Doc {
  const [open, close] = [tokenIn(node, `Left${bracket}`), tokenIn(node, `Right${bracket}`)];
  const docs = items.map((item) => item.doc);
  const rest = dangling(layout, close.startOffset).map((item) => item.doc);
  const list = docs.length === 0 ? rest : [join(concat(comma, line), docs), choice('', comma), ...rest.flatMap((doc) => [hardLine, doc])];
  const isHugged = isSoleCall(layout, node) && rest.length === 0;
  const brackets = isHugged
    ? concat(tokenDoc(layout, open), inSequence(docs), close.image)
    : group(tokenDoc(layout, open), list.length === 0 ? '' : concat(indent(softLine, inSequence(list)), softLine), close.image);
  return concat(brackets, trailingDoc(layout, close));
}
