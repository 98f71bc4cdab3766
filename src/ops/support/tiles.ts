// A weight as a matrix of rows (dimension 0) by columns (the others, row-major), cut into tiles. `parts` convolution
// groups share the rows equally, and no tile reaches from one into the next.

import { stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { number, pair } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { Axis, Index, IndexTerm } from '../../ir/nest.ts';
import { along, index } from '../../ir/nest.ts';
import { parallel } from './nests.ts';
import { between } from './sampling.ts';

export type TileAttrs = { readonly parts: number; readonly tile: Pair };
export const tileAttributes: SchemaOf<TileAttrs> = { parts: number, tile: pair };

export interface TiledMatrix {
  readonly parts: number;
  /** Of one part. */
  readonly rows: number;
  readonly columns: number;
  readonly tile: Pair;
  /** Tiles of one part, down and across; the last may reach past the matrix. */
  readonly tiles: Pair;
}

/** @param shape Of the weight. */
export function tiledMatrix({ parts, tile }: TileAttrs, shape: Shape): TiledMatrix {
  const [rows, columns] = [(shape[0] ?? NaN) / parts, sizeOf(shape.slice(1))];
  return { parts, rows, columns, tile, tiles: [Math.ceil(rows / tile[0]), Math.ceil(columns / tile[1])] };
}

/** `[tiles down, rows of a tile, tiles across, columns of a tile]`: the matrix, padded to whole tiles. */
export function tiledShape({ parts, tile, tiles }: TiledMatrix): Shape {
  return [parts * tiles[0], tile[0], tiles[1], tile[1]];
}

/** A rectangle of each part: nests walk it by axes 0 (part), 1 (row) and 2 (column). */
export interface Rectangle {
  readonly from: Pair;
  readonly extent: Pair;
}

export function rectangleAxes(parts: number, { extent }: Rectangle): readonly Axis[] {
  return [parallel('part', parts), parallel('row', extent[0]), parallel('column', extent[1])];
}

/** Where the tiled matrix has the rectangle. */
export function tiledIndex({ tile, tiles }: TiledMatrix, { from, extent }: Rectangle): readonly Index[] {
  const walk = (d: 0 | 1, place: (at: number) => number, ...terms: readonly IndexTerm[]): Index => {
    const first = place(from[d]);
    return { offset: first, terms: [...terms, { axis: d + 1, table: Array.from({ length: extent[d] }, (_, i) => place(from[d] + i) - first) }] };
  };
  const tileOf = (d: 0 | 1, ...terms: readonly IndexTerm[]): Index => walk(d, (at) => Math.floor(at / tile[d]), ...terms);
  const within = (d: 0 | 1): Index => walk(d, (at) => at % tile[d]);
  return [tileOf(0, { axis: 0, factor: tiles[0] }), within(0), tileOf(1), within(1)];
}

/** Where the weight has the whole of its matrix. */
export function weightIndex(shape: Shape, { rows }: TiledMatrix): readonly Index[] {
  const strides = stridesOf(shape.slice(1));
  const columns = shape.slice(1).map((extent, d): Index => {
    const stride = strides[d] as number;
    return { offset: 0, terms: [{ axis: 2, table: Array.from({ length: sizeOf(shape.slice(1)) }, (_, at) => Math.floor(at / stride) % extent) }] };
  });
  return [index(0, [0, rows], [1, 1]), ...(shape.length === 2 ? [along(2)] : columns)];
}

/** The row-major position in the tiled matrix of each element of the weight. */
export function tiledPlaces({ parts, rows, columns, tile, tiles }: TiledMatrix): Int32Array {
  return Int32Array.from({ length: parts * rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const inPart = row % rows;
    const down = Math.floor(row / rows) * tiles[0] + Math.floor(inPart / tile[0]);
    return ((down * tile[0] + (inPart % tile[0])) * tiles[1] + Math.floor(column / tile[1])) * tile[1] + (column % tile[1]);
  });
}

/** A weight and tiles of it. */
export function sampleTiles(random: () => number): { readonly shape: Shape; readonly attrs: TileAttrs } {
  const parts = between(random, 1, 2);
  const shape = [parts * between(random, 1, 4), ...Array.from({ length: random() < 0.5 ? 1 : 3 }, () => between(random, 1, 3))];
  return { shape, attrs: { parts, tile: [between(random, 1, 3), between(random, 1, 4)] } };
}
