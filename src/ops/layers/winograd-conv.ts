// A convolution of 3 x 3 with stride 1 by Winograd's F(2 x 2, 3 x 3), on filters that are transformed already: what
// the pass `fewer-products` makes of conv. With P = 16 elements of a patch and T tiles of 2 x 2 outputs
//
//   patches  V[n, c, p, t] = Bt d B             d: the 4 x 4 inputs under tile t, zero outside the image
//   sums     M[n, o, p, t] = sum over c of U[p, o, c] * V[n, c, p, t]
//   result[n, o, y, x]     = (At M A)[y mod 2, x mod 2] + bias[o]
//
// c runs over the channels of the convolution group of filter o.

import { flag } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import { add, along, index, input, load, mul, result, sub, temporary } from '../../ir/nest.ts';
import type { Index, Nest, NestExpr } from '../../ir/nest.ts';
import { defineOp } from '../../ir/op.ts';
import type { F64Tensor, Op } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf, tensor, zeros } from '../../base/tensor.ts';
import { invariant } from '../../base/invariant.ts';
import { convAttributes, convGeometry, zeroOutside } from '../support/convolution.ts';
import type { ConvGeometry } from '../support/convolution.ts';
import { convolve } from '../support/convolve.ts';
import { batchAxis, lowered, nestName, parallel, reduce, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, choose, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';
import { inputTerms, outputTerms, patchSide, patchSize, restoreFilters, sumUnits, tileSide, winogradRounding, withoutSigns } from '../support/winograd.ts';
import type { SquareTerm } from '../support/winograd.ts';

const attributes = { ...convAttributes, bias: flag };
type Attributes = AttrsOf<typeof attributes>;

interface WinogradGeometry extends ConvGeometry {
  /** Rows and columns of tiles. */
  readonly tiles: readonly [number, number];
  readonly tileCount: number;
}

function geometryOf(attrs: Attributes, shape: Shape): WinogradGeometry {
  const geometry = convGeometry(attrs, shape, 'winograd_conv');
  const { window, stride, dilation, output } = geometry;
  invariant([...window].every((side) => side === 3) && [...stride, ...dilation].every((step) => step === 1), 'a window of 3 x 3 in steps of one');
  const tiles = [Math.ceil(output[0] / tileSide), Math.ceil(output[1] / tileSide)] as const;
  return { ...geometry, tiles, tileCount: tiles[0] * tiles[1] };
}

/** The transforms, with the signs of their terms or without. */
interface Transforms {
  readonly input: readonly (readonly SquareTerm[])[];
  readonly output: readonly (readonly SquareTerm[])[];
}

const signed: Transforms = { input: inputTerms, output: outputTerms };
/** How large what goes through them can become. */
const sizes: Transforms = { input: withoutSigns(inputTerms), output: withoutSigns(outputTerms) };

/** `image` through all three steps. */
function filtered(geometry: WinogradGeometry, image: F64Tensor, filters: Float64Array, bias: Float64Array | undefined, transforms: Transforms): F64Tensor {
  const { samples, channels, groupChannels, groupFilters, filters: count, input: extent, output, before, tiles } = geometry;
  const out = zeros([samples, count, ...output]);
  const [patches, sums] = [new Float64Array(patchSize * channels), new Float64Array(patchSize)];
  for (let n = 0; n < samples; n++) {
    for (let ty = 0; ty < tiles[0]; ty++) {
      for (let tx = 0; tx < tiles[1]; tx++) {
        for (let c = 0; c < channels; c++) {
          const plane = (n * channels + c) * extent[0] * extent[1];
          for (const [p, terms] of transforms.input.entries()) {
            let sum = 0;
            for (const { row, column, factor } of terms) {
              const [y, x] = [ty * tileSide + row - before[0], tx * tileSide + column - before[1]];
              if (y >= 0 && y < extent[0] && x >= 0 && x < extent[1]) sum += factor * (image.data[plane + y * extent[1] + x] as number);
            }
            patches[p * channels + c] = sum;
          }
        }
        for (let o = 0; o < count; o++) {
          const first = Math.floor(o / groupFilters) * groupChannels;
          for (let p = 0; p < patchSize; p++) {
            let sum = 0;
            for (let c = 0; c < groupChannels; c++) sum += (filters[(p * count + o) * groupChannels + c] as number) * (patches[p * channels + first + c] as number);
            sums[p] = sum;
          }
          for (const [at, terms] of transforms.output.entries()) {
            const [y, x] = [ty * tileSide + Math.floor(at / tileSide), tx * tileSide + (at % tileSide)];
            if (y >= output[0] || x >= output[1]) continue;
            let sum = bias?.[o] ?? 0;
            for (const { row, column, factor } of terms) sum += factor * (sums[row * patchSide + column] as number);
            out.data[((n * count + o) * output[0] + y) * output[1] + x] = sum;
          }
        }
      }
    }
  }
  return out;
}

/**
 * Rounding of the patches, of the sums and of the results are each a share of what the sizes of all terms come to; that
 * of the filters, which are rounded once they are transformed, is less than that of the sums.
 */
function bound(attrs: Attributes, operands: readonly Bounded[], _unit: number, { epsilon, smallest }: Arithmetic): Bounded {
  const [{ value: image, error: off }, { value: filters }] = [operand(operands, 0), operand(operands, 1)];
  const bias = operands[2]?.value.data;
  const geometry = geometryOf(attrs, image.shape);
  const absolute = (values: Float64Array): Float64Array => values.map(Math.abs);
  const filterSizes = absolute(filters.data);
  const carried = carriedBy(geometry, off, filters.data);
  const terms = filtered(geometry, tensor(image.shape, absolute(image.data)), filterSizes, bias && absolute(bias), sizes);
  const rounding = winogradRounding(geometry.groupChannels, epsilon);
  const largest = image.data.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const flushed = sumUnits * smallest * patchSize * geometry.groupChannels * (1 + largest);
  return {
    value: filtered(geometry, image, filters.data, bias, signed),
    error: tensor(terms.shape, terms.data.map((size, i) => (carried[i] as number) + rounding * size + flushed)),
  };
}

/** What errors of the image become: those of different places are independent, so that their squares add up. */
function carriedBy(geometry: WinogradGeometry, { shape, data }: F64Tensor, filters: Float64Array): Float64Array {
  // Scaled to at most 1, so that no square is too small or too large to be a number.
  const scale = data.reduce((most, each) => Math.max(most, each), 0);
  const squares = tensor(geometry.weightShape, restoreFilters(filters).map((weight) => weight ** 2));
  return convolve(geometry, tensor(shape, data.map((each) => (scale === 0 ? 0 : each / scale) ** 2)), squares, undefined).data.map((sum) => scale * Math.sqrt(sum));
}

/** A sum of loads with their signs. */
function signedSum(terms: readonly SquareTerm[], loadOf: (term: SquareTerm) => NestExpr): NestExpr {
  // A term that is added comes first.
  const [first, ...rest] = terms.toSorted((a, b) => b.factor - a.factor);
  invariant(first?.factor === 1, 'a term to begin with');
  return rest.reduce((sum, term) => (term.factor < 0 ? sub(sum, loadOf(term)) : add(sum, loadOf(term))), loadOf(first));
}

/** Element p of the patches of all tiles. */
function patchNest(name: string, geometry: WinogradGeometry, p: number, terms: readonly SquareTerm[]): Nest {
  const { samples, channels, before, tiles } = geometry;
  const [n, c, ty, tx] = [0, 1, 2, 3] as const;
  const at = (d: 0 | 1, axis: number, place: number): Index => index(place - before[d], [axis, tileSide]);
  // Also without padding: the last tiles may reach past the image, for outputs that are not there.
  const value = signedSum(terms, ({ row, column }) => load(input(0), [along(n), along(c), at(0, ty, row), at(1, tx, column)], reachesOut(geometry) ? 0 : undefined));
  return storeNest(name, [batchAxis(samples), parallel('c', channels), parallel('ty', tiles[0]), parallel('tx', tiles[1])], value, temporary(0), [along(n), along(c), index(p), index(0, [ty, tiles[1]], [tx, 1])]);
}

function reachesOut(geometry: WinogradGeometry): boolean {
  return zeroOutside(geometry) !== undefined || geometry.output.some((extent) => extent % tileSide !== 0);
}

function sumsNest(name: string, { samples, groups, groupFilters, groupChannels, tileCount }: WinogradGeometry): Nest {
  const [n, g, p, o, t, c] = [0, 1, 2, 3, 4, 5] as const;
  const filter = index(0, [g, groupFilters], [o, 1]);
  return {
    name,
    axes: [batchAxis(samples), parallel('g', groups), parallel('p', patchSize), parallel('o', groupFilters), parallel('t', tileCount), reduce('c', groupChannels)],
    write: { tensor: temporary(1), index: [along(n), filter, along(p), along(t)] },
    combine: 'sum',
    initial: 0,
    value: mul(load(temporary(0), [along(n), index(0, [g, groupChannels], [c, 1]), along(p), along(t)]), load(input(1), [along(p), filter, along(c)])),
  };
}

/** The outputs at place `at` of all tiles. */
function resultNest(name: string, geometry: WinogradGeometry, at: number, terms: readonly SquareTerm[], bias: boolean): Nest {
  const { samples, filters, output, tiles } = geometry;
  const [n, o, ty, tx] = [0, 1, 2, 3] as const;
  const [row, column] = [Math.floor(at / tileSide), at % tileSide];
  const sum = signedSum(terms, (term) => load(temporary(1), [along(n), along(o), index(term.row * patchSide + term.column), index(0, [ty, tiles[1]], [tx, 1])]));
  const extent = (d: 0 | 1, first: number): number => Math.ceil((output[d] - first) / tileSide);
  return storeNest(name, [batchAxis(samples), parallel('o', filters), parallel('ty', extent(0, row)), parallel('tx', extent(1, column))], bias ? add(sum, load(input(2), [along(o)])) : sum, result(0), [
    along(n),
    along(o),
    index(row, [ty, tileSide]),
    index(column, [tx, tileSide]),
  ]);
}

export const winogradConv: Op = defineOp(attributes)({
  name: 'winograd_conv',
  doc: 'A convolution of 3 x 3 on filters transformed for F(2 x 2, 3 x 3).',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'winograd_conv', attrs.bias ? 3 : 2);
    const geometry = geometryOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 1), [patchSize, geometry.filters, geometry.groupChannels], 'the weight of winograd_conv');
    if (attrs.bias) expectParameter(operand(inputs, 2), [geometry.filters], 'the bias of winograd_conv');
    return [[geometry.samples, geometry.filters, ...geometry.output]];
  },
  reference: (attrs, inputs) => [filtered(geometryOf(attrs, operand(inputs, 0).shape), operand(inputs, 0), operand(inputs, 1).data, inputs[2]?.data, signed)],
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    const { samples, channels, filters, tileCount, output } = geometry;
    const name = (part: string): string => nestName(node, 'winograd_conv', part);
    // Tiles at an edge may have no outputs at some of their places.
    const places = outputTerms.flatMap((terms, at) => (Math.floor(at / tileSide) < output[0] && at % tileSide < output[1] ? [{ terms, at }] : []));
    return lowered(
      [
        ...inputTerms.map((terms, p) => patchNest(name(`patches${p}`), geometry, p, terms)),
        sumsNest(name('sums'), geometry),
        ...places.map(({ terms, at }) => resultNest(name(`results${at}`), geometry, at, terms, node.attrs.bias)),
      ],
      [[samples, channels, patchSize, tileCount], [samples, filters, patchSize, tileCount]],
    );
  }),
  macs: (attrs, inputs) => {
    const { samples, output, weightShape } = geometryOf(attrs, operand(inputs, 0));
    return samples * sizeOf(output) * sizeOf(weightShape);
  },
  sample: (random) => {
    const groups = choose(random, [1, 1, 2]);
    const [filters, groupChannels] = [groups * between(random, 1, 5), between(random, 1, 4)];
    const bias = random() < 0.7;
    const padding = [between(random, 0, 2), between(random, 0, 2)] as const;
    const input = [sampleBatch.samples, groups * groupChannels, between(random, 3, 7), between(random, 3, 7)];
    return { attrs: { filters, groups, window: [3, 3], stride: [1, 1], dilation: [1, 1], padding, bias }, inputs: [input, [patchSize, filters, groupChannels], ...(bias ? [[filters]] : [])], batch: sampleBatch };
  },
  bound,
  // The terms of patches and of results add up to 36 times their size at most, and cancel.
  tolerance: 36,
});
