// Blocks of `block` x `block` places of an image as channels of one place, and back. The order of those channels is a choice,
// named as in ONNX: place (i, j) of channel c of C stands at
//
//   dcr   (i * block + j) * C + c          all channels of a place together
//   crd   c * block^2 + i * block + j      all places of a channel together (PyTorch's pixel_shuffle)

import { number, oneOf } from '../../ir/attributes.ts';
import type { SchemaOf } from '../../ir/attributes.ts';
import type { Axis, Index } from '../../ir/nest.ts';
import { along, index } from '../../ir/nest.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import { ShapeError } from '../../ir/op.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { batchAxis, parallel } from './nests.ts';
import { between, choose, sampleBatch } from './sampling.ts';
import { finiteShape, imageShape, operand } from './shapes.ts';

export const blockOrders = ['dcr', 'crd'] as const;
export type BlockAttrs = { readonly block: number; readonly order: (typeof blockOrders)[number] };
export const blockAttributes: SchemaOf<BlockAttrs> = { block: number, order: oneOf(...blockOrders) };

export const blockParams: readonly ParamSyntax<BlockAttrs>[] = [
  { name: 'block', doc: 'rows and columns of a block', type: 'count' },
  { name: 'order', doc: 'whether channels of a place stand together, `dcr`, or places of a channel, `crd`', type: blockOrders, default: 'dcr' },
];

/** `places`: few channels, many places. `channels`: each block is channels of one place. NCHW. */
export interface Blocked {
  readonly places: Shape;
  readonly channels: Shape;
}

/** @throws ShapeError */
export function fromChannels({ block }: BlockAttrs, shape: Shape, op: string): Blocked {
  const [samples, channels, rows, columns] = imageShape(shape, op);
  if (channels % block ** 2 !== 0) throw new ShapeError(`${op} makes blocks of ${block} x ${block} places of as many channels each: ${channels} channels are no multiple of ${block ** 2}`);
  return { channels: shape, places: finiteShape([samples, channels / block ** 2, rows * block, columns * block], `the result of ${op}`) };
}

/** @throws ShapeError */
export function fromPlaces({ block }: BlockAttrs, shape: Shape, op: string): Blocked {
  const [samples, channels, rows, columns] = imageShape(shape, op);
  if (rows % block !== 0 || columns % block !== 0) throw new ShapeError(`${op} takes images of whole blocks: ${rows} x ${columns} places are no multiples of ${block}`, '`pad` the image');
  return { places: shape, channels: finiteShape([samples, channels * block ** 2, rows / block, columns / block], `the result of ${op}`) };
}

/** The channel that place (i, j) of channel c becomes. */
export function blockChannel({ block, order }: BlockAttrs, channels: number, c: number, i: number, j: number): number {
  return order === 'dcr' ? (i * block + j) * channels + c : c * block ** 2 + i * block + j;
}

/** Of each channel of the blocks the channel of the image that it is part of. */
export function imageChannels({ block, order }: BlockAttrs, { channels }: Blocked): readonly number[] {
  const [, count = 0] = channels;
  return Array.from({ length: count }, (_, k) => (order === 'dcr' ? k % (count / block ** 2) : Math.floor(k / block ** 2)));
}

/** The elements of the one in the other's order. @param to Which of the two is made. */
export function rearranged(attrs: BlockAttrs, blocked: Blocked, to: keyof Blocked, from: F64Tensor): F64Tensor {
  const [samples = 0, channels = 0, height = 0, width = 0] = blocked.places;
  const { block } = attrs;
  const made = zeros(blocked[to]);
  for (let at = 0; at < from.data.length; at++) {
    const [n, c, y, x] = [Math.floor(at / (channels * height * width)), Math.floor(at / (height * width)) % channels, Math.floor(at / width) % height, at % width];
    const k = blockChannel(attrs, channels, c, y % block, x % block);
    const other = ((n * channels * block ** 2 + k) * (height / block) + Math.floor(y / block)) * (width / block) + Math.floor(x / block);
    if (to === 'channels') made.data[other] = from.data[at] as number;
    else made.data[at] = from.data[other] as number;
  }
  return { shape: [samples, ...operand([blocked[to]], 0).slice(1)], data: made.data };
}

/** Axes n, c, y, x of the blocks and i, j within one, and where both are under them. */
export function blockAxes(attrs: BlockAttrs, { channels: shape }: Blocked): { readonly axes: readonly Axis[]; readonly places: readonly Index[]; readonly channels: readonly Index[] } {
  const { block, order } = attrs;
  const [samples = 0, count = 0, rows = 0, columns = 0] = shape;
  const own = count / block ** 2;
  const [n, c, y, x, i, j] = [0, 1, 2, 3, 4, 5] as const;
  const channel = order === 'dcr' ? index(0, [i, block * own], [j, own], [c, 1]) : index(0, [c, block ** 2], [i, block], [j, 1]);
  return {
    axes: [batchAxis(samples), parallel('c', own), parallel('y', rows), parallel('x', columns), parallel('i', block), parallel('j', block)],
    places: [along(n), along(c), index(0, [y, block], [i, 1]), index(0, [x, block], [j, 1])],
    channels: [along(n), channel, along(y), along(x)],
  };
}

/** @param of Whose shape the sample has. */
export function sampleBlocks(random: () => number, of: keyof Blocked): { readonly attrs: BlockAttrs; readonly inputs: readonly Shape[]; readonly batch: typeof sampleBatch } {
  const attrs: BlockAttrs = { block: between(random, 1, 3), order: choose(random, blockOrders) };
  const shape = [sampleBatch.samples, attrs.block ** 2 * between(random, 1, 3), between(random, 1, 3), between(random, 1, 3)];
  return { attrs, inputs: [fromChannels(attrs, shape, 'sample')[of]], batch: sampleBatch };
}
