// Blocks of the papers' networks, each from several layers: where shortcuts, gates and branches meet.

import { present } from '../../src/base/invariant.ts';
import type { OpKinds } from './layers.ts';
import { activated, isImage, sameConv, sampledLayer, weightsOn } from './layers.ts';
import type { Sketch } from './sketch.ts';

/** Adds a block on a value; answers its last layer. */
type Block = (sketch: Sketch, kinds: OpKinds, value: string) => string;

/** x + norm?(conv(act(norm?(conv(x))))), with an activation after it or not (He et al., 2016). */
const residual: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const inner = activated(sketch, kinds, maybeNormed(sketch, sameConv(sketch, value, draw.integer(1, 5))));
  const branch = maybeNormed(sketch, sameConv(sketch, inner, channelsOf(sketch, value)));
  const sum = sketch.layer('add', draw.shuffle([branch, value]));
  return draw.chance(0.5) ? activated(sketch, kinds, sum) : sum;
};

/** Two residual blocks, one after the other: a stage whose channels go only where all who write them agree. */
const stage: Block = (sketch, kinds, value) => residual(sketch, kinds, residual(sketch, kinds, value));

/** x + conv(act(depthwise(act(conv(x))))), wider inside, rows and columns apart from channels (Sandler et al., 2018). */
const invertedResidual: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const wide = activated(sketch, kinds, pointwise(sketch, value, 2 * channelsOf(sketch, value)));
  const inner = activated(sketch, kinds, maybeNormed(sketch, depthwise(sketch, wide)));
  const branch = maybeNormed(sketch, pointwise(sketch, inner, channelsOf(sketch, value)));
  return sketch.layer('add', draw.shuffle([branch, value]));
};

/** x times one number a channel, made of all channels' means (squeeze and excite; Hu et al., 2018). */
const gated: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const squeezed = sketch.layer(draw.pick(['global_avg_pool', 'global_max_pool']), [value]);
  const inner = activated(sketch, kinds, weightsOn(sketch, squeezed, draw.integer(1, 3)));
  const gate = sketch.layer(draw.pick(['sigmoid', 'hard_sigmoid']), [weightsOn(sketch, inner, channelsOf(sketch, value))]);
  return sketch.layer('multiply', [value, gate]);
};

/** conv(pool and lrn, in either order(relu(conv(x)))), as the first layers of CaffeNet. */
const normalised: Block = (sketch, _kinds, value) => {
  const { draw, ops } = sketch;
  let last = sketch.layer('relu', [sameConv(sketch, value, draw.integer(2, 6))]);
  for (const op of draw.shuffle(['lrn', draw.pick(['max_pool', 'avg_pool'])])) last = sampledLayer(sketch, present(ops.get(op), op), last) ?? last;
  return sameConv(sketch, last, draw.integer(1, 6));
};

/** Two to four branches whose channels are put side by side (Szegedy et al., 2015). */
const inception: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const filters = (): number => draw.integer(1, 4);
  const branches = [
    () => pointwise(sketch, value, filters()),
    () => activated(sketch, kinds, sameConv(sketch, pointwise(sketch, value, filters()), filters())),
    () => maybeNormed(sketch, sameConv(sketch, value, filters())),
    () => pointwise(sketch, sketch.layer(draw.pick(['max_pool', 'avg_pool']), [value], { window: 3, stride: 1, padding: 1 }), filters()),
  ];
  const chosen = draw.shuffle(branches).slice(0, draw.integer(2, 4));
  return activated(sketch, kinds, sketch.layer('concat', chosen.map((branch) => branch())));
};

/**
 * Weights, one to three ops that channels pass through one by one, weights: constants of dead rows meet every rule, and
 * padding behind it.
 */
const chain: Block = (sketch, { activations, channelwise }, value) => {
  const { draw, ops } = sketch;
  const rectifier = [present(ops.get('relu'), 'relu')];
  let last = weightsOn(sketch, value, draw.integer(1, 5));
  for (let i = draw.integer(1, 3); i > 0; i--) last = sampledLayer(sketch, draw.pick(draw.pick([rectifier, activations, channelwise])), last) ?? last;
  return weightsOn(sketch, last, draw.integer(1, 5));
};

/** A function that does not take any number, of numbers that it takes. */
const limited: Block = (sketch, { limited: functions }, value) => {
  const { draw } = sketch;
  const held = sketch.layer('clip', [value], { low: 0.5, high: 2 });
  return sampledLayer(sketch, draw.pick(functions), held) ?? held;
};

/** Arithmetic with a constant: one number, one a channel, or one an element, on either side. */
const withConstant: Block = (sketch, _kinds, value) => {
  const { draw } = sketch;
  const [, ...whole] = sketch.shapeOf(value);
  const [channels = 1, ...places] = whole;
  const op = draw.pick(['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum']);
  // A divisor is not drawn with the weights.
  if (op === 'divide') return sketch.layer(op, [value, sketch.layer('constant', [], { value: draw.pick([-2, 0.5, 3]), shape: [1] })]);
  const shape = draw.pick([[1], [channels, ...places.map(() => 1)], whole]);
  return sketch.layer(op, draw.shuffle([value, sketch.layer('constant', [], { value: draw.pick([0, 0.5, 1]), shape })]));
};

const ofImages: readonly Block[] = [residual, stage, invertedResidual, gated, normalised, inception, limited, withConstant, chain, chain];

export function blockLayer(sketch: Sketch, kinds: OpKinds, value: string): string {
  const block = isImage(sketch, value) ? sketch.draw.pick(ofImages) : sketch.draw.pick([chain, chain, limited, withConstant]);
  return block(sketch, kinds, value);
}

function channelsOf({ shapeOf }: Sketch, value: string): number {
  return present(shapeOf(value)[1], 'channels');
}

function maybeNormed(sketch: Sketch, value: string): string {
  return sketch.draw.chance(0.5) ? sketch.layer('batch_norm', [value]) : value;
}

function pointwise({ layer, draw }: Sketch, value: string, filters: number): string {
  return layer('conv', [value], { filters, window: 1, bias: draw.chance(0.5) });
}

/** A convolution of each channel by itself. */
function depthwise(sketch: Sketch, value: string): string {
  const channels = channelsOf(sketch, value);
  return sketch.layer('conv', [value], { filters: channels * sketch.draw.pick([1, 1, 2]), groups: channels, window: 3, padding: 1, bias: sketch.draw.chance(0.5) });
}
