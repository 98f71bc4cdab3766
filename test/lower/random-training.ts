// Random trainable networks: those of test/random, wide, with a layer of classes behind them, under a random update.

import { present } from '../../src/base/invariant.ts';
import type { Attrs, Batch, Value } from '../../src/ir/graph.ts';
import type { Network } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { draws } from '../random/draw.ts';
import { drawClassifier } from '../random/draw-recipe.ts';
import { inputName } from '../random/recipe.ts';
import { networkOf } from '../train/networks.ts';
import type { Update } from './training-cases.ts';
import { structureUpdates, updates } from './training-cases.ts';

export interface RandomTraining {
  readonly network: Network;
  readonly update: Update;
  readonly batch: Batch;
}

export function randomTraining(seed: number): RandomTraining {
  const draw = draws(seed, 'training');
  const shards = draw.integer(1, 4);
  const batch = { samples: shards * draw.integer(1, 3), shards };
  const update = draw.pick([...updates, ...structureUpdates]);
  const { input, layers, classes } = drawClassifier(draw, ops);
  const network = networkOf(input.slice(1), classes, (image, layer) => {
    const values = new Map<string, Value>([[inputName, image]]);
    const valueOf = (name: string): Value => present(values.get(name), name);
    // Penalties are of layers that the output depends on.
    const last = present(layers.at(-1), 'layer').name;
    const read = new Set([last]);
    for (const { name, operands } of layers.toReversed()) if (read.has(name)) for (const operand of operands) read.add(operand);
    const normed = new Set(layers.flatMap(({ op, operands }) => (op === 'batch_norm' ? operands : [])));
    for (const { name, op, operands, attrs } of layers) if (read.has(name)) values.set(name, layer(name, op, operands.map(valueOf), conditioned(attrs, normed.has(name))));
    return valueOf(last);
  });
  return { network, update, batch };
}

/**
 * Attributes whose gradients are numbers and not rounding: over the few values of a small batch a variance may be next to
 * nothing, and the gradient of a bias is zero where a norm follows.
 */
function conditioned(attrs: Attrs, normed: boolean): Attrs {
  return { ...attrs, ...('epsilon' in attrs && { epsilon: 0.1 }), ...(normed && 'bias' in attrs && { bias: false }) };
}
