// Products with matrices of weights: dense layers. A view before one costs nothing, since columns of the weight are put in the order in
// which the source lies; of a part of it the other columns are zeros, which compaction leaves out again.

import { formatShape, sizeOf } from '../../../base/tensor.ts';
import { broadcastShape, expanded } from '../arrangement.ts';
import { picked } from '../constant.ts';
import type { Constant } from '../constant.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import type { ImportedValue, Wire } from '../wire.ts';
import type { Rules } from './rule.ts';

interface Product {
  readonly wire: Wire;
  readonly inputs: number;
  readonly units: number;
  /** Of an input and a unit. */
  readonly at: (input: number, unit: number) => number;
  readonly bias?: Float64Array | undefined;
  readonly named: readonly (Constant | undefined)[];
}

function dense(node: NodeReader, { wire, inputs, units, at, bias, named }: Product): Wire {
  const { shape, places } = wire;
  if (sizeOf(shape) !== inputs || shape.at(-1) !== inputs) refuse('shape', `multiplies ${formatShape(shape)} by a matrix of ${inputs} rows`, 'a dense layer reads all of a sample: [1, features]');
  const columns = sizeOf(wire.source.sample);
  const data = new Float64Array(units * columns);
  for (let unit = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++) {
      const column = unit * columns + (places?.[input] ?? input);
      data[column] = (data[column] as number) + at(input, unit);
    }
  }
  const weights = { weight: { shape: [units, columns], data }, bias: bias && { shape: [units], data: bias } };
  return { ...node.layer('dense', [wire], [units], { units, ...(!bias && { bias: false }) }, weights, named), shape: [...shape.slice(0, -1), units] };
}

function matrix(constant: Constant, name: string): readonly [rows: number, columns: number] {
  const [rows, columns, ...others] = constant.shape;
  if (rows === undefined || columns === undefined || others.length > 0) return refuse('shape', `has ${formatShape(constant.shape)} for \`${name}\`, expected a matrix`);
  return [rows, columns];
}

export const denseRules: Rules = {
  Gemm: (node): ImportedValue => {
    const weight = node.floats('B');
    const [rows, columns] = matrix(weight, 'B');
    const { attributes } = node;
    if (attributes.int('transA') === 1) refuse('shape', 'reads its operand transposed', 'a dense layer reads one sample: [1, features]');
    const isTransposed = attributes.int('transB') === 1;
    const [inputs, units] = isTransposed ? [columns, rows] : [rows, columns];
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    const given = node.mayFloats('C');
    const spread = given && expanded(given.shape, [1, units]);
    if (spread && broadcastShape(given.shape, [1, units]).join() !== `1,${units}`) refuse('shape', `adds ${formatShape(given.shape)} to ${units} units`);
    const bias = given && spread && (spread.from ? picked(given, spread.shape, spread.from) : given).data;
    return dense(node, {
      wire: node.wire('A'),
      inputs,
      units,
      at: (input, unit) => alpha * (weight.data[isTransposed ? unit * inputs + input : input * units + unit] as number),
      bias: bias instanceof Float64Array ? bias.map((value) => beta * value) : undefined,
      named: [weight, given],
    });
  },
  MatMul: (node): ImportedValue => {
    const b = node.may('B');
    if (node.may('A')?.kind !== 'wire' || b?.kind !== 'constant') return refuse('shape', 'multiplies by what is no constant on the right', 'a dense layer has its weights there');
    const weight = node.floats('B');
    const [inputs, units] = matrix(weight, 'B');
    return dense(node, { wire: node.wire('A'), inputs, units, at: (input, unit) => weight.data[input * units + unit] as number, named: [weight] });
  },
};
