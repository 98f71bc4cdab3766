// Expressions over constants: `width / 2`, `if i == 0 { 2 } else { 1 }`, `not last and i < 3`.

import type { BinaryExpression, Expression, IfExpression, Name } from '../../syntax/ast.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { arithmetic, inOrder, isOrder } from './operators.ts';
import type { OrderOperator } from './operators.ts';

export type Constant = number | string | boolean | readonly Constant[];

export interface Constants {
  /** The value of a constant expression; undefined, and reported, where it has none. */
  readonly evaluate: (expression: Expression) => Constant | undefined;
  /** Of what has to be true or false. */
  readonly evaluateFlag: (expression: Expression) => boolean | undefined;
}

export interface ConstantReader {
  /** Undefined, and reported, where the name stands for no constant. */
  readonly read: (name: Name) => Constant | undefined;
  /** Whether one more expression may be evaluated. */
  readonly spend: () => boolean;
  readonly report: Report;
}

export function constantsOf({ read, spend, report }: ConstantReader): Constants {
  const evaluate = (expression: Expression): Constant | undefined => {
    if (!spend()) return undefined;
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'boolean':
        return expression.value;
      case 'name':
        return read(expression);
      case 'list': {
        const items = expression.items.map(evaluate);
        const known = items.filter((item) => item !== undefined);
        return known.length === items.length ? known : undefined;
      }
      case 'unary': {
        if (expression.operator === 'not') return negated(evaluateFlag(expression.operand));
        const operand = evaluateNumber(expression.operand);
        return operand === undefined ? undefined : -operand;
      }
      case 'binary':
        return evaluateBinary(expression);
      case 'if':
        return evaluateIf(expression);
      case 'repeat':
        return report(argumentDiagnostics['expected-constant']({ span: expression.span, args: ['a `repeat`'] }));
      case 'call':
        return report(argumentDiagnostics['expected-constant']({ span: expression.span, args: [`a call of \`${expression.callee.text}\``] }));
    }
  };

  const expected = (what: string, { span }: Expression, found: Constant): undefined => report(argumentDiagnostics.arithmetic({ span, args: [`found ${formatConstant(found)}, expected ${what}`] }));

  const evaluateNumber = (expression: Expression): number | undefined => {
    const value = evaluate(expression);
    return value === undefined || typeof value === 'number' ? value : expected('a number', expression, value);
  };

  const evaluateFlag = (expression: Expression): boolean | undefined => {
    const value = evaluate(expression);
    return value === undefined || typeof value === 'boolean' ? value : expected('true or false', expression, value);
  };

  /** Only the branch that is taken. */
  const evaluateIf = ({ condition, then, otherwise }: IfExpression): Constant | undefined => {
    const flag = evaluateFlag(condition);
    if (flag === undefined) return undefined;
    const { assignments, value } = flag ? then : otherwise;
    const [local] = assignments;
    return local ? report(argumentDiagnostics['expected-constant']({ span: local.span, args: [`a definition of \`${local.name.text}\``] })) : evaluate(value);
  };

  const evaluateBinary = (expression: BinaryExpression): Constant | undefined => {
    const { operator } = expression;
    if (operator === 'and' || operator === 'or') {
      const left = evaluateFlag(expression.left);
      // What would not change the result is not looked at.
      return left === undefined || left === (operator === 'or') ? left : evaluateFlag(expression.right);
    }
    if (operator === '==' || operator === '!=') return evaluateEquality(expression, operator === '==');
    if (isOrder(operator)) return evaluateOrder(expression, operator);
    const left = evaluateNumber(expression.left);
    const right = evaluateNumber(expression.right);
    if (left === undefined || right === undefined) return undefined;
    const fault = (why: string): undefined => report(argumentDiagnostics.arithmetic({ span: expression.span, args: [why] }));
    if (right === 0 && (operator === '/' || operator === '%')) return fault('division by zero');
    const value = arithmetic(operator, left, right);
    return Number.isFinite(value) ? value : fault(`${left} ${operator} ${right} is no finite number`);
  };

  const evaluateOrder = ({ left, right }: BinaryExpression, operator: OrderOperator): boolean | undefined => {
    const [one, other] = [evaluate(left), evaluate(right)];
    if (one === undefined || other === undefined) return undefined;
    if (typeof one === 'number' && typeof other === 'number') return inOrder(operator, one, other);
    const [place, found] = typeof one === 'number' ? [right, other] : [left, one];
    const help = Array.isArray(found) ? undefined : `\`${operator}\` compares numbers; strings and truth values are compared by \`==\` and \`!=\``;
    return report(argumentDiagnostics.arithmetic({ span: place.span, args: [`found ${formatConstant(found)}, expected a number`], help }));
  };

  const evaluateEquality = ({ left, right, span }: BinaryExpression, equal: boolean): boolean | undefined => {
    const [one, other] = [evaluate(left), evaluate(right)];
    if (one === undefined || other === undefined) return undefined;
    const list = Array.isArray(one) ? left : Array.isArray(other) ? right : undefined;
    if (list) return report(argumentDiagnostics.arithmetic({ span: list.span, args: ['found a list, expected a number, a string, true or false'] }));
    if (typeof one === typeof other) return (one === other) === equal;
    return report(argumentDiagnostics.arithmetic({ span, args: [`${formatConstant(one)} and ${formatConstant(other)} are of different kinds, so they are never equal`] }));
  };

  return { evaluate, evaluateFlag };
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** Items of a list that are shown. A list of lists of constants may stand for more items than memory holds. */
const SHOWN_ITEMS = 12;

export function formatConstant(value: Constant): string {
  let left = SHOWN_ITEMS;
  const shown = (each: Constant): string => {
    if (typeof each === 'string') return JSON.stringify(each);
    if (typeof each === 'number' || typeof each === 'boolean') return String(each);
    const items: string[] = [];
    for (const item of each) {
      if (left-- > 0) items.push(shown(item));
      else {
        items.push('...');
        break;
      }
    }
    return `[${items.join(', ')}]`;
  };
  return shown(value);
}
