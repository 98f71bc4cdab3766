// What an expression comes to at least once it is written out, known before any of it is: so that a program that
// explodes is refused where it begins to. Looking ahead follows constants into blocks and turns as long as its effort
// lasts; what is not known by then counts as little as it can. What no constant decides is counted once (fixed.ts).

import type { Body, CallExpression, Expression, IfExpression, Name, RepeatExpression } from '../../syntax/ast.ts';
import { blockNamed } from '../program/block.ts';
import type { Block } from '../program/block.ts';
import { MOST_LAYERS, MOST_WORK } from './budget.ts';
import { fixedBody, fixedExtent, ofOperation, ofOther, sum, times } from './fixed.ts';
import type { Least } from './fixed.ts';
import { constantsOf } from '../values/constants.ts';
import type { Constant, Constants } from '../values/constants.ts';
import { reportTo } from '../diagnostics.ts';
import type { FileScope } from '../program/file-scope.ts';
import { partsOf } from '../program/walk.ts';

/** Expressions that one look ahead follows where constants decide: of most programs all that there are. */
const MOST_EFFORT = 100_000;
/** Blocks that one look ahead follows into one another. */
const MOST_NESTED = 8;
const quiet = reportTo(() => {}, { on: () => undefined, meant: () => undefined });

interface Effort {
  left: number;
  /** Blocks that are being followed. */
  nested: number;
}

/** What is known where an expression stands. */
export interface Ahead {
  readonly file: FileScope;
  /** Undefined for a name that is no constant, or whose value is not known yet. */
  readonly valueOf: (name: Name) => Constant | undefined;
  /** Shared by one look ahead. */
  readonly effort: Effort;
}

export function lookAhead(file: FileScope, valueOf: Ahead['valueOf']): Ahead {
  return { file, valueOf, effort: { left: MOST_EFFORT, nested: 0 } };
}

function leastOf(expression: Expression, ahead: Ahead): Least {
  const fixed = fixedExtent(expression, ahead.file);
  if (fixed) return fixed;
  ahead.effort.left--;
  if (expression.kind === 'if') return leastOfIf(expression, ahead);
  const parts = expression.kind === 'repeat' ? [expression.carried.initial] : partsOf(expression);
  return sum([ownExtent(expression, ahead), ...parts.map((part) => leastOf(part, ahead))]);
}

/** Without its operands. */
function ownExtent(expression: Expression, ahead: Ahead): Least {
  if (expression.kind === 'call') {
    const block = blockNamed(expression.callee.text, ahead.file);
    return block ? leastOfUse(expression, block, ahead) : ofOperation;
  }
  if (expression.kind !== 'repeat') return ofOther;
  const turns = constants(ahead).evaluate(expression.count);
  if (typeof turns === 'number' && turns >= 1) return leastOfTurns(expression, Math.floor(turns), ahead);
  return { ...leastOfTurns(expression, 1, ahead), exact: false };
}

function leastOfIf({ condition, then, otherwise }: IfExpression, ahead: Ahead): Least {
  const flag = constants(ahead).evaluateFlag(condition);
  if (flag !== undefined) return sum([ofOther, leastOfBody(flag ? then : otherwise, ahead)]);
  const [one, other] = [leastOfBody(then, ahead), leastOfBody(otherwise, ahead)];
  return { layers: Math.min(one.layers, other.layers), work: 1 + Math.min(one.work, other.work), exact: false };
}

/** Turn by turn where there is an index, which may decide what takes place; what is left when effort ends, as often as the least turn. */
export function leastOfTurns({ index, carried, body }: RepeatExpression, turns: number, ahead: Ahead): Least {
  const fixed = fixedBody(body, ahead.file);
  if (fixed) return times(turns, fixed);
  const inside = without(ahead, [carried.name, ...(index ? [index] : [])]);
  const inTurn = (turn: number): Ahead => ({ ...inside, valueOf: (name) => (name.text === index?.text ? turn : inside.valueOf(name)) });
  let [layers, work, exact] = [0, 0, true];
  let turn = 0;
  while (turn < (index ? turns : 0) && ahead.effort.left > 0 && layers <= MOST_LAYERS && work <= MOST_WORK) {
    const least = leastOfBody(body, inTurn(turn++));
    layers += least.layers;
    work += 1 + least.work;
    exact &&= least.exact;
  }
  if (turn === turns) return { layers, work, exact };
  const left = times(turns - turn, leastOfBody(body, inside));
  return { layers: layers + left.layers, work: work + left.work, exact: !index && left.exact };
}

/** One turn, or one branch. */
function leastOfBody({ assignments, value }: Body, ahead: Ahead): Least {
  const inside = without(ahead, assignments.map(({ name }) => name));
  return assignments.length === 0 ? leastOf(value, inside) : sum([...assignments.map((assignment) => assignment.value), value].map((each) => leastOf(each, inside)));
}

/** A use of a block, without its arguments. */
export function leastOfUse({ arguments: given }: CallExpression, block: Block, ahead: Ahead): Least {
  const { declaration: { parameters }, kinds } = block;
  const { effort } = ahead;
  if (block.recursive || block.least.exact || effort.left <= 0 || effort.nested >= MOST_NESTED) return block.least;
  const values = new Map<string, Constant | undefined>();
  for (const [position, { name, value }] of given.entries()) {
    const parameter = name?.text ?? parameters[position]?.name.text ?? '';
    if (kinds.get(parameter) === 'constant') values.set(parameter, constants(ahead).evaluate(value));
  }
  effort.nested++;
  const extent = leastOfBlock(block, effort, values);
  effort.nested--;
  return extent;
}

/** Whatever it is given. The blocks that it uses have been settled. */
export function leastOfAnyUse(block: Block): Least {
  return leastOfBlock(block, { left: 0, nested: 0 }, new Map());
}

/** @param values Of parameters, as far as they are known. */
function leastOfBlock({ declaration, scope }: Block, effort: Effort, values: ReadonlyMap<string, Constant | undefined>): Least {
  const { parameters, statements } = declaration;
  effort.left -= parameters.length;
  const file = scope();
  const ofFile: Ahead = { file, effort, valueOf: ({ text }) => constantOf(file, text) };
  const own = without(ofFile, [...parameters.map(({ name }) => name), ...statements.flatMap((statement) => (statement.kind === 'assignment' ? [statement.name] : []))]);
  const known = new Map(values);
  const inside: Ahead = { ...own, valueOf: (name) => known.get(name.text) ?? own.valueOf(name) };
  // Of a use: a default may read the parameters before it.
  for (const { name, default: otherwise } of values.size > 0 ? parameters : []) {
    if (otherwise && !known.has(name.text)) known.set(name.text, constants(inside).evaluate(otherwise));
  }
  return sum([{ layers: 0, work: parameters.length, exact: true }, ...statements.map(({ value }) => leastOf(value, inside))]);
}

function constantOf({ names }: FileScope, name: string): Constant | undefined {
  const found = names.get(name);
  return found?.kind === 'constant' ? found.value : undefined;
}

/** Nothing is reported here. */
function constants({ valueOf }: Ahead): Constants {
  return constantsOf({ read: valueOf, spend: () => true, report: quiet });
}

function without(ahead: Ahead, names: readonly Name[]): Ahead {
  if (names.length === 0) return ahead;
  const hidden = new Set(names.map(({ text }) => text));
  return { ...ahead, valueOf: (name) => (hidden.has(name.text) ? undefined : ahead.valueOf(name)) };
}
