// The networks of examples/ with weights as training leaves them, and a few samples of what they are shown.

import { join } from 'node:path';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import type { Model, Network, TrainSpec } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { groupOfElements } from '../group-of-elements.ts';

export const examples: string = join(import.meta.dirname, '../../examples');

/** @param path Of an .ssl file. */
export function modelWithoutWarnings(path: string): Model {
  const { model, warnings } = checkFile(path, ops);
  if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join('\n'));
  return model;
}

/** Draws as a trained network has them: no statistic of batch norm is what it begins with, and no bias 0. */
export function drawnWeights({ parameters }: Network): Map<string, Tensor<Float32Array>> {
  const initial = initialParameters({ parameters } as Network, 1);
  return new Map(
    parameters.map(({ name, initial: { kind } }) => {
      const { shape, data } = present(initial.get(name), name);
      const draws = stream(1, `example ${name}`);
      return [name, { shape, data: Float32Array.from(data, (value, i) => (kind === 'constant' ? value + 0.4 * (draws.uniform(i) - 0.5) : value)) }];
    }),
  );
}

/** The same with a random part of the groups of each penalty at zero, of a layer all but one. */
export function sparseWeights({ network, penalties }: Model, share: number): Map<string, Tensor<Float32Array>> {
  const weights = drawnWeights(network);
  for (const { penalty, members, count } of groupSets(network, ops, penalties)) {
    const draws = stream(2, `${penalty.structure} of ${penalty.layer}`);
    const isDead = (group: number): boolean => draws.uniform(group) < share && (group > 0 || count === 1);
    for (const member of members) {
      const { data } = present(weights.get(member.parameter), member.parameter);
      for (const [element, group] of groupOfElements(member).entries()) if (isDead(group)) data[element] = 0;
    }
  }
  return weights;
}

/** A batch of noise to train on, and one to test with. */
export function noise(network: Network, count: number): Dataset {
  const { inputShape, classes } = dataInterfaceOf(network);
  const splitOf = (name: string): Split => {
    const draws = stream(3, name);
    const samples = Uint8Array.from({ length: count * sizeOf(inputShape) }, (_, i) => Math.floor(256 * draws.uniform(i)));
    return { count, samples, labels: Uint8Array.from({ length: count }, (_, i) => i % classes) };
  };
  return { name: 'noise', shape: inputShape, classes, training: splitOf('training'), test: splitOf('test') };
}

/** A single step under the penalties. */
export function oneStep(spec: TrainSpec, batch: number): TrainSpec {
  const phases = spec.phases.filter(({ kind }) => kind === 'sparsify').map((phase) => ({ ...phase, epochs: 1, batch }));
  return { ...spec, heldOut: 0, phases };
}
