// Optimizers as they are written: `sgd(rate = 0.01, momentum = 0.9)`. Which there are, and with what settings, is in
// their records (train/optimizers).

import type { OptimizerSpec, RateSchedule } from '../../ir/network.ts';
import type { Expression } from '../../syntax/ast.ts';
import { optimizers, usualOptimizer, withSettings } from '../../train/optimizers/index.ts';
import type { Optimizer, OptimizerSetting } from '../../train/optimizers/optimizer.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import { bindArguments } from '../values/bind.ts';
import { flag, notNegative, positive, share } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';
import { checkSchedule } from './schedule.ts';
import { readerOf, rejectCallee } from './train-value.ts';
import type { TrainScope } from './train-value.ts';

export interface WrittenOptimizer {
  readonly optimizer: OptimizerSpec;
  /** Absent: inherited, or given by `rate = ...` of the phase. */
  readonly schedule?: RateSchedule;
}

const types: Readonly<Record<OptimizerSetting['type'], ValueType<number | boolean>>> = { share, not_negative: notNegative, positive, flag };

/** A call of an optimizer; settings that are not given have their defaults. */
export function checkOptimizer(expression: Expression, scope: TrainScope): WrittenOptimizer | undefined {
  if (expression.kind !== 'call') {
    const help = `for example \`${optimizers[usualOptimizer.name].example}\``;
    return scope.report(trainDiagnostics.value({ span: expression.span, args: ['optimizer', `a ${expression.kind}`, 'a call'], help }));
  }
  const optimizer = Object.values(optimizers).find(({ name }) => name === expression.callee.text);
  if (!optimizer) return rejectCallee(expression, 'optimizer', 'optimizer', Object.keys(optimizers), scope);
  const names = ['rate', ...Object.keys(optimizer.settings)];
  const { complete, values } = bindArguments(expression, { names, required: [], example: optimizer.example }, scope.report);
  const reader = readerOf(values, scope);
  const rate = values.get('rate');
  const schedule = rate && checkSchedule(rate, scope);
  const settings = Object.entries(optimizer.settings).map(([name, { type, default: otherwise }]) => [name, reader.read(name, types[type], otherwise)] as const);
  const known = settings.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  if (!complete || known.length < settings.length || (rate && !schedule)) return undefined;
  const spec = withSettings(optimizer, Object.fromEntries(known));
  checkNeeds(optimizer, spec, values, scope);
  return { optimizer: spec, ...(schedule && { schedule }) };
}

function checkNeeds(optimizer: Optimizer, { settings }: OptimizerSpec, values: ReadonlyMap<string, Expression>, { report }: TrainScope): void {
  for (const [name, { needs }] of Object.entries(optimizer.settings)) {
    const written = values.get(name);
    if (!written || needs === undefined || !settings[name] || settings[needs] !== 0) continue;
    report(trainDiagnostics['no-effect']({ span: written.span, args: [name, needs], help: `for example \`${needs} = 0.9\`` }));
  }
}
