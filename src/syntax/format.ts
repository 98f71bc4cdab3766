// The one way to lay out an .ssl file. Formatting keeps every comment and single blank lines between
// statements, changes only white space, commas between settings and trailing commas, and is idempotent.

import type { CstNode, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import { alignColumns } from './alignment.ts';
import { endOf } from './brackets.ts';
import { attachComments } from './comments.ts';
import { childrenOf, entriesOf, innerOf, nodeIn, nodesIn, tokenIn, tokensIn } from './cst.ts';
import { blankOrSpace, brokenGroup, choice, concat, type Doc, group, hardLine, indent, inSequence, join, line, print } from './doc.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { argumentDoc, assignmentDoc, bracketedDoc, valueDoc } from './format-values.ts';
import { dangling, type Item, itemOf, type TextLayout, lines, paddingBefore, tokenDoc, trailingDoc } from './layout.ts';
import { MEBIBYTE, MOST_CHARACTERS } from './limits.ts';
import { readSyntax } from './parse.ts';

const WIDTH = 100;

/** The formatted text, or the diagnostics of a file that does not parse, or would not if it were formatted. */
export function format(source: Source): string | readonly Diagnostic[] {
  const { cst, tokens, comments, diagnostics } = readSyntax(source);
  if (diagnostics.length > 0) return diagnostics;
  const attached = attachComments(source, cst, tokens, comments);
  const layout: TextLayout = { text: source.text, comments: attached, padding: alignColumns(cst, attached) };
  const text = print(fileDoc(layout, cst), WIDTH);
  const formatted = text === '' ? '' : `${text}\n`;
  if (formatted.length <= MOST_CHARACTERS) return formatted;
  return [syntaxDiagnostics['formatted-too-large']({ args: [(formatted.length / MEBIBYTE).toFixed(1), MOST_CHARACTERS / MEBIBYTE] })];
}

// Blocks

function fileDoc(layout: TextLayout, file: CstNode): Doc {
  const declarations = nodesIn(file, 'declaration').map((node) => {
    const inner = innerOf(node);
    return { kind: inner.name, item: itemOf(layout, node, declarationDoc(layout, inner)) };
  });
  const imports = nodesIn(file, 'import').map((node) => ({ kind: node.name, item: itemOf(layout, node, importDoc(layout, node)) }));
  const all = [...imports, ...declarations];
  const items = all.map(({ kind, item }, i): Item => {
    const groupsWithPrevious = ['import', 'constant'].includes(kind) && all[i - 1]?.kind === kind;
    return groupsWithPrevious ? item : { ...item, blankBefore: true };
  });
  return lines([...items, ...dangling(layout, layout.text.length)]);
}

function importDoc(layout: TextLayout, node: CstNode): Doc {
  const word = (name: string): Doc => tokenDoc(layout, tokenIn(node, name));
  const names = join(', ', tokensIn(node, 'Identifier').map((token) => tokenDoc(layout, token)));
  return concat(word('Import'), ' ', names, ' ', word('From'), ' ', word('String'));
}

function declarationDoc(layout: TextLayout, node: CstNode): Doc {
  const word = (name: string): Doc => tokenDoc(layout, tokenIn(node, name));
  switch (node.name) {
    case 'constant':
      return concat(word('Const'), ' ', assignmentDoc(layout, node));
    case 'block': {
      const parameters = nodeIn(node, 'parameters');
      const items = nodesIn(parameters, 'parameter').map((child) => itemOf(layout, child, argumentDoc(layout, child)));
      const header = [word('Block'), ' ', word('Identifier'), bracketedDoc(layout, parameters, 'Paren', items, ','), ' '];
      return concat(...header, blockDoc(layout, node, nodesIn(node, 'statement')));
    }
    case 'network': {
      const inputs = nodeIn(node, 'inputs');
      const items = nodesIn(inputs, 'inputParameter').map((child) => itemOf(layout, child, inputDoc(layout, child)));
      const header = [word('Network'), ' ', word('Identifier'), bracketedDoc(layout, inputs, 'Paren', items, ','), ' '];
      return concat(...header, blockDoc(layout, node, nodesIn(node, 'statement')));
    }
    case 'sparsity': {
      const title = tokensIn(node, 'Identifier').flatMap((token) => [tokenDoc(layout, token), ' ']);
      return concat(word('Sparsity'), ' ', ...title, blockDoc(layout, node, entriesOf(node)));
    }
    default: {
      const dataset = tokensIn(node, 'Identifier')[0] ?? tokenIn(node, 'String');
      const header = [word('Train'), ' ', word('On'), ' ', tokenDoc(layout, dataset), ' '];
      return concat(...header, blockDoc(layout, node, entriesOf(node)));
    }
  }
}

function blockDoc(layout: TextLayout, node: CstNode, entries: readonly CstNode[]): Doc {
  const [open, close] = [tokenIn(node, 'LeftBrace'), tokenIn(node, 'RightBrace')];
  const items = [
    ...entries.map((entry) => itemOf(layout, entry, entryDoc(layout, entry))),
    ...dangling(layout, close.startOffset),
  ];
  const body = items.length === 0 ? '' : concat(indent(hardLine, lines(items)), hardLine);
  return concat(tokenDoc(layout, open), body, close.image, trailingDoc(layout, close));
}

function entryDoc(layout: TextLayout, node: CstNode): Doc {
  switch (node.name) {
    case 'statement':
      return entryDoc(layout, innerOf(node));
    case 'labels':
      return concat(tokenDoc(layout, tokenIn(node, 'Labels')), ' ', valueDoc(layout, nodeIn(node, 'list')));
    case 'return':
      return group(tokenDoc(layout, tokenIn(node, 'Return')), ' ', indent(join(concat(',', line), nodesIn(node, 'expression').map((value) => valueDoc(layout, value)))));
    case 'lasso':
    case 'budget':
      return penaltyDoc(layout, node);
    case 'total':
      return totalDoc(layout, node);
    case 'section':
      return sectionDoc(layout, node);
    default:
      return assignmentDoc(layout, node);
  }
}

function inputDoc(layout: TextLayout, node: CstNode): Doc {
  const [name, colon, type] = [tokenIn(node, 'Identifier'), tokenIn(node, 'Colon'), tokenIn(node, 'Tensor')];
  const extents = valueDoc(layout, nodeIn(node, 'list'));
  return concat(tokenDoc(layout, name), tokenDoc(layout, colon), ' ', tokenDoc(layout, type), extents);
}

/** On one line, or what follows the layers on lines of its own. */
function penaltyDoc(outer: TextLayout, node: CstNode): Doc {
  // A comment after the statement must not break its line.
  const last = lastToken(node);
  const layout: TextLayout = { ...outer, silent: last.startOffset };
  const [first, of] = [tokenIn(node, node.name === 'lasso' ? 'Lasso' : 'Identifier'), tokenIn(node, 'Of')];
  const [word] = [...tokensIn(node, 'Strength'), ...tokensIn(node, 'Keep')];
  const values = [...nodesIn(node, 'expression'), ...nodesIn(node, 'operand'), ...tokensIn(node, 'Percent')];
  const structures = join(', ', nodesIn(node, 'structure').map((structure) => valueDoc(layout, structure)));
  const layers = join(', ', nodesIn(node, 'layers').map((each) => layersDoc(layout, each)));
  const clauses = nodesIn(node, 'clause').map((clause) =>
    concat(line, tokenDoc(layout, tokenIn(clause, 'Identifier')), ' ', valueDoc(layout, nodeIn(clause, 'expression'))),
  );
  const statement = group(
    tokenDoc(layout, first), ' ', structures, paddingBefore(layout, of), ' ',
    tokenDoc(layout, of), ' ', layers,
    ...(word ? [paddingBefore(layout, word), indent(line, tokenDoc(layout, word), ' ', inSequence(values.map((value) => valueDoc(layout, value))), inSequence(clauses))] : []),
  );
  return concat(statement, trailingDoc(outer, last));
}

function totalDoc(layout: TextLayout, node: CstNode): Doc {
  const amount = [...nodesIn(node, 'operand'), ...tokensIn(node, 'Percent')].map((value) => valueDoc(layout, value));
  return concat(tokenDoc(layout, tokenIn(node, 'Keep')), ' ', inSequence(amount), ' ', ...tokensIn(node, 'Of').flatMap((of) => [tokenDoc(layout, of), ' ']), tokenDoc(layout, tokenIn(node, 'Identifier')));
}

/** `conv*`, `conv* times 0.5` */
function layersDoc(layout: TextLayout, node: CstNode): Doc {
  const pieces = nodesIn(nodeIn(node, 'pattern'), 'piece').flatMap(childrenOf);
  const pattern = inSequence(pieces.map((piece) => valueDoc(layout, piece)));
  const [times] = tokensIn(node, 'Times');
  return times ? concat(pattern, ' ', tokenDoc(layout, times), ' ', valueDoc(layout, nodeIn(node, 'expression'))) : pattern;
}

function lastToken(node: CstNode): IToken {
  const last = present(childrenOf(node).at(-1), `end of ${node.name}`);
  return 'children' in last ? lastToken(last) : last;
}

/** On one line if it fits and its author did not break it after the brace. */
function sectionDoc(layout: TextLayout, node: CstNode): Doc {
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
