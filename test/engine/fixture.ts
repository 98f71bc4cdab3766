// Small runs for the tests of training: a source, a data set of byte images, an engine.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { check } from '../../src/check/check.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

export function modelOf(text: string): Model {
  const { file, diagnostics } = parse({ name: 'test.ssl', text });
  const checked = check(file, ops);
  return present(checked.model, [...diagnostics, ...checked.diagnostics].map(({ message }) => message).join('\n'));
}

/** A convolution, a pool, dropout, batch norm and two dense layers on 8x8 images of three classes. */
export const smallSource = `
network Small(image: tensor[1, 8, 8]) {
  conv1 = conv(image, filters = 6, window = 3)
  norm1 = batch_norm(conv1)
  pool1 = max_pool(relu(norm1), window = 2)
  fc1   = dropout(relu(dense(pool1, units = 20)), rate = 0.25)
  fc2   = dense(fc1, units = 3)
  return fc2
}

sparsity {
  weighting = one
  lasso filters of conv1 strength 0.06
  lasso neurons of fc1   strength 0.06
}

train on toy {
  baseline { epochs = 2, batch = 16, optimizer = sgd(rate = cosine(0.05), momentum = 0.9) }
  sparsify { epochs = 3, rate = 0.05 }
  finetune { epochs = 2, optimizer = sgd(rate = 0.02, momentum = 0.9, decay = 5e-4) }
  seed = 3
}
`;

/** The same on images that are normalised by what was measured, moved and mirrored, with weights of classes, and a network to compare with. */
export const augmentedSource: string = smallSource.replace('conv(image,', 'conv(normalize(image, mean = per_pixel, deviation = per_channel),').replace('seed = 3', 'control {}\n  seed = 3\n  class_weights = balanced\n  augment { pad = 1, mirror = true }');

/** The same under other optimizers, whose phases warm up, clip, smooth, keep their best epoch and end early. */
export const optionsSource: string = `${smallSource.slice(0, smallSource.indexOf('train on toy'))}
train on toy {
  baseline { epochs = 8, batch = 16, optimizer = adam(rate = 0.01, decay = 0.01), warmup = 0.5, label_smoothing = 0.1, clip_gradients = 0.5, keep = best, patience = 2 }
  sparsify { epochs = 2, optimizer = sgd(rate = 0.05, momentum = 0.9, nesterov = true), warmup = 1 }
  finetune { epochs = 5, optimizer = adam(rate = 0.005), clip_gradients = none, keep = best, patience = 1 }
  control {}
  seed = 3
  held_out = 0.2
}
`;

/** Bright stripes, lying, standing or sloping, in noise. */
export function stripes(training: number, test: number): Dataset {
  return { name: 'stripes', shape: [1, 8, 8], classes: 3, training: stripesOf('training', training), test: stripesOf('test', test) };
}

const drawn = new Map<string, Split>();

/** Drawn once: nobody changes them. */
function stripesOf(name: string, count: number): Split {
  const key = `${name} ${count}`;
  const known = drawn.get(key) ?? drawStripes(name, count);
  drawn.set(key, known);
  return known;
}

function drawStripes(name: string, count: number): Split {
  const draws = stream(11, `stripes ${name}`);
  const samples = new Uint8Array(count * 64);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = Math.floor(draws.uniform(100_000 + i) * 3);
    const place = Math.floor(draws.uniform(200_000 + i) * 4);
    labels[i] = label;
    for (let p = 0; p < 64; p++) {
      const [y, x] = [Math.floor(p / 8), p % 8];
      const along = label === 0 ? y : label === 1 ? x : x + y;
      const ink = along % 4 === place ? 110 : 0;
      samples[i * 64 + p] = Math.floor(ink + 140 * draws.uniform(i * 64 + p));
    }
  }
  return { count, samples, labels };
}
