// What an expression comes to at least once it is written out, known before any of it is: so that a program that
// explodes is refused where it begins to. A count or a condition that depends on what is not known yet counts as
// little as it can.

import type { Body, Expression, IfExpression, Name, RepeatExpression } from '../syntax/ast.ts';
import { blockNamed } from './block.ts';
import type { Block } from './block.ts';
import { constantsOf } from './constants.ts';
import type { Constant, Constants } from './constants.ts';
import { reportTo } from './diagnostics.ts';
import type { FileScope } from './file-scope.ts';
import { partsOf } from './walk.ts';

export interface Extent {
  /** Calls of operations that take place. */
  readonly layers: number;
  /** Expressions looked at. */
  readonly work: number;
}

/** What is known of constants; nothing is reported here. */
type Known = (name: Name) => Constant | undefined;

const quiet = reportTo(() => {}, { on: () => undefined, meant: () => undefined });

/** @param known Undefined for a name whose value is not known yet. */
export function leastOf(expression: Expression, file: FileScope, known: Known): Extent {
  const { kind } = expression;
  if (kind === 'if') return leastOfIf(expression, file, known);
  const parts = kind === 'repeat' ? [expression.carried.initial] : partsOf(expression);
  return sum([ownExtent(expression, file, known), ...parts.map((part) => leastOf(part, file, known))]);
}

/** Without its operands. */
function ownExtent(expression: Expression, file: FileScope, known: Known): Extent {
  if (expression.kind === 'call') return blockNamed(expression.callee.text, file)?.least ?? { layers: 1, work: 1 };
  if (expression.kind !== 'repeat') return { layers: 0, work: 1 };
  const times = constants(known).evaluate(expression.count);
  return leastOfTurns(expression, typeof times === 'number' && times >= 1 ? Math.floor(times) : 1, file, known);
}

function leastOfIf({ condition, then, otherwise }: IfExpression, file: FileScope, known: Known): Extent {
  const flag = constants(known).evaluateFlag(condition);
  const branches = flag === undefined ? [then, otherwise] : [flag ? then : otherwise];
  const extents = branches.map((body) => leastOfBody(body, file, known));
  return { layers: Math.min(...extents.map(({ layers }) => layers)), work: 1 + Math.min(...extents.map(({ work }) => work)) };
}

export function leastOfTurns({ index, carried, body }: RepeatExpression, turns: number, file: FileScope, known: Known): Extent {
  const { layers, work } = leastOfBody(body, file, without(known, [carried.name, ...(index ? [index] : [])]));
  return { layers: turns * layers, work: turns * (1 + work) };
}

/** One turn, or one branch. */
function leastOfBody({ assignments, value }: Body, file: FileScope, known: Known): Extent {
  const inside = without(known, assignments.map(({ name }) => name));
  return sum([...assignments.map((assignment) => assignment.value), value].map((each) => leastOf(each, file, inside)));
}

/** A use of a block, without its arguments; those that it uses itself have been settled. */
export function leastOfBlock({ declaration, scope }: Block): Extent {
  const file = scope();
  const fileConstants: Known = ({ text }) => {
    const found = file.names.get(text);
    return found?.kind === 'constant' ? found.value : undefined;
  };
  const known = without(fileConstants, [...declaration.parameters.map(({ name }) => name), ...declaration.statements.flatMap((statement) => (statement.kind === 'assignment' ? [statement.name] : []))]);
  return sum([{ layers: 0, work: declaration.parameters.length }, ...declaration.statements.map(({ value }) => leastOf(value, file, known))]);
}

function constants(read: Known): Constants {
  return constantsOf({ read, spend: () => true, report: quiet });
}

function without(known: Known, names: readonly Name[]): Known {
  if (names.length === 0) return known;
  const hidden = new Set(names.map(({ text }) => text));
  return (name) => (hidden.has(name.text) ? undefined : known(name));
}

function sum(extents: readonly Extent[]): Extent {
  return { layers: extents.reduce((total, { layers }) => total + layers, 0), work: extents.reduce((total, { work }) => total + work, 0) };
}
