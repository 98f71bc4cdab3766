// Products of matrices.

import { formatShape } from '../../base/tensor.ts';
import type { Operands, Operator } from './operator.ts';
import { broadcast, broadcastShape, indicesOf, stretched, transposed } from './pick.ts';
import { fault, floats, reshaped } from './value.ts';
import type { FloatValue } from './value.ts';

/** Adds the product of `rows` by `inner` and `inner` by `columns` at offsets of the three. */
function multiply(a: Float64Array, b: Float64Array, into: Float64Array, [atA, atB, at]: readonly [number, number, number], [rows, inner, columns]: readonly [number, number, number]): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[atA + i * inner + k] as number;
      for (let o = at + i * columns, end = o + columns, j = atB + k * columns; o < end; o++, j++) (into[o] as number) += factor * (b[j] as number);
    }
  }
}

function gemm(operands: Operands): FloatValue {
  const { attributes } = operands;
  const matrix = (name: string, isTransposed: boolean): FloatValue => {
    const value = operands.floats(name);
    if (value.shape.length !== 2) fault(`has \`${name}\` of shape ${formatShape(value.shape)}, expected a matrix`);
    return isTransposed ? transposed(value, [1, 0]) : value;
  };
  const [a, b] = [matrix('A', attributes.int('transA') !== 0), matrix('B', attributes.int('transB') !== 0)];
  const [rows = 0, inner = 0] = a.shape;
  const [alsoInner = 0, columns = 0] = b.shape;
  if (inner !== alsoInner) fault(`multiplies ${formatShape(a.shape)} by ${formatShape(b.shape)}`);
  const product = floats([rows, columns], undefined, a.type);
  multiply(a.data, b.data, product.data, [0, 0, 0], [rows, inner, columns]);
  const c = operands.mayFloats('C');
  const added = c && broadcast(c, product.shape).data;
  const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
  return floats(product.shape, product.data.map((x, i) => alpha * x + (added ? beta * (added[i] as number) : 0)), a.type);
}

/** As NumPy's matmul: vectors become a row or a column, axes in front are stretched. */
function matMul(operands: Operands): FloatValue {
  const [x, y] = [operands.floats('A'), operands.floats('B')];
  if (x.shape.length === 0 || y.shape.length === 0) fault('multiplies a single number');
  const a = x.shape.length === 1 ? reshaped(x, [1, ...x.shape]) : x;
  const b = y.shape.length === 1 ? reshaped(y, [...y.shape, 1]) : y;
  const [rows = 0, inner = 0] = a.shape.slice(-2);
  const [alsoInner = 0, columns = 0] = b.shape.slice(-2);
  if (inner !== alsoInner) fault(`multiplies ${formatShape(x.shape)} by ${formatShape(y.shape)}`);
  const outer = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const [ofA, ofB] = [indicesOf(stretched(a.shape.slice(0, -2), outer)), indicesOf(stretched(b.shape.slice(0, -2), outer))];
  const product = floats([...outer, rows, columns], undefined, x.type);
  for (let i = 0; i < ofA.length; i++) {
    multiply(a.data, b.data, product.data, [(ofA[i] as number) * rows * inner, (ofB[i] as number) * inner * columns, i * rows * columns], [rows, inner, columns]);
  }
  return reshaped(product, [...outer, ...(x.shape.length === 1 ? [] : [rows]), ...(y.shape.length === 1 ? [] : [columns])]);
}

export const matrixOperators: Readonly<Record<string, Operator>> = {
  Gemm: { 1: gemm },
  MatMul: { 1: matMul },
};
