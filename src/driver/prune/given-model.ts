// The model that is to be pruned, as it was given: its weights as a run holds them, and how it answers the data before anything
// is taken from it.

import type { Diagnostic } from '../../base/diagnostic.ts';
import { tensor } from '../../base/tensor.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import { readSafetensors } from '../../engine/safetensors.ts';
import type { Model, Network } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { taskOf, taskPart } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import { compactedNetwork } from '../evaluation/answers.ts';
import { judge } from '../evaluation/evaluation.ts';
import { isGuessing } from '../evaluation/findings.ts';
import { inDoubles } from '../run/budget-cost.ts';
import { trainSpecOf } from '../run/train.ts';
import { fitWeights } from '../weights/fit-weights.ts';
import { tensorsInMemory } from '../weights/tensor-source.ts';
import { pruneDiagnostics } from './diagnostics.ts';

const otherwiseScaled =
  'has it been trained on samples that were scaled otherwise? Here pixels are numbers from 0 to 1: what was done to them before (a factor of 255, a mean and a deviation) has to be a part of the model when it is exported, and becomes `normalize`';

/** What it answers the test samples with. */
export interface GivenErrors extends OfTask {
  readonly error: number;
  /** The error of always answering the same. */
  readonly chance: number;
}

/** All parameters of the network. @param weights A safetensors file of them. @param file What a person calls it. */
export function givenWeights(weights: Uint8Array, file: string, network: Network): PhaseTensors {
  const { parameters } = fitWeights(tensorsInMemory(file, readSafetensors(weights, file).tensors), network);
  return new Map([...parameters].map(([name, { shape, data }]) => [name, tensor(shape, Float32Array.from(data))]));
}

/** @param dataset That was made ready for the network. Fails with `data/changed`. */
export async function judgeGiven(model: Model, given: PhaseTensors, { test }: Dataset): Promise<{ readonly errors: GivenErrors; readonly warnings: readonly Diagnostic[] }> {
  const { network } = model;
  const spec = trainSpecOf(model);
  const task = taskOf(spec);
  const answering = await compactedNetwork({ graph: network.graph, parameters: inDoubles({ model }, given) }, ops);
  const { error, chance } = await judge(task.name, answering, test, undefined);
  const { name, text, guess } = task.words;
  const warnings = isGuessing(error, chance) ? [pruneDiagnostics['at-chance']({ span: spec.span, args: [name, text(error), guess, text(chance)], help: `${otherwiseScaled}${task.classes ? '; classes have to be in the order of its outputs' : ''}`, severity: 'warning' })] : [];
  return { errors: { ...taskPart(spec), error, chance }, warnings };
}
