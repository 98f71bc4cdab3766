// What settings of a train block may be: constants and words, read by the type that each setting has, and calls of
// something known.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { CallExpression, Expression } from '../../syntax/ast.ts';
import type { Task } from '../../train/tasks/task.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { Subject } from '../foreign-words.ts';
import type { Constants } from '../values/constants.ts';
import { readValue } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';

export interface TrainScope {
  readonly constants: Constants;
  readonly report: Report;
  /** That the block trains for. */
  readonly task: Task;
}

/** Arguments of a call by name, read by the type each has. */
export interface Reader {
  readonly read: <T>(name: string, type: ValueType<T>, otherwise: T) => T | undefined;
}

/** A word of the type, or a constant. */
export function readTrainValue<T>(expression: Expression, name: string, type: ValueType<T>, { constants, report }: TrainScope): T | undefined {
  const { span } = expression;
  const reject = (found: string, expected: string): Diagnostic => trainDiagnostics.value({ span, args: [name, found, expected] });
  if (expression.kind === 'name' && type.words) {
    const { text } = expression;
    const word = type.words.get(text);
    if (word !== undefined) return word;
    if (type.wordsAlone) return report(reject(`\`${text}\``, type.expected(text)));
  }
  return readValue(expression, type, constants, report, reject);
}

export function readerOf(values: ReadonlyMap<string, Expression>, scope: TrainScope): Reader {
  return {
    read: (name, type, otherwise) => {
      const expression = values.get(name);
      return expression ? readTrainValue(expression, name, type, scope) : otherwise;
    },
  };
}

/** A call of what is none of `known`. */
export function rejectCallee(call: CallExpression, name: string, subject: Subject, known: readonly string[], scope: TrainScope): undefined {
  const expected = known.map((callee) => `\`${callee}(...)\``).join(' or ');
  const args = [name, `\`${call.callee.text}(...)\``, expected] as const;
  return scope.report(trainDiagnostics.value({ span: call.callee.span, args: [...args], help: scope.report.advice.meant(subject, call.callee.text, known) }));
}
