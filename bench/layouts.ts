// Orders of the numbers of maps and weights.

/** Moves axis 0 of a [first, rest] matrix last: CHW to HWC, and back. */
export function transposed(values: Float32Array, first: number): Float32Array {
  const rest = values.length / first;
  return Float32Array.from(values, (_, index) => values[(index % first) * rest + Math.floor(index / first)] as number);
}

/** The same of each of `rows` matrices that follow each other: OIHW to OHWI. */
export function rowsTransposed(values: Float32Array, rows: number, first: number): Float32Array {
  const size = values.length / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) result.set(transposed(values.subarray(row * size, (row + 1) * size), first), row * size);
  return result;
}
