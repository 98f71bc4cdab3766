// Sums, differences, products and quotients. With a constant of one number a channel they become part of the layer before (its bias),
// of the input (`normalize`), or a layer of their own (`scale`); of two values they are layers.

import { present } from '../../../base/invariant.ts';
import { formatShape, sizeOf } from '../../../base/tensor.ts';
import type { Shape } from '../../../base/tensor.ts';
import { broadcastShape, expanded } from '../arrangement.ts';
import { ofFloats, onlyNumber, picked } from '../constant.ts';
import type { Constant } from '../constant.ts';
import type { DraftInput, DraftLayer } from '../draft.ts';
import { sameShape } from '../node-reader.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import { areAlike, isWhole, wireOf } from '../wire.ts';
import type { ImportedValue, Wire } from '../wire.ts';
import type { Rules } from './rule.ts';

/** factor * x + shift, a number of each for every channel of the source. */
interface Affine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

type Floats = Constant & { readonly data: Float64Array };

/** A number for each element of a shape; undefined where the constant would make it larger. */
function spreadOver(constant: Floats, shape: Shape): Float64Array | undefined {
  const spread = expanded(constant.shape, shape);
  if (!sameShape(spread.shape, shape)) return undefined;
  const { data } = spread.from ? picked(constant, shape, spread.from) : constant;
  return data instanceof Float64Array ? data : undefined;
}

/** One number for each channel of the source; undefined where the constant differs within one. */
function perSourceChannel(constant: Floats, { source, shape, places }: Wire): Float64Array | undefined {
  const values = spreadOver(constant, shape);
  if (!values) return undefined;
  const channels = source.sample[0] ?? 1;
  const positions = sizeOf(source.sample) / channels;
  const found = new Float64Array(channels).fill(NaN);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor((places?.[i] ?? i) / positions);
    const value = values[i] as number;
    if (Number.isNaN(found[channel])) found[channel] = value;
    else if (found[channel] !== value) return undefined;
  }
  return found;
}

const withBias: ReadonlySet<string> = new Set(['conv', 'dense', 'conv_transpose']);

function applied(node: NodeReader, wire: Wire, { factor, shift }: Affine, named: Constant): Wire {
  const { source, isSole } = wire;
  const isSum = factor.every((value) => value === 1);
  if (isSum && shift.every((value) => value === 0)) return wire;
  if (source.kind === 'layer' && isSole) {
    if (isSum && withBias.has(source.callee)) return addBias(source, shift, wire);
    if (source.callee === 'scale') return combine(source, { factor, shift }, wire);
  }
  const channels = factor.length;
  const weights = { factor: { shape: [channels], data: factor }, shift: { shape: [channels], data: shift } };
  const layer = node.draft.layer({ callee: 'scale', operands: [source], sample: source.sample, wanted: node.nameAfter(named), weights });
  return { ...wire, source: layer, isSole: true };
}

function addBias(layer: DraftLayer, shift: Float64Array, wire: Wire): Wire {
  const before = layer.weights.get('bias')?.data;
  layer.weights.set('bias', { shape: [shift.length], data: before ? before.map((value, c) => value + (shift[c] as number)) : shift });
  layer.args.delete('bias');
  return wire;
}

function combine(layer: DraftLayer, { factor, shift }: Affine, wire: Wire): Wire {
  const [by, plus] = ['factor', 'shift'].map((name) => layer.weights.get(name)?.data) as [Float64Array, Float64Array];
  layer.weights.set('factor', { shape: [factor.length], data: by.map((value, c) => value * (factor[c] as number)) });
  layer.weights.set('shift', { shape: [factor.length], data: plus.map((value, c) => value * (factor[c] as number) + (shift[c] as number)) });
  return wire;
}

/** Of an input that nobody has read yet: it is normalized, whichever way it will be declared. */
function ofInput(input: DraftInput, { places }: Wire, meaning: (i: number) => readonly [factor: number, shift: number]): void {
  const { length } = places ?? { length: sizeOf(input.sample) };
  const factor = input.affine?.factor.slice() ?? new Float64Array(length).fill(1);
  const shift = input.affine?.shift.slice() ?? new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const place = places?.[i] ?? i;
    const [by, plus] = meaning(i);
    shift[place] = (shift[place] as number) * by + plus;
    factor[place] = (factor[place] as number) * by;
  }
  input.affine = { factor, shift };
}

export type Side = 'left' | 'right';

/** What a constant on one side of the operator does to a value. @param at Of the constant. */
const meanings: Readonly<Record<string, (constant: number, side: Side) => readonly [factor: number, shift: number] | undefined>> = {
  Add: (constant) => [1, constant],
  Mul: (constant) => [constant, 0],
  Sub: (constant, side) => (side === 'right' ? [1, -constant] : [-1, constant]),
  Div: (constant, side) => (side === 'right' ? [1 / constant, 0] : undefined),
};

function withConstant(node: NodeReader, wire: Wire, constant: Floats, side: Side, op: string = node.op): Wire {
  const { source, isSole } = wire;
  const means = (number: number): readonly [number, number] => meanings[op]?.(number, side) ?? [0, 0];
  if (source.kind === 'input' && isSole && !source.isSettled && isWhole(wire)) {
    const values = spreadOver(constant, wire.shape);
    if (values?.every((value) => means(value)[0] !== 0)) {
      ofInput(source, wire, (i) => means(values[i] as number));
      return wire;
    }
  }
  const numbers = perSourceChannel(constant, wire);
  const isAffine = side === 'right' || op !== 'Div';
  if (!numbers || !isAffine) return besideConstant(node, wire, constant, side, present(callees[op], op));
  const meaning = Array.from(numbers, means);
  return applied(node, wire, { factor: Float64Array.from(meaning, ([factor]) => factor), shift: Float64Array.from(meaning, ([, shift]) => shift) }, constant);
}

/** A layer of two operands, of which one is a constant. */
export function besideConstant(node: NodeReader, wire: Wire, constant: Constant, side: Side, callee: string): Wire {
  const [, ...sample] = wire.shape;
  const number = onlyNumber(constant);
  if (number !== undefined && sameShape(expanded(constant.shape, wire.shape).shape, wire.shape)) {
    // One number meets every element, whichever way they are seen.
    const fixed = node.constantLayer(constant, [1]);
    const source = node.draft.settled(wire.source);
    return { ...wire, source: node.draft.layer({ callee, operands: side === 'right' ? [source, fixed] : [fixed, source], sample: source.sample }), isSole: true };
  }
  const spread = expanded(constant.shape, wire.shape);
  if (wire.shape[0] !== 1 || !sameShape(spread.shape, wire.shape)) return refuse('shape', `has the constant ${formatShape(constant.shape)} beside ${formatShape(wire.shape)}`);
  const x = node.inOrder(wire, sample);
  const fixed = node.constantLayer({ ...(spread.from ? picked(constant, spread.shape, spread.from) : constant), ...(constant.name !== undefined && { name: constant.name }) }, sample);
  const layer = node.draft.layer({ callee, operands: side === 'right' ? [x.source, fixed] : [fixed, x.source], sample });
  return { ...wireOf(layer, wire.shape) };
}

const callees: Readonly<Record<string, string>> = { Add: 'add', Mul: 'multiply', Sub: 'subtract', Div: 'divide' };

function ofValues(node: NodeReader, left: Wire, right: Wire): ImportedValue {
  const gate = node.op === 'Mul' ? (ofGate(node, left, right) ?? ofGate(node, right, left)) : undefined;
  return gate ?? joined(node, left, right, callees[node.op] ?? refuse('op', 'computes with two values of the network'));
}

/** x times a function of x that nobody else reads. */
const gates: ReadonlyMap<string, string> = new Map([['sigmoid', 'swish'], ['hard_sigmoid', 'hard_swish']]);

function ofGate(node: NodeReader, x: Wire, gate: Wire): Wire | undefined {
  const { source, isSole } = gate;
  const callee = source.kind === 'layer' && isSole ? gates.get(source.callee) : undefined;
  if (source.kind !== 'layer' || callee === undefined || source.operands[0] !== node.draft.settled(x.source) || !areAlike(x, gate)) return undefined;
  source.callee = callee;
  return gate;
}

function joined(node: NodeReader, left: Wire, right: Wire, callee: string): Wire {
  return areAlike(left, right) && sameShape(left.source.sample, right.source.sample) ? alike(node, left, right, callee) : broadcast(node, left, right, callee);
}

/** Of values that are seen alike the sources meet, and the result is seen as they are. */
function alike(node: NodeReader, left: Wire, right: Wire, callee: string): Wire {
  return { ...left, source: node.draft.layer({ callee, operands: [left.source, right.source], sample: left.source.sample }), isSole: true };
}

/** Of two values one may be smaller: one number a channel, or one a place. */
export function broadcast(node: NodeReader, left: Wire, right: Wire, callee: string): Wire {
  const shape = broadcastShape(left.shape, right.shape);
  if (shape[0] !== 1 || (!sameShape(shape, left.shape) && !sameShape(shape, right.shape))) return refuse('shape', `has operands of shapes ${formatShape(left.shape)} and ${formatShape(right.shape)}`, 'one of them may be smaller, not both');
  const rank = shape.length;
  const sampleOf = (wire: Wire): Shape => [...Array.from({ length: rank - wire.shape.length }, () => 1), ...wire.shape].slice(1);
  const [a, b] = [node.inOrder(left, sampleOf(left)), node.inOrder(right, sampleOf(right))];
  return node.layer(callee, [a, b], shape.slice(1));
}

const binary = (node: NodeReader): ImportedValue => {
  const [a, b] = ['A', 'B'].map((name) => node.may(name));
  if (a?.kind === 'wire' && b?.kind === 'wire') return ofValues(node, a, b);
  if (a?.kind === 'wire' && b?.kind === 'constant') return withConstant(node, a, node.floats('B'), 'right');
  return withConstant(node, node.wire('B'), node.floats('A'), 'left');
};

export const affineRules: Rules = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Neg: (node) => withConstant(node, node.wire('X'), { kind: 'constant', type: 'float', shape: [], data: Float64Array.of(-1) }, 'left', 'Mul'),
  Sum: (node) => all(node, 'add'),
  Max: (node) => all(node, 'maximum'),
  Min: (node) => all(node, 'minimum'),
  Mean: (node) => besideConstant(node, all(node, 'add'), ofFloats([], Float64Array.of(1 / node.all.length)), 'right', 'multiply'),
};

/** Any number of operands, constants last. */
function all(node: NodeReader, callee: string): Wire {
  const operands = node.all.filter((value) => value !== undefined);
  const [first = refuse('operand', 'reads no value of the network'), ...others] = operands.flatMap((value) => (value.kind === 'wire' ? [value] : []));
  const computed = others.reduce<Wire>((left, right) => joined(node, left, right, callee), first);
  return operands.reduce<Wire>((wire, value) => (value.kind === 'constant' ? besideConstant(node, wire, value, 'right', callee) : wire), computed);
}
