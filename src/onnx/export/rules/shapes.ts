// What moves elements.

import { number, numbers, optional, pair } from '../../../ir/attributes.ts';
import { blockAttributes } from '../../../ops/support/block-order.ts';
import { resizeAttributes, resizing } from '../../../ops/support/resizing.ts';
import type { ResizeAttrs, Sources } from '../../../ops/support/resizing.ts';
import { sidesAttributes } from '../../../ops/support/sides.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';
import { sidesOf } from './window.ts';

const onnxRoundings = { prefer_floor: 'round_prefer_floor', prefer_ceil: 'round_prefer_ceil', floor: 'floor', ceil: 'ceil' } as const;

function concat(of: ExportedNode): void {
  of.last('Concat', of.operands.map(({ name }) => name), { axis: 1 });
}

function resize(of: ExportedNode): void {
  const attrs = of.attrs(resizeAttributes);
  const { size, scale, mode, coordinates, rounding } = attrs;
  // Later versions have it no more.
  if (coordinates === 'tf_half_pixel_for_nn') {
    resizeByTables(of, attrs);
    return;
  }
  const [, , rows = 1, columns = 1] = of.x.shape;
  const attributes = {
    coordinate_transformation_mode: coordinates,
    mode: mode === 'bilinear' ? 'linear' : 'nearest',
    nearest_mode: mode === 'bilinear' ? undefined : onnxRoundings[rounding],
  };
  const since = coordinates === 'half_pixel_symmetric' ? 19 : undefined;
  const [down, across] = scale ?? [size[0] / rows, size[1] / columns];
  const isRounded = Math.fround(down) !== down || Math.fround(across) !== across;
  // Scales that f32 does not hold could miss the size; sizes name no batch since they may be of some axes.
  if (isRounded && !scale) of.last('Resize', [of.x.name, '', '', of.integers('sizes', size)], { ...attributes, axes: [2, 3] }, since ?? 18);
  else of.last('Resize', [of.x.name, '', of.writer.floats(of.inner('scales'), [4], [1, 1, down, across])], attributes, since);
}

/** Rows and columns by what each of the result is made of. */
function resizeByTables(of: ExportedNode, attrs: ResizeAttrs): void {
  const { rows, columns } = resizing(attrs, of.x.shape, 'resize');
  if (attrs.mode === 'nearest') {
    of.last('Gather', [of.before('Gather', [of.x.name, of.integers('rows', rows.first)], { axis: 2 }), of.integers('columns', columns.first)], { axis: 3 });
    return;
  }
  const [, , height = 1, width = 1] = of.x.shape;
  const matrix = ({ first, second, weight }: Sources, extent: number, place: (o: number, i: number) => number): Float64Array => {
    const filled = new Float64Array(first.length * extent);
    for (const [o, share] of weight.entries()) {
      for (const [i, part] of [[first[o], 1 - share], [second[o], share]] as const) filled[place(o, i as number)] = (filled[place(o, i as number)] as number) + part;
    }
    return filled;
  };
  const left = of.own('rows', [rows.first.length, height], matrix(rows, height, (o, i) => o * height + i));
  const right = of.own('columns', [width, columns.first.length], matrix(columns, width, (o, i) => i * columns.first.length + o));
  of.last('MatMul', [of.before('MatMul', [left, of.x.name]), right]);
}

function shuffle(of: ExportedNode): void {
  const { groups, order } = of.attrs({ groups: optional(number), order: optional(numbers) });
  const [, channels = 1, ...places] = of.x.shape;
  if (order) {
    of.last('Gather', [of.x.name, of.integers('order', order)], { axis: 1 });
    return;
  }
  const count = groups ?? 1;
  const split = of.before('Reshape', [of.x.name, of.integers('split', [0, count, channels / count, ...places])]);
  const dealt = of.before('Transpose', [split], { perm: [0, 2, 1, ...places.map((_, d) => d + 3)] });
  of.last('Reshape', [dealt, of.integers('shape', [0, channels, ...places])]);
}

function spaceToDepth(of: ExportedNode): void {
  const { block, order } = of.attrs(blockAttributes);
  if (order === 'dcr') {
    of.last('SpaceToDepth', [of.x.name], { blocksize: block });
    return;
  }
  const [, channels = 1, rows = 1, columns = 1] = of.x.shape;
  const [down, across] = [rows / block, columns / block];
  const split = of.before('Reshape', [of.x.name, of.integers('split', [0, channels, down, block, across, block])]);
  const turned = of.before('Transpose', [split], { perm: [0, 1, 3, 5, 2, 4] });
  of.last('Reshape', [turned, of.integers('shape', [0, channels * block ** 2, down, across])]);
}

export const shapeRules: ExportRules = {
  flatten: (of) => of.last('Flatten', [of.x.name], { axis: 1 }),
  concat,
  pad: (of) => {
    const [top, left, bottom, right] = sidesOf(of.attrs(sidesAttributes).padding);
    of.last('Pad', [of.x.name, of.integers('pads', [0, 0, top, left, 0, 0, bottom, right])]);
  },
  upsample: (of) => {
    const { factor } = of.attrs({ factor: pair });
    of.last('Resize', [of.x.name, '', of.writer.floats(of.inner('scales'), [4], [1, 1, ...factor])], { coordinate_transformation_mode: 'asymmetric', mode: 'nearest', nearest_mode: 'floor' });
  },
  resize,
  take_channels: (of) => {
    const { from, count } = of.attrs({ from: number, count: number });
    of.last('Slice', [of.x.name, of.integers('starts', [from]), of.integers('ends', [from + count]), of.integers('axes', [1])]);
  },
  channel_shuffle: shuffle,
  depth_to_space: (of) => {
    const { block, order } = of.attrs(blockAttributes);
    of.last('DepthToSpace', [of.x.name], { blocksize: block, mode: order.toUpperCase() });
  },
  space_to_depth: spaceToDepth,
};
