// Which values need no kernel of their own, because the one nest that reads them computes each element where
// it needs it: elementwise ops on top of each other, and what a pool of separate windows reads.
//
//   conv -> relu -> max_pool (window 2, stride 2)      =>      one kernel, a thread for each pooled element
//
// Here a value that stays on the way costs a buffer and a pass over it; a thread has nothing to share.

import { present } from '../../base/invariant.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import type { PlacedGraph, PlacedNest, SlotLoad, SlotName } from '../nests/placed-nest.ts';

/** Elements of the producer that one thread computes at most: more would leave too few threads. */
const mostElements = 9;
/** Operands of a kernel at most, so that buffers are left for its data. */
const mostOperands = 4;

/** @param kept Slots that must exist. @param known Slots that are compile-time data. */
export function inlinedSlots({ nests, views }: PlacedGraph, kept: ReadonlySet<SlotName>, known: (slot: SlotName) => boolean): ReadonlySet<SlotName> {
  const viewed = new Set(views.flatMap(({ from, to }) => [from, to]));
  const inlined = new Set<SlotName>();
  const writersOf = (slot: SlotName): readonly PlacedNest[] => nests.filter((each) => each.write.tensor === slot);
  /** What a kernel that computes a slot reads in the end. */
  const operands = (slot: SlotName): ReadonlySet<SlotName> =>
    new Set(writersOf(slot).flatMap((each) => runtimeLoads(each, known).flatMap((load) => {
      const read = load.tensor;
      return inlined.has(read) ? [...operands(read)] : [read];
    })));
  for (const slot of new Set(nests.map((each) => each.write.tensor))) {
    if (kept.has(slot) || viewed.has(slot) || known(slot)) continue;
    const reads = nests.flatMap((each) => nestLoads(each).filter((load) => load.tensor === slot).map((load) => ({ each, load })));
    const [read, ...more] = reads;
    if (!read || more.length > 0 || !readsOnce(read.each, read.load)) continue;
    const alone = writersOf(slot).every(({ axes }) => axes.every((axis) => axis.kind !== 'reduce'));
    const elements = read.each.axes.reduce((product, { kind, extent }) => product * (kind === 'reduce' ? extent : 1), 1);
    if (!alone && elements > mostElements) continue;
    inlined.add(slot);
    if (operands(read.each.write.tensor).size > mostOperands) inlined.delete(slot);
  }
  return inlined;
}

function runtimeLoads(each: PlacedNest, known: (slot: SlotName) => boolean): readonly SlotLoad[] {
  return nestLoads(each).filter((load) => !known(load.tensor));
}

/** Whether all points of a nest read different elements. */
function readsOnce({ axes }: PlacedNest, { index }: SlotLoad): boolean {
  const seen = new Set<number>();
  for (const { terms } of index) {
    // As in a pool: strides that no inner axis reaches.
    let reach = 1;
    for (const term of terms.toSorted((a, b) => strideOf(a) - strideOf(b))) {
      const stride = strideOf(term);
      if (!(stride >= reach)) return false;
      reach = stride * (present(axes[term.axis], 'axis').extent - 1) + reach;
      seen.add(term.axis);
    }
  }
  return axes.every(({ extent }, axis) => extent === 1 || seen.has(axis));
}

/** NaN for a table. */
function strideOf(term: SlotLoad['index'][number]['terms'][number]): number {
  return 'table' in term ? NaN : term.factor;
}
