// Winograd's minimal filtering F(2 x 2, 3 x 3): a tile of 2 x 2 outputs from a tile d of 4 x 4 inputs and a filter g of
// 3 x 3 takes 16 products in place of 36 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015):
//
//   Y = At [(G g Gt) . (Bt d B)] A          . element by element

/** Rows and columns of a tile of outputs. */
export const tileSide = 2;
/** Rows and columns of a tile of inputs, and of a transformed filter. */
export const patchSide = 4;
/** Elements of a transformed filter. */
export const patchSize: number = patchSide * patchSide;

type Matrix = readonly (readonly number[])[];

/** Bt: a patch of inputs. */
const inputRows: Matrix = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]];
/** G: a filter. */
const filterRows: Matrix = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];
/** At: sums of products. */
const outputRows: Matrix = [[1, 1, 1, 0], [0, 1, -1, -1]];

/** A term of an element that a transform makes: how often an element of the square before has a part in it. */
export interface SquareTerm {
  readonly row: number;
  readonly column: number;
  readonly factor: number;
}

/** Of `M x Mt` the terms of each element, row by row. */
function termsOf(matrix: Matrix): readonly (readonly SquareTerm[])[] {
  return matrix.flatMap((left) => matrix.map((right) => left.flatMap((a, row) => right.flatMap((b, column) => (a * b === 0 ? [] : [{ row, column, factor: a * b }])))));
}

/** Of the 16 elements of a transformed patch, in terms of the patch. */
export const inputTerms: readonly (readonly SquareTerm[])[] = termsOf(inputRows);
/** Of the 16 elements of a transformed filter, in terms of the filter. */
export const filterTerms: readonly (readonly SquareTerm[])[] = termsOf(filterRows);
/** Of the 4 elements of a tile of outputs, in terms of the 16 sums. */
export const outputTerms: readonly (readonly SquareTerm[])[] = termsOf(outputRows);

/** What any transform makes of the sizes of elements: no more than that can come of any signs. */
export function withoutSigns(terms: readonly (readonly SquareTerm[])[]): readonly (readonly SquareTerm[])[] {
  return terms.map((element) => element.map((term) => ({ ...term, factor: Math.abs(term.factor) })));
}

/**
 * Filters of 3 x 3 as the products take them.
 * @param filters `[count, 3, 3]`
 * @returns `[16, count]`
 */
export function transformFilters(filters: Float64Array): Float64Array {
  const count = filters.length / 9;
  const out = new Float64Array(patchSize * count);
  for (const [at, terms] of filterTerms.entries()) {
    for (let f = 0; f < count; f++) {
      let sum = 0;
      for (const { row, column, factor } of terms) sum += factor * (filters[9 * f + 3 * row + column] as number);
      out[at * count + f] = sum;
    }
  }
  return out;
}

/** From a transformed filter back to the filter: rows that G has a left inverse of. */
const filterInverse: Matrix = [[1, 0, 0, 0], [0, 1, -1, 0], [0, 0, 0, 1]];
const inverseTerms = termsOf(filterInverse);

/** @param transformed `[16, count]` @returns `[count, 3, 3]` */
export function restoreFilters(transformed: Float64Array): Float64Array {
  const count = transformed.length / patchSize;
  const out = new Float64Array(9 * count);
  for (const [at, terms] of inverseTerms.entries()) {
    for (let f = 0; f < count; f++) {
      let sum = 0;
      for (const { row, column, factor } of terms) sum += factor * (transformed[(row * patchSide + column) * count + f] as number);
      out[9 * f + at] = sum;
    }
  }
  return out;
}

/** Units of rounding that sums of products are allowed. */
export const sumUnits = 4;

/** Of what the sizes of all terms come to, the share that may be lost to rounding: of the patches, the sums of so many channels, and the results. */
export function winogradRounding(channels: number, epsilon: number): number {
  return sumUnits * epsilon * (2 + Math.sqrt(channels + 1));
}

/**
 * How far results may be off, as a share of the largest that a filter can answer to inputs of the same size.
 * @param transformed `[16, filters, channels]` of `filters`, `[filters, channels, 3, 3]`
 */
export function winogradError(transformed: Float64Array, filters: Float64Array, channels: number, epsilon: number): number {
  const count = filters.length / (9 * channels);
  const [patch] = withoutSigns(inputTerms).map((terms) => terms.reduce((sum, { factor }) => sum + factor, 0));
  const sizeOf = (values: Float64Array, from: number, to: number): number => values.subarray(from, to).reduce((sum, value) => sum + Math.abs(value), 0);
  let worst = 0;
  for (let o = 0; o < count; o++) {
    const largest = sizeOf(filters, 9 * channels * o, 9 * channels * (o + 1));
    const sums = Array.from({ length: patchSize }, (_, p) => (patch ?? NaN) * sizeOf(transformed, (p * count + o) * channels, (p * count + o + 1) * channels));
    for (const terms of withoutSigns(outputTerms)) {
      const size = terms.reduce((sum, { row, column, factor }) => sum + factor * (sums[row * patchSide + column] ?? NaN), 0);
      if (largest > 0) worst = Math.max(worst, size / largest);
    }
  }
  return worst * winogradRounding(channels, epsilon);
}

/**
 * How many times as long the convolution itself takes. Beside a product, an element of the patches of a channel costs as
 * much as 5 products in all its loads and additions, one of the sums of a filter as much as 3.
 */
export function winogradGain({ output, groups, groupFilters, groupChannels }: { readonly output: readonly [number, number]; readonly groups: number; readonly groupFilters: number; readonly groupChannels: number }): number {
  const tiles = Math.ceil(output[0] / tileSide) * Math.ceil(output[1] / tileSide);
  const direct = 9 * groupChannels * groupFilters * output[0] * output[1];
  return (groups * direct) / (groups * patchSize * tiles * (groupChannels * groupFilters + 5 * groupChannels + 3 * groupFilters));
}
