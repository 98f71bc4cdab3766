// Packs the compile-time data that vectors of a sweep would run across, so that they run along it:
//
//   the weight of a depthwise convolution, vectors along c:  [c][kh][kw]  =>  [kh][kw][c]
//
// Lanes past the vector axis hold zeros.

import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import { accessNumber } from '../accesses/domain.ts';
import { offsetAlong, strideAlong, type Access, type ResolvedLoad, type ResolvedNest } from '../accesses/resolve.ts';
import type { PlacedDomain } from '../code/scope.ts';
import type { OffsetFunction } from '../layouts/offset-function.ts';
import { roundUp } from '../layouts/tensor-layout.ts';
import type { Constants } from '../memory/constant-pool.ts';

/** Whether a load has to be packed for vectors along an axis, and can be. */
export function isPackedAlong({ axes }: ResolvedNest, { data, access, guards, padding }: ResolvedLoad, vectorAxis: number): boolean {
  if (!data || guards.length > 0 || padding.length > 0 || !access.along.has(vectorAxis) || strideAlong(access, vectorAxis) === 1) return false;
  // Axes that walk one dimension together would have copies of its elements.
  return sizeOf([...access.along.keys()].map((axis) => present(axes[axis], 'axis').extent)) <= data.length;
}

/** The nest as it reads what is packed. */
export function withPackedLanes(nest: ResolvedNest, vectorAxis: number, width: number): ResolvedNest {
  return { ...nest, loads: nest.loads.map((load) => (isPackedAlong(nest, load, vectorAxis) ? { ...load, access: packedAccess(nest, load.access, vectorAxis, width) } : load)) };
}

/** The same with the data in place. */
export function packLanes(domain: PlacedDomain, vectorAxis: number, width: number, constants: Constants): PlacedDomain {
  const { nest } = domain;
  const packed = withPackedLanes(nest, vectorAxis, width);
  const starts = nest.loads.reduce((all, load, number) => {
    if (!isPackedAlong(nest, load, vectorAxis)) return all;
    return all.with(accessNumber({ load: number }), { base: constants.data(packedData(nest, load, vectorAxis, width)), taskStride: 0 });
  }, domain.starts);
  return { ...domain, nest: packed, starts };
}

/** Axes that move an access, the vector axis last, with the places that each has in the packed copy. */
function packedAxes({ axes }: ResolvedNest, { along }: Access, vectorAxis: number, width: number): readonly { readonly axis: number; readonly extent: number; readonly places: number }[] {
  return [...[...along.keys()].filter((axis) => axis !== vectorAxis), vectorAxis].map((axis) => {
    const { extent } = present(axes[axis], 'axis');
    return { axis, extent, places: axis === vectorAxis ? roundUp(extent, width) : extent };
  });
}

function packedAccess(nest: ResolvedNest, access: Access, vectorAxis: number, width: number): Access {
  const along = new Map<number, OffsetFunction>();
  const room = new Map<number, number>();
  let stride = 1;
  for (const { axis, places } of packedAxes(nest, access, vectorAxis, width).toReversed()) {
    along.set(axis, { kind: 'linear', stride });
    room.set(axis, places);
    stride *= places;
  }
  return { slot: access.slot, offset: 0, along, room, gaps: new Set() };
}

function packedData(nest: ResolvedNest, { access, data }: ResolvedLoad, vectorAxis: number, width: number): Float32Array {
  const values = present(data, 'data to be packed');
  let places: readonly (number | undefined)[] = [access.offset];
  for (const { axis, extent, places: count } of packedAxes(nest, access, vectorAxis, width)) {
    places = places.flatMap((place) => Array.from({ length: count }, (_, i) => (place === undefined || i >= extent ? undefined : place + offsetAlong(access, axis, i))));
  }
  return Float32Array.from(places, (place) => (place === undefined ? 0 : present(values[place], 'value')));
}
