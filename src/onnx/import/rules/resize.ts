// Images of another size. Before there was Resize there was Upsample.

import { formatShape } from '../../../base/tensor.ts';
import { axisOf } from '../arrangement.ts';
import { floatsOf } from '../constant.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import type { ImportedValue } from '../wire.ts';
import type { Rules } from './rule.ts';

const roundings: ReadonlyMap<string, string> = new Map([['round_prefer_floor', 'prefer_floor'], ['round_prefer_ceil', 'prefer_ceil'], ['floor', 'floor'], ['ceil', 'ceil']]);
const coordinates: ReadonlySet<string> = new Set(['half_pixel', 'pytorch_half_pixel', 'half_pixel_symmetric', 'align_corners', 'asymmetric', 'tf_half_pixel_for_nn']);

type Pair = readonly [number, number];

interface Sizes {
  readonly scale: Pair;
  readonly size: Pair;
}

/** Numbers of the axes that are given, for all four. */
function onAxes(node: NodeReader, given: readonly number[], usual: readonly number[]): readonly number[] {
  const axes = node.attributes.knows('axes') ? node.attributes.mayInts('axes') : undefined;
  if (!axes) return given;
  const all = [...usual];
  for (const [i, axis] of axes.entries()) all[axisOf(axis, usual.length)] = given[i] ?? NaN;
  return all;
}

function sizesOf(node: NodeReader, shape: readonly number[]): Sizes {
  const written = node.attributes.knows('scales') ? node.attributes.mayFloats('scales') : undefined;
  const constant = written ? undefined : node.mayConstant('scales');
  const scales = written ?? (constant && constant.data.length > 0 ? [...floatsOf(constant, '`scales`')] : undefined);
  const [, , rows = 1, columns = 1] = shape;
  const expectImage = ([n, c, ...extents]: readonly number[], one: readonly number[]): Pair => {
    const [down, across] = extents;
    if (n !== one[0] || c !== one[1] || down === undefined || across === undefined) return refuse('shape', `resizes ${formatShape(shape)} in other dimensions than rows and columns`);
    return [down, across];
  };
  if (scales) {
    const [down, across] = expectImage(onAxes(node, scales, [1, 1, 1, 1]), [1, 1]);
    return { scale: [down, across], size: [Math.floor(rows * down), Math.floor(columns * across)] };
  }
  const sizes = node.mayNumbers('sizes') ?? refuse('operand', 'has neither scales nor sizes');
  const [height, width] = expectImage(onAxes(node, sizes, shape), shape);
  const policy = node.attributes.knows('keep_aspect_ratio_policy') ? node.attributes.string('keep_aspect_ratio_policy') : 'stretch';
  if (policy === 'stretch') return { scale: [height / rows, width / columns], size: [height, width] };
  const axes = node.attributes.mayInts('axes')?.map((axis) => axisOf(axis, 4)) ?? [2, 3];
  const ratios = [height / rows, width / columns].filter((_, d) => axes.includes(d + 2));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  const along = (extent: number, axis: number): number => (axes.includes(axis) ? Math.floor(extent * scale + 0.5) : extent);
  return { scale: [axes.includes(2) ? scale : 1, axes.includes(3) ? scale : 1], size: [along(rows, 2), along(columns, 3)] };
}

function resize(node: NodeReader): ImportedValue {
  const { attributes } = node;
  const image = node.image('X');
  const [, channels = 0, rows = 0, columns = 0] = image.shape;
  const { scale, size } = sizesOf(node, image.shape);
  const of = (name: string, usual: string): string => (attributes.knows(name) ? attributes.string(name) : usual);
  const mode = attributes.string('mode');
  // As Resize was before it said so: what makes an image smaller rounds up.
  const place = of('coordinate_transformation_mode', 'asymmetric');
  const isSmaller = scale.some((factor) => factor < 1);
  const nearest = of('nearest_mode', isSmaller ? 'ceil' : 'floor');
  if (mode === 'nearest' && !attributes.knows('nearest_mode') && isSmaller && scale.some((factor) => factor > 1)) refuse('operand', 'makes rows larger and columns smaller, or the reverse, without `nearest_mode`', 'export the model with opset 11 or later');
  if (mode !== 'nearest' && mode !== 'linear') refuse('operand', `resizes by \`${mode}\``, 'elements are the nearest, or made of the four around');
  if (!coordinates.has(place)) refuse('operand', `resizes by \`${place}\``);
  for (const name of ['antialias', 'exclude_outside']) if (attributes.knows(name) && attributes.int(name) === 1) refuse('operand', `resizes with \`${name}\``);
  if (size[0] === rows && size[1] === columns && scale[0] === 1 && scale[1] === 1) return image;
  const repeats = mode === 'nearest' && place === 'asymmetric' && nearest === 'floor' && scale.every((factor) => Number.isInteger(factor));
  const sample = [channels, ...size];
  if (repeats) return node.layer('upsample', [image], sample, { factor: scale });
  const isFitted = size[0] / rows === scale[0] && size[1] / columns === scale[1];
  return node.layer('resize', [image], sample, {
    size,
    scale: isFitted ? undefined : scale,
    mode: mode === 'linear' ? { word: 'bilinear' } : undefined,
    coordinates: place === 'half_pixel' ? undefined : { word: place },
    rounding: mode === 'linear' || nearest === 'round_prefer_floor' ? undefined : { word: roundings.get(nearest) ?? nearest },
  });
}

export const resizeRules: Rules = { Resize: resize, Upsample: resize };
