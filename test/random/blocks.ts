// Blocks of the papers' networks, each from several layers: where shortcuts, gates and branches meet.

import { present } from '../../src/base/invariant.ts';
import type { Op } from '../../src/ir/op.ts';
import type { OpKinds } from './layers.ts';
import { activated, sameConv, sampledLayer } from './layers.ts';
import type { Sketch } from './sketch.ts';

/** Adds a block on an image; answers its last layer. */
type Block = (sketch: Sketch, kinds: OpKinds, value: string) => string;

/** x + norm?(conv(act(norm?(conv(x))))), with an activation after it or not (He et al., 2016). */
const residual: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const inner = activated(sketch, kinds, maybeNormed(sketch, sameConv(sketch, value, draw.integer(1, 5))));
  const branch = maybeNormed(sketch, sameConv(sketch, inner, channelsOf(sketch, value)));
  const sum = sketch.layer('add', draw.chance(0.5) ? [branch, value] : [value, branch]);
  return draw.chance(0.5) ? activated(sketch, kinds, sum) : sum;
};

/** Two residual blocks, one after the other: a stage whose channels go only where all who write them agree. */
const stage: Block = (sketch, kinds, value) => residual(sketch, kinds, residual(sketch, kinds, value));

/** conv(norm(pool?(act(conv(x))))), the last one padded: constants that are not zero meet padding. */
const lateNorm: Block = (sketch, kinds, value) => {
  const { draw } = sketch;
  const first = activated(sketch, kinds, sameConv(sketch, value, draw.integer(1, 5)));
  const pooled = draw.chance(0.5) ? pooledOf(sketch, first) : first;
  return sameConv(sketch, sketch.layer('batch_norm', [pooled]), draw.integer(1, 5));
};

const blocks: readonly Block[] = [residual, stage, lateNorm];

export function blockLayer(sketch: Sketch, kinds: OpKinds, value: string): string {
  return sketch.draw.pick(blocks)(sketch, kinds, value);
}

function channelsOf({ shapeOf }: Sketch, value: string): number {
  return present(shapeOf(value)[1], 'channels');
}

function maybeNormed(sketch: Sketch, value: string): string {
  return sketch.draw.chance(0.5) ? sketch.layer('batch_norm', [value]) : value;
}

function pooledOf(sketch: Sketch, value: string): string {
  const op: Op = present(sketch.ops.get(sketch.draw.pick(['max_pool', 'avg_pool'])), 'pool');
  return sampledLayer(sketch, op, value) ?? value;
}
