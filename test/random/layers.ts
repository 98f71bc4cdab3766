// Single layers of a random network. Every op of the language is drawn from its own record: attributes from its
// `sample`, parameters from its `syntax`, and what fits from its `infer`. So an op is in the property test as soon as
// it is in the list.

import { present } from '../../src/base/invariant.ts';
import type { Attrs } from '../../src/ir/graph.ts';
import type { Op, OpRegistry } from '../../src/ir/op.ts';
import type { Sketch } from './sketch.ts';

/** The ops of the language. They are drawn by kind, for there are many activations and few pools. */
export interface OpKinds {
  /** With weights that structures divide. */
  readonly weights: readonly Op[];
  /** One operand, no parameters, and the shape is kept. */
  readonly activations: readonly Op[];
  /** Others of one operand whose channels pass through one by one. */
  readonly channelwise: readonly Op[];
  readonly others: readonly Op[];
  /** Of one operand, of which not any number will do: that has no values everywhere, or grows beyond all bounds. */
  readonly limited: readonly Op[];
}

export function opKinds(ops: OpRegistry): OpKinds {
  const written = [...ops.values()].filter(({ syntax }) => syntax);
  const offered = written.filter((op) => !isLimited(op));
  const isWeights = ({ syntax }: Op): boolean => syntax?.weightAxes !== undefined;
  return {
    weights: offered.filter(isWeights),
    activations: offered.filter(isActivation),
    channelwise: offered.filter((op) => isChannelwise(op) && !isActivation(op)),
    others: offered.filter((op) => op.syntax?.operands.length !== 0 && !isWeights(op) && !isChannelwise(op)),
    limited: written.filter((op) => op.syntax?.operands.length === 1 && isLimited(op)),
  };
}

/** Its samples say what values the operand has. */
function isLimited({ sample }: Op): boolean {
  return sample(() => 0).values?.[0] !== undefined;
}

/** What makes vectors of images is none of them: it would end every image early. */
function isChannelwise({ syntax, pruning, sample, infer }: Op): boolean {
  if (syntax?.operands.length !== 1 || pruning.kind !== 'channels') return false;
  const { attrs, inputs, batch } = sample(() => 0);
  return infer(attrs, inputs, batch)[0]?.length === inputs[0]?.length;
}

function isActivation({ syntax, parameters, sample, pruning }: Op): boolean {
  if (syntax?.operands.length !== 1 || parameters || pruning.kind !== 'channels') return false;
  const { attrs, inputs } = sample(() => 0);
  return pruning.axes(attrs, inputs).every((links) => links.every((link, d) => link.kind === 'identity' && link.axis === d));
}

const attempts = 12;

/** A layer of an op on a value, with other operands as they are found or made; undefined where none of a few fits. */
export function sampledLayer(sketch: Sketch, op: Op, value: string): string | undefined {
  const { draw } = sketch;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const attrs = widened(sketch, op.sample(draw.uniform).attrs);
    const operands = operandsFor(sketch, op, attrs, value);
    // Strides and windows of samples would soon leave images of one element.
    if (shrinks(sketch, op, attrs, operands) && draw.chance(0.8)) continue;
    const layer = sketch.tryLayer(op.name, operands, attrs);
    if (layer !== undefined) return layer;
  }
  return undefined;
}

/** Operands that fit, where there are such values, the given one among them. */
function operandsFor(sketch: Sketch, op: Op, attrs: Attrs, value: string): readonly string[] {
  const { draw, values } = sketch;
  const { operands: [, ...others] = [], more = false } = op.syntax ?? {};
  if (others.length === 0) return [value];
  // An image beside features would make an image of them.
  const fits = (all: readonly string[]): boolean => sketch.resultOf(op.name, all, attrs)?.length === sketch.shapeOf(value).length;
  const found = draw.shuffle(values).find((other) => fits([value, ...others.map(() => other)]));
  const all = [value, ...others.map(() => found ?? sameShaped(sketch, value))];
  for (const another of more ? draw.shuffle(values).slice(0, draw.integer(0, 3)) : []) if (fits([...all, another])) all.push(another);
  const shuffled = draw.shuffle(all);
  return fits(shuffled) ? shuffled : all;
}

export function isImage({ shapeOf }: Sketch, value: string): boolean {
  return shapeOf(value).length > 2;
}

/** A new layer whose result has the shape of the value that it reads. */
export function sameShaped(sketch: Sketch, value: string): string {
  return weightsOn(sketch, value, present(sketch.shapeOf(value)[1], 'channels'));
}

/** A new layer with weights; of images it keeps the extents. */
export function weightsOn(sketch: Sketch, value: string, outputs: number): string {
  return isImage(sketch, value) ? sameConv(sketch, value, outputs) : sketch.layer('dense', [value], { units: outputs, bias: sketch.draw.chance(0.7) });
}

/** A convolution that keeps the extents. */
export function sameConv(sketch: Sketch, value: string, filters: number): string {
  const { draw, shapeOf } = sketch;
  const channels = present(shapeOf(value)[1], 'channels');
  const window = [draw.pick([1, 1, 3]), draw.pick([1, 1, 3])];
  const groups = draw.pick([1, 1, 1, ...[2, 3].filter((g) => channels % g === 0 && filters % g === 0)]);
  return sketch.layer('conv', [value], { filters, window, padding: window.map((extent) => (extent - 1) / 2), groups, bias: draw.chance(0.7) });
}

/** To less than half along an axis of images. */
function shrinks(sketch: Sketch, op: Op, attrs: Attrs, operands: readonly string[]): boolean {
  const [, , ...before] = sketch.shapeOf(present(operands[0], 'operand'));
  const [, , ...after] = sketch.resultOf(op.name, operands, attrs) ?? [];
  return after.some((extent, d) => 2 * extent < (before[d] ?? 0));
}

/** Samples have few filters and units. */
function widened({ draw, width }: Sketch, attrs: Attrs): Attrs {
  const factor = width === 'wide' ? draw.pick([1, 3, 13]) : 1;
  return Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, typeof value === 'number' && (name === 'filters' || name === 'units') ? factor * value : value]));
}

/** Mostly a rectifier. */
export function activated(sketch: Sketch, { activations }: OpKinds, value: string): string {
  const { draw } = sketch;
  return draw.chance(0.5) ? sketch.layer('relu', [value]) : (sampledLayer(sketch, draw.pick(activations), value) ?? value);
}
