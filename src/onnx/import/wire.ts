// Values of the network as nodes of the graph see them. Reshape, Transpose and the like compute nothing: they change the shape in
// which a value is seen, and the order of its elements, until a layer reads it.

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Arrangement } from './arrangement.ts';
import type { Constant } from './constant.ts';
import type { Source } from './draft.ts';

/** What a layer or an input of the network gives, as it is seen. Its one sample is all of the graph's batch. */
export interface Wire {
  readonly kind: 'wire';
  readonly source: Source;
  /** As the graph has it, the batch among its extents. */
  readonly shape: Shape;
  /** Of each element, in this shape, its place in the source. Absent: in the same order. */
  readonly places?: Int32Array;
  /** Nobody else reads the source: what comes next may become part of it. */
  readonly isSole: boolean;
}

/** What a node that could not be imported would give. What reads it is not judged. */
export interface Unknown {
  readonly kind: 'unknown';
}

export type ImportedValue = Constant | Wire | Unknown;

export function wireOf(source: Source, shape: Shape): Wire {
  return { kind: 'wire', source, shape, isSole: true };
}

export function rearranged(wire: Wire, { shape, from }: Arrangement): Wire {
  const { places } = wire;
  if (!from) return { ...wire, shape };
  return { ...wire, shape, places: places ? from.map((at) => places[at] as number) : from };
}

/** Whether the elements stand in the order of the source, and are all of them. */
export function isInOrder({ source, shape, places }: Wire): boolean {
  return sizeOf(shape) === sizeOf(source.sample) && (!places || places.every((place, i) => place === i));
}

/** Whether it has each element of the source once. */
export function isWhole({ source, shape, places }: Wire): boolean {
  const size = sizeOf(source.sample);
  return sizeOf(shape) === size && (!places || new Set(places).size === size);
}

/** Whether two values are seen alike: element i of one is at the place of element i of the other. */
export function areAlike(a: Wire, b: Wire): boolean {
  if (sizeOf(a.shape) !== sizeOf(b.shape) || a.shape.length !== b.shape.length || a.shape.some((extent, axis) => extent !== b.shape[axis])) return false;
  const placeOf = ({ places }: Wire, i: number): number => places?.[i] ?? i;
  return Array.from({ length: sizeOf(a.shape) }, (_, i) => i).every((i) => placeOf(a, i) === placeOf(b, i));
}
