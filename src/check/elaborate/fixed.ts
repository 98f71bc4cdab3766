// What an expression comes to written out where no constant decides it: calls and turns that are counted as they are
// written. It is known once and for all of each expression.

import type { Body, Expression } from '../../syntax/ast.ts';
import { blockNamed } from '../program/block.ts';
import type { FileScope } from '../program/file-scope.ts';
import { partsOf } from '../program/walk.ts';
import type { Extent } from './budget.ts';

/** What something comes to at least. */
export interface Least extends Extent {
  /** It comes to just as many layers. */
  readonly exact: boolean;
}

export const ofOperation: Least = { layers: 1, work: 1, exact: true };
/** Whatever is no call. */
export const ofOther: Least = { layers: 0, work: 1, exact: true };

export function sum(extents: readonly Least[]): Least {
  let [layers, work, exact] = [0, 0, true];
  for (const each of extents) {
    layers += each.layers;
    work += each.work;
    exact &&= each.exact;
  }
  return { layers, work, exact };
}

/** Turns that are alike. */
export function times(turns: number, { layers, work, exact }: Least): Least {
  return { layers: turns * layers, work: turns * (1 + work), exact };
}

const known = new WeakMap<FileScope, Map<Expression, Least | undefined>>();

/** Undefined where constants decide. The blocks that it uses have been settled. */
export function fixedExtent(expression: Expression, file: FileScope): Least | undefined {
  const ofFile = known.get(file) ?? new Map<Expression, Least | undefined>();
  known.set(file, ofFile);
  if (!ofFile.has(expression)) ofFile.set(expression, counted(expression, file));
  return ofFile.get(expression);
}

export function fixedBody({ assignments, value }: Body, file: FileScope): Least | undefined {
  return sumOfFixed([...assignments.map((assignment) => assignment.value), value], file);
}

function counted(expression: Expression, file: FileScope): Least | undefined {
  switch (expression.kind) {
    case 'if':
      return undefined;
    case 'repeat': {
      const { count, carried, body } = expression;
      const [initial, turn] = [fixedExtent(carried.initial, file), fixedBody(body, file)];
      return initial && turn && count.kind === 'number' && count.value >= 1 ? sum([initial, times(Math.floor(count.value), turn)]) : undefined;
    }
    case 'call': {
      const block = blockNamed(expression.callee.text, file);
      const own = block ? block.least : ofOperation;
      const operands = own.exact ? sumOfFixed(partsOf(expression), file) : undefined;
      return operands && sum([own, operands]);
    }
    case 'number':
    case 'string':
    case 'boolean':
    case 'name':
    case 'list':
    case 'unary':
    case 'binary': {
      const parts = sumOfFixed(partsOf(expression), file);
      return parts && sum([ofOther, parts]);
    }
  }
}

function sumOfFixed(expressions: readonly Expression[], file: FileScope): Least | undefined {
  const extents = expressions.map((each) => fixedExtent(each, file)).filter((extent) => extent !== undefined);
  return extents.length === expressions.length ? sum(extents) : undefined;
}
