// The names of the calls of a statement. In `fc1 = relu(dense(pool2, units = 500))` the first call that has
// parameters, in order of evaluation, takes the statement's name, for that is what penalties and weight files
// speak of: dense is layer `fc1`, relu is `fc1.relu`. Without parameters the outermost call takes it. The calls
// of `return ...` are named as if it were `output = ...`.
//
// What holds statements of its own comes before all: of `a = relu(residual(x))` the block takes the name, so that its
// layers are `a.c1`, and its value, like that of a turn or a branch, is named as if it were `a = ...`.

import type { OpRegistry } from '../../ir/op.ts';
import type { CallExpression, Expression } from '../../syntax/ast.ts';
import { argumentKinds } from '../program/argument-kinds.ts';
import { blockNamed } from '../program/block.ts';
import type { FileScope } from '../program/file-scope.ts';

export const OUTPUT_NAME = 'output';

/** Layer names in use. */
export interface LayerNames {
  readonly taken: Set<string>;
  /** Up to which number the copies of a name are taken: a statement may have thousands of calls. */
  readonly copies: Map<string, number>;
}

/** How the parts of one statement are named. */
export interface Naming {
  readonly name: string;
  /** What takes the name; absent where the name is taken by something else. */
  readonly owner: Expression | undefined;
}

/** @param name Free for this statement. */
export function namingOf(name: string, expression: Expression, file: FileScope, ops: OpRegistry): Naming {
  const calls: CallExpression[] = [];
  /** The outermost of what holds statements, the first of equals; calls are collected in the order they are evaluated. */
  const search = (part: Expression): Expression | undefined => {
    if (part.kind === 'if' || part.kind === 'repeat') return part;
    if (part.kind !== 'call') return undefined;
    if (blockNamed(part.callee.text, file)) return part;
    for (const { value, kind } of argumentKinds(part, file, ops)) {
      const found = kind === 'layer' ? search(value) : undefined;
      if (found) return found;
    }
    calls.push(part);
    return undefined;
  };
  const holder = search(expression);
  return { name, owner: holder ?? calls.find((call) => ops.get(call.callee.text)?.parameters) ?? calls.at(-1) };
}

/** For a statement whose name is taken. */
export function namingBeside(name: string): Naming {
  return { name, owner: undefined };
}

/** @param layers The name is taken from then on. */
export function nameOfPart(part: Expression, what: string, { name, owner }: Naming, layers: LayerNames): string {
  return part === owner ? name : freeName(`${name}.${what}`, layers);
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
