// The weights of `build --weights-as`: their type, and what it does to the error where the test set is at hand.

import { DiagnosticError } from '../base/diagnostic.ts';
import { grouped } from '../base/number-text.ts';
import type { BuildInput } from '../driver/build/build.ts';
import { evaluationData } from '../driver/data/evaluation-data.ts';
import { measureChange } from '../driver/evaluation/error-change.ts';
import type { ErrorChange } from '../driver/evaluation/error-change.ts';
import { weightTypes } from '../emit/weight-types/index.ts';
import type { WeightType } from '../emit/weight-types/weight-type.ts';
import { ops } from '../ops/index.ts';
import { taskOf } from '../train/tasks/index.ts';
import { namedItem } from './named-option.ts';
import type { Shell } from './shell.ts';
import { onlyInput } from '../ir/network.ts';

export interface BuildWeights {
  readonly type: WeightType;
  /** Absent: there is no test set at hand. */
  readonly change?: ErrorChange;
  readonly text: string;
  readonly json: object;
}

/** @throws UsageError for the name of no type, DiagnosticError for weights that it does not hold */
export async function storedWeights(name: string, input: BuildInput, dense: boolean, shell: Shell): Promise<BuildWeights> {
  const type = namedItem('type of weights', name, weightTypes);
  const found = await changeOf(type, input, dense, shell);
  if ('why' in found) return { type, text: `weights are stored as ${name}; what that does to the error is not measured: ${found.why}\n`, json: { type: name, unmeasured: found.why } };
  const { dataset, samples, before, after } = found;
  const { words } = taskOf(found);
  return { type, change: found, text: `weights are stored as ${name}: ${words.name} ${words.text(before)} -> ${words.text(after)} on the ${grouped(samples)} test samples of ${dataset}\n`, json: { type: name, ...found } };
}

async function changeOf(type: WeightType, input: BuildInput, dense: boolean, shell: Shell): Promise<ErrorChange | { readonly why: string }> {
  const { model } = input;
  const { train, network } = model;
  if (!train?.dataset) return { why: 'the source names no data set' };
  const reading = { inputShape: onlyInput(network).shape, resize: train.resize ?? false };
  try {
    const dataset = await evaluationData({ place: model.sources.main.name, own: train.dataset, reading }, { environment: shell.environment });
    return await measureChange(input, { dense, weightsAs: type }, dataset, ops);
  } catch (error) {
    // A module is built without its data just as well.
    const first = error instanceof DiagnosticError ? error.diagnostics[0] : undefined;
    if (first?.code.startsWith('data/')) return { why: first.message };
    throw error;
  }
}
