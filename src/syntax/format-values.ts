// Expressions as the formatter lays them out.

import type { CstElement, CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import { childrenOf, nodeIn, nodesIn, tokenIn, tokensIn, unknownNode } from './cst.ts';
import { brokenGroup, choice, concat, type Doc, group, hardLine, indent, inSequence, join, line, softLine } from './doc.ts';
import { commentsAt, dangling, type Item, itemOf, type TextLayout, lines, paddingBefore, tokenDoc, trailingDoc } from './layout.ts';
import { Not } from './tokens.ts';

/** Arithmetic stays on its line; calls, lists and bodies break. */
export function valueDoc(layout: TextLayout, element: CstElement): Doc {
  if (!('children' in element)) return tokenDoc(layout, element);
  switch (element.name) {
    case 'expression':
      return operationDoc(layout, element);
    case 'structure':
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
    case 'if':
      return conditionalDoc(layout, element);
    case 'repeat':
      return repeatDoc(layout, element);
    default:
      return unknownNode(element);
  }
}

function conditionalDoc(layout: TextLayout, node: CstNode): Doc {
  const conditions = nodesIn(node, 'expression');
  const [ifs, elses] = [tokensIn(node, 'If'), tokensIn(node, 'Else')];
  const word = (token: IToken | undefined): Doc[] => (token ? [tokenDoc(layout, token), ' '] : []);
  const heads = [...conditions.keys(), conditions.length].map((i) => {
    const [condition, otherwise] = [conditions[i], i === 0 ? undefined : elses[i - 1]];
    return inSequence([...word(otherwise), ...word(ifs[i]), ...(condition ? [valueDoc(layout, condition), ' '] : [])]);
  });
  return bodiesDoc(layout, heads, nodesIn(node, 'body'));
}

function repeatDoc(layout: TextLayout, node: CstNode): Doc {
  const carried = nodeIn(node, 'carried');
  const [as, index] = [tokensIn(node, 'As')[0], tokensIn(node, 'Identifier')[0]];
  const counter = as && index ? [tokenDoc(layout, as), ' ', tokenDoc(layout, index), ' '] : [];
  const word = (name: string): Doc => tokenDoc(layout, tokenIn(node, name));
  const head = [word('Repeat'), ' ', valueDoc(layout, nodeIn(node, 'expression')), ' ', ...counter, word('With'), ' ', assignmentDoc(layout, carried), ' '];
  return bodiesDoc(layout, [inSequence(head)], nodesIn(node, 'body'));
}

/** All on one line if they fit and name nothing of their own. */
function bodiesDoc(layout: TextLayout, heads: readonly Doc[], bodies: readonly CstNode[]): Doc {
  const isBroken = bodies.some((body) => nodesIn(body, 'setting').length > 0);
  const parts = bodies.flatMap((body, i) => [
    i === 0 ? '' : concat(trailingDoc(layout, tokenIn(present(bodies[i - 1], 'body'), 'RightBrace')), ' '),
    heads[i] ?? '',
    bodyDoc(layout, body),
  ]);
  // A comment after the last must not break its line.
  const last = tokenIn(present(bodies.at(-1), 'body'), 'RightBrace');
  return concat((isBroken ? brokenGroup : group)(...parts), trailingDoc(layout, last));
}

/** Without the comments after it. */
function bodyDoc(layout: TextLayout, node: CstNode): Doc {
  const [open, close, value] = [tokenIn(node, 'LeftBrace'), tokenIn(node, 'RightBrace'), nodeIn(node, 'expression')];
  const items = [
    ...nodesIn(node, 'setting').map((child) => itemOf(layout, child, assignmentDoc(layout, child))),
    itemOf(layout, value, valueDoc(layout, value)),
    ...dangling(layout, close.startOffset),
  ];
  return concat(tokenDoc(layout, open), indent(line, lines(items)), line, close.image);
}

/** Operands with spaces around the operators; minus signs stand close. */
function operationDoc(layout: TextLayout, node: CstNode): Doc {
  return inSequence(
    childrenOf(node).map((child): Doc => {
      if (!('children' in child)) return child.tokenType === Not ? concat(tokenDoc(layout, child), ' ') : tokenDoc(layout, child);
      return child.name === 'operator' ? concat(' ', ...childrenOf(child).map((operator) => valueDoc(layout, operator)), ' ') : valueDoc(layout, child);
    }),
  );
}

export function assignmentDoc(layout: TextLayout, node: CstNode): Doc {
  const [name, equals] = [tokenIn(node, 'Identifier'), tokenIn(node, 'Equals')];
  const value = valueDoc(layout, nodeIn(node, 'expression'));
  return concat(tokenDoc(layout, name), paddingBefore(layout, equals), ' ', tokenDoc(layout, equals), ' ', value);
}

/** `name = value`, or what stands without the other: an argument, or a parameter of a block. */
export function argumentDoc(layout: TextLayout, node: CstNode): Doc {
  const [name] = tokensIn(node, 'Identifier');
  const [value] = nodesIn(node, 'expression');
  if (name && value) return assignmentDoc(layout, node);
  return name ? tokenDoc(layout, name) : valueDoc(layout, present(value, 'argument'));
}

/** Whether a call's one argument is a call without comments around it: `relu(conv(` then stays together. */
function isSoleCall(layout: TextLayout, node: CstNode): boolean {
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
export function bracketedDoc(
  layout: TextLayout,
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
