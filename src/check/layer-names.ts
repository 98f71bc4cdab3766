// The name of each call of a statement. In `fc1 = relu(dense(pool2, units = 500))` the first call that has
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

/** @param layers The new ones are added. */
export function nameCalls(name: string, expression: Expression, ops: OpRegistry, layers: LayerNames): ReadonlyMap<CallExpression, string> {
  const { taken } = layers;
  const calls = callsIn(expression);
  const owner = taken.has(name) ? undefined : (calls.find((call) => ops.get(call.callee.text)?.syntax?.parameters) ?? calls.at(-1));
  const names = new Map<CallExpression, string>();
  if (owner) {
    names.set(owner, name);
    taken.add(name);
  }
  for (const call of calls) {
    if (call !== owner) names.set(call, freeName(`${name}.${call.callee.text}`, layers));
  }
  return names;
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
