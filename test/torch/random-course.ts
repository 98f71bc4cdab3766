// Random networks under random updates, as models that are trained on normal numbers.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import type { Model, PhaseSpec } from '../../src/ir/network.ts';
import { onlyInput, onlyOutput } from '../../src/ir/network.ts';
import { randomTraining } from '../lower/random-training.ts';
import type { RandomTraining } from '../lower/random-training.ts';
import { methodFor, optimizerFor, optionsFor, penaltiesFor } from '../lower/training-cases.ts';
import { courseOf } from './steps.ts';
import type { Course } from './steps.ts';

/** Steps for which a course has samples. */
export const randomSteps = 3;

export function randomCourse(seed: number): Course {
  const { network, update, batch: { samples } } = trainable(seed);
  const penalties = penaltiesFor(update, network);
  // A batch of one has no variance.
  const batch = Math.max(2, samples);
  const phase: PhaseSpec = { kind: penalties.length > 0 ? 'sparsify' : 'baseline', name: 'only', epochs: 1, batch, schedule: { kind: 'constant', rate: 0.05 }, optimizer: optimizerFor(update), ...optionsFor(update) };
  const source = { name: 'random.ssl', text: '' };
  const model: Model = {
    sources: { main: source, imported: new Map() },
    network,
    penalties,
    ...methodFor(update),
    methodSettings: {},
    train: { dataset: { kind: 'folder', path: 'set' }, span: { source, start: 0, end: 0 }, phases: [phase], batchSpans: new Map(), seed, heldOut: 0 },
  };
  const { shape } = onlyInput(network);
  return courseOf(model, normal(shape, present(onlyOutput(network).shape[0], 'classes'), randomSteps * batch, seed), 0);
}

/** Without what elimination alone leaves, and without norms of a single number: those are their shift here, and next to it in torch. */
function trainable(seed: number): RandomTraining {
  const found = randomTraining(seed);
  const { nodes } = found.network.graph;
  const isOdd = nodes.some(({ op, attrs, results: [shape = []] }) => 'positions' in attrs || ((op === 'instance_norm' || op === 'group_norm') && shape.length === 2));
  return isOdd ? trainable(seed + 1e6) : found;
}

function normal(shape: readonly number[], classes: number, count: number, seed: number): Dataset {
  const split = (name: string, samples: number): Split => {
    const draws = stream(seed, name);
    return {
      count: samples,
      samples: Float32Array.from({ length: samples * sizeOf(shape) }, (_, i) => draws.normal(i)),
      labels: Uint8Array.from({ length: samples }, (_, i) => (i === 0 ? classes - 1 : Math.floor(classes * draws.uniform(1e6 + i)))),
    };
  };
  return { name: 'normal', shape, classes, training: split('training', count), test: split('test', 2) };
}
