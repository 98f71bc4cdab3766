// Operators that move elements and leave them as they are.

import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Operands, Operator } from './operator.ts';
import { broadcastShape, pick, stretched, transposed, unmoved } from './pick.ts';
import { axesOf, axisOf, countOf, emptyLike, fault, floats, integers, reshaped, toNumber } from './value.ts';
import type { Value } from './value.ts';

function reshape(operands: Operands): Value {
  const value = operands.value('data');
  const keepsZero = operands.attributes.knows('allowzero') && operands.attributes.int('allowzero') !== 0;
  const wanted = operands.numbers('shape').map((extent, axis) => (extent === 0 && !keepsZero ? (value.shape[axis] ?? fault(`copies axis ${axis}, of ${value.shape.length} dimensions`)) : extent));
  const open = wanted.filter((extent) => extent === -1).length;
  const known = sizeOf(wanted.filter((extent) => extent !== -1));
  const rest = value.data.length / known;
  const shape = wanted.map((extent) => (extent === -1 ? rest : extent));
  const isSound = open <= 1 && shape.every((extent) => Number.isInteger(extent) && extent >= 0) && sizeOf(shape) === value.data.length;
  return isSound ? reshaped(value, shape) : fault(`reshapes ${formatShape(value.shape)} to [${operands.numbers('shape').join(', ')}]`);
}

function flatten(operands: Operands): Value {
  const value = operands.value('input');
  const axis = operands.attributes.int('axis');
  const rank = value.shape.length;
  const first = axis === rank ? axis : axis === 0 ? 0 : axisOf(axis, rank);
  return reshaped(value, [sizeOf(value.shape.slice(0, first)), sizeOf(value.shape.slice(first))]);
}

function squeeze(operands: Operands): Value {
  const value = operands.value('data');
  const given = operands.mayNumbersOrInts('axes');
  const axes = new Set(given ? axesOf(given, value.shape.length) : value.shape.flatMap((extent, axis) => (extent === 1 ? [axis] : [])));
  for (const axis of axes) if (value.shape[axis] !== 1) fault(`takes away axis ${axis} of ${formatShape(value.shape)}, which is not 1`);
  return reshaped(value, value.shape.filter((_, axis) => !axes.has(axis)));
}

function unsqueeze(operands: Operands): Value {
  const value = operands.value('data');
  const given = operands.mayNumbersOrInts('axes') ?? fault('has no axes');
  const rank = value.shape.length + given.length;
  const axes = new Set(axesOf(given, rank));
  const rest = value.shape.values();
  return reshaped(value, Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value as number))));
}

function transpose(operands: Operands): Value {
  const value = operands.value('data');
  const perm = operands.attributes.mayInts('perm') ?? value.shape.map((_, axis) => value.shape.length - 1 - axis);
  if (perm.length !== value.shape.length) fault(`has \`perm\` ${perm.join(', ')} for ${formatShape(value.shape)}`);
  return transposed(value, axesOf(perm, value.shape.length));
}

function expand(operands: Operands): Value {
  const value = operands.value('input');
  return pick(value, stretched(value.shape, broadcastShape([value.shape, extents(operands.numbers('shape'))])));
}

function extents(shape: readonly number[]): Shape {
  return shape.every((extent) => extent >= 0) ? shape : fault(`has the shape ${formatShape(shape)}`);
}

function tile(operands: Operands): Value {
  const value = operands.value('input');
  const repeats = extents(operands.numbers('repeats'));
  if (repeats.length !== value.shape.length) fault(`repeats ${repeats.join(', ')} times along ${formatShape(value.shape)}`);
  countOf(value.shape.map((extent, axis) => extent * (repeats[axis] as number)));
  return pick(value, unmoved(value.shape).map((offsets, axis) => Array.from({ length: repeats[axis] as number }, () => offsets).flat()));
}

function concat({ all, attributes }: Operands): Value {
  const values = all as readonly Value[];
  const [first = fault('has no operand')] = values;
  const axis = axisOf(attributes.int('axis'), first.shape.length);
  for (const { shape, type } of values) {
    if (type !== first.type || shape.length !== first.shape.length || shape.some((extent, d) => d !== axis && extent !== first.shape[d])) {
      fault(`joins ${first.type} of ${formatShape(first.shape)} and ${type} of ${formatShape(shape)} along axis ${axis}`);
    }
  }
  const result = emptyLike(first, first.shape.with(axis, values.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)));
  const outer = sizeOf(first.shape.slice(0, axis));
  const whole = result.data.length / outer;
  let begin = 0;
  for (const { data } of values) {
    const length = data.length / outer;
    for (let o = 0; o < outer; o++) (result.data as Float64Array).set((data as Float64Array).subarray(o * length, (o + 1) * length), o * whole + begin);
    begin += length;
  }
  return result;
}

function split(operands: Operands): readonly Value[] {
  const { attributes, call } = operands;
  const value = operands.value('input');
  const axis = axisOf(attributes.int('axis'), value.shape.length);
  const extent = value.shape[axis] as number;
  const count = (attributes.knows('num_outputs') ? attributes.mayInt('num_outputs') : undefined) ?? call.node.outputs.length;
  if (count < 1 || count > extent + call.node.outputs.length) fault(`splits ${extent} into ${count} parts`);
  const part = Math.ceil(extent / count);
  const lengths = operands.mayNumbersOrInts('split') ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, extent - i * part)));
  if (lengths.some((length) => length < 0) || lengths.reduce((sum, length) => sum + length, 0) !== extent) fault(`splits ${extent} into ${lengths.join(', ')}`);
  let begin = 0;
  return lengths.map((length) => {
    const offsets = unmoved(value.shape).map((each, d) => (d === axis ? each.slice(begin, begin + length) : each));
    begin += length;
    return pick(value, offsets);
  });
}

/** Ends beyond an axis are its end; -1 counts from there. */
function sliced(value: Value, starts: readonly bigint[], ends: readonly bigint[], axes: readonly number[], steps: readonly bigint[]): Value {
  if (new Set([starts.length, ends.length, axes.length, steps.length]).size > 1) fault(`has ${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps`);
  const offsets = unmoved(value.shape);
  for (const [i, axis] of axesOf(axes, value.shape.length).entries()) {
    const all = offsets[axis] as number[];
    const extent = BigInt(all.length);
    const step = steps[i] as bigint;
    if (step === 0n) fault('has a step of 0');
    const clamp = (place: bigint, least: bigint, most: bigint): number => {
      const fromStart = place < 0n ? place + extent : place;
      return Number(fromStart < least ? least : fromStart > most ? most : fromStart);
    };
    const isForward = step > 0n;
    const start = clamp(starts[i] as bigint, 0n, isForward ? extent : extent - 1n);
    const end = clamp(ends[i] as bigint, isForward ? 0n : -1n, isForward ? extent : extent - 1n);
    // One step beyond the axis ends the slice, however long it is.
    const stride = Number(step < -extent ? -extent - 1n : step > extent ? extent + 1n : step);
    const kept: number[] = [];
    for (let place = start; isForward ? place < end : place > end; place += stride) kept.push(all[place] as number);
    offsets[axis] = kept;
  }
  return pick(value, offsets);
}

function sliceByAttributes(operands: Operands): Value {
  const { attributes } = operands;
  const [starts = [], ends = []] = [attributes.mayBigInts('starts'), attributes.mayBigInts('ends')];
  return sliced(operands.value('data'), starts, ends, attributes.mayInts('axes') ?? starts.map((_, i) => i), starts.map(() => 1n));
}

function sliceByInputs(operands: Operands): Value {
  const bigs = (name: string): readonly bigint[] | undefined => operands.mayIntegers(name) && [...(operands.mayIntegers(name)?.data ?? [])];
  const [starts = [], ends = []] = [bigs('starts'), bigs('ends')];
  return sliced(operands.value('data'), starts, ends, operands.mayNumbers('axes') ?? starts.map((_, i) => i), bigs('steps') ?? starts.map(() => 1n));
}

function gather(operands: Operands): Value {
  const value = operands.value('data');
  const indices = operands.mayIntegers('indices') ?? fault('has no indices');
  const axis = axisOf(operands.attributes.int('axis'), value.shape.length);
  const offsets = unmoved(value.shape);
  const all = offsets[axis] as number[];
  const isFromEnd = operands.call.version >= 11;
  const picked = Array.from(indices.data, (index) => {
    const place = toNumber(index);
    return all[place < 0 && isFromEnd ? place + all.length : place] ?? fault(`takes element ${place} of an axis of ${all.length}`);
  });
  return reshaped(pick(value, offsets.with(axis, picked)), [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)]);
}

/** Which place of an axis stands at place `at`, which may lie outside; undefined for padding. */
function padded(mode: string, at: number, extent: number): number | undefined {
  if (at >= 0 && at < extent) return at;
  if (mode === 'constant') return undefined;
  if (extent === 0) return fault(`pads an axis of no elements by mode ${mode}`);
  if (mode === 'edge') return at < 0 ? 0 : extent - 1;
  if (mode === 'wrap') return ((at % extent) + extent) % extent;
  // Back and forth between the ends, which are not repeated.
  const period = Math.max(1, 2 * (extent - 1));
  const within = ((at % period) + period) % period;
  return within < extent ? within : period - within;
}

function padBy(value: Value, mode: string, pads: readonly number[], axes: readonly number[], filled: Value): Value {
  if (pads.length !== 2 * axes.length) fault(`has ${pads.length} pads for ${axes.length} axes`);
  const offsets = unmoved(value.shape);
  for (const [i, axis] of axesOf(axes, value.shape.length).entries()) {
    const all = offsets[axis] as number[];
    const [before, after] = [pads[i] as number, pads[axes.length + i] as number];
    const extent = before + all.length + after;
    if (extent < 0) fault(`pads an axis of ${all.length} by ${before} and ${after}`);
    countOf([extent]);
    offsets[axis] = Array.from({ length: extent }, (_, at) => all[padded(mode, at - before, all.length) ?? -1] ?? -1);
  }
  return pick(value, offsets, filled);
}

const allAxes = ({ shape }: Value): readonly number[] => shape.map((_, axis) => axis);

function padByAttributes(operands: Operands): Value {
  const { attributes } = operands;
  const value = operands.floats('data');
  return padBy(value, attributes.string('mode'), attributes.ints('pads'), allAxes(value), floats([], Float64Array.of(attributes.float('value'))));
}

function padByInputs(operands: Operands): Value {
  const value = operands.value('data');
  const filled = operands.may('constant_value') ?? (value.kind === 'float' ? floats([]) : integers(value.type, [], () => 0n));
  if (filled.data.length !== 1 || filled.kind !== value.kind) fault(`fills with ${filled.type} of shape ${formatShape(filled.shape)}, expected a single ${value.type}`);
  const axes = operands.call.version >= 18 ? operands.mayNumbers('axes') : undefined;
  return padBy(value, operands.attributes.string('mode'), operands.numbers('pads'), axes ?? allAxes(value), filled);
}

/** `[n, c, h, w]` by way of six axes, `c` divided into blocks as `from` says. */
function depthToSpace(operands: Operands): Value {
  const { attributes } = operands;
  const value = operands.value('input');
  const block = blockOf(operands);
  const [n = 0, c = 0, h = 0, w = 0] = ofImages(value);
  const depth = c / (block * block);
  if (!Number.isInteger(depth)) fault(`has ${c} channels for blocks of ${block} x ${block}`);
  const isByColumns = attributes.knows('mode') && attributes.string('mode') === 'CRD';
  const apart = isByColumns ? transposed(reshaped(value, [n, depth, block, block, h, w]), [0, 1, 4, 2, 5, 3]) : transposed(reshaped(value, [n, block, block, depth, h, w]), [0, 3, 4, 1, 5, 2]);
  return reshaped(apart, [n, depth, h * block, w * block]);
}

function spaceToDepth(operands: Operands): Value {
  const value = operands.value('input');
  const block = blockOf(operands);
  const [n = 0, c = 0, h = 0, w = 0] = ofImages(value);
  if (h % block !== 0 || w % block !== 0) fault(`has images of ${h} x ${w} for blocks of ${block} x ${block}`);
  const apart = transposed(reshaped(value, [n, c, h / block, block, w / block, block]), [0, 3, 5, 1, 2, 4]);
  return reshaped(apart, [n, c * block * block, h / block, w / block]);
}

function blockOf({ attributes }: Operands): number {
  const block = attributes.int('blocksize');
  return block >= 1 ? block : fault(`has blocks of ${block} x ${block}`);
}

function ofImages({ shape }: Value): Shape {
  return shape.length === 4 ? shape : fault(`has an operand of shape ${formatShape(shape)}, expected images`);
}

export const rearrangementOperators: Readonly<Record<string, Operator>> = {
  Concat: { 1: concat },
  DepthToSpace: { 1: depthToSpace },
  Expand: { 8: expand },
  Flatten: { 1: flatten },
  Gather: { 1: gather },
  Pad: { 1: padByAttributes, 11: padByInputs },
  Reshape: { 5: reshape },
  Slice: { 1: sliceByAttributes, 10: sliceByInputs },
  SpaceToDepth: { 1: spaceToDepth },
  Split: { 1: split },
  Squeeze: { 1: squeeze },
  Tile: { 6: tile },
  Transpose: { 1: transpose },
  Unsqueeze: { 1: unsqueeze },
};
