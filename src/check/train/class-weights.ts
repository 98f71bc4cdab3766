// `class_weights = balanced`, or a list of numbers, one a class.

import { dataInterfaceOf } from '../../ir/network.ts';
import type { ClassWeights, Network } from '../../ir/network.ts';
import type { Setting } from '../../syntax/ast.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import { positives } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';
import { refuseClassSetting } from './task.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';

const balanced = 'balanced';

const weightsOrBalanced: ValueType<ClassWeights> = {
  words: new Map([[balanced, balanced]]),
  expected: (constant) => (Array.isArray(constant) ? positives.expected(constant) : `\`${balanced}\`, or a list of numbers above 0, one a class`),
  read: (constant) => (Array.isArray(constant) ? positives.read(constant) : undefined),
};

/** @param network Undefined: it has been reported. */
export function checkClassWeights(setting: Setting, network: Network | undefined, scope: TrainScope): ClassWeights | undefined {
  if (!scope.task.classes) return refuseClassSetting(setting, scope);
  const { value: expression } = setting;
  const weights = readTrainValue(expression, 'class_weights', weightsOrBalanced, scope);
  if (!weights || weights === balanced || !network) return weights;
  const { classes } = dataInterfaceOf(network);
  if (weights.length === classes) return weights;
  return scope.report(trainDiagnostics['class-weights']({ span: expression.span, args: [weights.length, classes], help: 'give one a class, in the order of the outputs, or `class_weights = balanced`' }));
}
