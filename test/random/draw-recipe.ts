// Random networks over every op of the language, with random masks: DAGs of a few layers, from a seed. Some values
// have several readers and some none, and some networks have several outputs.

import { present } from '../../src/base/invariant.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { blockLayer } from './blocks.ts';
import { denseProgram } from './build.ts';
import { draws } from './draw.ts';
import type { Draw } from './draw.ts';
import { activated, isImage, opKinds, sampledLayer } from './layers.ts';
import type { OpKinds } from './layers.ts';
import { drawMasks } from './masks.ts';
import { inputName } from './recipe.ts';
import type { Recipe } from './recipe.ts';
import { sketchOf } from './sketch.ts';
import type { Sketch, Width } from './sketch.ts';

export function drawRecipe(seed: number, ops: OpRegistry, width: Width = 'small'): Recipe {
  const draw = draws(seed, width);
  const kinds = opKinds(ops);
  const input = inputShape(draw, width);
  const sketch = sketchOf(input, draw, width, ops);
  let last = imageLayers(sketch, kinds);
  // Some end as images.
  if (isImage(sketch, last) && draw.chance(0.85)) last = sketch.layer('flatten', [last]);
  if (!isImage(sketch, last)) {
    last = featureLayers(sketch, kinds, last);
    if (draw.chance(0.2)) last = sketch.layer('softmax', [last]);
  }
  const others = draw.shuffle(sketch.layers.map(({ name }) => name)).slice(0, draw.pick([0, 0, 0, 0, 0, 0, 0, 1, 1, 2]));
  const outputs = [...new Set([last, ...others])];
  const recipe: Recipe = { seed, input, layers: sketch.layers, outputs, masks: [], weights: 'normal' };
  return { ...recipe, masks: drawMasks(denseProgram(recipe, ops), seed, ops) };
}

/** A network to train: one sample, one output, whose classes are drawn. */
export function drawClassifier(draw: Draw, ops: OpRegistry): Pick<Recipe, 'input' | 'layers'> & { readonly classes: number } {
  const kinds = opKinds(ops);
  const [, ...extents] = inputShape(draw, 'wide');
  const input = [1, ...extents];
  const sketch = sketchOf(input, draw, 'wide', ops);
  const images = imageLayers(sketch, kinds);
  const features = featureLayers(sketch, kinds, isImage(sketch, images) ? sketch.layer('flatten', [images]) : images);
  const classes = draw.integer(2, 11);
  sketch.layer('dense', [features], { units: classes, bias: draw.chance(0.7) });
  return { input, layers: sketch.layers, classes };
}

/** Layers on the input, if that is an image; answers the last. */
function imageLayers(sketch: Sketch, kinds: OpKinds): string {
  const { draw, ops } = sketch;
  let last = inputName;
  if (!isImage(sketch, last)) return last;
  if (draw.chance(0.2)) last = sampledLayer(sketch, present(ops.get('normalize_input'), 'input normalisation'), last) ?? last;
  for (let i = draw.integer(1, 5); i > 0; i--) last = randomLayer(sketch, kinds, chooseValue(sketch, last));
  return last;
}

function featureLayers(sketch: Sketch, kinds: OpKinds, features: string): string {
  let last = features;
  for (let i = sketch.draw.integer(1, 2); i > 0; i--) last = randomLayer(sketch, kinds, chooseValue(sketch, last));
  return last;
}

function inputShape(draw: Draw, width: Width): Shape {
  const samples = width === 'small' ? 2 : draw.integer(1, 3);
  const [channels, extent] = width === 'small' ? [4, 9] : [6, 10];
  return draw.chance(0.85) ? [samples, draw.integer(1, channels), draw.integer(4, extent), draw.integer(4, extent)] : [samples, draw.integer(2, 3 * channels)];
}

/** Mostly the last value, sometimes one before it of the same rank. */
function chooseValue({ draw, values, shapeOf }: Sketch, last: string): string {
  const alike = values.filter((value) => shapeOf(value).length === shapeOf(last).length);
  return draw.chance(0.8) ? last : draw.pick(alike);
}

/** Weights, a block or any other op on a value, whatever fits. */
function randomLayer(sketch: Sketch, kinds: OpKinds, value: string): string {
  const { draw } = sketch;
  if (draw.chance(0.35)) return blockLayer(sketch, kinds, value);
  const kind = draw.pick(['weights', 'weights', 'weights', 'activations', 'channelwise', 'others'] as const);
  for (const op of draw.shuffle(kinds[kind])) {
    const layer = sampledLayer(sketch, op, value);
    if (layer !== undefined) return kind === 'weights' && draw.chance(0.5) ? activated(sketch, kinds, layer) : layer;
  }
  return value;
}
