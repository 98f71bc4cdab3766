// Constants and their arithmetic. `const width = 20`, `const half = width / 2`.

import type { Span } from '../base/span.ts';
import type { BinaryExpression, BinaryOperator, ConstDeclaration, Expression, Name } from '../syntax/ast.ts';
import { argumentDiagnostics, nameDiagnostics } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';
import { laterDefinition, noCycles, writtenByName } from './references.ts';
import type { SymbolTable } from './symbols.ts';
import { unbuilt } from './unbuilt.ts';

export type Constant = number | string | boolean | readonly Constant[];

export interface ConstantScope {
  /** The value of a constant expression; undefined, and reported, where it has none. */
  readonly evaluate: (expression: Expression) => Constant | undefined;
  /** Where a constant of this name is defined. */
  readonly placeOf: (name: string) => Span | undefined;
}

/** @param layers Places of the names a network defines: for a better message when one stands for a number. */
export function constantScope(declarations: readonly ConstDeclaration[], layers: ReadonlyMap<string, Span>, symbols: SymbolTable, report: Report): ConstantScope {
  const definitions = writtenByName(declarations);
  // Undefined: the constant has been reported, so whatever reads it is silent.
  const values = new Map<string, Constant | undefined>();
  const cycles = noCycles();
  let current: string | undefined;

  const read = (name: Name): Constant | undefined => {
    if (values.has(name.text)) {
      symbols.note(name, 'constant', definitions.get(name.text)?.name.span);
      return values.get(name.text);
    }
    const later = laterDefinition(name, current, definitions, cycles);
    if (later === 'known') return undefined;
    if (later) return report(later);
    const layer = layers.get(name.text);
    if (layer) {
      const related = [{ message: `\`${name.text}\` is defined here`, span: layer }];
      return report(nameDiagnostics['not-a-constant']({ span: name.span, args: [name.text], related }));
    }
    return report(nameDiagnostics['unknown-constant']({ span: name.span, args: [name.text], help: report.advice.on('constant', name.text, values.keys()) }));
  };

  const evaluate = (expression: Expression): Constant | undefined => {
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
        const operand = evaluateNumber(expression.operand);
        return operand === undefined ? undefined : -operand;
      }
      case 'binary':
        return evaluateBinary(expression);
      case 'if':
      case 'repeat':
        return unbuilt(expression.kind);
      case 'call':
        return report(argumentDiagnostics['expected-constant']({ span: expression.span, args: [`a call of \`${expression.callee.text}\``] }));
    }
  };

  const evaluateNumber = (expression: Expression): number | undefined => {
    const value = evaluate(expression);
    if (value === undefined || typeof value === 'number') return value;
    return report(argumentDiagnostics.arithmetic({ span: expression.span, args: [`found ${formatConstant(value)}, expected a number`] }));
  };

  const evaluateBinary = (expression: BinaryExpression): number | undefined => {
    const left = evaluateNumber(expression.left);
    const right = evaluateNumber(expression.right);
    if (left === undefined || right === undefined) return undefined;
    const fault = (why: string): undefined => report(argumentDiagnostics.arithmetic({ span: expression.span, args: [why] }));
    if (right === 0 && (expression.operator === '/' || expression.operator === '%')) return fault('division by zero');
    const value = apply(expression.operator, left, right);
    return Number.isFinite(value) ? value : fault(`${left} ${expression.operator} ${right} is no finite number`);
  };

  for (const declaration of declarations) {
    const name = declaration.name.text;
    const first = definitions.get(name);
    if (first && first.name !== declaration.name) {
      const related = [{ message: 'first defined here', span: first.name.span }];
      report(nameDiagnostics.duplicate({ span: declaration.name.span, args: [name], related }));
    }
    symbols.note(declaration.name, 'constant', declaration.name.span);
    current = name;
    const value = evaluate(declaration.value);
    values.set(name, values.has(name) ? undefined : value);
  }
  current = undefined;

  return { evaluate, placeOf: (name) => definitions.get(name)?.name.span };
}

function apply(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '**':
      return left ** right;
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'and':
    case 'or':
      return unbuilt(operator);
  }
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
