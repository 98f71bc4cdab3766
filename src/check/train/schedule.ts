// Rates as they are written: `0.01`, `cosine(0.02, to = 0.01)`.

import type { RateSchedule } from '../../ir/network.ts';
import type { Expression } from '../../syntax/ast.ts';
import { bindArguments } from '../values/bind.ts';
import { positive, ratio, shares } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';
import { readerOf, readTrainValue, rejectCallee } from './train-value.ts';
import type { Reader, TrainScope } from './train-value.ts';

interface ScheduleForm {
  readonly names: readonly string[];
  readonly required: readonly string[];
  readonly example: string;
  readonly make: (rate: number, reader: Reader) => RateSchedule | undefined;
}

const forms: ReadonlyMap<string, ScheduleForm> = new Map<string, ScheduleForm>([
  ['constant', { names: ['rate'], required: ['rate'], example: 'constant(0.01)', make: (rate) => ({ kind: 'constant', rate }) }],
  [
    'step',
    {
      names: ['rate', 'at', 'factor'],
      required: ['rate'],
      example: 'step(0.01, at = [0.5, 0.75], factor = 0.1)',
      make: (rate, reader) => {
        const at = reader.read('at', ascendingShares, [0.7]);
        const factor = reader.read('factor', positive, 0.1);
        return at && factor !== undefined ? { kind: 'step', rate, at, factor } : undefined;
      },
    },
  ],
  [
    'cosine',
    {
      names: ['rate', 'to'],
      required: ['rate'],
      example: 'cosine(0.02, to = 0.01)',
      make: (rate, reader) => {
        const to = reader.read('to', ratio, 0.01);
        return to === undefined ? undefined : { kind: 'cosine', rate, to };
      },
    },
  ],
]);

const ascendingShares: ValueType<readonly number[]> = {
  expected: (constant) => `${shares.expected(constant)}, ascending`,
  read: (constant) => {
    const list = shares.read(constant);
    return list?.every((at, i) => i === 0 || at > (list[i - 1] ?? at)) ? list : undefined;
  },
};

/** A number, or a call of a schedule. */
export function checkSchedule(expression: Expression, scope: TrainScope): RateSchedule | undefined {
  if (expression.kind !== 'call') {
    const rate = readTrainValue(expression, 'rate', positive, scope);
    return rate === undefined ? undefined : { kind: 'constant', rate };
  }
  const form = forms.get(expression.callee.text);
  if (!form) return rejectCallee(expression, 'rate', 'schedule', [...forms.keys()], scope);
  const { complete, values } = bindArguments(expression, form, scope.report);
  const rate = values.get('rate');
  const rateValue = rate && readTrainValue(rate, 'rate', positive, scope);
  // Read even if the rate is wrong, so that every fault is reported at once.
  const schedule = form.make(rateValue ?? 1, readerOf(values, scope));
  return complete && rateValue !== undefined ? schedule : undefined;
}
