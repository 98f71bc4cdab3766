// Chooses where the elements of every slot lie. The rules:
//
//   activation, rank 4   NHWC, channels rounded up to whole vectors, halos of zeros where a window reaches out;
//                        planar NCHW while it is still the user's input of fewer than four channels
//   activation, rank 2   row-major, features rounded up
//   weight               columns outside, rows (result channels) inside and rounded up: HWIO, [I][O]
//   per-shard sum        like the weight, one after another
//   view                 the memory of what it views
//
// A dense weight that reads a flattened activation numbers its columns by where they lie there.

import { invariant, present } from '../../base/invariant.ts';
import type { Index } from '../../ir/nest.ts';
import { flattenedLayout, orderedLayout, planarLayout, type TensorLayout } from './tensor-layout.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import { extremes, type OffsetFunction } from './offset-function.ts';
import type { PlacedGraph, SlotExpr, SlotName } from '../nests/placed-nest.ts';
import { halosOf } from './halos.ts';
import { walkerOf } from '../nests/walker.ts';

/** Fewer channels than this stay planar: rounding them up would cost more memory than lanes over them gain. */
const planarBelow = 4;

/** What a slot holds; `partial`: the part of each shard in a sum over samples. */
type SlotKind = 'activation' | 'weight' | 'partial' | 'planar';

function sameIndices(a: readonly Index[], b: readonly Index[]): boolean {
  return a.length === b.length && a.every((index, d) => walkerOf(index) !== undefined && walkerOf(index) === walkerOf(b[d]));
}

function isProduct(value: SlotExpr): boolean {
  return value.kind === 'binary' && value.op === 'mul' && value.a.kind === 'load' && value.b.kind === 'load';
}

/** Walks the graph once: what each slot holds follows from how the nest that writes it walks its axes. */
function classify(placed: PlacedGraph, leaves: ReadonlyMap<SlotName, SlotKind>): (slot: SlotName) => SlotKind {
  const kinds = new Map(leaves);
  const kindOf = (slot: SlotName): SlotKind => kinds.get(slot) ?? 'activation';
  const settleViews = (): void => {
    for (const { from, to } of placed.views) {
      if (kinds.has(from) && !kinds.has(to)) kinds.set(to, kindOf(from));
    }
  };
  for (const nest of placed.nests) {
    settleViews();
    const writes = nest.write.tensor;
    if (kinds.has(writes)) continue;
    const first = walkerOf(nest.write.index[0]);
    const role = first === undefined ? undefined : nest.axes[first]?.role;
    const alike = nestLoads(nest).filter((load) => sameIndices(load.index, nest.write.index));
    const like = alike.map((load) => kindOf(load.tensor));
    if (role === 'shard' && !like.includes('weight')) kinds.set(writes, 'partial');
    else if (role !== 'batch' || like.includes('weight')) kinds.set(writes, 'weight');
    else if (nest.combine === 'sum' && isProduct(nest.value)) kinds.set(writes, 'activation');
    else {
      const source = nestLoads(nest).map((load) => kindOf(load.tensor));
      kinds.set(writes, source.includes('planar') && !source.includes('activation') ? 'planar' : 'activation');
    }
  }
  settleViews();
  return kindOf;
}

export interface LayoutRequest {
  readonly placed: PlacedGraph;
  /** Slots of leaves, with what they hold. */
  readonly leaves: ReadonlyMap<SlotName, 'weight' | 'planar'>;
  /** Elements a vector. */
  readonly width: number;
  /** Layouts fixed before, by slot (parameters shared with another graph). */
  readonly fixed: ReadonlyMap<SlotName, TensorLayout>;
}

export interface LayoutPlan {
  readonly layouts: ReadonlyMap<SlotName, TensorLayout>;
  /** Slot whose memory a view shares. */
  readonly base: (slot: SlotName) => SlotName;
  readonly isWeight: (slot: SlotName) => boolean;
  /** Slots with a halo: nothing else of their program may use their memory, so that zeros there stay. */
  readonly haloed: ReadonlySet<SlotName>;
  /** Those of them whose halo a scatter writes to: it holds no zeros. */
  readonly scattered: ReadonlySet<SlotName>;
  /** Weights with another dimension innermost: what a gradient by the input reads. */
  readonly transposed: (slot: SlotName, innermost: number) => TensorLayout;
}

export function planLayouts(request: LayoutRequest): LayoutPlan {
  const { placed, width, fixed } = request;
  const kindOf = classify(placed, request.leaves);
  const { read, written } = halosOf(placed);
  invariant([...written.keys()].every((slot) => !read.has(slot)), 'what a scatter writes past a tensor is not read as its padding');
  const halos = new Map([...read, ...written]);
  const shapeOf = (slot: SlotName): readonly number[] => present(placed.slots.get(slot), 'slot').shape;
  const layouts = new Map<SlotName, TensorLayout>(fixed);
  const bases = new Map<SlotName, SlotName>();

  // A view towards rank 4 makes its operand the view: memory follows the windowed side.
  for (const { from, to } of placed.views) {
    if (shapeOf(to).length > shapeOf(from).length) bases.set(from, to);
    else bases.set(to, from);
  }
  const base = (slot: SlotName): SlotName => {
    const of = bases.get(slot);
    return of === undefined ? slot : base(of);
  };

  const activationLayout = (slot: SlotName): TensorLayout => {
    const shape = shapeOf(slot);
    const halo = halos.get(slot);
    if (shape.length === 4 && (kindOf(slot) === 'activation' || present(shape[1], 'channels') >= planarBelow)) return orderedLayout(shape, [0, 2, 3, 1], width, halo);
    if (shape.length === 4) return orderedLayout(shape, [0, 1, 2, 3], 1, halo);
    return shape.length === 2 ? orderedLayout(shape, [0, 1], width) : planarLayout(shape);
  };
  const layoutOf = (slot: SlotName): TensorLayout => {
    const known = layouts.get(slot);
    if (known) return known;
    const of = bases.get(slot);
    const made = of === undefined ? activationLayout(slot) : flattenedView(layoutOf(of), shapeOf(slot));
    layouts.set(slot, made);
    return made;
  };
  for (const slot of placed.slots.keys()) if (['activation', 'planar'].includes(kindOf(slot))) layoutOf(slot);

  const columns = flattenedColumns(placed, layouts, kindOf);
  const weightLayout = (slot: SlotName, innermost?: number): TensorLayout => {
    const shape = shapeOf(slot);
    const dimensions = shape.map((_, d) => d);
    const shards = kindOf(slot) === 'partial' ? dimensions.splice(0, 1) : [];
    const [rows, channels, ...window] = dimensions;
    // Of a convolution HWIO, of anything else the dimensions in reverse.
    const order = rows !== undefined && channels !== undefined && window.length >= 2 ? [...window, channels, rows] : dimensions.toReversed();
    const nested = innermost === undefined ? order : [...order.filter((d) => d !== innermost), innermost];
    return withColumns(shape, [...shards, ...nested], width, columns.get(slot));
  };
  for (const slot of placed.slots.keys()) if (!layouts.has(slot)) layouts.set(slot, weightLayout(slot));
  return { layouts, base, isWeight: (slot) => kindOf(slot) === 'weight', haloed: new Set([...halos.keys()].map(base)), scattered: new Set([...written.keys()].map(base)), transposed: weightLayout };
}

function flattenedView(of: TensorLayout, shape: readonly number[]): TensorLayout {
  return of.shape.length === shape.length ? of : flattenedLayout(of);
}

interface Columns {
  readonly dimension: number;
  readonly positions: readonly number[];
}

/** A weight layout whose dimension `columns.dimension` is walked by positions in a flattened activation. */
function withColumns(shape: readonly number[], order: readonly number[], width: number, columns: Columns | undefined): TensorLayout {
  if (!columns) return orderedLayout(shape, order, width);
  const span = extremes(columns.positions)[1] + 1;
  const wide = orderedLayout(
    shape.map((extent, d) => (d === columns.dimension ? span : extent)),
    order,
    width,
  );
  const dimensions = wide.dimensions.map((map, d): OffsetFunction => {
    if (d !== columns.dimension || map.kind !== 'linear') return map;
    return { kind: 'table', offsets: columns.positions.map((position) => position * map.stride) };
  });
  return { ...wide, shape, dimensions, padded: wide.padded.map((extent, d) => (d === columns.dimension ? present(shape[d], 'extent') : extent)) };
}

/** Which dimension of which weight meets a flattened activation, spread over weights that are walked alike. */
function flattenedColumns(placed: PlacedGraph, layouts: ReadonlyMap<SlotName, TensorLayout>, kindOf: (slot: SlotName) => SlotKind): ReadonlyMap<SlotName, Columns> {
  const found = new Map<SlotName, Columns>();
  const places = placed.nests.map((nest) => [nest.write, ...nestLoads(nest)]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const accesses of places) {
      const tables = new Map<number, readonly number[]>();
      for (const { tensor: slot, index } of accesses) {
        for (const [d, at] of index.entries()) {
          const axis = walkerOf(at);
          if (axis === undefined) continue;
          const map = layouts.get(slot)?.dimensions[d];
          const column = found.get(slot);
          if (map?.kind === 'table' && kindOf(slot) !== 'weight' && kindOf(slot) !== 'partial') tables.set(axis, map.offsets);
          else if (column?.dimension === d) tables.set(axis, column.positions);
        }
      }
      for (const { tensor: slot, index } of accesses) {
        if ((kindOf(slot) !== 'weight' && kindOf(slot) !== 'partial') || found.has(slot) || layouts.has(slot) || index.length < 2) continue;
        for (const [d, at] of index.entries()) {
          const axis = walkerOf(at);
          const positions = axis === undefined ? undefined : tables.get(axis);
          if (!positions) continue;
          found.set(slot, { dimension: d, positions });
          changed = true;
        }
      }
    }
  }
  return found;
}
