// Gradient of resize: each element of the result gives back to those that it is made of.

import { pair } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Nest, NestExpr } from '../../ir/nest.ts';
import { along, constant, input, load, mul, result } from '../../ir/nest.ts';
import { activationAxes, batchAxis, lowered, nestName, parallel, sequential, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { resizeAttributes, resizing, sampleResize, sourcesAlong } from '../support/resizing.ts';
import type { Resizing } from '../support/resizing.ts';
import { expectCount, expectParameter, imageShape, operand } from '../support/shapes.ts';

/** `extent`: rows and columns of what was resized. */
const attributes = { ...resizeAttributes, extent: pair };

function resizingOf({ extent, ...attrs }: AttrsOf<typeof attributes>, g: Shape): Resizing {
  const [samples, channels] = imageShape(g, 'resize_grad');
  return resizing(attrs, [samples, channels, ...extent], 'resize_grad');
}

export const resizeGrad: Op = defineOp(attributes)({
  name: 'resize_grad',
  doc: 'Gradient of resize by its input.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'resize_grad', 1);
    const { from, to } = resizingOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 0), to, 'the gradient of resize');
    return [from];
  },
  reference: (attrs, inputs) => {
    const g = operand(inputs, 0);
    const { from, to, rows, columns } = resizingOf(attrs, g.shape);
    const sums = zeros(from);
    const [, , height = 0, width = 0] = from;
    const [, , rowCount = 0, columnCount = 0] = to;
    const give = (plane: number, y: number, x: number, value: number): void => {
      const at = (plane * height + y) * width + x;
      sums.data[at] = (sums.data[at] as number) + value;
    };
    for (const [i, value] of g.data.entries()) {
      const [plane, y, x] = [Math.floor(i / (rowCount * columnCount)), Math.floor(i / columnCount) % rowCount, i % columnCount];
      const [below, beside] = [operand(rows.weight, y), operand(columns.weight, x)];
      for (const [row, share] of [[operand(rows.first, y), 1 - below], [operand(rows.second, y), below]] as const) {
        give(plane, row, operand(columns.first, x), value * share * (1 - beside));
        give(plane, row, operand(columns.second, x), value * share * beside);
      }
    }
    return [sums];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { from, to, rows, columns } = resizingOf(node.attrs, operand(inputs, 0));
    const [samples = 0, channels = 0, height = 0, width = 0] = to;
    const name = nestName(node, 'resize', 'grad');
    const [n, y, x, c] = [0, 1, 2, 3] as const;
    // Several rows of the result may be made of one: none of them at once.
    const axes = [batchAxis(samples), sequential('y', height), sequential('x', width), parallel('c', channels)];
    const scatter = sourcesAlong(y, rows).flatMap((row, r) =>
      sourcesAlong(x, columns).map((column, s): Nest => ({
        name: `${name}.${r}${s}`,
        axes,
        write: { tensor: result(0), index: [along(n), along(c), row.index, column.index] },
        combine: 'sum',
        initial: 'keep',
        value: [row.weight, column.weight].reduce<NestExpr>((product, weight) => (weight ? mul(product, weight) : product), load(input(0), [along(n), along(c), along(y), along(x)])),
      })),
    );
    return lowered([storeNest(`${name}.clear`, activationAxes(from), constant(0)), ...scatter]);
  }),
  sample: (random) => {
    const { attrs, image, batch } = sampleResize(random);
    const [, , rows = 0, columns = 0] = image;
    return { attrs: { ...attrs, extent: [rows, columns] }, inputs: [resizing(attrs, image, 'resize').to], batch };
  },
  tolerance: 8,
});
