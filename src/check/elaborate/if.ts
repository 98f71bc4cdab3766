// `if stride == 1 { x } else { conv(x, ...) }`: only the branch that is taken takes place.

import type { IfExpression } from '../../syntax/ast.ts';
import { elaborateBody } from './body.ts';
import type { Wire } from './instance.ts';
import { nameOfPart } from './layer-names.ts';
import { scopeOf } from './scope.ts';
import type { Scope, Within } from './scope.ts';

export function elaborateIf(expression: IfExpression, scope: Scope, { naming }: Within): Wire | undefined {
  const { elaboration } = scope;
  const flag = scope.constants.evaluateFlag(expression.condition);
  const path = nameOfPart(expression, 'if', naming, elaboration.names);
  if (flag === undefined) {
    elaboration.whole = false;
    return undefined;
  }
  const body = flag ? expression.then : expression.otherwise;
  return elaborateBody(body, path, scopeOf({ ...scope, outer: scope, prefix: `${path}.` }, body.assignments, new Map()));
}
