// Expressions as trees.

import type { Argument, Body, CallExpression, Expression, Name } from '../../syntax/ast.ts';

/** What stands directly in an expression, in the order it is written; with what is assigned in its bodies. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'name':
      return [];
    case 'list':
      return expression.items;
    case 'call':
      return expression.arguments.map(valueOf);
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'if':
      return [expression.condition, ...inBody(expression.then), ...inBody(expression.otherwise)];
    case 'repeat':
      return [expression.count, expression.carried.initial, ...inBody(expression.body)];
  }
}

function valueOf({ value }: Argument): Expression {
  return value;
}

function inBody({ assignments, value }: Body): readonly Expression[] {
  return [...assignments.map((assignment) => assignment.value), value];
}

/** Every expression within, itself first, level by level. */
export function allWithin(expression: Expression): readonly Expression[] {
  const found = [expression];
  // An array is iterated up to its end, also where that moves meanwhile.
  for (const each of found) for (const part of partsOf(each)) found.push(part);
  return found;
}

/** Every name that is read; what is called is no name that is read. */
export function namesIn(expression: Expression): string[] {
  return allWithin(expression).flatMap((each) => (each.kind === 'name' ? [each.text] : []));
}

export function callsWithin(expression: Expression): CallExpression[] {
  return allWithin(expression).filter((each) => each.kind === 'call');
}

/** Every name that a constant may depend on, whatever is taken; nothing of calls, turns and definitions, which no constant has. */
export function constantNames(expression: Expression): readonly Name[] {
  switch (expression.kind) {
    case 'name':
      return [expression];
    case 'call':
    case 'repeat':
      return [];
    case 'if':
      return [expression.condition, ...[expression.then, expression.otherwise].flatMap(({ assignments, value }) => (assignments.length > 0 ? [] : [value]))].flatMap(constantNames);
    case 'number':
    case 'string':
    case 'boolean':
    case 'list':
    case 'unary':
    case 'binary':
      return partsOf(expression).flatMap(constantNames);
  }
}
