// A weight as a matrix of rows (dimension 0) by columns (the others, row-major), cut into tiles. `parts` convolution
// groups share the rows equally, and no tile reaches from one into the next.

import { stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { number, pair } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { Index } from '../../ir/nest.ts';
import { along } from '../../ir/nest.ts';
import { between } from './sampling.ts';

export type TileAttrs = { readonly parts: number; readonly tile: Pair };
export const tileAttributes: SchemaOf<TileAttrs> = { parts: number, tile: pair };

export interface TiledMatrix {
  readonly parts: number;
  /** Of one part, and of it in whole tiles. */
  readonly rows: number;
  readonly paddedRows: number;
  readonly columns: number;
  readonly paddedColumns: number;
}

/** @param shape Of the weight. */
export function tiledMatrix({ parts, tile }: TileAttrs, shape: Shape): TiledMatrix {
  const [height, width] = tile;
  const [rows, columns] = [(shape[0] ?? NaN) / parts, sizeOf(shape.slice(1))];
  return { parts, rows, paddedRows: Math.ceil(rows / height) * height, columns, paddedColumns: Math.ceil(columns / width) * width };
}

export function paddedShape({ parts, paddedRows, paddedColumns }: TiledMatrix): Shape {
  return [parts * paddedRows, paddedColumns];
}

/** Indices of the weight at row `row` and, by axis `column` of the nest, each column of the matrix. */
export function weightIndex(shape: Shape, row: Index, column: number): readonly Index[] {
  const strides = stridesOf(shape.slice(1));
  const rest = shape.slice(1).map((extent, d): Index => {
    const stride = strides[d] as number;
    return { offset: 0, terms: [{ axis: column, table: Array.from({ length: sizeOf(shape.slice(1)) }, (_, at) => Math.floor(at / stride) % extent) }] };
  });
  return shape.length === 2 ? [row, along(column)] : [row, ...rest];
}

/** The position in the padded matrix of each element of the weight. */
export function paddedPlaces({ parts, rows, paddedRows, columns, paddedColumns }: TiledMatrix): Int32Array {
  return Int32Array.from({ length: parts * rows * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    return (Math.floor(row / rows) * paddedRows + (row % rows)) * paddedColumns + (at % columns);
  });
}

/** A weight and tiles of it. */
export function sampleTiles(random: () => number): { readonly shape: Shape; readonly attrs: TileAttrs } {
  const parts = between(random, 1, 2);
  const shape = [parts * between(random, 1, 4), ...Array.from({ length: random() < 0.5 ? 1 : 3 }, () => between(random, 1, 3))];
  return { shape, attrs: { parts, tile: [between(random, 1, 3), between(random, 1, 4)] } };
}
