// The names of the calls of a statement. In `fc1 = relu(dense(pool2, units = 500))` the first call that has
// parameters, in order of evaluation, takes the statement's name, for that is what penalties and weight files
// speak of: dense is layer `fc1`, relu is `fc1.relu`. Without parameters the outermost call takes it. The calls
// of `return ...` are named as if it were `output = ...`.

import type { OpRegistry } from '../ir/op.ts';
import type { CallExpression, Expression } from '../syntax/ast.ts';
import { callsIn } from './references.ts';

export const OUTPUT_NAME = 'output';

/** Layer names in use. */
export interface LayerNames {
  readonly taken: Set<string>;
  /** Up to which number the copies of a name are taken: a statement may have thousands of calls. */
  readonly copies: Map<string, number>;
}

/** How the calls of one statement are named. */
export interface Naming {
  readonly name: string;
  /** The call that takes the name; absent where the name is taken. */
  readonly owner: CallExpression | undefined;
}

/** @param layers The statement's name is taken from then on. */
export function namingOf(name: string, expression: Expression, ops: OpRegistry, { taken }: LayerNames): Naming {
  if (taken.has(name)) return { name, owner: undefined };
  const calls = callsIn(expression);
  const owner = calls.find((call) => ops.get(call.callee.text)?.syntax?.parameters) ?? calls.at(-1);
  if (owner) taken.add(name);
  return { name, owner };
}

/** @param layers The name is taken from then on. */
export function nameOfCall(call: CallExpression, { name, owner }: Naming, layers: LayerNames): string {
  return call === owner ? name : freeName(`${name}.${call.callee.text}`, layers);
}

/** The name itself, or with the first number from 2 that makes it new; it is taken from then on. */
export function freeName(wanted: string, { taken, copies }: LayerNames): string {
  let name = wanted;
  let copy = copies.get(wanted) ?? 1;
  while (taken.has(name)) name = `${wanted}_${++copy}`;
  copies.set(wanted, copy);
  taken.add(name);
  return name;
}
