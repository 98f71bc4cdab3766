// Images of another size: of the nearest elements, or of the four around, by how near they are (support/resizing.ts).
//
//   result[n, c, y, x] = sum over the sources r of row y and s of column x of  weight_r * weight_s * input[n, c, r, s]

import type { AttrValue } from '../../ir/graph.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { Pair } from '../../ir/attributes.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { add, along, input, load, mul } from '../../ir/nest.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAxes } from '../support/pools.ts';
import { coordinateModes, modes, resizeAttributes, resizing, roundings, sampleResize, sourcesAlong } from '../support/resizing.ts';
import type { ResizeAttrs } from '../support/resizing.ts';
import { expectCount, imageShape, operand } from '../support/shapes.ts';

function written(args: ReadonlyMap<string, AttrValue>, operands: readonly Shape[]): ResizeAttrs {
  const [, , ...extent] = imageShape(operand(operands, 0), 'resize');
  const [size, scale] = [args.get('size'), args.get('scale')] as [Pair | 'scaled', Pair | 'fitted'];
  if (size === 'scaled' && scale === 'fitted') throw new ShapeError('resize takes a size or a scale', 'write `size = [56, 56]` or `scale = 2`');
  const [mode, coordinates, rounding] = ['mode', 'coordinates', 'rounding'].map((name) => args.get(name)) as [ResizeAttrs['mode'], ResizeAttrs['coordinates'], ResizeAttrs['rounding']];
  const others = { mode, coordinates, rounding };
  if (scale === 'fitted') return { size: size as Pair, ...others };
  // A product that is a whole number may come out a little below it.
  const scaled = (d: 0 | 1): number => Math.floor(extent[d] * scale[d] * (1 + 2 ** -40));
  const found: Pair = size === 'scaled' ? [scaled(0), scaled(1)] : size;
  const isFitted = ([0, 1] as const).every((d) => found[d] / extent[d] === scale[d]);
  return { size: found, ...(!isFitted && { scale }), ...others };
}

/** Weighted, where there is a weight. */
const weighted = (value: NestExpr, ...weights: readonly (NestExpr | undefined)[]): NestExpr => weights.reduce<NestExpr>((product, weight) => (weight ? mul(product, weight) : product), value);

export const resize: Op = defineOp(resizeAttributes)({
  name: 'resize',
  doc: 'Images of another size, of the nearest elements or between them.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'size', doc: 'rows and columns of the result; left out, what `scale` makes of those of the input', type: 'size', default: 'scaled' },
      { name: 'scale', doc: 'how many rows and columns each becomes; left out, what makes the size', type: 'scale', default: 'fitted' },
      { name: 'mode', doc: 'whether an element is the nearest, or made of the four around', type: modes, default: 'nearest' },
      { name: 'coordinates', doc: 'where an element of the result lies in the input', type: coordinateModes, default: 'half_pixel' },
      { name: 'rounding', doc: 'which element is the nearest', type: roundings, default: 'prefer_floor' },
    ],
    example: 'resize(conv4, scale = 2, mode = bilinear)',
    attrs: written,
  },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'resize', 1);
    return [resizing(attrs, operand(inputs, 0), 'resize').to];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const { to, rows, columns } = resizing(attrs, shape, 'resize');
    const result = zeros(to);
    const [, , height = 0, width = 0] = shape;
    const [, , rowCount = 0, columnCount = 0] = to;
    const at = (plane: number, y: number, x: number): number => data[(plane * height + y) * width + x] as number;
    for (const i of result.data.keys()) {
      const [plane, y, x] = [Math.floor(i / (rowCount * columnCount)), Math.floor(i / columnCount) % rowCount, i % columnCount];
      const [up, down, below] = [operand(rows.first, y), operand(rows.second, y), operand(rows.weight, y)];
      const [left, right, beside] = [operand(columns.first, x), operand(columns.second, x), operand(columns.weight, x)];
      const along = (row: number): number => (1 - beside) * at(plane, row, left) + beside * at(plane, row, right);
      result.data[i] = (1 - below) * along(up) + below * along(down);
    }
    return [result];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => {
    const [, , rows = 0, columns = 0] = builder.shapeOf(operand(node.inputs, 0));
    return [g && builder.one('resize_grad', [g], { ...node.attrs, extent: [rows, columns] }, { layer: node.layer })];
  }),
  // Weights of an element add up to 1.
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => {
    const { to, rows, columns } = resizing(node.attrs, operand(inputs, 0), 'resize');
    const terms = sourcesAlong(2, rows).flatMap((row) => sourcesAlong(3, columns).map((column) => weighted(load(input(0), [along(0), along(1), row.index, column.index]), row.weight, column.weight)));
    return lowered([storeNest(nestName(node, 'resize'), activationAxes(to), terms.reduce((sum, term) => add(sum, term)))]);
  }),
  sample: (random) => {
    const { attrs, image, batch } = sampleResize(random);
    return { attrs, inputs: [image], batch };
  },
  bound: 'monotone',
  tolerance: 8,
});
