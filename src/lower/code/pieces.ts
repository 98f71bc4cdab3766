// An axis cut into pieces, each of which has code of its own.

/** So many pieces of a size. */
export interface Piece {
  readonly size: number;
  readonly count: number;
}

/** Sizes of `extent` cut evenly into pieces of at most `most`: 13 by 4 is 4, 3, 3, 3. */
export function evenPieces(extent: number, most: number): readonly Piece[] {
  const pieces = Math.ceil(extent / most);
  const small = Math.floor(extent / pieces);
  const large = extent - small * pieces;
  return [
    { size: small + 1, count: large },
    { size: small, count: pieces - large },
  ].filter((piece) => piece.count > 0);
}

/** Sizes of `extent` cut into pieces of `size` and a rest: blocks of packed weights. */
export function blocks(extent: number, size: number): readonly Piece[] {
  return [
    { size, count: Math.floor(extent / size) },
    { size: extent % size, count: 1 },
  ].filter((piece) => piece.size > 0 && piece.count > 0);
}
