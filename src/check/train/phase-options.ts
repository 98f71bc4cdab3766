// What a phase may be told beside how long it trains and by which steps: a record an option. One that is not written is
// absent from the phase, and so is one whose value says that there is none.

import type { PhaseKind, PhaseOptions } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import type { Expression, Section, Setting } from '../../syntax/ast.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import { count, notNegative, positive, share } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';
import { refuseClassSetting } from './task.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';

/** What a phase takes an option from that does not give it. The last phase that a control is compared with counts. */
type Origin = 'baseline' | 'compared' | 'nothing';

interface OptionRules<T> {
  /** As the language writes it. */
  readonly name: string;
  readonly field: keyof PhaseOptions;
  readonly type: ValueType<T>;
  readonly options: (value: T) => PhaseOptions;
  readonly takenFrom: Origin;
  /** It goes by the held-out samples: there have to be some, and no penalties that raise their error. */
  readonly judges?: true;
  /** It is of classes. */
  readonly classes?: true;
}

interface Option extends Pick<OptionRules<unknown>, 'name' | 'field' | 'takenFrom' | 'judges' | 'classes'> {
  /** Undefined where the value has been reported. */
  readonly read: (expression: Expression, scope: TrainScope) => PhaseOptions | undefined;
}

function option<T>({ type, options, ...rules }: OptionRules<T>): Option {
  return {
    ...rules,
    read: (expression, scope) => {
      const value = readTrainValue(expression, rules.name, type, scope);
      return value === undefined ? undefined : options(value);
    },
  };
}

const limit: ValueType<number> = { words: new Map([['none', Infinity]]), expected: () => 'a number above 0, or `none`', read: positive.read };
const kept: ValueType<'best' | 'last'> = { words: new Map([['best', 'best'], ['last', 'last']]), wordsAlone: true, expected: () => '`best` or `last`', read: () => undefined };

const options: readonly Option[] = [
  option({ name: 'warmup', field: 'warmup', type: notNegative, takenFrom: 'nothing', options: (warmup) => (warmup > 0 ? { warmup } : {}) }),
  option({ name: 'label_smoothing', field: 'labelSmoothing', type: share, takenFrom: 'baseline', classes: true, options: (labelSmoothing) => (labelSmoothing > 0 ? { labelSmoothing } : {}) }),
  option({ name: 'clip_gradients', field: 'clipGradients', type: limit, takenFrom: 'baseline', options: (clipGradients) => (clipGradients < Infinity ? { clipGradients } : {}) }),
  option({ name: 'keep', field: 'keep', type: kept, takenFrom: 'compared', judges: true, options: (keep) => (keep === 'best' ? { keep } : {}) }),
  option({ name: 'patience', field: 'patience', type: count, takenFrom: 'compared', judges: true, options: (patience) => ({ patience }) }),
];

export const optionNames: readonly string[] = options.map(({ name }) => name);

/**
 * The options of a phase: its own, and those that it takes from others.
 * @param epochs Of the phase; undefined: they have been reported.
 */
export function checkOptions(kind: PhaseKind, settings: ReadonlyMap<string, Setting>, others: Readonly<Record<Exclude<Origin, 'nothing'>, PhaseOptions>>, epochs: number | undefined, scope: TrainScope): PhaseOptions {
  const checked = options.map((each): PhaseOptions => {
    const { name, field, takenFrom, judges, classes, read } = each;
    const setting = settings.get(name);
    if (!setting) return takenFrom === 'nothing' ? {} : pick(others[takenFrom], field);
    if (classes && !scope.task.classes) return refuseClassSetting(setting, scope) ?? {};
    const own = read(setting.value, scope);
    if (!own) return {};
    if (judges && phaseTraits[kind].penalizes && field in own) {
      const help = `\`baseline\` and \`finetune\` may have it; here \`epochs\` says how long the penalties act`;
      scope.report(trainDiagnostics['judged-while-penalized']({ span: setting.name.span, args: [name, kind], help }));
    }
    if (judges && phaseTraits[kind].compares && own[field] !== others.compared[field]) {
      scope.report(trainDiagnostics['other-ending']({ span: setting.name.span, args: [name, kind], help: 'leave it out, and it is', severity: 'warning' }));
    }
    return own;
  });
  const all: PhaseOptions = Object.assign({}, ...checked);
  const warmup = settings.get('warmup');
  if (warmup && epochs !== undefined && (all.warmup ?? 0) > epochs) {
    scope.report(trainDiagnostics.value({ span: warmup.value.span, args: ['warmup', String(all.warmup), `at most the ${epochs} epochs of \`${kind}\``] }));
  }
  return all;
}

/** Where a phase is told to go by the held-out samples. */
export function judgingSetting({ settings }: Section, spec: PhaseOptions): Setting | undefined {
  return settings.find(({ name }) => options.some((each) => each.judges && each.field in spec && each.name === name.text));
}

function pick(from: PhaseOptions, field: keyof PhaseOptions): PhaseOptions {
  return from[field] === undefined ? {} : { [field]: from[field] };
}
