// Packs compile-time weights in the order in which microkernels read them, so that the inner loop walks them
// end to end:
//
//   [axes around][block of vectors][step][lane]
//
// Lanes past the vector axis hold zeros.

import { present } from '../../base/invariant.ts';
import { accessNumber } from '../accesses/domain.ts';
import { loadOf, offsetAlong, type Access } from '../accesses/resolve.ts';
import type { Piece } from '../code/pieces.ts';
import type { PlacedDomain } from '../code/scope.ts';
import type { OffsetFunction } from '../layouts/offset-function.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { Contraction } from './contraction.ts';

export interface Packing {
  /** Axes that move the weights outside the microkernel, outermost first. */
  readonly axesAround: readonly number[];
  /** Vectors a block, in order. */
  readonly vectorBlocks: readonly Piece[];
  /** Lanes of a vector. */
  readonly width: number;
}

/** The nest on the packed copy, of which only the starts of blocks may be asked along the vector axis. */
export function packWeights(domain: PlacedDomain, { b, vectorAxis, vectors, steps }: Contraction, { axesAround, vectorBlocks, width }: Packing, constants: Constants): PlacedDomain {
  const { nest } = domain;
  const { access, data, ...conditions } = loadOf(nest, b);
  const values = present(data, 'data to be packed');
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const list = present(steps.kind === 'listed' ? steps.list : undefined, 'steps of packed data');
  let starts = [access.offset];
  for (const axis of axesAround) {
    starts = starts.flatMap((start) => Array.from({ length: extentOf(axis) }, (_, i) => start + offsetAlong(access, axis, i)));
  }
  const lanes = Array.from({ length: extentOf(vectorAxis) }, (_, lane) => offsetAlong(access, vectorAxis, lane));
  const matrix = list.length * vectors * width;
  const out = new Float32Array(starts.length * matrix);
  let at = 0;
  for (const start of starts) {
    let firstLane = 0;
    for (const blockLanes of vectorBlocks.flatMap(({ size, count }) => Array.from({ length: count }, () => size * width))) {
      const here = lanes.slice(firstLane, firstLane + blockLanes);
      for (const step of list) {
        for (let lane = 0; lane < here.length; lane++) out[at + lane] = values[start + step.b + (here[lane] as number)] as number;
        at += blockLanes;
      }
      firstLane += blockLanes;
    }
  }
  const along = new Map<number, OffsetFunction>();
  let stride = matrix;
  for (const axis of axesAround.toReversed()) {
    along.set(axis, { kind: 'linear', stride });
    stride *= extentOf(axis);
  }
  // Before lane l, the first of a block, lie all steps of the l lanes before it.
  along.set(vectorAxis, { kind: 'linear', stride: list.length });
  const packed: Access = { slot: access.slot, offset: 0, along, room: new Map([[vectorAxis, vectors * width]]), gaps: new Set() };
  return { ...domain, nest: { ...nest, loads: nest.loads.with(b.load, { access: packed, ...conditions }) }, starts: domain.starts.with(accessNumber(b), { base: constants.data(out), taskStride: 0 }) };
}
